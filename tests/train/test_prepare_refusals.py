"""Preparing a corpus: what goes wrong is named, old files stay until the new are complete, and memory is bounded."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import progress
import pytest
from corpora import dialogue, files_in, prose

from engine.errors import BitLlamaError, ConfigError, DataError, FileFormatError
from engine.train.data import TokenData
from engine.train.prepare import prepare


def _text(content: bytes) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / "a.txt").write_bytes(content)
        return folder / "a.txt"

    return make


def _jsonl(*lines: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
        return folder / "a.jsonl"

    return make


GOOD = json.dumps(dialogue(1))

BAD = {
    "missing": (lambda folder: folder / "none.txt", r"no file or folder .*none\.txt"),
    "empty": (_text(b""), r"corpus is empty.*a\.txt"),
    "only a mark": (_text(b"\xef\xbb\xbf"), "holds no text"),
    "too small": (_text(b"a"), "too small: nothing is left for validation"),
    "zeros": (_text(b"hello" + b"x" * 300_000 + b"\x00\x01"), r"a\.txt is not text: .*zero byte at byte 300005"),
    "not UTF-8": (_text(b"ok " * 100_000 + b"caf\xe9 x"), r"a\.txt is not UTF-8.*at byte 300003"),
    "cut in a letter": (_text("猫猫".encode()[:-1]), r"a\.txt is not UTF-8.*at byte 3"),
    "split by a block": (_text(b"x" * ((1 << 18) - 1) + b"\xe7x"), r"at byte 262143"),
    "UTF-16": (_text("text".encode("utf-16")), r"a\.txt is not"),
    "other kind": (lambda folder: Path(sys.executable), "neither a .txt nor a .jsonl"),
    "folder without": (lambda folder: folder, "holds no .txt or .jsonl"),
    "not JSON": (_jsonl(GOOD, "", "{oops"), r"Line 3 of .*a\.jsonl is not valid JSON"),
    "a list": (_jsonl(GOOD, "[1]"), r"Line 2 of .*does not hold a JSON object"),
    "no content": (_jsonl(GOOD, '{"prompt": "x"}'), r'Line 2 of .*one of "messages", "text" and "conversations"'),
    "two kinds": (_jsonl('{"text": "x", "messages": []}'), "Line 1 of .*one of"),
    "no messages": (_jsonl('{"messages": []}'), "Line 1 of .*at least one message"),
    "message kind": (_jsonl('{"messages": ["x"]}'), "Line 1 of .*message 1 is not an object"),
    "role": (
        _jsonl('{"messages": [{"role": "human", "content": "x"}]}'),
        "Line 1 of .*message 1: .*'human' is unknown",
    ),
    "weight": (
        _jsonl('{"messages": [{"role": "assistant", "content": "x", "weight": 0.5}]}'),
        "Line 1 of .*message 1: A weight is 0.5; it must be a whole number from 0 to 100",
    ),
    "no role": (_jsonl('{"messages": [{"content": "x"}]}'), "Line 1 of .*message 1: .*None is unknown"),
    "list role": (_jsonl('{"messages": [{"role": ["user"], "content": "x"}]}'), "Line 1 of .*is unknown"),
    "no text": (_jsonl('{"messages": [{"role": "user", "content": 3}]}'), "Line 1 of .*message 1 has no text"),
    "blank": (_jsonl('{"messages": [{"role": "user", "content": " "}]}'), "Line 1 of .*message 1 is empty"),
    "blank text": (_jsonl('{"text": ""}'), "Line 1 of .*the document is empty"),
    "conversation": (_jsonl('{"conversations": [[]]}'), "Line 1 of .*conversation 1 is not an object"),
    "in a life": (
        _jsonl('{"conversations": [{"messages": [{"role": "user"}]}]}'),
        "Line 1 of .*message 1 of conversation 1 has no text",
    ),
    "zero in a line": (_jsonl(GOOD, '{"text": "\x00"}'), r"a\.jsonl is not text: .*zero byte at byte \d+"),
    "one dialogue": (_jsonl(GOOD), "nothing is left for validation"),
    "never answers": (
        _jsonl(*[f'{{"messages": [{{"role": "user", "content": "{n}"}}]}}' for n in range(9)]),
        "assistant",
    ),
    "all the same": (_jsonl(*[GOOD] * 50), "documents of the corpus are equal"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_corpus_is_named_and_leaves_nothing_behind(tmp_path: Path, name: str) -> None:
    make, reason = BAD[name]
    (tmp_path / "in").mkdir()
    corpus = make(tmp_path / "in")
    with pytest.raises(DataError, match=reason) as caught:
        prepare([corpus], tmp_path / "out", "bpe", 300)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_half_a_surrogate_pair_in_a_line_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "x \\ud800 y"}')
    with pytest.raises(DataError, match=r"Line 1 of .*not valid Unicode"):
        prepare([tmp_path], tmp_path / "out", "bytes")


@pytest.mark.parametrize("fraction", [0.0, -1.0, 0.6, float("nan")])
def test_fractions_that_cannot_be_held_out_are_refused(tmp_path: Path, fraction: float) -> None:
    with pytest.raises(ConfigError, match="val_fraction is"):
        prepare([tmp_path], tmp_path / "out", val_fraction=fraction)


def test_no_inputs_and_small_vocabularies_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("some text")
    with pytest.raises(DataError, match="No corpus is given"):
        prepare([], tmp_path / "out")
    with pytest.raises(DataError, match="vocabulary of 100 tokens is not possible"):
        prepare([tmp_path / "a.txt"], tmp_path / "out", "bpe", 100)
    with pytest.raises(FileFormatError, match=r"no file .*none\.json"):
        prepare([tmp_path / "a.txt"], tmp_path / "out", tokenizer=tmp_path / "none.json")


def test_an_output_that_is_a_file_is_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("some text " * 20)
    (tmp_path / "out").write_text("precious")
    with pytest.raises(BitLlamaError, match="out"):
        prepare([tmp_path / "a.txt"], tmp_path / "out", "bytes")
    assert (tmp_path / "out").read_text() == "precious"


class GivenUp(Exception):
    pass


@pytest.mark.parametrize("existing", [False, True])
def test_giving_up_in_the_middle_changes_nothing(tmp_path: Path, existing: bool) -> None:
    (tmp_path / "a.txt").write_text(prose(60_000), encoding="utf-8")
    out = tmp_path / "out"
    if existing:
        (tmp_path / "old.txt").write_text("old text " * 30)
        prepare([tmp_path / "old.txt"], out, "bytes")
    before = files_in(out)

    def give_up(stage: str, done: float) -> None:
        if stage == "Writing tokens" and done > 0.5:
            raise GivenUp

    with pytest.raises(GivenUp):
        prepare([tmp_path / "a.txt"], out, "bytes", progress=give_up)
    assert files_in(out) == before
    assert out.exists() == existing
    prepare([tmp_path / "a.txt"], out, "bytes")
    assert len(TokenData.open(out).train.tokens) > 100_000
    assert len(files_in(out)) == 10


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of files")
def test_a_full_disk_is_said_and_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(prose(60_000), encoding="utf-8")
    code = (
        "import resource, signal, sys\n"
        "from engine.errors import BitLlamaError\n"
        "from engine.train.prepare import prepare\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))\n"
        "try:\n"
        "    prepare([sys.argv[1]], sys.argv[2], 'bytes')\n"
        "except BitLlamaError as error:\n"
        "    sys.exit(str(error))\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "a.txt"), str(tmp_path / "out")]
    done = progress.run(command)
    assert done.returncode == 1
    assert "Could not write" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


MEASURE = """
import sys
from pathlib import Path
import psutil
from engine.train.prepare import prepare

