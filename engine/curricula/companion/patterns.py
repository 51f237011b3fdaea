"""Finds plain statements of fact in what a person said, by the wordings that the companion was trained to understand.

It is a reader of patterns, no more: "my cat is called Miso", "I live in Oslo", "my locker code is 4711". What it does
not recognise it leaves alone; such messages are replayed and probed by their own words only.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.curricula.companion.asserted import IN_FICTION, AssertionContext
from engine.curricula.companion.data import LEXICON, words
from engine.curricula.companion.facts import Fact, Kind
from engine.curricula.companion.frames import LOWER_STARTS
from engine.curricula.companion.kinds import BY_KEY, KINDS, OWN_WORDS
from engine.curricula.companion.names import KNOWN_WORDS
from engine.curricula.companion.normalized import EMOJI, NormalizedText, normalize
from engine.curricula.companion.value_forms import (
    NEVER_FIRST,
    NO_NAMES,
    NUMBER,
    OF_WORK,
    is_name,
    is_value,
    name_alone,
    trimmed,
)

_SUBJECTS = {
    "pet": LEXICON.pets,
    "relation": LEXICON.relations,
    "named_thing": LEXICON.named_things,
    "owned": LEXICON.owned,
    "owned_plural": LEXICON.owned_plural,
    "coloured": LEXICON.coloured,
    "event": LEXICON.events,
    "goods": LEXICON.goods,
    "day": LEXICON.days,
    "plan_time": LEXICON.plan_times,
    "vehicle": LEXICON.vehicles,
    "appointment": LEXICON.appointments,
    "visitor": LEXICON.visitors,
    "counted": LEXICON.counted,
    "measure": LEXICON.measures,
}
_CANONICAL = {of: {word.lower().replace("'", ""): word for word in listed} for of, listed in _SUBJECTS.items()}
_PERSON = r"(?:\w'(?=[A-Z]))?[A-Z][\w-]{1,20}"
_ANYBODY = rf"(?!(?:{'|'.join(sorted(NO_NAMES))})\b){_PERSON}"
_NAME = rf"{_ANYBODY}(?: {_PERSON})?"
"""A person, perhaps with a surname."""
_VALUE = r"(?:[^.!?;:\n]|(?<=\d)[.:](?=\d)|(?<=\w)!(?=\d)){1,60}?"
_LAST_WORD = rf"(?=[ {EMOJI}]*(?:[.!?](?!\d)|[;\n]|$)|[.,]? and (?:my|I|our|the|she|he|it|they|we)\b)"

_PET_TOO = re.compile(
    rf"(\b(?:[Mm]y|[Oo]ur|[Aa]n?) ({'|'.join(sorted(LEXICON.pets, key=len, reverse=True))})\b"
    rf"[^?!\n]*?(?:,? and|[.,;]) )(?i:she|he|it) is (?=(?i:{NUMBER})\b)"
)
"""A pet, and further on how old "she" is."""
_OWN_PATTERN = re.compile(rf"\b[Mm]y ((?:[a-z'-]+ ){{0,2}}[a-z'-]+) is (?:called |named )?({_VALUE}){_LAST_WORD}")
_YOU, _ME = re.compile(r"\b[Yy]ours?\b|\b[Yy]ou\b"), re.compile(r"\b(?i:i|my|me|mine|we|our|us)\b")
_NO_SUBJECT = frozenset(words("it that this one name there"))


def stated(reply: str) -> list[Fact]:
    """The facts that a reply of the companion states, in the one wording that it has for each kind."""
    plain = normalize(reply, LOWER_STARTS)
    lowered = plain.text.lower()
    matches = (
        (answer, match)
        for answer in _answers()
        if answer.literal in lowered
        for match in answer.pattern.finditer(plain.text)
    )
    return [found[0] for answer, match in matches if (found := _fact(plain, match, answer)) is not None]


def confirmed(message: str, fact: Fact) -> Fact | None:
    """`fact` with its value as the message has it; None where the message does not tell it.

    It does where it holds value and subject in words of its own and asserts them; what is said of the person must be
    said by one who speaks of themselves.
    """
    plain = normalize(message, LOWER_STARTS)
    text = plain.text
    if not fact.subject and _YOU.search(fact.kind.answer) and not _ME.search(text):
        return None
    value, subject = (normalize(words, LOWER_STARTS).text for words in (fact.value, fact.subject))
    at = re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text, re.IGNORECASE) if value else None
    if (
        at is None
        or subject.lower() not in text.lower()
        or _asks(text, at.end())
        or not AssertionContext(text).asserts(*at.span())
    ):
        return None
    return replace(fact, value=plain.source(*at.span()))


def read(message: str, own_words: bool = True) -> list[Fact]:
    """The facts that one message tells; of several ways to read the same words the most particular.

    Every value is a substring of the message, as it was typed. With `own_words` any "my X is Y" is a fact too, where
    there is no more particular way.
    """
    plain = normalize(message, LOWER_STARTS)
    plain = plain.replaced((m.end(1), m.end(), f"my {m[2]} is ") for m in _PET_TOO.finditer(plain.text))
    text, lowered = plain.text, plain.text.lower().replace("\n", " ")
    context = AssertionContext(text)
    best: list[tuple[int, tuple[int, int], Fact]] = []
    for telling in _tellings():
        if telling.literal and telling.literal not in lowered:
            continue
        may_ask = telling.wording.endswith("?")
        for match in telling.pattern.finditer(text):
            found = _fact(plain, match, telling)
            if found is not None and (may_ask or not _asks(text, match.end())):
                best.append((len(match.group()) - len(match["v"]), (match.start(), found[1]), found[0]))
    if not best and own_words:
        own = ((match.start(), _own_fact(plain, match)) for match in _OWN_PATTERN.finditer(text))
        best = [(0, (start, found[1]), found[0]) for start, found in own if found is not None]
    best.sort(key=lambda one: -one[0])
    chosen: list[tuple[tuple[int, int], Fact]] = []
    for _, (start, end), fact in best:
        if context.asserts(start, end) and all(end <= s or start >= e for (s, e), _ in chosen):
            chosen.append(((start, end), fact))
    return [fact for _, fact in sorted(chosen, key=lambda one: one[0])]


def _fact(plain: NormalizedText, match: re.Match[str], phrase: _Phrase) -> tuple[Fact, int] | None:
    """What a phrase that was found tells, and where it ends; None where its value cannot be one of the kind."""
    of, text = phrase.of, plain.text
    subject = ""
    if "s" in match.groupdict():
        subject = _subject(plain, match, of)
        if of.subject == "made_word" and subject.lower() in KNOWN_WORDS:
            return None
    start, end = trimmed(text, *match.span("v"))
    if is_name(of):
        start, end = name_alone(text, start, end)
    if not is_value(of, text[start:end], text, phrase.of_work):
        return None
    return Fact(of, subject, plain.source(start, end)), end if match.end("v") == match.end() else match.end()


def _own_fact(plain: NormalizedText, match: re.Match[str]) -> tuple[Fact, int] | None:
    """What "my X is Y" tells, and where it ends: a name where X is somebody or something that has one, else in the
    person's own words."""
    text, subject = plain.text, match[1].lower()
    if subject.split()[-1] in _NO_SUBJECT or _asks(text, match.end()):
        return None
    start, end = trimmed(text, *match.span(2))
    if start == end or text[start:end].split()[0].lower() in NEVER_FIRST or IN_FICTION.search(text, start, end):
        return None
    of = OWN_WORDS
    if re.match(_PERSON, text[start:end]):
        for key, names in (("pet_name", "pet"), ("relative_name", "relation"), ("thing_name", "named_thing")):
            if subject in _SUBJECTS[names]:
                of = BY_KEY[key]
                start, end = name_alone(text, start, end)
    return Fact(of, subject, plain.source(start, end)), end


