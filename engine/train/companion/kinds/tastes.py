"""Favourites of the user and of other people: one set of wordings for all, and a few of each one's own."""

from __future__ import annotations

from engine.train.companion.facts import Kind, kind

_TELL = """
My favourite {x} is {v}.
The {x} I like best is {v}.
No {x} is better than {v}.
My favourite {x} has always been {v}.
The best {x} for me is {v}.
If you ask me, the best {x} is {v}.
Of every {x} I know, I like {v} best.
When I must choose {x_as}, I take {v}.
My top {x} is {v}.
I think the nicest {x} is {v}.
The {x} I love most is {v}.
You know what my favourite {x} is? It is {v}.
No other {x} can beat {v}.
For me the number one {x} is {v}.
"""
_ASK = """
What is my favourite {x}?
Which {x} do I like best?
Which {x} is my favourite?
What {x} do I like best?
Which {x} do I love most?
What is the best {x} for me?
Which {x} did I say I like best?
What did I say my favourite {x} is?
What is my top {x}?
Which {x} do I think is the nicest?
Do you remember my favourite {x}?
Which is the {x} that I like most of all?
For me, what is the number one {x}?
"""
_THEIR_TELL = """
{s}'s favourite {x} is {v}.
The favourite {x} of {s} is {v}.
The {x} that {s} likes best is {v}.
{s} says the best {x} is {v}.
For {s} the best {x} is {v}.
{s} has a favourite {x}, it is {v}.
{s} told me that the best {x} is {v}.
As for {s}, the favourite {x} is {v}.
The {x} {s} loves most is {v}.
{s} thinks the nicest {x} is {v}.
In the eyes of {s} the top {x} is {v}.
"""
_THEIR_ASK = """
What is {s}'s favourite {x}?
Which {x} does {s} like best?
Which {x} is {s}'s favourite?
What is the favourite {x} of {s}?
What {x} does {s} like best?
Which {x} does {s} love most?
What is the best {x} for {s}?
What did I say {s}'s favourite {x} is?
Do you remember {s}'s favourite {x}?
Which {x} does {s} think is the nicest?
Which is the top {x} of {s}?
"""
# key: (what it is called, value maker, own ways of telling, weight)
_MINE: dict[str, tuple[str, str, str, float]] = {
    "colour": (
        "colour",
        "colour",
        "I love the colour {v}.\nThe colour {v} makes me happy.\nI paint it all {v}, I love that.",
        2,
    ),
    "food": ("food", "food", "I could eat {v} every day.\nI love to eat {v}.\nNothing tastes as good as {v}.", 2),
    "drink": (
        "drink",
        "drink",
        "I love to drink {v}.\nI could drink {v} all day.\nGive me {v} to drink, I love it.",
        1,
    ),
    "fruit": ("fruit", "fruit", "I love fruit, above all {v}.\nThe fruit I always buy is {v}.", 0.7),
    "animal": ("animal", "animal", "I love every animal, but the {v} most.\nThe animal that I admire is the {v}.", 1),
    "season": ("season", "season", "I love {v}, it is the best time of the year.\nThe time of year I like is {v}.", 1),
    "number": ("number", "number", "My lucky number is {v}.\nThe number {v} brings me luck.", 1),
    "song": ("song", "title", "I sing {v} all day, I love that song.\nThe song in my head is always {v}.", 1),
    "book": ("book", "title", "I have read the book {v} ten times.\nThe book I read again and again is {v}.", 1),
    "film": ("film", "title", "I watch the film {v} every year.\nThe film I never get tired of is {v}.", 1),
    "game": ("game", "title", "I always play the game {v}.\nThe game I play most is {v}.", 0.7),
    "band": ("band", "title", "I listen to the band {v} every day.\nThe band I listen to is {v}.", 0.7),
    "sport": ("sport", "sport", "The sport I do is {v}.\nI love sport, and {v} is the best.", 1),
    "team": ("team", "team", "I am a fan of {v}.\nI support {v}, that is my team.\nI cheer for {v}.", 1),
    "flower": ("flower", "flower", "I grow one flower, the {v}.\nThe flower on my table is the {v}.", 0.5),
    "dish": ("breakfast", "food", "For breakfast I eat {v}.\nI start my day with {v} for breakfast.", 0.7),
}
_THEIRS = {"colour": "colour", "food": "food", "drink": "drink", "song": "title", "sport": "sport", "animal": "animal"}


def _mine(key: str) -> Kind:
    noun, value, own, weight = _MINE[key]
    article = "an " if noun[0] in "aeiou" else "a "
    generic = _TELL.replace("{x_as}", article + noun).replace("{x}", noun)
    if value in ("animal", "flower"):
        generic = generic.replace("{v}", "the {v}")
        short = "It is the {v}."
        answer = f"Your favourite {noun} is the {{v}}."
    else:
        short = "It is {v}."
        answer = f"Your favourite {noun} is {{v}}."
    return kind(
        f"favourite_{key}",
        value,
        weight=weight,
        tell=own + generic,
        ask=_ASK.replace("{x}", noun),
        about=f"what my favourite {noun} is",
        answer=answer,
        prompt=f"What is your favourite {noun}?",
        brief="{v}.\n" + short + "\n" + answer.replace("Your", "My"),
        short=short,
        note="A good choice.\nThat is a fine choice.",
        correct=f"I changed my mind. My favourite {noun} is {answer.partition(' is ')[2]}\n"
        f"My favourite {noun} is {answer.partition(' is ')[2][:-1]} now.",
    )


def _theirs(key: str) -> Kind:
    value = _THEIRS[key]
    the = "the {v}" if value == "animal" else "{v}"
    answer = f"{{s}}'s favourite {key} is {the}."
    return kind(
        f"their_favourite_{key}",
        value,
        subject="name",
        weight=0.6,
        tell=_THEIR_TELL.replace("{x}", key).replace("{v}", the),
        ask=_THEIR_ASK.replace("{x}", key),
        about=f"what {{s}}'s favourite {key} is",
        answer=answer,
        short=f"It is {the}.",
        correct=f"{{s}} has a new favourite {key}. It is {the}.",
    )


TASTES = (*(_mine(key) for key in _MINE), *(_theirs(key) for key in _THEIRS))
