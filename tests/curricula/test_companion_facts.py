"""Reading facts out of messages: what is read is right, what cannot be read is left alone."""

from __future__ import annotations

import random

import pytest

from engine.curricula.companion.curriculum import CompanionReader
from engine.curricula.companion.facts import Fact, upper_start
from engine.curricula.companion.kinds import KINDS
from engine.curricula.companion.patterns import confirmed, read, stated
from engine.curricula.companion.values import MAKERS, make_value
from engine.curricula.companion.wording import Replies
from engine.io.conversation_log import Entry
from engine.llama import Llama
from engine.resources import bundled_model
from engine.sleep.curriculum import extract_facts
from tools.companion.probes import make_probe


def found(message: str) -> list[tuple[str, str, str]]:
    return [(fact.kind.key, fact.subject, fact.value) for fact in read(message)]


@pytest.mark.parametrize(
    ("message", "fact"),
    [
        ("My dog is called Bramble.", ("pet_name", "dog", "Bramble")),
        ("By the way, my dog is called Bramble", ("pet_name", "dog", "Bramble")),
        ("I live in Oslo.", ("my_city", "", "Oslo")),
        ("My favorite color is red.", ("favourite_colour", "", "red")),
        ("Please remember this: my door code is 4711.", ("door_code", "", "4711")),
        ("My hovercraft is full of eels.", ("own_words", "hovercraft", "full of eels")),
    ],
)
def test_plain_statements_are_read(message: str, fact: tuple[str, str, str]) -> None:
    assert fact in found(message)


@pytest.mark.parametrize(
    ("message", "facts"),
    [
        (
            "I have a cat named Luna and she is 4 years old",
            [("pet_name", "cat", "Luna"), ("pet_age", "cat", "4")],
        ),
        ("We have a dog. He's seven.", [("pet_age", "dog", "seven")]),
        ("I parked the car on level 3", [("parked", "car", "on level 3")]),
        ("My bike is behind the old station.", [("parked", "bike", "behind the old station")]),
        ("My car is called Rex.", [("thing_name", "car", "Rex")]),
        ("My meeting is on Friday at 10", [("appointment", "meeting", "on Friday at 10")]),
        ("My meeting is on Friday at 10.30.", [("appointment", "meeting", "on Friday at 10.30")]),
        ("I have a dentist appointment next Tuesday", [("appointment", "dentist appointment", "next Tuesday")]),
        (
            "My doctor's appointment is on June 3 at 9 a.m.",
            [("appointment", "doctor's appointment", "on June 3 at 9 a.m.")],
        ),
        ("The train is at 8:15.", [("event_time", "train", "8:15")]),
        ("The plumber comes on Tuesday", [("visitor", "plumber", "on Tuesday")]),
        ("i like pizza", [("likes", "", "pizza")]),
        ("I like long walks and my dog is called Rex.", [("likes", "", "long walks"), ("pet_name", "dog", "Rex")]),
        ("I do not like cabbage.", [("dislike", "", "cabbage")]),
        ("My hobby is sailing.", [("my_hobby", "", "sailing")]),
        ("Of every song I know, I like Vorba best.", [("favourite_song", "", "Vorba")]),
        ("The wifi password is bluefish77", [("wifi", "", "bluefish77")]),
        ("The wi-fi password is Riverlamp!42.", [("wifi", "", "Riverlamp!42")]),
        ("I've got 3 brothers", [("how_many", "brothers", "3")]),
        ("I have two cats.", [("how_many", "cats", "two")]),
        ("My shoe size is 43", [("my_size", "shoe size", "43")]),
        ("My height is 182 cm.", [("my_size", "height", "182 cm")]),
        ("My license plate is HH AB 123", [("plate", "", "HH AB 123")]),
        ("I lent my book to Tom", [("lent", "book", "Tom")]),
        ("My book is on the old table.", [("where_thing", "book", "on the old table")]),
        ("I get up at half past six", [("wake_time", "", "half past six")]),
        ("I take bus 42A to work.", [("bus_line", "", "42A")]),
        ("Anna wants a red scarf for the birthday.", [("gift_idea", "Anna", "red scarf")]),
    ],
)
def test_everyday_facts_are_read_whole(message: str, facts: list[tuple[str, str, str]]) -> None:
    assert found(message) == facts


@pytest.mark.parametrize(
    "message",
    [
        "I like to swim.",
        "I like your answer.",
        "I like it here.",
        "I would like a coffee.",
        "What do I like?",
        "I have time on Friday.",
        "I have a meeting in the office.",
        "The plumber comes from Poland.",
        "Is my meeting on Friday?",
        "I take bus rides.",
        "I get up at once.",
    ],
)
def test_what_only_sounds_like_an_everyday_fact_is_left_alone(message: str) -> None:
    assert found(message) == []


@pytest.mark.parametrize("message", ["My exam is hard.", "My bike is broken.", "My cat is fat.", "My car is red."])
def test_what_fits_no_everyday_kind_stays_in_own_words(message: str) -> None:
    assert [key for key, _, _ in found(message)] == ["own_words"]


