"""Text that comes token by token is the text of all tokens, and never half a character."""

from __future__ import annotations

import random

import pytest
import tokenizers as library
from many_scripts import sentences

from engine.text.tokenizer import Tokenizer

TEXTS = [
    "日本語。魂を読む",
    "👨‍👩‍👧‍👦👍🏽🇯🇵",
    "שלום, مرحبا",
    "naïve Ünïcödé e\u0301",
    "plain words 123",
    "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35",
]


def streamed(tokenizer: Tokenizer, ids: list[int], special: bool = False) -> list[str]:
    stream = tokenizer.stream(special)
    return [*(stream.push(i) for i in ids), stream.flush()]


@pytest.mark.parametrize("text", TEXTS)
def test_valid_text_streams_in_whole_characters(tokenizer: Tokenizer, text: str) -> None:
    parts = streamed(tokenizer, tokenizer.encode(text))
    assert "".join(parts) == text
    assert "\ufffd" not in "".join(parts)
    assert parts[-1] == ""  # nothing was held back that was complete


def test_a_character_comes_with_its_last_byte_and_not_later(tokenizers: dict[str, Tokenizer]) -> None:
    parts = streamed(tokenizers["bytes"], tokenizers["bytes"].encode("aé猫😀b"))
    assert parts == ["a", "", "é", "", "", "猫", "", "", "", "😀", "b", ""]


def test_pushes_and_flush_are_decode_for_random_ids(tokenizer: Tokenizer) -> None:
    rng = random.Random(0)
    for special in (False, True):
        for _ in range(1500):
            ids = [rng.randrange(-1, tokenizer.vocab_size + 2) for _ in range(rng.randint(0, 24))]
            parts = streamed(tokenizer, ids, special)
            assert "".join(parts) == tokenizer.decode(ids, special)
            "".join(parts).encode("utf-8")  # no part holds anything that cannot be written


def test_decode_is_what_the_bytes_say(tokenizer: Tokenizer) -> None:
    """An independent account: the bytes of each token, joined between special tokens, broken ones replaced."""
    alone = {}
    inner = library.Tokenizer.from_str(tokenizer.to_json())
    plain = sorted(set(range(tokenizer.vocab_size)) - set(tokenizer.special_tokens.values()))
    for i in plain:
        piece = inner.id_to_token(i)
        if piece.startswith("<0x") and len(piece) == 6 and "ByteFallback" in tokenizer.to_json():
            alone[i] = bytes([int(piece[3:5], 16)])
        elif "ByteLevel" in tokenizer.to_json():
            byte_of = {c: b for b, c in _gpt2_characters().items()}
            alone[i] = bytes(byte_of[c] for c in piece)
        else:
            alone[i] = piece.encode()
    rng = random.Random(1)
    for _ in range(800):
        spans = [[rng.choice(plain) for _ in range(rng.randint(0, 8))] for _ in range(3)]
        ids = [*spans[0], tokenizer.end_id, *spans[1], tokenizer.end_id, *spans[2]]
        expected = "".join(b"".join(alone[i] for i in span).decode("utf-8", "replace") for span in spans)
        assert tokenizer.decode(ids) == expected


def _gpt2_characters() -> dict[int, str]:
    """The published mapping (openai/gpt-2, encoder.py) of bytes to characters, written its own way."""
    kept = (
        list(range(ord("!"), ord("~") + 1)) + list(range(ord("¡"), ord("¬") + 1)) + list(range(ord("®"), ord("ÿ") + 1))
    )
    characters, extra = {b: chr(b) for b in kept}, 0
    for byte in range(256):
        if byte not in characters:
            characters[byte] = chr(256 + extra)
            extra += 1
    return characters


def test_byte_level_decoding_agrees_with_the_library(tokenizers: dict[str, Tokenizer]) -> None:
    rng = random.Random(2)
    for kind in ("bytes", "bpe"):
        inner = library.Tokenizer.from_str(tokenizers[kind].to_json())
        for _ in range(800):
            ids = [rng.randrange(4, tokenizers[kind].vocab_size) for _ in range(16)]
            assert tokenizers[kind].decode(ids) == inner.decode(ids)


def test_broken_bytes_come_out_as_replacement(tokenizers: dict[str, Tokenizer]) -> None:
    tokenizer = tokenizers["bytes"]
    ids = tokenizer.encode("é猫")
    assert streamed(tokenizer, ids[:1]) == ["", "\ufffd"]
    assert "".join(streamed(tokenizer, [ids[0], *tokenizer.encode("a")])) == "\ufffda"
    assert "".join(streamed(tokenizer, ids[2:4])) == "\ufffd"
    assert "".join(streamed(tokenizer, [ids[0], tokenizer.end_id, ids[1]])) == "\ufffd\ufffd"


def test_a_decoder_starts_afresh_after_flush(tokenizer: Tokenizer) -> None:
    stream = tokenizer.stream()
    for text in (sentences(2), "猫", " b"):
        assert "".join(stream.push(i) for i in tokenizer.encode(text)) + stream.flush() == text
