"""Searching: what a person would call the same words is found, and shown where it stands."""

from __future__ import annotations

import unicodedata

import pytest

from engine.text.folding import find_folded, fold


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("İstanbul", "istanbul"), ("istanbul", "İSTANBUL"), ("ISTANBUL", "ıstanbul"), ("Straße", "STRASSE"),
        (unicodedata.normalize("NFD", "café naïve"), "café"), ("café", unicodedata.normalize("NFD", "CAFÉ")),
        ("naïve", "naive"), ("Ёлка", "елка"), ("ＡＢＣ１２３", "abc123"), ("ｶﾞｰﾃﾞﾝ", "ガーデン"), ("ﬁle", "file"),
        (unicodedata.normalize("NFD", "ガーデン"), "ガーデン"), ("don\u2019t", "don't"),
        ("zero\u200bwidth", "zerowidth"),
        ("a\u00a0b", "a b"), ("pre\u2011war", "pre-war"), ("ΣΊΣΥΦΟΣ", "σίσυφος"),
    ],
)  # fmt: skip
def test_the_same_words_are_found(text: str, query: str) -> None:
    assert fold(query) in fold(text)


@pytest.mark.parametrize(("one", "other"), [("か", "が"), ("は", "ぱ"), ("o", "ö̲x"), ("한", "하")])
def test_other_words_stay_others(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@pytest.mark.parametrize("before", ["", "plain ", "ß" * 9, "İ" * 9, "ﬃ" * 5, "é" * 7, "e\u0301" * 7, "\u200b" * 3])
def test_a_find_is_shown_where_it_stands(before: str) -> None:
    text = f"{before} the Needle in the hay"
    assert text[find_folded(text, [fold("NEEDLE")]) :].startswith("Needle")
    assert find_folded(text, ["straw"]) == -1
