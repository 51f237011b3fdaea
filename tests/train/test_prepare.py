"""Preparing a corpus: nothing lost, nothing leaked, and what is held out."""

from __future__ import annotations

import dataclasses
import itertools
import json
from pathlib import Path

import numpy as np
import pytest
import tiny
from corpora import dialogue, documents_of, files_in, prose, text_of, write_lines

from engine.errors import FileFormatError
from engine.io.bitt import save_bitt
from engine.train.data import TokenData
from engine.train.prepare import prepare
from engine.train.tokenizer import TOKENIZER_KINDS, TokenizerKind, train_tokenizer


@pytest.mark.parametrize("kind", TOKENIZER_KINDS)
def test_one_text_comes_back_whole_with_its_end_held_out(tmp_path: Path, kind: TokenizerKind) -> None:
    text = prose(40_000)
    assert len(text) > 100_000
    (tmp_path / "book.txt").write_text(text, encoding="utf-8", newline="")
    report = prepare([tmp_path / "book.txt"], tmp_path / "out", kind, 600, val_fraction=0.1)
    data = TokenData.open(tmp_path / "out")
    train, val = text_of(data, data.train), text_of(data, data.val)
    assert train.endswith("<|end|>")
    assert val.endswith("<|end|>")
    assert train.removesuffix("<|end|>") + val.removesuffix("<|end|>") == text
    assert len(train.removesuffix("<|end|>")) == int(len(text) * 0.9)
    assert data.train.docs.tolist() == data.val.docs.tolist() == [0]
    assert data.train.mask.all()
    assert data.val.mask.all()
    assert data.meta["kind"] == report.kind == "text"
    assert data.train.tokens.dtype == np.uint16
    assert report.tokens == {"train": len(data.train.tokens), "val": len(data.val.tokens)}
    assert report.vocab_size == data.tokenizer.vocab_size
    assert report.characters == len(text)
    assert report.characters_per_token == pytest.approx(len(text) / (len(data.train.tokens) + len(data.val.tokens)))
    assert report.characters_per_token > (0.8 if kind == "bytes" else 1.5)


def test_dialogues_are_rendered_and_masked(tmp_path: Path) -> None:
    lines = [dialogue(n) for n in range(60)]
    write_lines(tmp_path / "talk.jsonl", lines)
    report = prepare([tmp_path / "talk.jsonl"], tmp_path / "out", "bpe", 500)
    data = TokenData.open(tmp_path / "out")
    assert data.meta["kind"] == report.kind == "dialogue"
    assert report.documents["train"] + report.documents["val"] == 60
    expected = {
        "".join(f"<|{m['role']}|>{m.get('content', m.get('text'))}<|end|>\n" for m in line["messages"]): "".join(
            f"{m['text']}<|end|>" for m in line["messages"] if m["role"] == "assistant"
        )
        for line in lines
    }
    for split in (data.train, data.val):
        bounds = [*split.docs.tolist(), len(split.tokens)]
        for a, b in itertools.pairwise(bounds):
            ids, mask = split.tokens[a:b], split.mask[a:b]
            said = expected.pop(data.tokenizer.decode(ids.tolist(), True))  # each document once, as it was
            assert data.tokenizer.decode(ids[mask == 1].tolist(), True) == said
    assert not expected


def test_a_life_is_one_document(tmp_path: Path) -> None:
    life = {"conversations": [dialogue(1), dialogue(2)]}
    write_lines(tmp_path / "a.jsonl", [life, *(dialogue(n) for n in range(3, 50))])
    prepare([tmp_path / "a.jsonl"], tmp_path / "out", "bytes")
    data = TokenData.open(tmp_path / "out")
    found = documents_of(data, data.train) + documents_of(data, data.val)
    both = [d for d in found if "question 1 " in d]
    assert len(both) == 1
    assert both[0].index("question 1 ") < both[0].index("question 2 ")
    assert both[0].count("<|end|>") == 8
    assert len(found) == 48


