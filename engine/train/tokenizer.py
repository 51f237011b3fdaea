"""Training a tokenizer: byte-level BPE, unigram with byte fallback, or plain bytes. Every one can spell any text."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable
from typing import Literal, get_args

import tokenizers
from tokenizers import Regex, decoders, models, pre_tokenizers, trainers

from engine.errors import DataError
from engine.text.decoding import BYTE_OF_CHARACTER, MAX_VOCAB
from engine.text.tokenizer import SPECIAL_TOKENS, Tokenizer

TokenizerKind = Literal["bpe", "unigram", "bytes"]
TOKENIZER_KINDS: tuple[TokenizerKind, ...] = get_args(TokenizerKind)

BYTES_VOCAB = len(SPECIAL_TOKENS) + 256
"""Special tokens and bytes: what every vocabulary holds, and all that the plain one does."""

SMALLEST_VOCAB: dict[TokenizerKind, int] = {"bytes": BYTES_VOCAB, "bpe": BYTES_VOCAB, "unigram": 512}

_MIN_FREQUENCY = 2  # a pair of letters that occurs once is no part of the language
_MAX_TOKEN = 24  # characters; rulers of dashes need no token each
_COVERAGE = 0.9998  # of a unigram corpus; the rarest characters are spelled in bytes
_WORD_SAMPLE = 1 << 20  # characters in which whole words are counted
_BYTE_SCORE = -1000.0  # log probability of a byte: below any spelling in letters

_ASCII = [chr(c) for c in range(0x20, 0x7F)] + ["\n", "\t"]

_WORDS = Regex(r" ?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+|\s+(?!\S)|\s+")
"""Words with the space before them, single digits, runs of signs, white space: as GPT-2 splits, with marks in words."""


def check_vocab_size(kind: TokenizerKind, vocab_size: int) -> None:
    """Raises `DataError` for an unknown kind or a vocabulary size that it cannot have."""
    if kind not in TOKENIZER_KINDS:
        raise DataError(f"The tokenizer kind {kind!r} is unknown; it must be one of {', '.join(TOKENIZER_KINDS)}.")
    if kind != "bytes" and not SMALLEST_VOCAB[kind] <= vocab_size <= MAX_VOCAB:
        raise DataError(
            "A vocabulary of {count} tokens is not possible: a {kind} tokenizer needs {low} (the "
            "special tokens, the bytes and some more) to {high}.",
            count=vocab_size,
            kind=kind,
            low=SMALLEST_VOCAB[kind],
            high=MAX_VOCAB,
        )


def train_tokenizer(texts: Iterable[str], kind: TokenizerKind = "bpe", vocab_size: int = 4096) -> Tokenizer:
    """A tokenizer for `texts`, with the special tokens first (ids 0 to 3).

    - ``bpe``: byte-level byte-pair encoding; digits stand alone, which helps to copy and to reckon.
    - ``unigram``: the likeliest pieces (Kudo 2018, arXiv 1804.10959), other characters in bytes.
    - ``bytes``: the 256 bytes, whatever `texts` and `vocab_size` are.

    The vocabulary is smaller than `vocab_size` where `texts` do not hold so many pieces. The texts are read once, in
    order; a unigram tokenizer keeps them while it trains. An exception that they raise comes out as it is.

    Raises `DataError` for a size that the kind cannot have.
    """
    check_vocab_size(kind, vocab_size)
    if kind == "bytes":
        return Tokenizer(_plain_bytes())
    if kind == "bpe":
        return Tokenizer(_train_bpe(texts, vocab_size))
    return Tokenizer(_train_unigram(texts, vocab_size))


def with_special_tokens(tokenizer: Tokenizer) -> Tokenizer:
    """A tokenizer from elsewhere with the special tokens that it lacks added after its own."""
    if all(token in tokenizer.special_tokens for token in SPECIAL_TOKENS):
        return tokenizer
    inner = tokenizers.Tokenizer.from_str(tokenizer.to_json())
    inner.add_special_tokens(list(SPECIAL_TOKENS))
    return Tokenizer(inner)


def _plain_bytes() -> tokenizers.Tokenizer:
    vocabulary = {c: len(SPECIAL_TOKENS) + byte for c, byte in BYTE_OF_CHARACTER.items()}
    vocabulary |= {token: i for i, token in enumerate(SPECIAL_TOKENS)}
    inner = tokenizers.Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    inner.decoder = decoders.ByteLevel()
    inner.add_special_tokens(list(SPECIAL_TOKENS))
    return inner


def _train_bpe(texts: Iterable[str], vocab_size: int) -> tokenizers.Tokenizer:
    inner = tokenizers.Tokenizer(models.BPE())
    inner.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    inner.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        min_frequency=_MIN_FREQUENCY,
        max_token_length=_MAX_TOKEN,
        special_tokens=list(SPECIAL_TOKENS),
        initial_alphabet=sorted(BYTE_OF_CHARACTER),
        show_progress=False,
    )
    inner.train_from_iterator(texts, trainer)
    return inner


def _train_unigram(texts: Iterable[str], vocab_size: int) -> tokenizers.Tokenizer:
    kept = ["".join(_ASCII), *texts]  # so that ASCII is never missing
    counts: Counter[str] = Counter()
    for text in kept:
        counts.update(text)
    room = vocab_size - BYTES_VOCAB
    rare = _rare_characters(counts, room // 2)
    splitter = pre_tokenizers.Split(_WORDS, "isolated")
    learned = tokenizers.Tokenizer(models.Unigram())
    learned.pre_tokenizer = splitter
    trainer = trainers.UnigramTrainer(vocab_size=room, show_progress=False)
    learned.train_from_iterator((text.translate(rare) for text in kept), trainer)
    scores = _steady(dict(json.loads(learned.to_str())["model"]["vocab"]), counts)
    scores = _frequent_words(kept, splitter, room - len(scores)) | scores
    pieces = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    fixed = [(token, _BYTE_SCORE) for token in SPECIAL_TOKENS]
    fixed += [(f"<0x{byte:02X}>", _BYTE_SCORE) for byte in range(256)]
    inner = tokenizers.Tokenizer(models.Unigram(fixed + pieces, unk_id=len(SPECIAL_TOKENS), byte_fallback=True))
    inner.pre_tokenizer = splitter
    inner.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Fuse()])
    inner.add_special_tokens(list(SPECIAL_TOKENS))
    return inner


def _rare_characters(counts: Counter[str], room: int) -> dict[int, str]:
    """A translation that cuts words at the characters that get no piece of their own; ASCII always does."""
    wanted = _COVERAGE * counts.total()
    ascii_first = sorted(counts.items(), key=lambda item: (item[0] not in _ASCII, -item[1], item[0]))
    covered, rare = 0, {}
    for n, (character, count) in enumerate(ascii_first):
        if n >= room or (covered >= wanted and character not in _ASCII):
            rare[ord(character)] = "\n"
        covered += count
    return rare


def _steady(scores: dict[str, float], counts: Counter[str]) -> dict[str, float]:
    """The learned log probabilities, made the same for the same corpus.

    The library's sums differ in the last digits from run to run, and the characters that it found no use for get the
    lowest scores, in steps of 0.0001, in any order: scores are rounded, and those steps dealt by the counts.
    """
    rounded = {piece: round(score, 6) for piece, score in scores.items()}
    letters = [piece for piece in rounded if len(piece) == 1]
    top = min(rounded.values()) + 0.0001 * len(letters)
    unused = sorted((c for c in letters if rounded[c] <= top), key=lambda c: (-counts[c], c))
    steps = sorted((rounded[c] for c in unused), reverse=True)
    return rounded | dict(zip(unused, steps, strict=True))


def _frequent_words(texts: list[str], splitter: pre_tokenizers.PreTokenizer, room: int) -> dict[str, float]:
    """The most frequent words with their log probabilities, as many as there is room for.

    The library only considers pieces that different words share, so where there are few words it leaves room.
    """
    words: Counter[str] = Counter()
    read = 0
    for text in texts if room else ():
        if read >= _WORD_SAMPLE:
            break
        read += len(text)
        words.update(word for word, _ in splitter.pre_tokenize_str(text))
    total = words.total()
    likely = [(w, c) for w, c in words.items() if c >= _MIN_FREQUENCY and 1 < len(w) <= _MAX_TOKEN]
    best = sorted(likely, key=lambda item: (-item[1], item[0]))[:room]
    return {word: round(math.log(count / total), 6) for word, count in best}