process = psutil.Process()
small, large, out = map(Path, sys.argv[1:4])
prepare([small], out / "small", sys.argv[4], 300)  # so that all libraries and threads are there
before = highest = process.memory_info().rss
calls = 0

def watch(stage, done):
    global highest, calls
    calls += 1
    if calls % 8 == 0:
        highest = max(highest, process.memory_info().rss)

prepare([large], out / "large", sys.argv[4], 300, progress=watch)
highest = max(highest, process.memory_info().rss)
print((highest - before) / 2**20)
"""


@pytest.mark.slow
@pytest.mark.parametrize(("form", "megabytes", "allowed"), [("txt", 60, 20), ("jsonl", 20, 12)])
def test_memory_does_not_grow_with_the_corpus(tmp_path: Path, form: str, megabytes: int, allowed: int) -> None:
    block = prose(20_000)
    if form == "jsonl":
        lines = [block[i : i + 4000] for i in range(0, len(block), 4000)]
        block = "".join(json.dumps({"text": line}, ensure_ascii=False) + "\n" for line in lines)
    data = block.encode()
    with open(tmp_path / f"large.{form}", "wb") as file:
        for n in range(megabytes * 2**20 // len(data)):
            file.write(data.replace(b"warm", f"w{n:03}".encode()))
    (tmp_path / f"small.{form}").write_bytes(data)
    (tmp_path / "out").mkdir()
    paths = [str(tmp_path / name) for name in (f"small.{form}", f"large.{form}", "out")]
    done = progress.run([sys.executable, "-c", MEASURE, *paths, "bytes"])
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < allowed, f"grew by {done.stdout} MiB"
    assert os.path.getsize(tmp_path / "out" / "large" / "train.bin") > megabytes * 1.5 * 2**20


def test_all_bad_lines_are_counted_and_the_first_are_named(tmp_path: Path) -> None:
    lines = [GOOD if n % 2 else '{"prompt": "x"}' for n in range(1000)]
    (tmp_path / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "b.txt").write_bytes(b"caf\xe9")
    with pytest.raises(DataError) as caught:
        prepare([tmp_path], tmp_path / "out", "bpe", 300)
    told = str(caught.value)
    assert told.startswith("501 ")
    assert [f"Line {n} of" in told for n in (1, 2, 3, 9, 11)] == [True, False, True, True, False]
    assert "496 more" in told
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["a.txt", "a.jsonl"])
def test_a_pointer_of_git_lfs_is_no_corpus(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n" * 40)
    with pytest.raises(DataError, match="Git LFS"):
        prepare([tmp_path / name], tmp_path / "out", "bytes")
