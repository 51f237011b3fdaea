"""Tokenizers that other programs made: a long text is spelled as the whole, and no letter is lost without a word."""

from __future__ import annotations

import random
from typing import Any

import pytest
import tokenizers as library
from families import trained
from many_scripts import sentences
from tokenizers import AddedToken, decoders, models, normalizers, pre_tokenizers

from engine.errors import BitLlamaError, ConfigError
from engine.text.chunks import CHUNK_CHARACTERS
from engine.text.tokenizer import Tokenizer

LETTERS = list("abcdefghijklmnopqrstuvwxyz.,é猫。日本語")


def pieces(unknown: str | None = "<unk>", fallback: bool = True) -> library.Tokenizer:
    """SentencePiece's BPE over letters, with a few words."""
    bytes_ = [f"<0x{byte:02X}>" for byte in range(256)] if fallback else []
    words = ["▁w", "or", "▁wor", "▁word", "日本"]
    tokens = [*([unknown] if unknown else []), *bytes_, "▁", *LETTERS, *words]
    merges = [("▁", "w"), ("o", "r"), ("▁w", "or"), ("▁wor", "d"), ("日", "本")]
    vocabulary = {token: i for i, token in enumerate(tokens)}
    return library.Tokenizer(models.BPE(vocab=vocabulary, merges=merges, unk_token=unknown, byte_fallback=fallback))


def with_prefix(kind: str) -> library.Tokenizer:
    """The ways in which tokenizers put a space before a text, or take white space away."""
    if kind.startswith("bytes"):
        inner = library.Tokenizer.from_str(trained("words"))
        inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
        return inner
    inner = pieces()
    steps: list[Any] = [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
    if kind == "prepended":
        inner.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
        steps.append(decoders.Strip(" ", 1, 0))
    elif kind == "stripped":
        inner.normalizer = normalizers.Sequence(
            [normalizers.Strip(), normalizers.NFKC(), normalizers.Lowercase(), normalizers.Replace(" ", "▁")]
        )
    else:
        inner.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme=kind, split=False)
        if kind != "never":
            steps.append(decoders.Strip(" ", 1, 0))
    inner.decoder = decoders.Sequence(steps)
    return inner


KINDS = ["prepended", "first", "always", "never", "stripped", "bytes, a space before"]
LONG = {
    "words": "word " * 9000 + "end",
    "lines": "word word\n" * 6000,
    "white space": "  word" * 6000,
    "no white space": "日本語。" * 9000,
    "accents": "e\u0301" * 20_000,
    "mixed": sentences(5000, seed=9),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", LONG)
def test_a_long_text_is_spelled_as_the_whole(kind: str, name: str) -> None:
    inner, text = with_prefix(kind), LONG[name]
    assert len(text) > 2 * CHUNK_CHARACTERS
    whole = inner.encode(text, add_special_tokens=False).ids
    tokenizer = Tokenizer(inner)
    assert tokenizer.encode(text) == whole
    assert tokenizer.decode(whole) == inner.decode(whole)
    ids, ends = tokenizer.encode_aligned(text)
    assert ids == whole
    assert ends == sorted(ends)
    assert len(text) - ends[-1] <= 1  # a character that was stripped belongs to no token


@pytest.mark.parametrize("kind", KINDS)
def test_a_text_in_parts_is_spelled_as_the_whole(kind: str) -> None:
    """Cut between a word and white space, and each part told where it stands."""
    tokenizer, text = Tokenizer(with_prefix(kind)), sentences(60, seed=2)
    cuts = [n for n in range(1, len(text)) if text[n - 1].isalpha() and text[n] == " "]
    cut = random.Random(1).choice(cuts)
    parts = [
        tokenizer.encode(text[:cut] + ("x" if kind == "stripped" else "")),
        tokenizer.encode(text[cut:], place="middle"),
    ]
    if kind == "stripped":
        parts[0] = parts[0][: len(parts[0]) - 1]  # the letter kept the white space at the cut
    assert parts[0] + parts[1] == tokenizer.encode(text)


@pytest.mark.parametrize("kind", KINDS)
def test_what_goes_on_from_a_text_keeps_its_first_space(kind: str) -> None:
    tokenizer = Tokenizer(with_prefix(kind))
    text = "word word word"
    ids = tokenizer.encode(text)
    for n in range(1, len(ids)):
        stream = tokenizer.stream(place="middle")
        rest = "".join(map(stream.push, ids[n:])) + stream.flush()
        start = tokenizer.decode(ids[:n])
        assert start + rest == tokenizer.decode(ids)


@pytest.mark.parametrize("kind", KINDS)
def test_streams_hold_nothing_back_and_lose_nothing(kind: str) -> None:
    tokenizer = Tokenizer(with_prefix(kind))
    rng = random.Random(4)
    for _ in range(200):
        text = "".join(
            rng.choices(["word ", " ", "日本", "😀", "é", "\n", "e\u0301", "x", "👨‍👩‍👧"], k=rng.randint(1, 8))
        )
        ids = tokenizer.encode(text)
        stream = tokenizer.stream()
        assert "".join(map(stream.push, ids)) + stream.flush() == tokenizer.decode(ids)


def without_unknown(kind: str) -> library.Tokenizer:
    if kind == "letters":
        inner = pieces(None, fallback=False)
        inner.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first")
        inner.decoder = decoders.Metaspace(prepend_scheme="first")
        return inner
    if kind == "half of the bytes":
        inner = pieces(None, fallback=False)
        vocabulary = inner.get_vocab() | {f"<0x{byte:02X}>": 100 + byte for byte in range(128)}
        inner = library.Tokenizer(models.BPE(vocab=vocabulary, merges=[], byte_fallback=True))
        inner.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Fuse()])
        return inner
    if kind == "byte level":
        inner = library.Tokenizer(models.BPE(vocab={c: i for i, c in enumerate([*"abcdword", "Ġ", "Ċ"])}, merges=[]))
        inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        inner.decoder = decoders.ByteLevel()
        return inner
    if kind == "unigram":
        inner = library.Tokenizer(models.Unigram([("▁", -1.0), *((c, -2.0) for c in "abcdword")]))
        inner.pre_tokenizer = pre_tokenizers.Metaspace()
        inner.decoder = decoders.Metaspace()
        return inner
    inner = library.Tokenizer(models.WordLevel({"word": 0, "a": 1}, unk_token="[UNK]"))
    inner.pre_tokenizer = pre_tokenizers.Whitespace()
    inner.decoder = decoders.Fuse()
    return inner


