"""More ways, for training alone, to tell and ask of favourites: shared ones, and some of each one's own."""

from __future__ import annotations

from engine.train.companion.facts import More, more

_TELL = """
{v} is my favourite {x}.
{v} is the {x} I like best.
{v}, that is my favourite {x}.
My favourite {x}? It is {v}.
As a {x}, I like {v} more than all others.
I like many things, but my favourite {x} is {v}.
My {x} of choice is {v}.
If I could have only one {x}, it would be {v}.
Among all, my favourite {x} is {v}.
There is one {x} I love, and it is {v}.
My family knows that my favourite {x} is {v}.
What I like best as a {x} is {v}.
For a {x} I would always choose {v}.
"""
_ASK = """
What was my favourite {x} again?
And my favourite {x}?
My favourite {x}, what is it?
Remind me of my favourite {x}.
Any idea what my favourite {x} is?
Which {x} do I love?
Which {x} would I always choose?
What is my {x} of choice?
If I could have only one {x}, which would it be?
Somebody asked for my favourite {x}. What do I say?
What {x} do I like more than all others?
Could you name my favourite {x}?
Which {x} am I most fond of?
"""
_CORRECT = """
I used to like something else. My favourite {x} is {v} now.
You got it wrong, my favourite {x} is {v}.
"""
_THEIR_TELL = """
{v} is {s}'s favourite {x}.
{v} is the {x} that {s} likes best.
{s} likes {v} more than any other {x}.
{s}'s favourite {x}? It is {v}.
If you ask {s}, the best {x} is {v}.
For {s} there is no better {x} than {v}.
I know that {s}'s favourite {x} is {v}.
I asked {s} about the best {x}, and it is {v}.
When it comes to a {x}, {s} likes {v} best.
{s} would always choose {v} as a {x}.
Of every {x}, {s} likes {v} best.
The {x} that makes {s} happy is {v}.
"""
_THEIR_ASK = """
What was {s}'s favourite {x} again?
And {s}'s favourite {x}?
{s}'s favourite {x}, what is it?
Remind me of {s}'s favourite {x}.
Any idea what {s}'s favourite {x} is?
Which {x} makes {s} happy?
Which {x} would {s} always choose?
If you ask {s}, what is the best {x}?
What {x} does {s} like more than any other?
I asked {s} about the best {x}. What was it?
Of every {x}, which does {s} like best?
Could you name the favourite {x} of {s}?
Do you know which {x} {s} likes best?
"""
_THEIR_CORRECT = """
You got it wrong, {s}'s favourite {x} is {v}.
Now {s} likes {v} best as a {x}.
"""
# key: what it is called, whether the value takes "the", own ways of telling, own ways of asking
_MINE: dict[str, tuple[str, bool, str, str]] = {
    "colour": (
        "colour",
        False,
        "All my clothes are {v}, it is my favourite colour.\n"
        "I want everything in {v}, I love the colour.\n"
        "I look best in {v}, my favourite colour.",
        "In which colour would I paint everything?\nWhich colour makes me happy?",
    ),
    "food": (
        "food",
        False,
        "I am always hungry for {v}, my favourite food.\n"
        "If you cook for me, make {v}, I love it.\n"
        "On my birthday I always eat {v}, my favourite food.",
        "What should you cook to make me happy?\nWhat could I eat every day?\nWhat do I love to eat?",
    ),
    "drink": (
        "drink",
        False,
        "When I am thirsty I want {v}.\nIn every bar I order {v}, my favourite drink.",
        "What do I like to drink best?\nWhat could I drink all day?\nWhat do I want when I am thirsty?",
    ),
    "fruit": (
        "fruit",
        False,
        "At the market I always look for {v}, my favourite fruit.\nIf you bring me fruit, bring {v}.",
        "Which fruit do I always buy?\nWhich fruit should you bring me?",
    ),
    "animal": (
        "animal",
        True,
        "In the zoo I always go to the {v} first.\nI have pictures of one animal on my wall, the {v}.",
        "Which animal do I admire?\nTo which animal do I go first in the zoo?",
    ),
    "season": (
        "season",
        False,
        "I wait all year for {v}, my favourite season.\nI am happiest in {v}, I love that season.",
        "Which time of the year do I love?\nIn which season am I happiest?",
    ),
    "number": (
        "number",
        False,
        "I always bet on the number {v}.\nOn my shirt there is my lucky number, {v}.",
        "What is my lucky number?\nWhich number brings me luck?\nWhich number do I always bet on?",
    ),
    "song": (
        "song",
        False,
        "I play the song {v} again and again.\nWhen I hear the song {v}, I have to dance.",
        "Which song do I sing all day?\nWhich song makes me dance?",
    ),
    "book": (
        "book",
        False,
        "I never get tired of reading {v}, my favourite book.\nThe book by my bed is {v}, I love it.",
        "Which book do I read again and again?\nWhich book is by my bed?",
    ),
    "film": (
        "film",
        False,
        "I have seen the film {v} a hundred times.\nI cry every time I watch the film {v}.",
        "Which film do I watch again and again?\nWhich film makes me cry?",
    ),
    "game": (
        "game",
        False,
        "I spend whole nights with the game {v}.\nMy friends and I love to play the game {v}.",
        "Which game do I play most?\nWith which game do I spend whole nights?",
    ),
    "band": (
        "band",
        False,
        "I go to every concert of {v}, my favourite band.\nI have all the records of the band {v}.",
        "Which band do I listen to?\nOf which band do I have all the records?",
    ),
    "sport": (
        "sport",
        False,
        "On weekends I do my favourite sport, {v}.\nI keep fit with {v}, the sport I love.",
        "Which sport do I do?\nWith which sport do I keep fit?",
    ),
    "team": (
        "team",
        False,
        "I never miss a game of {v}, my team.\nI have a scarf of {v}, the team I love.",
        "Which team do I support?\nFor which team do I cheer?\nWhose fan am I?",
    ),
    "flower": (
        "flower",
        True,
        "My garden is full of one flower, the {v}.\nIf you bring me a flower, let it be the {v}.",
        "Which flower grows in my garden?\nWhich flower should you bring me?",
    ),
    "dish": (
        "breakfast",
        False,
        "In the morning I like to have {v} for breakfast.\nA good morning begins with {v}, my favourite breakfast.",
        "What do I like to eat for breakfast?\nWith what breakfast do I start my day?",
    ),
}
_THEIRS = ("colour", "food", "drink", "song", "sport", "animal")


def _of(noun: str, the: bool, text: str) -> str:
    """The text with what it is about, "the" before the value where it takes one, and "a" or "an" as it must be."""
    article = "an" if noun[0] in "aeiou" else "a"
    text = text.replace("a {x}", f"{article} {noun}").replace("{x}", noun)
    return text.replace("{v}", "the {v}") if the else text


def _mine(key: str) -> More:
    noun, the, tell, ask = _MINE[key]
    return more(
        noun=f"my favourite {noun}",
        tell=f"{tell}\n{_of(noun, the, _TELL)}",
        ask=f"{ask}\n{_of(noun, the, _ASK)}",
        correct=_of(noun, the, _CORRECT),
        brief=_of(noun, the, "For me it is {v}."),
    )


def _theirs(key: str) -> More:
    the = key == "animal"
    return more(
        noun=f"{{s}}'s favourite {key}",
        tell=_of(key, the, _THEIR_TELL),
        ask=_of(key, the, _THEIR_ASK),
        correct=_of(key, the, _THEIR_CORRECT),
    )


TASTES_MORE: dict[str, More] = {
    **{f"favourite_{key}": _mine(key) for key in _MINE},
    **{f"their_favourite_{key}": _theirs(key) for key in _THEIRS},
}
