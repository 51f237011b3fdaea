"""What a value of each kind looks like, in a message in plain form."""

from __future__ import annotations

import re

from engine.curricula.companion.asserted import IN_FICTION
from engine.curricula.companion.data import LEXICON, words
from engine.curricula.companion.everyday_values import NUMBER_WORDS
from engine.curricula.companion.facts import Kind
from engine.curricula.companion.frames import LOWER_STARTS
from engine.curricula.companion.normalized import DOT, EMOJI

_AROUND = f" ,'\"(){EMOJI}"
NO_NAMES = (LOWER_STARTS - {"Will", "New"}) | frozenset(
    words(
        "He She Him Her It Its Us You Your His Their That These Those Suppose Supposing Imagine Pretend Assume Perhaps "
        "Maybe Unless Whether While Although Though But Or Nor Than Then Once Well Okay Yes Life"
    )
)
"""Words with a capital that begin a sentence and are nobody's name."""
_IN_PLACES = ("place", "parking", "spot", "title", "thing_name")
_OF_PEOPLE = ("name", "surname", "city", "country")
_PARTICLE = r"(?:(?:van|von|de|del|della|di|da|dos|du|la|le|der|den|ten|ter|bin|ibn|al|el|zu|af|av) )*"
_PROPER = re.compile(rf"{_PARTICLE}(?:\w{{1,2}}['-](?=[A-Z]))?[A-Z][\w'{DOT}-]*(?: [\w'{DOT}-]+){{0,3}}")
_UNCAPPED = re.compile(r"[a-z]+(?:['-][a-z]+)*")
"""A name typed without capitals."""
_BESIDE = re.compile(
    r"(?i:[,.]? ?\"|, | \(| (?=(?:now|too|again|these days|today|currently|nowadays|at|with|since|for|by|though|"
    r"because|if|when|while|who|which|where|until|or|but|not)\b))"
)
"""Where a name ends and something else about it begins."""
OF_WORK = re.compile(r"work|job|profession|living|trade|hired|trained|paid|card|become|dream|goal|future|want|will be")
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
NUMBER = rf"(?:\d{{1,3}}|{'|'.join(sorted(NUMBER_WORDS, key=len, reverse=True))})"
_DAYS = "|".join((*LEXICON.days, *LEXICON.months))
_TIME_WORD = rf"{_DAYS}|today|tomorrow|tonight|(?:day|week|weekend|month|year|hour|minute)s?|noon|midnight|lunchtime"
_DAY_PART = "(?:in the |on the )?(?:morning|afternoon|evening|night)"
_CLOCK = r"(?:\d{1,2}(?:[:.]\d{2})?(?: ?[ap]m)?|(?:half|quarter) (?:past|to) \w+|\w+ o'?clock|noon|midnight|lunchtime)"
_FORMS |= {
    "pet_age": re.compile(rf"(?i:{NUMBER})"),
    "count": re.compile(rf"(?i:{NUMBER})"),
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
NEVER_FIRST = frozenset(
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


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The range without the spaces, commas, quotation marks and pictographs around it."""
    while start < end and text[start] in _AROUND:
        start += 1
    while start < end and text[end - 1] in _AROUND:
        end -= 1
    return start, end


def name_alone(text: str, start: int, end: int) -> tuple[int, int]:
    """The range without what is said beside the name that stands in it."""
    beside = _BESIDE.search(text, start, end)
    return trimmed(text, start, beside.start()) if beside else (start, end)


def is_name(of: Kind) -> bool:
    """Whether values of the kind are proper names."""
    return _FORMS.get(of.value) is _PROPER


def is_value(of: Kind, value: str, text: str, of_work: bool) -> bool:
    """Whether words look like a value of a kind; a wrong reading is worse than none.

    Args:
        of: the kind that a wording speaks of.
        value, text: the words, and the message in which they stand, both in plain form.
        of_work: whether the wording speaks of work itself, so that what it names is a job.
    """
    if not value or value.split()[0].lower() in NEVER_FIRST:
        return False
    if of.value not in _IN_PLACES and IN_FICTION.search(value):
        return False
    if of.value == "job" and not of_work:
        return _JOB.fullmatch(value) is not None
    if of.value == "colour" and value.lower() in _NO_COLOUR:
        return False
    if of.value in _OF_PEOPLE and value.split()[0] in NO_NAMES:
        return False
    form = _FORMS.get(of.value)
    if form is _PROPER and text == text.lower():  # typed without capitals: only one word can be told to be a name
        return _UNCAPPED.fullmatch(value) is not None and "name" in text + of.key and " am " not in f" {text}"
    return form is None or form.fullmatch(value) is not None
