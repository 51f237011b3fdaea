"""Reading facts out of messages: what is read is right, what cannot be read is left alone."""

from __future__ import annotations

import random

import pytest

from engine.llama import Llama
from engine.memory.log import Entry
from engine.memory.sleep.facts import read, says, stated, told_in
from engine.memory.sleep.reader import Reader
from engine.resources import bundled_model
from engine.train.companion.frames import Replies
from engine.train.companion.probes import make_probe


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
    told = told_in(entries)
    held = told.statements
    assert [(s.fact.kind.key, s.fact.value) for s in held] == [("pet_name", "Miso"), ("my_city", "Rome")]
    assert held[-1].entry is entries[2]
    assert told.outdated == {entries[0].id}


def test_a_message_is_outdated_only_when_all_that_it_told_is() -> None:
    said = ("My cat is called Miso and I live in Oslo.", "I live in Rome.")
    entries = [Entry("user", text, "", "a", "main", f"{n:012x}-0") for n, text in enumerate(said)]
    assert len(read(said[0])) == 2
    assert told_in(entries).outdated == frozenset()


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
    assert says("We got a dog, and everybody shouts Bramble all day.", fact)
    assert not says("We got a dog.", fact)
    assert not says("We got a cat named Bramble.", fact)
    assert not says("Is our dog a Bramble?", fact)
    assert not says("A dog called Brambleton.", fact)
    (lives,) = stated("You live in Oslo.")
    assert says("My roof is in Oslo.", lives)
    assert not says("The roof of Tex is in Oslo.", lives)
    (home,) = stated("Good to know. Ada Bloom lives in Oslo.")
    assert home.subject == "Ada Bloom"


def test_in_wordings_never_trained_on_the_body_understands_more_than_the_patterns() -> None:
    told = [item for seed in range(2) for item in make_probe(seed, 20, 0, wordings="unseen").told]
    reader = Reader(Llama.load_auto(bundled_model(), threads=1))
    by_patterns, by_body = (
        sum(any(f.slot == t.fact.slot and f.value.lower() == t.fact.value.lower() for f in facts(t.user)) for t in told)
        for facts in (read, reader)
    )
    print(f"{by_patterns} by patterns, {by_body} with the body, of {len(told)}")
    assert by_body > 1.5 * by_patterns
