"""Tokens become text as they come, and nothing is taken behind the end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import tiny

from engine.generate import stream_text
from engine.text.stopping import StopMatcher
from engine.text.tokenizer import Tokenizer

TOKENIZER = Tokenizer.from_json(tiny.tokenizer_json(), "the tokenizer")
END = TOKENIZER.end_id
TEXT = "Grüße, 魂! And more."


class Tokens:
    """A text in tokens, which counts how many were taken."""

    def __init__(self, text: str, *behind: int) -> None:
        self.ids = [*TOKENIZER.encode(text), *behind]
        self.taken = 0

    def __iter__(self) -> Iterator[int]:
        for token in self.ids:
            self.taken += 1
            yield token


def written(tokens: Tokens, stops: tuple[str, ...] = (), **listening: object) -> tuple[str, int, str]:
    done = stream_text(tokens, {END}, TOKENIZER.stream(), StopMatcher(stops), **listening)  # type: ignore[arg-type]
    assert len(done.tokens) == tokens.taken
    return done.text, tokens.taken, done.stopped


def test_all_of_it_is_handed_out_in_whole_characters() -> None:
    pieces: list[str] = []
    text, taken, stopped = written(Tokens(TEXT), callback=lambda piece: pieces.append(piece))
    assert (text, stopped) == (TEXT, "length")
    assert "".join(pieces) == TEXT
    assert taken == len(TEXT.encode())


def test_a_token_that_ends_the_text_is_taken_and_is_no_part_of_it() -> None:
    tokens = Tokens(TEXT, END, *TOKENIZER.encode("never"))
    assert written(tokens) == (TEXT, len(TEXT.encode()) + 1, "end")


def test_a_stop_sequence_ends_it_and_what_only_looked_like_one_does_not() -> None:
    assert written(Tokens("one two three"), ("two",)) == ("one ", 7, "stop")
    assert written(Tokens("one tw", END), ("two",)) == ("one tw", 7, "end")


def test_a_character_that_was_cut_off_is_told_at_the_end() -> None:
    tokens = Tokens("魂")
    tokens.ids.pop()
    text, _, stopped = written(tokens)
    assert stopped == "length"
    assert text == "\ufffd"


@pytest.mark.parametrize("way", ["callback", "cancel"])
def test_nothing_more_is_taken_when_the_listener_has_enough(way: str) -> None:
    listening = {"callback": {"callback": lambda _: False}, "cancel": {"cancel": lambda: True}}[way]
    assert written(Tokens("one two"), **listening) == ("o", 1, "callback")