WITHOUT = ["letters", "half of the bytes", "byte level", "unigram", "whole words"]


@pytest.mark.parametrize("kind", WITHOUT)
@pytest.mark.parametrize("text", ["wordж", "ж" * 40_000, "a 😀", "日本ж"])
def test_letters_that_would_be_lost_are_told(kind: str, text: str) -> None:
    tokenizer = Tokenizer(without_unknown(kind))
    for encode in (tokenizer.encode, tokenizer.encode_aligned, lambda t: tokenizer.encode_all(["a", t])):
        with pytest.raises(ConfigError, match="tokenizer"):
            encode(text)
    assert tokenizer.encode("word")


def test_the_letters_are_named() -> None:
    with pytest.raises(ConfigError, match="'ж', 'Ж'"):
        Tokenizer(without_unknown("letters")).encode("word жЖж")


def test_control_characters_are_no_letters() -> None:
    tokenizer = Tokenizer(without_unknown("byte level"))
    assert tokenizer.decode(tokenizer.encode("wo\x04rd\x7f")) == "word"
    with pytest.raises(ConfigError, match=r"\\t"):
        tokenizer.encode("wo\trd")


def test_an_unknown_token_stands_for_what_is_unknown() -> None:
    inner = pieces("<unk>", fallback=False)
    inner.add_special_tokens(["<unk>"])
    inner.decoder = decoders.Fuse()
    tokenizer = Tokenizer(inner)
    ids = tokenizer.encode("ажb")
    assert ids == inner.encode("ажb", add_special_tokens=False).ids
    assert tokenizer.special_tokens["<unk>"] in ids
    assert tokenizer.special_tokens["<unk>"] not in tokenizer.encode("<unk>".replace("<", "a").replace(">", "b"))


def test_bytes_that_a_file_calls_special_are_bytes() -> None:
    inner = pieces()
    inner.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    inner.add_special_tokens(["<unk>", *(f"<0x{byte:02X}>" for byte in range(256))])
    tokenizer = Tokenizer(inner)
    for text in ("😀 ж", "<0x41>", "\x00"):
        assert tokenizer.decode(tokenizer.encode(text.replace(" ", ""))) == text.replace(" ", "")
    assert tokenizer.special_tokens.keys() == {"<unk>"}


def test_no_text_comes_out_another_time_as_another() -> None:
    inner = library.Tokenizer.from_str(trained("words"))
    inner.model.dropout = 0.5
    tokenizer = Tokenizer(inner)
    assert len({tuple(tokenizer.encode(sentences(3))) for _ in range(20)}) == 1


def test_special_tokens_take_the_white_space_beside_them_along_where_they_do() -> None:
    inner = library.Tokenizer.from_str(trained("words"))
    inner.add_special_tokens([AddedToken("<|a|>", rstrip=True), AddedToken("<|b|>", lstrip=True), AddedToken("<|c|>")])
    text = "x <|a|> \n y  <|b|>  <|c|>  z<|a|>\t<|b|>"
    expected = inner.encode(text, add_special_tokens=False).ids
    assert Tokenizer(inner).encode(text, special=True) == expected


def test_damaged_files_of_others_are_refused_or_work() -> None:
    rng = random.Random(12)
    for n in range(150):
        source = with_prefix(KINDS[n % len(KINDS)]).to_str()
        damaged = list(source)
        for _ in range(rng.randint(1, 3)):
            damaged[rng.randrange(len(damaged))] = rng.choice('"{}[]:,09-truefalsn')
        try:
            tokenizer = Tokenizer.from_json("".join(damaged))
            assert isinstance(tokenizer.decode(tokenizer.encode("some 😀 text")), str)
        except BitLlamaError:
            continue
