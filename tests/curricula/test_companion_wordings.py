"""The wordings of the kinds: many for training, each with what it needs, and none of those held out for testing."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from engine.curricula.companion.data import LEXICON as lx
from engine.curricula.companion.facts import Kind, Wordings
from engine.curricula.companion.frames import ASK_FRAMES, CORRECT_FRAMES, TELL_FRAMES
from engine.curricula.companion.kinds import KINDS, read_kind

HELD_OUT = (151, 145, "0867d760513c49c28edaa34a6d99fac7f79fde6a7da0ff38ccf9b420d69dec66")
"""How many ways of telling and of asking are held out, and the checksum of all of them. Every measured figure of unseen
wordings rests on these lines: who changes them must measure anew."""
OLDER = 80
"""The kinds that these figures are of; those after them came later and have a checksum of their own."""
HELD_OUT_EVERYDAY = (24, 24, "61e3e0609519f7cadda3200be2c429df721534c091dc46cae72568a2dcf0c9b3")
SUBJECTS = {
    "pet": lx.pets, "relation": lx.relations, "named_thing": lx.named_things, "owned": lx.owned,
    "owned_plural": lx.owned_plural, "coloured": lx.coloured, "event": lx.events, "goods": lx.goods,
    "vehicle": lx.vehicles, "appointment": lx.appointments, "visitor": lx.visitors, "counted": lx.counted,
    "measure": lx.measures,
}  # fmt: skip
LEAST = 21
"""Ways of telling, and of asking, of every kind in training."""


def plain(wording: str) -> str:
    """The words alone, whatever their capitals and marks."""
    return " ".join(re.findall(r"[\w{}']+", wording.lower()))


def sets() -> Iterator[tuple[Kind, Wordings]]:
    for kind in KINDS:
        yield kind, kind.tell
        yield kind, kind.ask


def test_every_kind_has_many_wordings_in_training() -> None:
    for kind, wordings in sets():
        assert len(wordings.train) >= LEAST, kind.key


def test_the_card_of_the_companion_counts_them() -> None:
    card = " ".join((Path(__file__).parents[2] / "docs" / "companion.md").read_text(encoding="utf-8").split())
    tell, ask = (sum(len(getattr(kind, name).train) for kind in KINDS) for name in ("tell", "ask"))
    assert f"Of {len(KINDS)} kinds of facts, training has {tell:,} ways of telling and {ask:,} of asking" in card
    assert f"at least {min(len(wordings.train) for _, wordings in sets())} of each" in card
    assert f"Another {HELD_OUT[0] + HELD_OUT_EVERYDAY[0]} and {HELD_OUT[1] + HELD_OUT_EVERYDAY[1]} are held out" in card


def held_out(kinds: Sequence[Kind]) -> tuple[int, int, str]:
    digest = hashlib.sha256()
    for kind in kinds:
        digest.update(repr((kind.key, kind.tell.test, kind.ask.test)).encode())
    tell, ask = (sum(len(getattr(kind, name).test) for kind in kinds) for name in ("tell", "ask"))
    return tell, ask, digest.hexdigest()


def test_what_is_held_out_is_what_it_was() -> None:
    assert held_out(KINDS[:OLDER]) == HELD_OUT
    assert held_out(KINDS[OLDER:]) == HELD_OUT_EVERYDAY


def test_no_everyday_wording_is_held_out_of_another_kind() -> None:
    # "My {s} is {v}" of a pet is another message than of a wallet: only the same words and the same subjects are one
    everyday = KINDS[OLDER:]
    held = {plain(line) for kind in KINDS for line in (*kind.tell.test, *kind.ask.test)}
    for kind in everyday:
        for line in (*kind.tell.train, *kind.ask.train, *kind.correct, *kind.brief):
            assert plain(line) not in held, (kind.key, line)


def test_no_two_kinds_are_told_in_the_same_words() -> None:
    told: dict[str, str] = {}
    for kind in KINDS:
        for subject in SUBJECTS.get(kind.subject, (f"<{kind.subject}>",)):
            for line in dict.fromkeys(map(plain, (*kind.tell.train, *kind.tell.test))):
                said = line.replace("{as}", f"a {subject}").replace("{s}", subject)
                other = told.setdefault(said, kind.key)
                if kind in KINDS[OLDER:]:
                    assert other == kind.key, (kind.key, other, line, subject)


def test_no_wording_of_training_is_one_held_out() -> None:
    for kind, wordings in sets():
        held_out = {plain(line) for line in wordings.test}
        assert not held_out & {plain(line) for line in wordings.train}, kind.key
    for kind in KINDS:
        held_out = {plain(line) for line in kind.tell.test}
        assert not held_out & {plain(line) for line in kind.correct + kind.brief}, kind.key
    for frames in (TELL_FRAMES, ASK_FRAMES, CORRECT_FRAMES):
        assert not {plain(frame) for frame in frames.test} & {plain(frame) for frame in frames.train}


def test_no_noun_in_a_frame_is_a_question_held_out() -> None:
    frames = [frame for frame in ASK_FRAMES.train if "{n}" in frame or "{c}" in frame]
    assert len(frames) > 50
    for kind in KINDS:
        asked = [plain(frame.replace("{n}", kind.noun).replace("{c}", kind.about)) for frame in frames]
        for line in map(plain, kind.ask.test):
            assert not any(said.endswith(line) for said in asked), (kind.key, line)
        assert set(re.findall(r"\{\w*\}", kind.noun)) == ({"{s}"} if kind.subject else set()), kind.key


def test_no_wording_stands_twice() -> None:
    for kind, wordings in sets():
        every = [plain(line) for line in wordings.train]
        assert len(set(every)) == len(every), kind.key
    for kind in KINDS:
        assert len(set(kind.correct)) == len(kind.correct), kind.key
        assert len(set(kind.brief)) == len(kind.brief), kind.key
    for frames in (TELL_FRAMES, ASK_FRAMES, CORRECT_FRAMES):
        assert len(set(frames.train)) == len(frames.train)


def test_every_wording_has_its_placeholders_and_no_other() -> None:
    for kind in KINDS:
        subject = {"{s}", "{as}"} if kind.subject else set()
        for telling in (*kind.tell.train, *kind.correct, *kind.brief):
            found = set(re.findall(r"\{\w*\}", telling))
            assert len(found & {"{v}", "{av}"}) == 1, (kind.key, telling)
            assert found <= {"{v}", "{av}"} | subject, (kind.key, telling)
            assert not kind.subject or telling in kind.brief or found & subject, (kind.key, telling)
        for asking in kind.ask.train:
            found = set(re.findall(r"\{\w*\}", asking))
            assert found <= subject, (kind.key, asking)
            assert not kind.subject or found, (kind.key, asking)


def test_every_wording_is_a_whole_sentence() -> None:
    for kind, wordings in sets():
        for line in wordings.train:
            assert re.match(r"[A-Z{]|the \{v\}", line), (kind.key, line)
            assert line[-1] in ".?", (kind.key, line)
            assert not re.search(r"[<>|]|  |[.,?] ?[.,?:]", line), (kind.key, line)


def test_more_wordings_leave_the_first_and_the_held_out_in_place() -> None:
    entry = {
        "key": "hat", "value": "words", "noun": "my hat", "about": "what my hat is", "answer": "Your hat is {v}.",
        "short": "It is {v}.", "tell": [f"{n} hats, {{v}}." for n in range(12)], "ask": ["Which hat?"],
        "correct": ["No, {v}."], "brief": ["{v}."],
    }  # fmt: skip
    more = {"tell": ["Once more {v}."], "ask": ["Once more?"], "correct": ["Not {v}."], "brief": ["So {v}."]}
    plain, wider = read_kind(entry), read_kind({**entry, "more": more})
    assert plain.tell.test == ("4 hats, {v}.", "10 hats, {v}.")
    assert wider.tell == Wordings((*plain.tell.train, "Once more {v}."), plain.tell.test)
    assert wider.ask == Wordings((*plain.ask.train, "Once more?"), plain.ask.test)
    assert (wider.correct, wider.brief) == (("No, {v}.", "Not {v}."), ("{v}.", "So {v}."))
