"""Finds plain statements of fact in what a person said, by the wordings that the companion was trained to understand.

It is a reader of patterns, no more: "my cat is called Miso", "I live in Oslo", "my locker code is 4711". What it does
not recognise it leaves alone; such messages are replayed and probed by their own words only.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.curricula.companion.asserted import IN_FICTION, is_asserted
from engine.curricula.companion.data import LEXICON, words
from engine.curricula.companion.everyday_values import NUMBER_WORDS
from engine.curricula.companion.facts import Fact, Kind
from engine.curricula.companion.frames import LOWER_STARTS
from engine.curricula.companion.kinds import BY_KEY, KINDS, OWN_WORDS
from engine.curricula.companion.names import KNOWN_WORDS
from engine.curricula.companion.normalized import DOT, EMOJI, NormalizedText, normalize

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
_AROUND = f" ,'\"(){EMOJI}"
_NO_NAMES = (LOWER_STARTS - {"Will", "New"}) | frozenset(
    words(
        "He She Him Her It Its Us You Your His Their That These Those Suppose Supposing Imagine Pretend Assume Perhaps "
        "Maybe Unless Whether While Although Though But Or Nor Than Then Once Well Okay Yes Life"
    )
)
"""Words with a capital that begin a sentence and are nobody's name."""
_IN_PLACES = ("place", "parking", "spot", "title", "thing_name")
_OF_PEOPLE = ("name", "surname", "city", "country")
_PERSON = r"(?:\w'(?=[A-Z]))?[A-Z][\w-]{1,20}"
_ANYBODY = rf"(?!(?:{'|'.join(sorted(_NO_NAMES))})\b){_PERSON}"
_NAME = rf"{_ANYBODY}(?: {_PERSON})?"
"""A person, perhaps with a surname."""
_VALUE = r"(?:[^.!?;:\n]|(?<=\d)[.:](?=\d)|(?<=\w)!(?=\d)){1,60}?"
_LAST_WORD = rf"(?=[ {EMOJI}]*(?:[.!?](?!\d)|[;\n]|$)|[.,]? and (?:my|I|our|the|she|he|it|they|we)\b)"

_PARTICLE = r"(?:(?:van|von|de|del|della|di|da|dos|du|la|le|der|den|ten|ter|bin|ibn|al|el|zu|af|av) )*"
_PROPER = re.compile(rf"{_PARTICLE}(?:\w{{1,2}}['-](?=[A-Z]))?[A-Z][\w'{DOT}-]*(?: [\w'{DOT}-]+){{0,3}}")
_UNCAPPED = re.compile(r"[a-z]+(?:['-][a-z]+)*")
"""A name typed without capitals."""
_BESIDE = re.compile(
    r"(?i:[,.]? ?\"|, | \(| (?=(?:now|too|again|these days|today|currently|nowadays|at|with|since|for|by|though|"
    r"because|if|when|while|who|which|where|until|or|but|not)\b))"
)
"""Where a name ends and something else about it begins."""
_OF_WORK = re.compile(r"work|job|profession|living|trade|hired|trained|paid|card|become|dream|goal|future|want|will be")
"""Wordings that speak of work themselves: whatever they name is a job."""
_JOB = re.compile(
    rf"(?i:(?!(?:an? )?(?:good|great|bad|big|huge|real|total|complete|terrible|true|bit|little|lovely|wonderful|nice|"
    rf"best|poor|perfect|former|natural|born|fast|slow|early|late|heavy|hard|bad)\b)(?:[\w'-]+ ){{0,3}}"
    rf"(?:{'|'.join((*LEXICON.jobs, *LEXICON.job_doers))}|(?!\w*(?:father|mother|brother|sister|daughter|number|"
    rf"member|monster|disaster|matter|stranger|teenager|loser|winner|dreamer|wonder|lover|hater|liar|neighbour|"
    rf"visitor|survivor|beginner|foreigner|follower|character|killer|teaser|troublemaker|genius)\b)"
    rf"[a-z'-]{{3,}}(?:er|or|ist|ian|ant|man|woman|smith|wright|herd)|nurse|chef|coach|agent|guard|student|"
    rf"apprentice|intern|surgeon|pharmacist|politician|attorney|scientist|professor|manager))"
)
_PLACE = (
    "in|inside|on|at|by|under|beneath|behind|near|next to|beside|between|above|below|opposite|outside|around|across|"
    "close to|in front of|on top of|with"
)
_FORMS = {
    **dict.fromkeys(("name", "surname", "pet_name", "thing_name", "city", "country", "school", "company"), _PROPER),
    **dict.fromkeys(("number", "age", "house_number"), re.compile(r"\d{1,4}")),
    **dict.fromkeys(("code", "phone"), re.compile(r".*\d.*")),
    "place": re.compile(rf"(?i:(?:{_PLACE})\b.+|upstairs|downstairs|at home|here)"),
    "spot": re.compile(rf"(?i:(?:{_PLACE})\b.+)"),
    "hobby": re.compile(r"(?i:(?!(?:you|it|him|her|them|us|me|my|your|his|their|our|this|that|these|those|to)\b).+)"),
    "date": re.compile(rf"(?i:{'|'.join(LEXICON.months)}) \d{{1,2}}|\d{{1,2}}\.? (?i:{'|'.join(LEXICON.months)})"),
    "time": re.compile(r"\d{1,2}:\d{2}.*|.*(?:o'clock|noon|midnight)"),
}
_NUMBER = rf"(?:\d{{1,3}}|{'|'.join(sorted(NUMBER_WORDS, key=len, reverse=True))})"
_DAYS = "|".join((*LEXICON.days, *LEXICON.months))
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
    rf"(\b(?:[Mm]y|[Oo]ur|[Aa]n?) ({'|'.join(sorted(LEXICON.pets, key=len, reverse=True))})\b"
    rf"[^?!\n]*?(?:,? and|[.,;]) )(?i:she|he|it) is (?=(?i:{_NUMBER})\b)"
)
"""A pet, and further on how old "she" is."""
_NEVER_FIRST = frozenset(
    words(
        "is are was were not so very going been being because that it i my nothing none nobody anything something "
        "everything whatever unknown"
    )
)
_NO_COLOUR = frozenset(LEXICON.adjectives) - frozenset(LEXICON.colours) | frozenset(
    words(
        "broken lost gone here there new old nice ugly dirty clean wet dry fine good bad great cheap expensive stuck "
        "open closed shut missing ready ruined torn stolen comfortable beautiful pretty"
    )
)

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
    if at is None or subject.lower() not in text.lower() or _asks(text, at.end()) or not is_asserted(text, *at.span()):
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
        if is_asserted(text, start, end) and all(end <= s or start >= e for (s, e), _ in chosen):
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
    start, end = _trimmed(text, *match.span("v"))
    if _FORMS.get(of.value) is _PROPER:
        start, end = _name_alone(text, start, end)
    if not _is_value(text[start:end], text, phrase):
        return None
    return Fact(of, subject, plain.source(start, end)), end if match.end("v") == match.end() else match.end()


