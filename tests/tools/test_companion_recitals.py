"""Recitals: what is told in a row is asked in another order, and much of it is hard to tell apart."""

from __future__ import annotations

import random
from collections import Counter
from typing import Literal

import pytest
from samples import TELLING

from engine.curricula.companion.facts import upper_start
from engine.curricula.companion.wording import DO_NOT_KNOW
from tools.companion.dialogues import make_life
from tools.companion.recitals import crossed_slots


@pytest.mark.parametrize("shape", ["plain", "recite", "parted"])
def test_what_is_recited_is_asked_in_another_order(shape: Literal["plain", "recite", "parted"]) -> None:
    for index in range(30):
        (talk,) = make_life(5, index, shape).dialogues
        first = [e.event for e in talk.exchanges].index("ask")
        told = {fact.slot: fact for e in talk.exchanges[:first] if e.event in TELLING for fact in e.facts}
        asked = [e for e in talk.exchanges if e.event == "ask"]
        assert [fact.slot for e in asked for fact in e.facts] != list(told) or len(told) < 5
        assert {e.slot for e in asked} == {(fact.kind, fact.subject) for fact in told.values()}
        assert all(fact.value in e.reply for e in asked for fact in e.facts)
        if shape == "plain":
            assert all(
                e.user == upper_start(fact.fill(fact.kind.tell.of("train")[0]))
                for e in talk.exchanges[:first]
                for fact in e.facts
            )


def test_what_is_parted_has_much_other_talk_between_telling_and_asking() -> None:
    between = []
    for index in range(40):
        (talk,) = make_life(7, index, "parted").dialogues
        events = [e.event for e in talk.exchanges]
        first = events.index("ask")
        last = max(at for at, event in enumerate(events[:first]) if event in TELLING)
        between.append(events[last:first].count("talk"))
    assert min(between) >= 15
    assert max(between) > 90


def test_crossed_slots_share_subjects_and_kinds_and_none_comes_twice() -> None:
    shared = 0
    for seed in range(60):
        told, untold = crossed_slots(random.Random(seed), 20, "train")
        assert len(told) == 20
        slots = [(kind.key, subject.lower()) for kind, subject in told + untold]
        assert len(set(slots)) == len(slots)
        kinds = Counter(kind.key for kind, subject in told)
        subjects = Counter(subject for kind, subject in told if subject)
        shared += max(kinds.values()) >= 3 or max(subjects.values(), default=0) >= 3
        assert {kind.subject for kind, _ in untold} <= {kind.subject for kind, _ in told}
    assert shared > 50


def test_all_that_is_told_crossed_is_asked_once_and_what_is_not_told_is_not_known() -> None:
    unknown = 0
    for index in range(40):
        (talk,) = make_life(9, index, "crossed").dialogues
        told: dict[tuple[str, str], str] = {}
        asked: Counter[tuple[str, str]] = Counter()
        for said in talk.exchanges:
            if said.event == "ask":
                (fact,) = said.facts
                assert told[fact.slot] == fact.value
                assert fact.value in said.reply
                asked[fact.slot] += 1
            elif said.event == "unknown":
                assert said.slot is not None
                assert (said.slot[0].key, said.slot[1].lower()) not in told
                assert DO_NOT_KNOW in said.reply
                unknown += 1
            else:
                told |= {fact.slot: fact.value for fact in said.facts}
        assert set(asked.values()) == {1}
        assert len(told) - len(asked) <= unknown
    assert unknown > 40
