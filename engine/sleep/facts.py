"""Finds plain statements of fact in what a person said, by the wordings that the companion was trained to understand.

It is a reader of patterns, no more: "my cat is called Miso", "I live in Oslo", "my locker code is 4711". What it does
not recognise it leaves alone; such messages are replayed and probed by their own words only.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from engine.io.conversation_log import Entry
from engine.train.companion import lexicon
from engine.train.companion.everyday_values import NUMBER_WORDS
from engine.train.companion.facts import Fact, Kind, kind
from engine.train.companion.frames import LOWER_STARTS
from engine.train.companion.kinds import BY_KEY, KINDS

_SUBJECTS = {
    "pet": lexicon.PETS,
    "relation": lexicon.RELATIONS,
    "named_thing": lexicon.NAMED_THINGS,
    "owned": lexicon.OWNED,
    "owned_plural": lexicon.OWNED_PLURAL,
    "coloured": lexicon.COLOURED,
    "event": lexicon.EVENTS,
    "goods": lexicon.GOODS,
    "day": lexicon.DAYS,
    "plan_time": lexicon.PLAN_TIMES,
    "vehicle": lexicon.VEHICLES,
    "appointment": lexicon.APPOINTMENTS,
    "visitor": lexicon.VISITORS,
    "counted": lexicon.COUNTED,
    "measure": lexicon.MEASURES,
}
_PERSON = r"[A-Z][\w-]{1,20}"
_NAME = rf"(?:(?!(?:{'|'.join(sorted(LOWER_STARTS))})\b){_PERSON} )?{_PERSON}"
"""A person, perhaps with a surname; what begins a sentence is no name before a name."""
_VALUE = r"(?:[^.!?;:\n]|(?<=\d)[.:](?=\d)|(?<=\w)!(?=\d)){1,60}?"
_SPELLINGS = (
    ("\u2019", "'"), ("favorite", "favourite"), ("olor", "olour"), ("eighbor", "eighbour"), ("I'm ", "I am "),
    ("It's ", "It is "), ("it's ", "it is "), ("I've got a ", "I have a "), ("I'll ", "I will "),
    (" don't ", " do not "), ("That's ", "That is "), ("I've got ", "I have "), (" she's ", " she is "),
    (" he's ", " he is "), ("She's ", "She is "), ("He's ", "He is "), ("icense plate", "icence plate"),
    ("Wi-Fi", "wifi"), ("wi-fi", "wifi"), (" a.m.", " am"), (" p.m.", " pm"),
)  # fmt: skip
_LAST_WORD = r"(?=\s*(?:[.!?](?!\d)|[;\n]|$)|[.,]? and (?:my|I|our|the|she|he|it|they|we)\b)"

_PROPER = re.compile(r"[A-Z][\w'-]*(?: [\w'-]+){0,3}")
_FORMS = {
    **dict.fromkeys(("name", "surname", "pet_name", "thing_name", "city", "country", "school", "company"), _PROPER),
    **dict.fromkeys(("number", "age", "house_number"), re.compile(r"\d{1,4}")),
    **dict.fromkeys(("code", "phone"), re.compile(r".*\d.*")),
    "date": re.compile(rf"(?i:{'|'.join(lexicon.MONTHS)}) \d{{1,2}}|\d{{1,2}}\.? (?i:{'|'.join(lexicon.MONTHS)})"),
    "time": re.compile(r"\d{1,2}:\d{2}.*|.*(?:o'clock|noon|midnight)"),
}
_NUMBER = rf"(?:\d{{1,3}}|{'|'.join(sorted(NUMBER_WORDS, key=len, reverse=True))})"
_DAYS = "|".join((*lexicon.DAYS, *lexicon.MONTHS))
_TIME_WORD = rf"{_DAYS}|today|tomorrow|tonight|(?:day|week|weekend|month|year|hour|minute)s?|noon|midnight|lunchtime"
_DAY_PART = "(?:in the |on the )?(?:morning|afternoon|evening|night)"
_CLOCK = r"(?:\d{1,2}(?:[:.]\d{2})?(?: ?[ap]m)?|(?:half|quarter) (?:past|to) \w+|\w+ o'?clock|noon|midnight|lunchtime)"
_FORMS |= {
    "pet_age": re.compile(rf"(?i:{_NUMBER})"),
    "count": re.compile(rf"(?i:{_NUMBER})"),
    "size": re.compile(r"(?i:\d{1,3}(?:[.,]\d{1,2})? ?(?:cm|m|kg|lbs?|pounds|inches)?|x{0,3}[sl]|m)"),
    "when": re.compile(
        rf"(?i:(?=(?:on|next|this|in|at|the day|after|before|by|around|early|late|every|{_TIME_WORD})\b)"
        rf"(?:.*\b(?:{_TIME_WORD}|{_DAY_PART}|\d{{1,2}}(?:st|nd|rd|th))\b.*|(?:at|around|by) {_CLOCK}))"
    ),
    "wake_time": re.compile(rf"(?i:{_CLOCK})"),
    "parking": re.compile(
        r"(?i:(?:on|in|at|near|behind|by|next to|under|outside|opposite|between|beside|around|across|close to|inside)"
        r"\b.+)"
    ),
    "plate": re.compile(r"(?=.*\d)(?=.*[A-Za-z])[A-Za-z0-9]{1,4}(?:[ -][A-Za-z0-9]{1,4}){0,3}|[A-Za-z0-9]{4,8}"),
    "bus_line": re.compile(r"(?:[A-Za-z]{1,2} ?)?\d{1,3} ?[A-Za-z]?"),
    "liked": re.compile(
        r"(?!(?:to|it|this|that|these|those|you|your|my|me|him|her|his|them|their|how|what|when|where|who|both|being)\b)"
        r"[\w'-]+(?: (?!but\b|when\b|because\b|best\b|better\b)[\w'-]+){0,4}",
        re.IGNORECASE,
    ),
    "gift": re.compile(r"[\w'-]+(?: [\w'-]+){0,3}"),
}
_PET_TOO = re.compile(
    rf"(\b(?:[Mm]y|[Oo]ur|[Aa]n?) ({'|'.join(sorted(lexicon.PETS, key=len, reverse=True))})\b"
    rf"[^?!\n]*?(?:,? and|[.,;]) )(?i:she|he|it) is (?=(?i:{_NUMBER})\b)"
)
"""A pet, and further on how old "she" is."""
_NEVER_FIRST = frozenset(lexicon.words("is are was were not so very going been being because that it i my"))

_OWN = kind(
    "own_words",
    "words",
    subject="thing",
    tell="My {s} is {v}.",
    ask="""
    What is my {s}?
    Which one is my {s}?
    Do you know my {s}?
    What did I say my {s} is?
    """,
    about="what my {s} is",
    noun="my {s}",
    answer="Your {s} is {v}.",
)
_OWN_PATTERN = re.compile(rf"\b[Mm]y ((?:[a-z'-]+ ){{0,2}}[a-z'-]+) is (?:called |named )?({_VALUE}){_LAST_WORD}")
_YOU, _ME = re.compile(r"\b[Yy]ours?\b|\b[Yy]ou\b"), re.compile(r"\b(?i:i|my|me|mine|we|our|us)\b")
_NO_SUBJECT = frozenset(lexicon.words("it that this one name there"))


@dataclass(frozen=True)
class Statement:
    """A fact and the message that told it last."""

    fact: Fact
    entry: Entry


@dataclass(frozen=True)
class Told:
    """What a person's messages tell."""

    statements: list[Statement]
    """The facts that hold, in the order told: of two about one thing the later one."""
    tellers: frozenset[str]
    """Ids of the messages that told facts."""
    outdated: frozenset[str]
    """Ids of those whose facts were all told otherwise later."""


