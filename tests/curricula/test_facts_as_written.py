"""A fact is what the person asserted, in the person's own characters."""

from __future__ import annotations

import random
import time

import pytest

from engine.curricula.companion.normalized import normalize
from engine.curricula.companion.patterns import read
from tools.companion.recipe import lives

NAMES = (
    "Ångström", "Émile", "E\u0301mile", "Łukasz", "İpek", "Жанна", "Ёлка", "Ñandú", "Žofie", "Οδυσσέας", "太郎",
    "さくら", "민준", "محمد", "דוד", "मीरा", "ประยุทธ์", "O'Neil", "O\u2019Neil", "d'Arc", "D'Angelo", "Jean-Luc",
    "Anna-Lena", "van der Berg", "de la Cruz", "al-Sayed", "McCoy", "J. R. R. Tolkien", "Homer J. Simpson",
    "Dr. Bloom", "Dolores",
    "Colorado", "Mary Jane Watson", "Ólafur Ragnar Grímsson", "Zoë",
)  # fmt: skip

NOT_ASSERTED = (
    # supposed
    "If my dog were called Rex, he would bark.", "If my cat is called Rex, she would bark.", "Suppose I live in Paris.",
    "Suppose my name is Bond.", "Let us suppose that my door code is 1234.", "What if I live in Paris.",
    "Perhaps my cat is called Rex.", "Maybe I live in Rome.", "It could be that my cat is called Rex.",
    "My cat is called Rex if I get one.", "I hope my boss is a lawyer.", "I guess my cat is called Rex.",
    # imagined, and in a story
    "Imagine my cat is called Rex.", "Imagine: I live in Paris.", "I wish I lived in Rome.",
    "I wish my cat was called Rex.",
    "Pretend my name is Bond.", "Let's pretend. My name is Bond.", "I dreamed that my name is Bob.",
    "In my dream, my cat is called Rex.", "In the story, my name is Alice.", "In my novel the hero's name is Kurt.",
    "In my novel I am a king. My name is Kurt.", "My cat is called Rex in the story.",
    "My door code is 1234 in the game.",
    "Once upon a time there was a girl. My name is Alice, she said.", "The song goes 'my name is Luka'.",
    # said by somebody else
    "My friend said: my cat is called Bob.", "My friend told me: I live in Paris.", 'He said: "my name is Bob"',
    'He said "my name is Bob" and left.', "She told me 'my name is Eve'.", "He shouted „my name is Bob“ and left.",
    "She thinks my cat is called Rex.", "My cat is called Rex, he said.", '"My cat is called Rex," he said.',
    "According to Tom, my cat is called Rex.", "You said my cat is called Rex.", "> My name is Mallory.",
    "`my name is Bob`", "Tom: my name is Tom\nAnna: my name is Anna", "Translate into French: my name is Bob.",
    "Repeat after me: my cat is called Rex.",
    # denied
    "My cat is not called Mia.", "My cat isn't called Tom.", "I do not live in Oslo.", "I never lived in Oslo",
    "It is not true that my cat is called Rex.", "I don't think my cat is called Rex.",
    "Nobody said that I live in Oslo.",
    "I doubt that my cat is called Rex.", "My name is Bond. Just kidding!", "My cat is called Rex. That is a lie.",
    "My cat is called nothing yet.",
    # asked
    "Is my cat called Mia?", "Someone asked if my name was Bob.", "Someone asked whether my name is Bob.",
    "My cat is called Mia, isn't she?",
)  # fmt: skip

ASSERTED = {
    "I live in Colorado": "Colorado",
    "My dog is called Dolores": "Dolores",
    "My favorite color is gray": "gray",
    "My doctor's appointment is on June 3 at 9 a.m.": "on June 3 at 9 a.m.",
    "I live in St. Louis.": "St. Louis",
    "I live in  New   York .": "New   York",
    "I wish I lived in Rome, but I live in Oslo.": "Oslo",
    "If you ask me, my cat is called Rex.": "Rex",
    "Don't forget that my cat is called Rex.": "Rex",
    "I don't have a dog and my cat is called Rex.": "Rex",
    "No, my cat is not Mia, my cat is called Tom.": "Tom",
    "I told you my cat is called Mia.": "Mia",
    "In the story I am a king. Actually, my name is Bob.": "Bob",
    "My name is Bob, nice to meet you.": "Bob",
    "My dog is called Rex, he is great": "Rex",
    "My cat is called Mia 😺!": "Mia",
    "My cat\nis called Mia\nI have to go": "Mia",
    "- My dog is 4\n- I live in Oslo": "Oslo",
}