def _asks(text: str, end: int) -> bool:
    """Whether the sentence that goes on at `end` is a question."""
    rest = re.match(r"[^.!?\n]*([.!?]|$)", text[end:])
    return bool(rest and rest[1] == "?")


def _subject(plain: NormalizedText, match: re.Match[str], of: Kind) -> str:
    """The subject as it is written of a kind: people as they were typed, what stands in a list as it stands there."""
    start, end = match.span("s")
    text = plain.text[start:end]
    if of.subject in _SUBJECTS:
        return _CANONICAL[of.subject].get(text.lower().replace("'", ""), text.lower())
    if of.subject == "name_pet" and (pet := re.fullmatch(rf"({_NAME})'?s (.+)", text)):
        return f"{plain.source(start, start + pet.end(1))}'s {pet[2].lower()}"
    typed = plain.source(start, end)
    return typed if re.fullmatch(rf"{_PERSON}(?: {_PERSON})?", text) else typed.lower()


@dataclass
class _Phrase:
    """A wording that is looked for in what was said. Most are never met: a pattern is made when it is needed."""

    wording: str
    of: Kind

    def __post_init__(self) -> None:
        self.literal = _longest_literal(self.wording)
        """Words that must occur."""
        self.of_work = OF_WORK.search(self.wording) is not None

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
    typed = re.sub("^'s", "'?s", literal).replace(",", ",?").replace("\\ ", r"\s")
    return f"(?i:{typed})"


def _subject_pattern(subject: str) -> str:
    if subject in _SUBJECTS:
        words = sorted(_SUBJECTS[subject], key=len, reverse=True)
        return f"(?i:{'|'.join(map(re.escape, words))})".replace("'", "'?")
    if subject == "name":
        return _NAME
    if subject == "name_pet":
        return rf"{_NAME}'?s (?:{'|'.join(map(re.escape, LEXICON.pets))})"
    return r"[\w-]+"
