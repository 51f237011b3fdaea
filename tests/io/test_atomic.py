"""The one writer: wholly the new file or still the old one, and never a temporary one left behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.errors import FileFormatError
from engine.io.atomic import make_folder, write_bytes, write_text, writing

POSIX = pytest.mark.skipif(os.name == "nt", reason="POSIX modes, links and limits")


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_a_file_is_written_and_written_over(tmp_path: Path) -> None:
    write_bytes(tmp_path / "a", b"old")
    write_text(tmp_path / "a", "新しい\n")
    assert (tmp_path / "a").read_bytes() == "新しい\n".encode()
    assert names(tmp_path) == ["a"]


def test_the_old_file_stands_until_the_block_ends(tmp_path: Path) -> None:
    write_bytes(tmp_path / "a", b"old")
    with writing(tmp_path / "a") as file:
        file.write(b"new")
        file.flush()
        assert (tmp_path / "a").read_bytes() == b"old"
    assert (tmp_path / "a").read_bytes() == b"new"


@pytest.mark.parametrize("length", [1000, 25_000, 150_000])
def test_parts_reach_the_system_in_pieces_that_end_at_multiples_of_their_size(tmp_path: Path, length: int) -> None:
    parts = [bytes([i]) * length for i in range(10)]
    with writing(tmp_path / "a", 60_000) as file:
        sizes = set()
        for i, part in enumerate(parts):
            assert file.tell() == i * length
            file.write(part)
            sizes.add(os.fstat(file.fileno()).st_size)
    assert all(size % 60_000 == 0 for size in sizes)
    assert max(sizes) == 10 * length // 60_000 * 60_000
    assert (tmp_path / "a").read_bytes() == b"".join(parts)


@pytest.mark.parametrize("pieces", [None, 5])
@pytest.mark.parametrize("error", [RuntimeError("mid-write"), KeyboardInterrupt()])
def test_a_failure_mid_write_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, error: BaseException, pieces: int | None
) -> None:
    write_bytes(tmp_path / "a", b"old")

    def fail() -> None:
        with writing(tmp_path / "a", pieces) as file:
            file.write(b"half of the n")
            raise error

    with pytest.raises(type(error)):
        fail()
    assert (tmp_path / "a").read_bytes() == b"old"
    assert names(tmp_path) == ["a"]


@POSIX
@pytest.mark.parametrize("pieces", [0, 30_000, 300_000])
def test_a_disk_that_fills_up_is_said_and_the_former_file_survives(tmp_path: Path, pieces: int) -> None:
    write_bytes(tmp_path / "a", b"old")
    script = """
import resource, sys
from engine.errors import BitLlamaError
from engine.io.atomic import writing
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
try:
    with writing(sys.argv[1], int(sys.argv[2]) or None) as file:
        file.write(bytes(200_000))
except BitLlamaError as error:
    print(error)
    sys.exit(3)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "a"), str(pieces)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 3, done.stderr
    assert f"Could not write {tmp_path / 'a'}: " in done.stdout
    assert "Free some space" in done.stdout
    assert (tmp_path / "a").read_bytes() == b"old"
    assert names(tmp_path) == ["a"]


@POSIX
def test_a_link_is_followed_and_modes_are_kept(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    real = tmp_path / "elsewhere" / "real"
    write_bytes(real, b"old")
    real.chmod(0o640)
    (tmp_path / "link").symlink_to(real)
    write_bytes(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert real.read_bytes() == b"new"
    assert real.stat().st_mode & 0o777 == 0o640


@POSIX
def test_new_files_have_the_mode_that_the_user_asked_for(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_bytes(tmp_path / "a", b"x")
    finally:
        os.umask(before)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("name", ["missing/a", "folder", "x" * 300, "file/a", "nul\0name"])
def test_places_that_cannot_be_written_are_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    write_bytes(tmp_path / "file", b"x")
    with pytest.raises(FileFormatError, match=r"^Could not write .*\."):
        write_bytes(tmp_path / name, b"x")
    assert names(tmp_path) == ["file", "folder"]
    assert names(tmp_path / "folder") == []


@POSIX
def test_a_device_is_not_replaced_by_a_file() -> None:
    with pytest.raises(FileFormatError, match="not a plain file"):
        write_bytes("/dev/null", b"x")
    assert not Path("/dev/null").is_file()


def test_text_that_is_not_unicode_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match="Unicode"):
        write_text(tmp_path / "a", "half \ud800")
    assert names(tmp_path) == []


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    write_bytes(tmp_path / "file", b"x")
    assert make_folder(tmp_path / "a" / "b").is_dir()
    with pytest.raises(FileFormatError, match="Could not make the folder"):
        make_folder(tmp_path / "file" / "b")
