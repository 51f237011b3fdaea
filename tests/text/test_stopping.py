"""A stop sequence ends the text wherever its parts are cut, and no beginning of one slips out."""

from __future__ import annotations

import random

import pytest

from engine.errors import ConfigError
from engine.text.stopping import StopMatcher


def run(stops: list[str], parts: list[str]) -> tuple[str, bool]:
    matcher = StopMatcher(stops)
    out = ""
    for part in parts:
        safe, stopped = matcher.push(part)
        out += safe
        if stopped:
            return out, True
    return out + matcher.flush(), False


def expected(stops: list[str], text: str) -> tuple[str, bool]:
    """Letter by letter: stop as soon as the text so far ends in a stop sequence, the longest if several."""
    for n in range(1, len(text) + 1):
        ending = [stop for stop in stops if text[:n].endswith(stop)]
        if ending:
            return text[: n - max(map(len, ending))], True
    return text, False


def test_no_stops_hold_nothing_back() -> None:
    matcher = StopMatcher()
    assert matcher.push("anything") == ("anything", False)
    assert matcher.flush() == ""


def test_a_possible_beginning_waits_until_it_is_decided() -> None:
    matcher = StopMatcher(["User:"])
    assert matcher.push("Hi Us") == ("Hi ", False)
    assert matcher.push("e") == ("", False)
    assert matcher.push("ful") == ("Useful", False)
    assert matcher.push("\nUser") == ("\n", False)
    assert matcher.push(": x") == ("", True)
    assert matcher.push("more") == ("", True)
    assert matcher.flush() == ""


def test_flush_gives_what_was_withheld() -> None:
    matcher = StopMatcher(["END"])
    assert matcher.push("the EN") == ("the ", False)
    assert matcher.flush() == "EN"


def test_the_cut_into_parts_never_matters() -> None:
    rng = random.Random(0)
    met = 0
    for _ in range(4000):
        stops = ["".join(rng.choices("ab猫", k=rng.randint(1, 5))) for _ in range(rng.randint(1, 3))]
        text = "".join(rng.choices("ab猫c", k=rng.randint(0, 20)))
        cuts = sorted(rng.randrange(len(text) + 1) for _ in range(rng.randint(0, 6)))
        parts = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
        assert run(stops, parts) == expected(stops, text), (stops, parts)
        met += expected(stops, text)[1]
    assert 500 < met < 3900  # both cases were tried


def test_an_empty_stop_is_refused() -> None:
    with pytest.raises(ConfigError, match="empty"):
        StopMatcher(["x", ""])


def test_one_string_is_one_stop() -> None:
    assert run("ab", ["xaby"]) == ("x", True)
