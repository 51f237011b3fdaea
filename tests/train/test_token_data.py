"""Prepared files that are missing, cut short or from elsewhere are refused with what is wrong."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from engine.errors import DataError
from engine.train.data import TokenData
from engine.train.prepare import prepare
from engine.train.tokenizer import train_tokenizer


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prepared")
    lines = [{"text": f"document {n} " * (n % 7 + 1)} for n in range(200)]
    (folder / "a.jsonl").write_text("\n".join(map(json.dumps, lines)))
    prepare([folder / "a.jsonl"], folder / "out", "bytes")
    return folder / "out"


@pytest.fixture
def folder(prepared: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(prepared, tmp_path / "copy"))


def test_a_good_folder_opens_read_only(folder: Path) -> None:
    data = TokenData.open(str(folder))
    assert len(data.train.docs) + len(data.val.docs) == 200
    for split in (data.train, data.val):
        assert len(split.tokens) == len(split.mask)
        ends = np.flatnonzero(split.tokens == data.tokenizer.end_id)
        np.testing.assert_array_equal(split.docs, [0, *(ends[:-1] + 1)])
        with pytest.raises(ValueError, match="read-only"):
            split.tokens[0] = 1


def change_meta(**changes: object) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        meta = json.loads((folder / "meta.json").read_text())
        (folder / "meta.json").write_text(json.dumps(meta | changes))

    return change


def cut(name: str, by: int) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes()[:-by])


def put(name: str, dtype: str, at: int, value: int) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        content = np.fromfile(folder / name, dtype=dtype)
        content[at] = value
        content.tofile(folder / name)

    return change


def other_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").write_text(train_tokenizer(["some words " * 40], "bpe", 260).to_json())


DAMAGE = {
    "gone": (shutil.rmtree, "no folder"),
    "no meta": (lambda folder: (folder / "meta.json").unlink(), r"not prepared \(it has no meta\.json\)"),
    "no tokens": (lambda folder: (folder / "val.bin").unlink(), r"Could not read .*val\.bin"),
    "no tokenizer": (lambda folder: (folder / "tokenizer.json").unlink(), r"no file .*tokenizer\.json"),
    "torn meta": (cut("meta.json", 9), r"meta\.json is not valid JSON"),
    "torn tokenizer": (cut("tokenizer.json", 9), r"tokenizer\.json is not a tokenizer"),
    "torn tokens": (cut("train.bin", 1), r"train\.bin has [\d,]+ bytes where [\d,]+ are due"),
    "torn mask": (cut("val.mask.bin", 3), r"val\.mask\.bin has"),
    "torn documents": (cut("train.docs.bin", 8), r"train\.docs\.bin has"),
    "grown": (
        lambda folder: (folder / "val.bin").write_bytes((folder / "val.bin").read_bytes() + b"xx"),
        r"val\.bin has",
    ),
    "ids": (put("train.bin", "<u2", 1000, 260), r"train\.bin holds ids beyond the vocabulary"),
    "mask": (put("train.mask.bin", "u1", 5, 101), r"train\.mask\.bin holds values above 100"),
    "worth": (put("val.worth.bin", "u1", 5, 3), r"val\.worth\.bin holds values above 2"),
    "torn worth": (cut("train.worth.bin", 3), r"train\.worth\.bin has"),
    "documents": (put("train.docs.bin", "<u8", 3, 1), r"train\.docs\.bin does not hold ascending"),
    "first document": (put("val.docs.bin", "<u8", 0, 1), r"val\.docs\.bin does not hold ascending"),
    "last document": (put("val.docs.bin", "<u8", -1, 1 << 40), r"val\.docs\.bin does not hold ascending"),
    "tokenizer": (other_tokenizer, r"tokenizer\.json is not the tokenizer that made the tokens"),
    "newer": (change_meta(version=2), "format version 2, and this program reads 1; update"),
    "version": (change_meta(version=None), "format version None"),
    "format": (change_meta(format="other"), "does not describe token files"),
    "counts": (change_meta(tokens={"train": 5}), "lacks its counts"),
    "negative": (change_meta(documents={"train": -1, "val": 1}), "lacks its counts"),
    "huge": (change_meta(tokens={"train": 10**18, "val": 1}), r"train\.bin has"),
    "kind": (change_meta(kind="song"), "lacks its counts"),
    "vocabulary": (change_meta(vocab_size=259), "not the tokenizer"),
    "dtype": (change_meta(dtype="uint32"), "contradicts itself"),
    "hash": (change_meta(tokenizer_sha256=3), "contradicts itself"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_found_and_named(folder: Path, name: str) -> None:
    damage, reason = DAMAGE[name]
    damage(folder)
    with pytest.raises(DataError, match=reason):
        TokenData.open(folder)


def test_folders_in_a_folder_are_one_corpus(prepared: Path, tmp_path: Path) -> None:
    lines = [{"text": f"another {n} "} for n in range(80)]
    (tmp_path / "b.jsonl").write_text("\n".join(map(json.dumps, lines)))
    shutil.copytree(prepared, tmp_path / "all" / "1")
    prepare([tmp_path / "b.jsonl"], tmp_path / "all" / "2", tokenizer=prepared / "tokenizer.json")
    parts = [TokenData.open(tmp_path / "all" / name) for name in ("1", "2")]
    data = TokenData.open(tmp_path / "all")
    for name in ("train", "val"):
        whole, pieces = getattr(data, name), [getattr(part, name) for part in parts]
        for field in ("tokens", "mask", "worth"):
            wanted = np.concatenate([getattr(piece, field) for piece in pieces])
            found = getattr(whole, field)
            assert len(found) == len(wanted)
            border = len(getattr(pieces[0], field))
            for start, stop in ((0, None), (border - 5, border + 7), (border, border + 3), (3, border), (9, 9)):
                np.testing.assert_array_equal(found[start:stop], wanted[start:stop])
        begins = whole.docs[len(pieces[0].docs)]
        assert begins == len(pieces[0].tokens)
        assert data.meta["tokens"][name] == len(whole.tokens)
        assert data.meta["documents"][name] == len(whole.docs)
    inside = data.train.tokens[3:9]
    assert isinstance(inside.base, np.memmap) or isinstance(inside, np.memmap), "nothing is read that is not asked for"


def test_folders_that_do_not_fit_together_are_refused(prepared: Path, tmp_path: Path) -> None:
    shutil.copytree(prepared, tmp_path / "all" / "1")
    (tmp_path / "b.txt").write_text("something else " * 200)
    prepare([tmp_path / "b.txt"], tmp_path / "all" / "2", "bpe", 300)
    with pytest.raises(DataError, match=r"another tokenizer.*--tokenizer .*1"):
        TokenData.open(tmp_path / "all")
    (tmp_path / "all" / "2" / "meta.json").unlink()
    with pytest.raises(DataError, match=r"2 is not prepared"):
        TokenData.open(tmp_path / "all")
