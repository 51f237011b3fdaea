"""Any text comes back as it was, special tokens cannot be typed, and long text gives the tokens of the whole."""

from __future__ import annotations

import json
import random
import sys

import numpy as np
import progress
import pytest
import tokenizers as library
from many_scripts import sentences
from tokenizers import AddedToken, decoders, models, normalizers, pre_tokenizers

from engine.errors import ConfigError, FileFormatError
from engine.text.chunks import CHUNK_CHARACTERS, chunks
from engine.text.decoding import MAX_VOCAB
from engine.text.tokenizer import END, SPECIAL_TOKENS, Tokenizer

TRICKY = [
    "",
    " ",
    "\n\n\n  x \t\r\n",
    "日本語のテキスト。漢字とかな",
    "👨‍👩‍👧‍👦 family, 🇯🇵 flag, 👍🏽 tone, e\u0301 combining",
    "שלום עולם, مرحبا بالعالم \u202ertl\u202c",
    "▁ is a letter too, and <0x41> is no byte, Ġ neither",
    "\x00\x01\x7f\x80\u2028\ufeff\ufffd\uffff\U0010ffff",
    "don't 1234567890 3.14159",
    "a" * 3000,
]


@pytest.mark.parametrize("text", TRICKY)
def test_any_text_comes_back(tokenizer: Tokenizer, text: str) -> None:
    assert tokenizer.decode(tokenizer.encode(text)) == text


def test_random_unicode_comes_back(tokenizer: Tokenizer) -> None:
    rng = random.Random(1)
    for _ in range(200):
        codes = (rng.choice([rng.randrange(128), rng.randrange(0x3000), rng.randrange(0x110000)]) for _ in range(30))
        text = "".join(chr(c) for c in codes if not 0xD800 <= c < 0xE000)
        assert tokenizer.decode(tokenizer.encode(text)) == text


def test_half_a_surrogate_pair_counts_as_replacement_character(tokenizer: Tokenizer) -> None:
    assert tokenizer.decode(tokenizer.encode("a\ud83db \ud83d\ude00")) == "a\ufffdb 😀"


@pytest.mark.parametrize("token", SPECIAL_TOKENS)
def test_typed_special_tokens_are_plain_letters(tokenizer: Tokenizer, token: str) -> None:
    special = set(tokenizer.special_tokens.values())
    for text in (token, f"x{token}y", token * 3, f"<|e{token}nd|>", f" {token}\n"):
        ids = tokenizer.encode(text)
        assert not special & set(ids)
        assert tokenizer.decode(ids) == text


def test_special_tokens_are_found_where_asked_for(tokenizer: Tokenizer) -> None:
    ids = tokenizer.encode(f"a{END}<|user|>b", special=True)
    assert ids == [*tokenizer.encode("a"), tokenizer.end_id, tokenizer.token_id("<|user|>"), *tokenizer.encode("b")]
    assert tokenizer.decode(ids) == "ab"
    assert tokenizer.decode(ids, special=True) == f"a{END}<|user|>b"


def test_a_model_that_knows_a_special_token_as_a_word_still_spells_it() -> None:
    vocabulary = [(END, 0.0), *((c, -5.0) for c in "<|end>ab")]
    inner = library.Tokenizer(models.Unigram(vocabulary, unk_id=1))
    inner.decoder = decoders.Fuse()
    inner.add_special_tokens([END])
    assert 0 in inner.encode(f"a{END}b").ids  # it would be taken for the token
    tokenizer = Tokenizer(inner)
    ids = tokenizer.encode(f"a{END}b{END}")
    assert tokenizer.end_id not in ids
    assert tokenizer.decode(ids) == f"a{END}b{END}"


def test_json_keeps_the_tokenizer(tokenizer: Tokenizer) -> None:
    again = Tokenizer.from_json(tokenizer.to_json())
    text = sentences(50, seed=3)
    assert again.encode(text) == tokenizer.encode(text)
    assert again.vocab_size == tokenizer.vocab_size
    assert again.to_json() == tokenizer.to_json()


def test_long_text_gives_the_tokens_of_the_whole(tokenizer: Tokenizer) -> None:
    whole = library.Tokenizer.from_str(tokenizer.to_json())
    for text in (sentences(3000, seed=4), sentences(2000, seed=5).replace(" ", "").replace("\n", "、")):
        assert len(text) > 2 * CHUNK_CHARACTERS
        assert tokenizer.encode(text) == whole.encode(text).ids


