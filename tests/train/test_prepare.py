"""Preparing a corpus: nothing lost, nothing leaked, bounded memory, and old files kept until the new are complete."""

from __future__ import annotations

import dataclasses
import itertools
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny

from engine.errors import BitLlamaError, ConfigError, DataError, FileFormatError
from engine.formats.bitt import save_bitt
from engine.train.data import Split, TokenData
from engine.train.prepare import prepare
from engine.train.tokenizer import TOKENIZER_KINDS, TokenizerKind, train_tokenizer

_LINE = "the cat saw a dog near 3 old trees; 猫 sat, naïve and warm. Yes! 魂"
WORDS = _LINE.split()


def prose(words: int, seed: int = 0) -> str:
    rng = random.Random(seed)
    return "".join(rng.choice(WORDS) + rng.choice([" ", " ", " ", "\n", "\n\n"]) for _ in range(words))


def dialogue(seed: int, turns: int = 2) -> dict[str, Any]:
    rng = random.Random(seed)
    messages = []
    for _ in range(turns):
        messages.append({"role": "user", "content": f"question {seed} {' '.join(rng.choices(WORDS, k=6))}"})
        messages.append({"role": "assistant", "text": f"answer {' '.join(rng.choices(WORDS, k=6))}"})
    return {"messages": messages}


def write_lines(path: Path, lines: list[Any]) -> Path:
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    return path


def text_of(data: TokenData, split: Split, special: bool = True) -> str:
    return data.tokenizer.decode(split.tokens.tolist(), special)


def documents_of(data: TokenData, split: Split) -> list[str]:
    bounds = [*split.docs.tolist(), len(split.tokens)]
    return [data.tokenizer.decode(split.tokens[a:b].tolist(), True) for a, b in itertools.pairwise(bounds)]


def files_in(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir()} if folder.exists() else {}


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


# What goes wrong.


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
    "all the same": (_jsonl(*[GOOD] * 50), "nothing is left for validation"),
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


def test_the_tokenizer_of_a_model_is_used_as_its_file_is(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(prose(500), encoding="utf-8")
    body = tiny.body()
    save_bitt(tmp_path / "tiny.bitt", body, packed=True)
    save_bitt(tmp_path / "mute.bitt", dataclasses.replace(body, tokenizer=None), packed=True)
    prepare([tmp_path / "a.txt"], tmp_path / "out", tokenizer=tmp_path / "tiny.bitt")
    assert TokenData.open(tmp_path / "out").tokenizer.vocab_size == body.config.vocab_size
    with pytest.raises(FileFormatError, match=r"mute\.bitt has no tokenizer"):
        prepare([tmp_path / "a.txt"], tmp_path / "no", tokenizer=tmp_path / "mute.bitt")


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
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
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
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, *paths, "bytes"], capture_output=True, text=True, check=False, timeout=200
    )
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < allowed, f"grew by {done.stdout} MiB"
    assert os.path.getsize(tmp_path / "out" / "large" / "train.bin") > megabytes * 1.5 * 2**20