def _own_fact(plain: NormalizedText, match: re.Match[str]) -> tuple[Fact, int] | None:
    """What "my X is Y" tells, and where it ends: a name where X is somebody or something that has one, else in the
    person's own words."""
    text, subject = plain.text, match[1].lower()
    if subject.split()[-1] in _NO_SUBJECT or _asks(text, match.end()):
        return None
    start, end = _trimmed(text, *match.span(2))
    if start == end or text[start:end].split()[0].lower() in _NEVER_FIRST or IN_FICTION.search(text, start, end):
        return None
    of = OWN_WORDS
    if re.match(_PERSON, text[start:end]):
        for key, names in (("pet_name", "pet"), ("relative_name", "relation"), ("thing_name", "named_thing")):
            if subject in _SUBJECTS[names]:
                of = BY_KEY[key]
                start, end = _name_alone(text, start, end)
    return Fact(of, subject, plain.source(start, end)), end


def _name_alone(text: str, start: int, end: int) -> tuple[int, int]:
    """The range without what is said beside the name that stands in it."""
    beside = _BESIDE.search(text, start, end)
    return _trimmed(text, start, beside.start()) if beside else (start, end)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The range without the spaces, commas, quotation marks and pictographs around it."""
    while start < end and text[start] in _AROUND:
        start += 1
    while start < end and text[end - 1] in _AROUND:
        end -= 1
    return start, end


def _is_value(value: str, text: str, phrase: _Phrase) -> bool:
    """Whether the words look like a value of this kind; a wrong reading is worse than none."""
    of = phrase.of
    if not value or value.split()[0].lower() in _NEVER_FIRST:
        return False
    if of.value not in _IN_PLACES and IN_FICTION.search(value):
        return False
    if of.value == "job" and not phrase.of_work:
        return _JOB.fullmatch(value) is not None
    if of.value == "colour" and value.lower() in _NO_COLOUR:
        return False
    if of.value in _OF_PEOPLE and value.split()[0] in _NO_NAMES:
        return False
    form = _FORMS.get(of.value)
    if form is _PROPER and text == text.lower():  # typed without capitals: only one word can be told to be a name
        return _UNCAPPED.fullmatch(value) is not None and "name" in text + of.key and " am " not in f" {text}"
    return form is None or form.fullmatch(value) is not None


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
        self.of_work = _OF_WORK.search(self.wording) is not None

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