def test_values_of_everyday_kinds_are_read_whole_again() -> None:
    rng = random.Random(3)
    told = [
        Fact(kind, subject, make_value(kind.value, rng, "train", subject))
        for kind in KINDS[-12:]
        for subject in (MAKERS[kind.subject](rng, "train") if kind.subject else "" for _ in range(25))
    ]
    missed = []
    for fact in told:
        said = upper_start(fact.fill(fact.kind.tell.train[0])), upper_start(fact.fill(fact.kind.answer))
        by_slot = ({f.slot: f.value for f in facts} for facts in (read(said[0]), stated(said[1])))
        missed += [line for line, values in zip(said, by_slot, strict=True) if values.get(fact.slot) != fact.value]
    assert len(missed) < 0.02 * len(told), missed


@pytest.mark.parametrize(
    "message",
    [
        "What is my dog called?",
        "Do you know where I live?",
        "Hello there.",
        "I am at home in the evening.",
        "I'm allergic.",
        "That is not my dog.",
        "Is my dog called Bramble?",
        "",
        "?!..",
        "My",
    ],
)
def test_what_is_no_statement_is_left_alone(message: str) -> None:
    assert found(message) == []


def test_most_tellings_in_known_wordings_are_read_and_hardly_one_wrongly() -> None:
    told = [item for seed in range(8) for item in make_probe(seed, 20, 0).told]
    right = wrong = 0
    for item in told:
        facts = read(item.user)
        if any(fact.slot == item.fact.slot and fact.value.lower() == item.fact.value.lower() for fact in facts):
            right += 1
        elif facts:
            wrong += 1
    print(f"{right} right, {wrong} wrong of {len(told)}")
    assert right / len(told) > 0.9
    assert wrong / len(told) < 0.03


@pytest.mark.parametrize(
    ("message", "subject", "value"),
    [
        ("In what town? The town that Pobin Saed calls home is Macim.", "Pobin Saed", "Macim"),
        ("We must congratulate Pobin Saed on March 10, it is a birthday!", "Pobin Saed", "March 10"),
        ("Today Pobin works at Warpet.", "Pobin", "Warpet"),
        ("Casas birthday is on October 6", "Casa", "October 6"),
        ("Pobin Saeds cat is called Lum", "Pobin Saed's cat", "Lum"),
        ("there is something i should mention: my turtles name is Riguk", "turtle", "Riguk"),
    ],
)
def test_names_are_read_with_a_surname_and_without_an_apostrophe(message: str, subject: str, value: str) -> None:
    assert [(fact.subject, fact.value) for fact in read(message)] == [(subject, value)]


def test_of_two_on_one_thing_the_later_one_counts() -> None:
    said = ("I live in Oslo.", "My cat is called Miso.", "No, I live in Rome.")
    entries = [Entry("user", text, "", "a", "main", f"{n:012x}-0") for n, text in enumerate(said)]
    entries.append(Entry("assistant", "I live in Paris.", "", "a", "main", "f-0"))
    told = extract_facts(entries, read)
    held = told.statements
    assert [(s.fact.slot, s.fact.value) for s in held] == [(("pet_name", "cat"), "Miso"), (("my_city", ""), "Rome")]
    assert held[-1].entry is entries[2]
    assert told.outdated == {entries[0].id}


def test_a_message_is_outdated_only_when_all_that_it_told_is() -> None:
    said = ("My cat is called Miso and I live in Oslo.", "I live in Rome.")
    entries = [Entry("user", text, "", "a", "main", f"{n:012x}-0") for n, text in enumerate(said)]
    assert len(read(said[0])) == 2
    assert extract_facts(entries, read).outdated == frozenset()


def test_every_answer_of_the_companion_can_be_read_again() -> None:
    told = [item.fact for seed in range(6) for item in make_probe(seed, 20, 0).told]
    replies = Replies(random.Random(1))
    missed = [fact for fact in told if fact.slot not in {f.slot for f in stated(replies.told(fact))}]
    print(f"{len(missed)} of {len(told)} missed")
    assert len(missed) / len(told) < 0.05
    assert stated("Your dog is called... I don't know. You have not told me.") == []
    assert stated("Hello!") == []


def test_what_is_believed_stands_in_the_message() -> None:
    (fact,) = stated("Okay. Your dog is called Bramble.")
    assert confirmed("We got a dog, and everybody shouts Bramble all day.", fact) == fact
    typed = confirmed("we got a dog and everybody shouts bramble", fact)
    assert typed is not None
    assert typed.value == "bramble"
    assert confirmed("We got a dog.", fact) is None
    assert confirmed("We got a cat named Bramble.", fact) is None
    assert confirmed("Is our dog a Bramble?", fact) is None
    assert confirmed("A dog called Brambleton.", fact) is None
    assert confirmed("If we had a dog, everybody would shout Bramble.", fact) is None
    (lives,) = stated("You live in Oslo.")
    assert confirmed("My roof is in Oslo.", lives) == lives
    assert confirmed("The roof of Tex is in Oslo.", lives) is None
    (home,) = stated("Good to know. Ada Bloom lives in Oslo.")
    assert home.subject == "Ada Bloom"


def test_in_wordings_never_trained_on_the_body_understands_more_than_the_patterns() -> None:
    told = [item for seed in range(2) for item in make_probe(seed, 20, 0, wordings="unseen").told]
    reader = CompanionReader(Llama.load_auto(bundled_model(), threads=1))
    by_patterns, by_body = (
        sum(any(f.slot == t.fact.slot and f.value.lower() == t.fact.value.lower() for f in facts(t.user)) for t in told)
        for facts in (read, reader)
    )
    print(f"{by_patterns} by patterns, {by_body} with the body, of {len(told)}")
    assert by_body > 1.5 * by_patterns