def test_streamed_and_gathered_encoding_give_the_same(tokenizer: Tokenizer) -> None:
    rng = random.Random(2)
    text = sentences(2000, seed=6)
    cuts = sorted(rng.randrange(len(text)) for _ in range(40))
    blocks = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    assert np.concatenate(list(tokenizer.encode_stream(blocks))).tolist() == tokenizer.encode(text)
    texts = [text[:100], "", text, "x"] + [line for line in text.split("\n") if line]
    assert tokenizer.encode_all(texts) == [tokenizer.encode(t) for t in texts]


@pytest.mark.parametrize("size", [1, 2, 7, 64, 1000])
def test_pieces_are_all_of_the_text_and_no_longer_than_allowed(size: int) -> None:
    text = sentences(60, seed=7) + "x" * 200 + sentences(5)
    cut = list(chunks([text[:333], "", text[333:]], size))
    assert "".join(cut) == text
    assert max(map(len, cut)) <= size
    assert all(cut)


def test_unknown_tokens_and_ids() -> None:
    inner = library.Tokenizer(models.BPE(vocab={"a": 0, "b": 2}, merges=[]))
    inner.decoder = decoders.ByteLevel()
    tokenizer = Tokenizer(inner)
    assert tokenizer.vocab_size == 3
    assert tokenizer.decode([0, 1, 2, 3, -1, 0]) == "a\ufffdb\ufffd\ufffda"
    with pytest.raises(ConfigError, match=r"no token <\|end\|>"):
        _ = tokenizer.end_id


def sentencepiece_like(scheme: str) -> library.Tokenizer:
    """What models converted from SentencePiece carry: ``▁`` for spaces, bytes as a last resort."""
    letters = [f"<0x{b:02X}>" for b in range(256)] + list("▁abcdeé") + ["▁a", "▁b", "ab"]
    inner = library.Tokenizer(models.Unigram([(piece, -float(n)) for n, piece in enumerate(letters)], 0, True))
    if scheme == "steps":
        inner.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
        inner.decoder = decoders.Sequence(
            [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
        )
    else:
        inner.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme=scheme)
        inner.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Metaspace(prepend_scheme=scheme)])
    inner.add_special_tokens([END])
    inner.add_tokens([AddedToken("zzz")])
    return inner


@pytest.mark.parametrize("scheme", ["steps", "first", "never"])
@pytest.mark.parametrize("text", ["a b", "ab  cabé", " a", "日本 語", "zzz a zzz", "", "  "])
def test_tokenizers_of_other_programs_decode_as_there(scheme: str, text: str) -> None:
    inner = sentencepiece_like(scheme)
    expected = inner.decode(inner.encode(text).ids)
    tokenizer = Tokenizer(inner)
    assert tokenizer.decode(tokenizer.encode(text)) == expected


@pytest.mark.parametrize("text", ["", "{}", "not json", "[]", '{"model": {"type": "BPE"}}', "\x00" * 50, "null"])
def test_what_is_no_tokenizer_is_refused_by_name(text: str) -> None:
    with pytest.raises(FileFormatError, match=r"some\.json is not a tokenizer"):
        Tokenizer.from_json(text, "some.json")


def test_decoders_that_cannot_be_streamed_are_refused() -> None:
    inner = library.Tokenizer(models.WordPiece({"[UNK]": 0, "a": 1}, unk_token="[UNK]"))
    inner.decoder = decoders.WordPiece()
    with pytest.raises(FileFormatError, match="'WordPiece', which cannot be streamed"):
        Tokenizer.from_json(inner.to_str())


def test_an_absurd_id_is_refused_before_anything_is_allocated() -> None:
    inner = library.Tokenizer(models.BPE(vocab={"a": MAX_VOCAB}, merges=[]))
    inner.decoder = decoders.ByteLevel()
    with pytest.raises(FileFormatError, match="damaged"):
        Tokenizer.from_json(inner.to_str())


def test_damaged_tokenizers_are_refused_or_work(tokenizers: dict[str, Tokenizer]) -> None:
    source = json.dumps(json.loads(tokenizers["bpe"].to_json()), separators=(",", ":"))
    rng = random.Random(8)
    for _ in range(150):
        damaged = list(source[: rng.choice([len(source), rng.randrange(len(source))])])
        for _ in range(rng.randint(1, 4)):
            damaged[rng.randrange(len(damaged))] = rng.choice('"{}[]:,09-truefalsn')
        try:
            tokenizer = Tokenizer.from_json("".join(damaged))
        except FileFormatError:
            continue
        assert isinstance(tokenizer.decode(tokenizer.encode("some text")), str)


def test_text_and_preparing_need_no_torch_and_no_qt() -> None:
    code = (
        "import sys, engine.text.template, engine.text.sampling, engine.text.stopping, engine.train.prepare;"
        "sys.exit(any(m in sys.modules for m in ('torch', 'PySide6')))"
    )
    assert progress.run([sys.executable, "-c", code]).returncode == 0
