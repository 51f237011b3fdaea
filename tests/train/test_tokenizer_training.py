"""Trained tokenizers hold what they promise: specials first, all bytes, digits alone, the same for the same text."""

from __future__ import annotations

import json
import random

import pytest

from engine.errors import DataError
from engine.text.tokenizer import SPECIAL_TOKENS, Tokenizer
from engine.train.tokenizer import (
    BYTES_VOCAB,
    SMALLEST_VOCAB,
    TOKENIZER_KINDS,
    TokenizerKind,
    train_tokenizer,
    with_special_tokens,
)


def corpus(lines: int = 400, seed: int = 0) -> list[str]:
    rng = random.Random(seed)
    words = ["river", "stone", "猫", "walking", "2024", "quickly", "naïve", "魂", "river", "stone", "the", "of", "and"]
    return [" ".join(rng.choices(words, k=20)) for _ in range(lines)]


@pytest.mark.parametrize("kind", TOKENIZER_KINDS)
def test_special_tokens_come_first_and_any_text_can_be_spelled(kind: TokenizerKind) -> None:
    tokenizer = train_tokenizer(corpus(), kind, 600)
    assert [tokenizer.token_id(t) for t in SPECIAL_TOKENS] == [0, 1, 2, 3]
    for text in ("𒀀 never seen ß", "\x00\xff", "the river"):
        assert tokenizer.decode(tokenizer.encode(text)) == text
    assert tokenizer.vocab_size <= 600
    assert set(json.loads(tokenizer.to_json())["model"]) >= {"type", "vocab"}


@pytest.mark.parametrize("kind", TOKENIZER_KINDS)
def test_the_same_text_gives_the_same_file(kind: TokenizerKind) -> None:
    assert train_tokenizer(corpus(), kind, 600).to_json() == train_tokenizer(iter(corpus()), kind, 600).to_json()


@pytest.mark.parametrize("kind", ["bpe", "unigram"])
def test_words_that_are_frequent_get_tokens_and_digits_stand_alone(kind: TokenizerKind) -> None:
    tokenizer = train_tokenizer(corpus(), kind, 600)
    assert len(tokenizer.encode(" river stone quickly")) == 3
    assert len(tokenizer.encode("2024")) == 4
    assert tokenizer.encode("2024") == [i for digit in "2024" for i in tokenizer.encode(digit)]
    assert tokenizer.encode(" 24")[-2:] == tokenizer.encode("24")


def test_bytes_are_the_bytes_and_nothing_else() -> None:
    tokenizer = train_tokenizer([], "bytes", 1)
    assert tokenizer.vocab_size == BYTES_VOCAB == 260
    text = "abc 猫\n\x00"
    assert len(tokenizer.encode(text)) == len(text.encode())
    assert len(set(tokenizer.encode("".join(map(chr, range(128)))))) == 128


def test_a_unigram_vocabulary_survives_more_characters_than_it_has_room_for() -> None:
    many = "".join(chr(0x4E00 + i) for i in range(3000))
    tokenizer = train_tokenizer([*corpus(), many], "unigram", SMALLEST_VOCAB["unigram"])
    assert tokenizer.vocab_size <= SMALLEST_VOCAB["unigram"]
    assert tokenizer.decode(tokenizer.encode(many)) == many
    assert len(tokenizer.encode("a")) == 1


@pytest.mark.parametrize("kind", ["bpe", "unigram"])
def test_no_text_at_all_still_gives_a_tokenizer(kind: TokenizerKind) -> None:
    for texts in ([], ["x"]):
        tokenizer = train_tokenizer(texts, kind, 600)
        assert tokenizer.decode(tokenizer.encode("hello 猫")) == "hello 猫"


@pytest.mark.parametrize("kind", ["bpe", "unigram"])
def test_vocabularies_too_small_or_absurd_are_refused(kind: TokenizerKind) -> None:
    for size in (-1, 0, SMALLEST_VOCAB[kind] - 1, 1 << 21):
        with pytest.raises(DataError, match=f"vocabulary of {size} tokens is not possible.*{SMALLEST_VOCAB[kind]}"):
            train_tokenizer(corpus(), kind, size)


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(DataError, match="'words' is unknown"):
        train_tokenizer(corpus(), "words", 500)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", TOKENIZER_KINDS)
def test_an_error_in_the_texts_comes_out_as_it_is(kind: TokenizerKind) -> None:
    def texts():  # type: ignore[no-untyped-def]
        yield "some text"
        raise DataError("line 7 is bad")

    if kind == "bytes":
        assert train_tokenizer(texts(), kind).vocab_size == BYTES_VOCAB
    else:
        with pytest.raises(DataError, match=r"^line 7 is bad$"):
            train_tokenizer(texts(), kind, 600)


def test_special_tokens_are_added_to_a_tokenizer_from_elsewhere() -> None:
    own = train_tokenizer(corpus(), "bpe", 500)
    assert with_special_tokens(own) is own
    description = json.loads(own.to_json())
    description["added_tokens"] = []
    for token in SPECIAL_TOKENS:
        del description["model"]["vocab"][token]
    description["model"]["vocab"] = {t: i - 4 for t, i in description["model"]["vocab"].items()}
    other = Tokenizer.from_json(json.dumps(description))
    assert not other.special_tokens
    extended = with_special_tokens(other)
    assert extended.encode("the river <|end|>") == other.encode("the river <|end|>")
    assert sorted(extended.special_tokens.values()) == list(range(other.vocab_size, other.vocab_size + 4))