@pytest.mark.parametrize("message", NOT_ASSERTED)
def test_nothing_counts_as_told_that_nobody_asserts(message: str) -> None:
    assert read(message) == []


@pytest.mark.parametrize(("message", "value"), ASSERTED.items())
def test_what_is_asserted_is_read_as_it_was_typed(message: str, value: str) -> None:
    assert value in [fact.value for fact in read(message)]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("telling", ["My name is {}.", "my sister is called {}", "By the way, I have a dog called {}!"])
def test_a_name_may_begin_with_any_letter_of_any_script(telling: str, name: str) -> None:
    assert [fact.value for fact in read(telling.format(name))] == [name]


@pytest.mark.parametrize("message", [
    "My boss is a total nightmare", "I am a total wreck.", "He is a good listener.", "This is a disaster.",
    "I am a bit tired today.", "My brother became a father.", "Today is a good day.",
])  # fmt: skip
def test_an_opinion_is_no_job(message: str) -> None:
    assert not [fact for fact in read(message) if fact.kind.value == "job"]


@pytest.mark.parametrize(("message", "job"), [
    ("My sister is a doctor.", "doctor"), ("My boss is a vorba maker.", "vorba maker"),
    ("I am a piano tuner.", "piano tuner"),
    ("I work as an astronomer.", "astronomer"),
])  # fmt: skip
def test_a_job_still_is_one(message: str, job: str) -> None:
    assert [fact.value for fact in read(message) if fact.kind.value == "job"] == [job]


@pytest.mark.slow
def test_every_value_is_a_substring_of_its_message() -> None:
    rng = random.Random(5)
    said = [exchange.user for life in lives(40, 77, "test", "long") for exchange in life.exchanges()]
    tellings = ("My name is {}", "I live in {}", "my {} is {}", "My cat is called {}", "I'm {}", "{} lives in {}",
                "My favorite color is {}", "{}'s dog is called {}", "I've got a dog named {}",
                "The wi-fi password is {}",
                "My license plate is {}", "My neighbor is called {}", "My meeting is on {}")  # fmt: skip
    strange = (
        *NAMES,
        "Monday at 9 p.m.",
        "teal colored",
        "B-KX 914",
        "",
        " ",
        "<|end|>",
        "a\tb",
        "x\u200by",
        "Ⅷ",
        "ﬁ",
        "½",
    )
    ends = ("", ".", "!", "?", "…", " 🙂", "\n", ".\nI'm Bob", ", he's old", ' "', "。", " and my dog's called Zoë")
    for _ in range(3000):
        filled = rng.choice(tellings).format(rng.choice(strange), rng.choice(strange))
        said.append(rng.choice(("", "Well, ", "\n", "  ", "“", "It's me. ")) + filled + rng.choice(ends))
    read_values = [(fact.value, message) for message in said for fact in read(message)]
    assert len(read_values) > 1500
    assert [(value, message) for value, message in read_values if value not in message or not value.strip()] == []


def test_the_plain_form_maps_back_to_what_was_typed() -> None:
    message = "  I'm  “Émile” —\nfrom\u00a0Colorado… I've got a favorite. "
    plain = normalize(message)
    assert plain.text == 'I am "Emile" —\nfrom Colourado. I have a favourite.'
    assert plain.source(0, len(plain.text)) == message.strip()
    for word, typed in (("Emile", "Émile"), ("Colourado", "Colorado"), ("I have a", "I've got a"), ("am", "'m")):
        at = plain.text.index(word)
        assert plain.source(at, at + len(word)) == typed


def test_a_very_long_message_is_read_in_reasonable_work() -> None:
    """Doubling the message must not multiply the work by much more: pasted pages hold up nobody."""
    page = 'My cat is called Mia. He said: "I live in Rome". In the story my name is Bob.\nActually, I live in Oslo. '
    seconds = []
    for times in (100, 200):
        start = time.process_time()
        facts = read(page * times)
        seconds.append(time.process_time() - start)
        assert {fact.value for fact in facts} == {"Mia", "Oslo"}
    assert seconds[1] < 6 * seconds[0] + 0.5, seconds
