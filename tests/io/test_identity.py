"""The cheap identity of a model file: a copy has it, a changed file does not, and a large file costs no more."""

from __future__ import annotations

import hashlib
import os
import shutil
import struct
from pathlib import Path

import pytest

from engine.errors import FileFormatError
from engine.io.bitt import save_bitt
from engine.io.checkpoint import save_checkpoint
from engine.io.identity import HEAD, SAMPLE, SAMPLES, file_identity
from engine.io.model_file import ModelWeights, load_weights


def test_a_copy_under_another_name_has_it(tmp_path: Path, body: ModelWeights) -> None:
    save_checkpoint(tmp_path / "one", body)
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    os.utime(tmp_path / "two" / "model.safetensors", (1, 1))
    assert file_identity(tmp_path / "one") == file_identity(tmp_path / "two" / "model.safetensors")


@pytest.mark.parametrize("kind", ["memory", "reader"])
def test_what_is_put_beside_a_model_leaves_it_the_same(tmp_path: Path, body: ModelWeights, kind: str) -> None:
    save_checkpoint(tmp_path, body)
    before = file_identity(tmp_path)
    (tmp_path / f"mine.{kind}.safetensors").write_bytes(os.urandom(100))
    assert file_identity(tmp_path) == before


@pytest.mark.parametrize("at", [0, HEAD - 1, -1])
def test_other_bytes_or_another_length_have_another(tmp_path: Path, at: int) -> None:
    data = bytearray(os.urandom(HEAD + 3 * SAMPLE))
    file = tmp_path / "model"
    file.write_bytes(data)
    before = file_identity(file)
    data[at] ^= 1
    file.write_bytes(data)
    assert file_identity(file) != before
    file.write_bytes(data[:-1])
    assert file_identity(file) != before


@pytest.mark.parametrize("size", [1, 4095, 4097, 70_000, 1_000_003])
def test_it_is_what_the_documentation_says(tmp_path: Path, size: int) -> None:
    data = os.urandom(size)
    (tmp_path / "model").write_bytes(data)
    last = max(size - 4096, 0)
    digest = hashlib.sha256(struct.pack("<Q", size) + data[:65536])
    for i in range(64):
        digest.update(data[last * i // 63 :][:4096])
    assert file_identity(tmp_path / "model") == digest.hexdigest()


def test_a_file_of_a_terabyte_costs_what_a_small_one_does(tmp_path: Path) -> None:
    file = tmp_path / "sparse"
    try:
        with file.open("wb") as opened:
            opened.truncate(1 << 40)
    except OSError:
        pytest.skip("this file system has no files so large")
    assert len(file_identity(file)) == 64
    assert HEAD + SAMPLES * SAMPLE < 1 << 19


def test_a_file_that_states_its_fingerprint_is_not_read_for_it(tmp_path: Path, body: ModelWeights) -> None:
    save_bitt(tmp_path / "a.bitt", body, packed=True)
    save_checkpoint(tmp_path / "c", body)
    packed, folder = load_weights(tmp_path / "a.bitt"), load_weights(tmp_path / "c")
    assert packed.file_identity == packed.fingerprint == body.fingerprint
    assert folder.file_identity == file_identity(tmp_path / "c")
    assert body.file_identity == ""


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match="gone"):
        file_identity(tmp_path / "gone")
