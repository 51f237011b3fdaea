"""Lessons of deep sleep: what is known is asked less, what is not again and again; and no lesson teaches to invent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import tiny

from engine import Llama
from engine.curricula.companion.patterns import read
from engine.io.conversation_log import Entry
from engine.runtime.select import create_runtime
from engine.sleep.curriculum import DEFAULT, Statement, extract_facts, load_curriculum
from engine.sleep.lessons import MOST_OLDER, Lessons
from engine.sleep.replay import dialogues_of

SAID = ("My cat is called Miso.", "My door code is 4711.", "I live in Oslo.", "Mrs Bloom saw the tall ship come in.")
ENTRIES = [Entry("user", text, "", "a", "main", f"{n:012x}-0") for n, text in enumerate(SAID)]


def llama() -> Llama:
    body = tiny.body()
    return Llama(body, create_runtime(body, device="cpu"))


def lessons(told: Sequence[Statement], older: Sequence[Statement] = (), seed: int = 1) -> Lessons:
    one = llama()
    return Lessons(one, load_curriculum(DEFAULT), dialogues_of(one, ENTRIES, "none"), told, older, seed)


def asked(made: Lessons, surprise: float, rounds: int = 1) -> Counter[int]:
    """How often each fact was asked, where every answer surprises so much."""
    count: Counter[int] = Counter()
    for _ in range(rounds):
        for batch in made.batches():
            count.update(number for one in batch for number, _ in one.answers)
            made.observe(batch, [np.full(len(one.lesson.ids), surprise, np.float32) for one in batch])
    return count


def test_what_is_not_known_is_asked_twice_a_round_and_what_is_known_once() -> None:
    told = extract_facts(ENTRIES, read).statements
    made = lessons(told * 10)
    assert made.unlearned == 30
    first = asked(made, surprise=2.0)
    assert first == dict.fromkeys(range(30), 2)
    assert asked(made, surprise=0.01) == first
    assert made.unlearned == 0
    assert asked(made, surprise=0.01) == dict.fromkeys(range(30), 1)


def test_of_former_nights_some_are_asked_and_what_faded_is_learned_again() -> None:
    told = extract_facts(ENTRIES, read).statements
    made = lessons([], older=told * 10)
    assert made.unlearned == 0
    faded = asked(made, surprise=1.5)
    assert 9 <= len(faded) <= 10
    again = asked(made, surprise=0.01)
    assert all(again[number] == 2 for number in faded)


def test_a_long_life_makes_no_long_night() -> None:
    told = extract_facts(ENTRIES, read).statements
    made = lessons(told[:1], older=told * 1000)
    assert len(asked(made, surprise=0.01)) <= 1 + MOST_OLDER


def test_the_answers_stand_where_they_are_said_to() -> None:
    one = llama()
    made = lessons(extract_facts(ENTRIES, read).statements)
    for batch in made.batches():
        for lesson in batch:
            assert len(lesson.lesson.ids) == len(lesson.lesson.weights)
            for number, tokens in lesson.answers:
                text = one.tokenizer.decode(lesson.lesson.ids[tokens])
                assert made.facts[number].value in text
                own = [i for i, w in zip(lesson.lesson.ids[tokens], lesson.lesson.weights[tokens], strict=True) if w]
                assert made.facts[number].value in one.tokenizer.decode(own)


def test_the_same_seed_makes_the_same_lessons_and_another_one_others() -> None:
    told = extract_facts(ENTRIES, read).statements
    texts = [
        [list(one.lesson.ids) for batch in lessons(told, seed=seed).batches() for one in batch] for seed in (1, 1, 2)
    ]
    assert texts[0] == texts[1] != texts[2]


def test_what_no_pattern_reads_counts_more_as_it_was_said() -> None:
    made = lessons(extract_facts(ENTRIES, read).statements)
    heard: list[float] = []
    while not heard:
        heard = [w for batch in made.batches() for one in batch if one.log_tokens for w in one.lesson.weights]
    assert len(set(heard)) == 3


def test_what_is_told_in_own_words_can_be_asked_and_told_anew_like_any_other_fact() -> None:
    entry = Entry("user", "My sofa table is wobbly.", "", "a", "main", "0-0")
    (fact,) = (statement.fact for statement in extract_facts([entry], read).statements)
    made = lessons([Statement(fact, entry)])
    assert asked(made, surprise=0.01, rounds=6)[0] >= 6
