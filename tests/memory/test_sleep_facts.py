"""Reading facts out of messages: what is read is right, what cannot be read is left alone."""

from __future__ import annotations

import pytest

from engine.memory.log import Entry
from engine.memory.sleep.facts import read, statements
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


def test_of_two_on_one_thing_the_later_one_counts() -> None:
    said = ("I live in Oslo.", "My cat is called Miso.", "No, I live in Rome.")
    entries = [Entry("user", text, "", "a", "main", f"{n:012x}-0") for n, text in enumerate(said)]
    entries.append(Entry("assistant", "I live in Paris.", "", "a", "main", "f-0"))
    told = statements(entries)
    assert [(s.fact.kind.key, s.fact.value) for s in told] == [("pet_name", "Miso"), ("my_city", "Rome")]
    assert told[-1].entry is entries[2]