def told_in(entries: Iterable[Entry], reader: Callable[[str], list[Fact]] | None = None) -> Told:
    """What `entries`, in the order of the log, tell; `reader` finds the facts of a message, by patterns where None."""
    held: dict[tuple[str, str], Statement] = {}
    tellers: set[str] = set()
    for entry in entries:
        if entry.role == "user":
            for fact in (reader or read)(entry.text):
                held.pop(fact.slot, None)
                held[fact.slot] = Statement(fact, entry)
                tellers.add(entry.id)
    outdated = tellers - {statement.entry.id for statement in held.values()}
    return Told(list(held.values()), frozenset(tellers), frozenset(outdated))


def stated(reply: str) -> list[Fact]:
    """The facts that a reply of the companion states, in the one wording that it has for each kind."""
    found = []
    for answer in _answers():
        if answer.literal in reply.lower():
            for match in answer.pattern.finditer(reply):
                groups = match.groupdict()
                found.append(Fact(answer.of, _subject(groups.get("s") or "", answer.of), groups["v"].strip(" ,'\"")))
    return [fact for fact in found if _is_value(fact, reply)]


def says(message: str, fact: Fact) -> bool:
    """Whether a message holds a fact's value and subject in words of its own, and does not ask about it; what is said
    of the person must be said by one who speaks of themselves."""
    text = " ".join(message.split())
    if not fact.subject and _YOU.search(fact.kind.answer) and not _ME.search(text):
        return False
    at = re.search(rf"(?<![\w]){re.escape(fact.value)}(?![\w])", text, re.IGNORECASE)
    return at is not None and fact.subject.lower() in text.lower() and not _asks(text, at.end())