def test_typed_special_tokens_in_a_corpus_stay_text(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("the token <|end|> ends <|assistant|> things " * 50)
    prepare([tmp_path / "a.txt"], tmp_path / "out", "bpe", 300)
    data = TokenData.open(tmp_path / "out")
    assert np.count_nonzero(data.train.tokens < 4) == 1
    assert data.tokenizer.decode(data.train.tokens.tolist()).startswith("the token <|end|> ends <|assistant|> things ")


def test_folders_are_read_with_those_inside_and_each_file_once(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    (corpus / "deep" / "er").mkdir(parents=True)
    for n, place in enumerate(["a.txt", "deep/b.TXT", "deep/er/c.txt"]):
        (corpus / place).write_text(f"file {n} " * 30)
    (corpus / "ignored.png").write_bytes(b"\x89PNG\x00")
    (corpus / "empty.txt").write_text("")
    report = prepare([corpus, corpus / "a.txt", corpus / "deep"], tmp_path / "out", "bytes")
    data = TokenData.open(tmp_path / "out")
    assert report.characters == 3 * 30 * len("file 0 ")
    assert [d[:7] for d in documents_of(data, data.train)] == ["file 0 ", "file 1 ", "file 2 "]


def test_line_ends_and_byte_order_marks_do_not_get_into_the_tokens(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("\ufeffone\r\ntwo\r\n\r\nthree\rfour\n".encode() * 1 + b"x" * 50)
    lines = json.dumps({"text": "five\r\n"}) + "\r\n\r\n" + json.dumps({"text": "six"})
    (tmp_path / "b.jsonl").write_bytes(b"\xef\xbb\xbf" + lines.encode())
    prepare([tmp_path], tmp_path / "out", "bytes", val_fraction=0.01)
    data = TokenData.open(tmp_path / "out")
    assert text_of(data, data.train).startswith("one\ntwo\n\nthree\nfour\nxxx")


def test_whole_documents_are_held_out_in_proportion_and_whatever_the_order(tmp_path: Path) -> None:
    lines = [{"text": prose(30, seed)} for seed in range(1500)]
    write_lines(tmp_path / "a.jsonl", lines)
    write_lines(tmp_path / "b.jsonl", [*reversed(lines), *({"text": prose(30, n)} for n in range(5000, 5300))])
    held = {}
    for name in ("a", "b"):
        prepare([tmp_path / f"{name}.jsonl"], tmp_path / name, "bytes", val_fraction=0.1)
        data = TokenData.open(tmp_path / name)
        held[name] = set(documents_of(data, data.val))
        everything = documents_of(data, data.train) + documents_of(data, data.val)
        wanted = (tmp_path / f"{name}.jsonl").read_text(encoding="utf-8").strip().split("\n")
        assert sorted(everything) == sorted(json.loads(line)["text"] + "<|end|>" for line in wanted)
        assert 0.07 < len(held[name]) / len(everything) < 0.13
    assert held["a"] < held["b"]


@pytest.mark.parametrize("count", [2, 3, 8])
def test_a_few_dialogues_leave_at_least_one_on_each_side(tmp_path: Path, count: int) -> None:
    for seed in range(20):
        lines = [dialogue(100 * seed + n) for n in range(count)]
        write_lines(tmp_path / "a.jsonl", lines)
        report = prepare([tmp_path / "a.jsonl"], tmp_path / "out", "bytes")
        assert report.documents["train"] >= 1
        assert report.documents["val"] >= 1
        assert sum(report.documents.values()) == count  # none was divided


def test_a_long_life_alone_is_divided_before_a_question(tmp_path: Path) -> None:
    write_lines(tmp_path / "a.jsonl", [dialogue(1, turns=100)])
    report = prepare([tmp_path / "a.jsonl"], tmp_path / "out", "bytes", val_fraction=0.1)
    data = TokenData.open(tmp_path / "out")
    assert report.documents == {"train": 1, "val": 1}
    assert text_of(data, data.val).startswith("<|user|>")
    assert text_of(data, data.val).count("<|user|>") == 10
    assert text_of(data, data.train).endswith("<|end|>\n")


def test_the_same_corpus_gives_the_same_files(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(prose(3000), encoding="utf-8")
    write_lines(tmp_path / "b.jsonl", [dialogue(n) for n in range(30)] + [{"text": prose(50, n)} for n in range(30)])
    for kind in TOKENIZER_KINDS:
        for name in ("one", "two"):
            prepare([tmp_path / "a.txt", tmp_path / "b.jsonl"], tmp_path / name, kind, 600)
        assert files_in(tmp_path / "one") == files_in(tmp_path / "two")


def test_a_given_tokenizer_is_used_with_special_tokens_added(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(prose(500), encoding="utf-8")
    own = train_tokenizer([prose(500, 1)], "bpe", 400)
    (tmp_path / "tokenizer.json").write_text(own.to_json(), encoding="utf-8")
    report = prepare([tmp_path / "a.txt"], tmp_path / "out", vocab_size=9999, tokenizer=tmp_path / "tokenizer.json")
    data = TokenData.open(tmp_path / "out")
    assert report.tokenizer == "given"
    assert data.tokenizer.to_json() == own.to_json()
    prepare([tmp_path / "a.txt"], tmp_path / "again", tokenizer=tmp_path / "out")
    assert (tmp_path / "again" / "train.bin").read_bytes() == (tmp_path / "out" / "train.bin").read_bytes()


def test_a_vocabulary_beyond_16_bits_is_written_in_32(tmp_path: Path) -> None:
    description = json.loads(train_tokenizer([], "bytes").to_json())
    vocabulary = description["model"]["vocab"]
    letter = vocabulary.pop("猫".encode()[:1].decode("latin-1"))  # the first byte of the cat moves up
    vocabulary |= {f"never{n}": n for n in (letter, *range(260, 70_000))}
    vocabulary["猫".encode()[:1].decode("latin-1")] = 70_000
    (tmp_path / "tokenizer.json").write_text(json.dumps(description))
    (tmp_path / "a.txt").write_text("猫 and 猫 " * 20, encoding="utf-8")
    prepare([tmp_path / "a.txt"], tmp_path / "out", tokenizer=tmp_path / "tokenizer.json")
    data = TokenData.open(tmp_path / "out")
    assert data.train.tokens.dtype == np.uint32
    assert data.train.tokens.max() == 70_000
    assert text_of(data, data.train).startswith("猫 and 猫 ")


def test_the_report_reads_well(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("ab " * 4000)
    shown = prepare([tmp_path / "a.txt"], tmp_path / "out", "bytes").render()
    assert "text, 12,000 characters" in shown
    assert "bytes, 260 tokens, 1.00 characters each" in shown
    assert "11,401 tokens in 1 document\n" in shown
    assert "601 tokens in 1 document\n" in shown


def test_progress_rises_to_the_end_of_each_stage(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(prose(60_000), encoding="utf-8")
    calls: list[tuple[str, float]] = []
    prepare([tmp_path / "a.txt"], tmp_path / "out", "bytes", progress=lambda stage, done: calls.append((stage, done)))
    stages = list(dict.fromkeys(stage for stage, _ in calls))
    assert len(stages) == 2
    for stage in stages:
        done = [value for name, value in calls if name == stage]
        assert done == sorted(done)
        assert 0 < done[0] < done[-1] == 1


def test_the_tokenizer_of_a_model_is_used_as_its_file_is(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(prose(500), encoding="utf-8")
    body = tiny.body()
    save_bitt(tmp_path / "tiny.bitt", body, packed=True)
    save_bitt(tmp_path / "mute.bitt", dataclasses.replace(body, tokenizer=None), packed=True)
    prepare([tmp_path / "a.txt"], tmp_path / "out", tokenizer=tmp_path / "tiny.bitt")
    assert TokenData.open(tmp_path / "out").tokenizer.vocab_size == body.config.vocab_size
    with pytest.raises(FileFormatError, match=r"mute\.bitt has no tokenizer"):
        prepare([tmp_path / "a.txt"], tmp_path / "no", tokenizer=tmp_path / "mute.bitt")


def share_held_out(data: TokenData) -> float:
    return len(data.val.tokens) / (len(data.val.tokens) + len(data.train.tokens))


@pytest.mark.parametrize("copies", [1, 40, 800])
def test_the_share_is_kept_by_size_whichever_document_is_repeated(tmp_path: Path, copies: int) -> None:
    lines = [{"text": f"number {n}: {prose(20, n)}"} for n in range(200)]
    write_lines(tmp_path / "a.jsonl", lines)
    prepare([tmp_path / "a.jsonl"], tmp_path / "out", "bytes", val_fraction=0.05)
    data = TokenData.open(tmp_path / "out")
    unlucky = {"text": documents_of(data, data.val)[0].removesuffix("<|end|>")}  # its hash is a low one
    write_lines(tmp_path / "a.jsonl", [*lines, *[unlucky] * copies])
    prepare([tmp_path / "a.jsonl"], tmp_path / "out", "bytes", val_fraction=0.05)
    data = TokenData.open(tmp_path / "out")
    assert share_held_out(data) == pytest.approx(0.05, rel=0.35)
    assert not set(documents_of(data, data.val)) & set(documents_of(data, data.train))


def test_the_share_is_kept_where_sizes_differ_much(tmp_path: Path) -> None:
    for seed in range(4):
        sizes = [2000 // (n + 1) + 20 for n in range(120)]
        write_lines(tmp_path / "a.jsonl", [{"text": prose(n, 1000 * seed + i)} for i, n in enumerate(sizes)])
        prepare([tmp_path / "a.jsonl"], tmp_path / "out", "bytes", val_fraction=0.2)
        assert share_held_out(TokenData.open(tmp_path / "out")) == pytest.approx(0.2, rel=0.35)


def test_equal_documents_are_on_one_side_however_they_are_written(tmp_path: Path) -> None:
    for n in range(60):
        text = prose(20, n)
        (tmp_path / f"{n}.txt").write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
        line = dialogue(n)
        other = {"messages": [dict(reversed(message.items())) for message in line["messages"]]}
        write_lines(tmp_path / f"{n}.jsonl", [{"text": text}, line, other])
    prepare([tmp_path], tmp_path / "out", "bytes", val_fraction=0.2)
    data = TokenData.open(tmp_path / "out")
    held = {text.strip() for text in documents_of(data, data.val)}
    assert held
    assert not held & {text.strip() for text in documents_of(data, data.train)}
