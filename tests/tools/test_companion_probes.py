"""Probes of memory: what they tell and ask, and how answers are judged."""

from __future__ import annotations

import pytest
from samples import sample, told_values

from engine.errors import ConfigError
from tools.companion.probes import make_probe


def test_a_probe_asks_for_each_fact_and_for_what_was_never_told() -> None:
    probe = make_probe(1, facts=20, filler_tokens=1500, corrections=4, never_told=6)
    assert probe == make_probe(1, facts=20, filler_tokens=1500, corrections=4, never_told=6)
    assert probe != make_probe(2, facts=20, filler_tokens=1500, corrections=4, never_told=6)
    assert len(probe.told) == 20
    assert len(probe.questions) == 26
    assert sum(len(user) + len(reply) for user, reply in probe.filler) >= 6000
    held = {told.fact.slot: told.fact.value for told in probe.told + probe.corrected}
    assert len(held) == 20
    for question in probe.questions:
        assert question.expected == held.get((question.kind, question.subject.lower()), "")
        assert question.is_right(question.reply)
    assert sum(bool(question.former) for question in probe.questions) == 4
    assert sum(not question.expected for question in probe.questions) == 6


def test_a_probe_says_truly_which_wordings_are_known() -> None:
    mixed = make_probe(3, facts=12, filler_tokens=0, wordings="mixed")
    assert {told.known_wording for told in mixed.told} == {True, False}
    for wordings, known in (("known", True), ("unseen", False)):
        probe = make_probe(3, facts=12, filler_tokens=0, wordings=wordings)
        assert {told.known_wording for told in probe.told} == {known}
        assert {question.known_wording for question in probe.questions} == {known}


def test_values_of_a_probe_were_never_in_training() -> None:
    seen = set(told_values(sample(count=1000, seed=21)))
    probes = [make_probe(seed, facts=20, filler_tokens=0) for seed in range(20)]
    assert not {told.fact.value.lower() for probe in probes for told in probe.told} & seen
    train = [make_probe(seed, facts=20, filler_tokens=0, split="train") for seed in range(20)]
    assert {told.fact.value.lower() for probe in train for told in probe.told} & seen


def test_answers_are_judged_by_their_value() -> None:
    probe = make_probe(5, facts=5, filler_tokens=0, corrections=1)
    told = next(question for question in probe.questions if question.expected and not question.former)
    assert told.is_right(f"It is {told.expected.upper()}!")
    assert not told.is_right("I don't know.")
    assert not told.is_right(f"It is {told.expected}x.")
    assert not told.is_right(f"I do not know whether it is {told.expected}.")
    changed = next(question for question in probe.questions if question.former)
    assert not changed.is_right(f"It is {changed.former}.")
    unknown = next(question for question in probe.questions if not question.expected)
    assert unknown.is_right("I do not know that.")
    assert not unknown.is_right("It is Bramble.")


def test_a_probe_of_nothing_is_refused() -> None:
    with pytest.raises(ConfigError, match="at least one fact"):
        make_probe(1, facts=0)
    with pytest.raises(ConfigError, match="corrections"):
        make_probe(1, facts=2, corrections=3)