def read(message: str, own_words: bool = True) -> list[Fact]:
    """The facts that one message tells; of several ways to read the same words the most particular.

    With `own_words` any "my X is Y" is one too, where there is no more particular way.
    """
    text = " ".join(message.split())
    for other, ours in _SPELLINGS:
        text = text.replace(other, ours)
    text = _PET_TOO.sub(r"\1my \2 is ", text.replace("ouour", "our"))
    best: list[tuple[int, tuple[int, int], Fact]] = []
    for telling in _tellings():
        if telling.literal and telling.literal not in text.lower():
            continue
        may_ask = telling.wording.endswith("?")
        for match in telling.pattern.finditer(text):
            groups = match.groupdict()
            fact = Fact(telling.of, _subject(groups.get("s") or "", telling.of), groups["v"].strip(" ,'\""))
            if _is_value(fact, text) and (may_ask or not _asks(text, match.end())):
                best.append((len(match.group()) - len(groups["v"]), match.span(), fact))
    if not best and own_words:
        best = [
            (0, match.span(), Fact(_own_kind(match[1], match[2]), match[1], match[2].strip(" ,'\"")))
            for match in _OWN_PATTERN.finditer(text)
            if match[1].split()[-1] not in _NO_SUBJECT
            and match[2].split()[0].lower() not in _NEVER_FIRST
            and not _asks(text, match.end())
        ]
    best.sort(key=lambda found: -found[0])
    chosen: list[tuple[tuple[int, int], Fact]] = []
    for _, (start, end), fact in best:
        if all(end <= s or start >= e for (s, e), _ in chosen):
            chosen.append(((start, end), fact))
    return [fact for _, fact in sorted(chosen, key=lambda found: found[0])]


def _is_value(fact: Fact, text: str) -> bool:
    """Whether the words look like a value of this kind; a wrong reading is worse than none."""
    if not fact.value or fact.value.split()[0].lower() in _NEVER_FIRST:
        return False
    form = _FORMS.get(fact.kind.value)
    if form is _PROPER and text == text.lower():  # typed without capitals: only one word can be told to be a name
        return fact.value.isalpha() and "name" in text + fact.kind.key and " am " not in f" {text}"
    return form is None or form.fullmatch(fact.value) is not None


def _own_kind(subject: str, value: str) -> Kind:
    """The kind of "my X is Y": a name where X is somebody or something that has one, else in the person's own words."""
    if re.match(_PERSON, value):
        for key, names in (("pet_name", "pet"), ("relative_name", "relation"), ("thing_name", "named_thing")):
            if subject in _SUBJECTS[names]:
                return BY_KEY[key]
    return _OWN


def _asks(text: str, end: int) -> bool:
    """Whether the sentence that goes on at `end` is a question."""
    rest = re.match(r"[^.!?\n]*([.!?]|$)", text[end:])
    return bool(rest and rest[1] == "?")


def _subject(text: str, of: Kind) -> str:
    """The subject as it is written of a kind: people with capitals, a genitive with its apostrophe, the rest small."""
    if of.subject == "name_pet" and (pet := re.fullmatch(rf"({_NAME})'?s (.+)", text)):
        return f"{pet[1]}'s {pet[2].lower()}"
    return text if re.fullmatch(rf"{_PERSON}(?: {_PERSON})?", text) else text.lower()


@dataclass
class _Phrase:
    """A wording that is looked for in what was said. Most are never met: a pattern is made when it is needed."""

    wording: str
    of: Kind

    def __post_init__(self) -> None:
        self.literal = _longest_literal(self.wording)
        """Words that must occur."""

    @functools.cached_property
    def pattern(self) -> re.Pattern[str]:
        """Finds it, with its value and subject as groups."""
        return re.compile(_pattern(self.wording, self.of))


@functools.cache
def _tellings() -> Sequence[_Phrase]:
    """Every way of telling a fact in training."""
    wordings = ((of, wording) for of in KINDS for wording in dict.fromkeys((*of.tell.train, *of.correct)))
    return [
        _Phrase(wording.replace("wi-fi", "wifi"), of)
        for of, wording in wordings
        if "{v}" in wording or "{av}" in wording
    ]


@functools.cache
def _answers() -> Sequence[_Phrase]:
    """How each kind of fact is answered."""
    return [_Phrase(of.answer, of) for of in KINDS]


def _longest_literal(wording: str) -> str:
    parts = re.split(r"\{\w+\}(?:'s)?", wording.rstrip(".!?"))
    return max((part.strip().lower() for part in parts), key=len)


def _pattern(wording: str, of: Kind) -> str:
    subject = _subject_pattern(of.subject)
    seen: set[str] = set()

    def hole(name: str) -> str:
        article = r"(?i:an? )" if name.startswith("a") else ""
        group = name[-1]
        if group in seen:
            return f"{article}(?P={group})"
        seen.add(group)
        return f"{article}(?P<{group}>{_VALUE if group == 'v' else subject})"

    pieces = re.split(r"\{(\w+)\}", wording.rstrip(".!?"))
    out = ""
    for at, piece in enumerate(pieces):
        out += hole(piece) if at % 2 else _any_case(re.escape(piece))
    return rf"(?<![\w']){out}{_LAST_WORD}"


def _any_case(literal: str) -> str:
    """A literal whatever the capitals, commas and the apostrophe of a genitive optional, as people type."""
    typed = re.sub("^'s", "'?s", literal).replace(",", ",?")
    return f"(?i:{typed})"


def _subject_pattern(subject: str) -> str:
    if subject in _SUBJECTS:
        words = sorted(_SUBJECTS[subject], key=len, reverse=True)
        return f"(?i:{'|'.join(map(re.escape, words))})".replace("'", "'?")
    if subject == "name":
        return _NAME
    if subject == "name_pet":
        return rf"{_NAME}'?s (?:{'|'.join(map(re.escape, lexicon.PETS))})"
    return r"[\w-]+"
