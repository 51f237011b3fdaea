"""Whether a sentence is asserted by the person who typed it, or supposed, imagined, quoted, denied, or part of a story.

The words around a statement decide; those inside of it, such as "If you ask me", belong to the statement. Reading too
little costs a repetition, reading too much teaches something false: in doubt a statement is not asserted.
"""

from __future__ import annotations

import re
from bisect import bisect, bisect_left
from collections.abc import Iterator

from engine.curricula.companion.normalized import DOT

_SENTENCE_END = re.compile(r"[.!?](?!\d)|\n")
_LIFTED = r"(?![^\n]*(?:\bbut\b|;))"
"""Nothing between a mark and the statement ends what it says."""
_DETERMINER = r"(?:my|the|an?|this|that|our|his|her|their|your|another|some)"
_FICTION = (
    r"(?:story|stories|novel|book|film|movie|play|musical|game|d?dream|daydream|nightmare|song|poem|tale|comic|manga|"
    r"series|sitcom|script|screenplay|fantasy|role-?play|campaign|simulation|universe|joke|legend|myth|opera|fiction)"
)
_IN_FICTION = rf"\b(?:in|inside|within) {_DETERMINER} (?:(?!(?:I|we|you|he|she|they)\b)[\w'-]+ ){{0,2}}{_FICTION}\b"
IN_FICTION = re.compile(_IN_FICTION, re.IGNORECASE)
"""A story, a dream, a game: what is so in it is so nowhere else."""
_PRETEND = (
    r"(?:pretend(?:ing)?|imagin(?:e|ing)|suppos(?:e|ing)|assum(?:e|ing)|presum(?:e|ing)|picture|visuali[sz]e|"
    r"hypothetically|let'?s say|let us say|say that|what if|(?:let'?s|let us) play(?! a memory)|role-?play)"
)
_LEAD_IN = r"(?:(?:well|so|okay|ok|now|and|please|let'?s|let us|just|hey|then|but)[, ]+)*"

_TO_THE_END = re.compile(
    rf"(?:^|[.!?\n] ?){_LEAD_IN}(?:{_PRETEND}\b(?! my surprise| that[.!]| how)|{_IN_FICTION}|once upon a time\b|"
    rf"here is {_DETERMINER} (?:\w+ )?{_FICTION}\b)"
    rf"|\b(?!I\b)(?!you\b)\w+ (?:said|says|told \w+|tells \w+|wrote|writes|sang|sings|shouted|asked|replied|answered):"
    rf"|(?:^|[.!?\n] ?){_LEAD_IN}(?:say|repeat|translate|copy|type|spell|sing|quote)\b[^.!?\n:]*:",
    re.IGNORECASE,
)
"""From here on nothing is asserted, until the person comes back to what is so."""
_REALITY = re.compile(
    r"\b(?:in reality|in real life|in truth|in fact|actually|seriously|for real|really|back to)\b", re.IGNORECASE
)
_GOVERNING = re.compile(
    rf"(?:\b(?:if(?! you\b[^,]*,)|unless|whether|lest|as though|suppos(?:e|ed|es|ing)|presum\w+|imagin\w+|"
    rf"pretend\w*|assum(?:e|ed|es|ing)|hypothetically|supposedly|allegedly|what if|let'?s say|let us say|say (?=my|I)|"
    rf"wish(?:es|ed)?|dream(?:s|ed|t)? (?:that|I|my|of)|guess(?:es|ed)?(?! what)|"
    rf"in case(?! you)|when I grow up|one day|someday|according to)\b|{_IN_FICTION}"
    rf"|\b(?!(?:I|we|to|me|you|it|as|card|car|plate|door|bowl|label|sign|ticket|list)\b)[\w'-]+ (?:\w+ly )?"
    rf"(?:said|says|say|told|tells|asked|asks|claim(?:s|ed)?|"
    rf"thinks|thought|believe[sd]|wrote|writes|shouted|whisper(?:s|ed)|repl(?:ies|ied)|answer(?:s|ed)|"
    rf"insist(?:s|ed)|joke[sd]|sings|sang|swears|swore|lie[sd]|dreamed|dreamt|report(?:s|ed)|announced|wonder(?:s|ed))\b"
    rf"|\b(?:I|we|you) (?:\w+ly )?(?:thought|believed|dreamed|dreamt|lied|wonder(?:ed)?|joked|asked)\b"
    rf"|\b(?:I|we|you) (?:\w+ly )?told (?!you\b)\w+\b"
    rf"|\byou (?:\w+ly )?(?:said|say|told|think|claim(?:ed)?|believe)\b){_LIFTED}",
    re.IGNORECASE,
)
"""What a statement behind it in the same sentence hangs on."""
_NEAR = re.compile(
    r"(?:\b(?:not(?! only\b)|never|nobody|no one|neither|nor|no longer|false|untrue|a lie|doubt|deny|denied|maybe|"
    r"perhaps|possibly|would|could|might|may (?:be|have)|hop(?:e|es|ed|ing))\b|n't\b)"
    rf"(?! (?:quite|forget|believe (?:it|this)|(?:yet )?told you|tell you|you)\b)(?![^\n]*(?:[,:]|\band\b)){_LIFTED}",
    re.IGNORECASE,
)
"""The same, up to the next comma or "and"."""
_AFTER = re.compile(
    rf"[,;\s\"']*(?:(?:he|she|they|someone|somebody|\w+) (?:said|says|claimed|claims|told|shouted|wrote|thinks|"
    rf"thought|asked)\b|or so\b|{_IN_FICTION}|(?:if|unless) (?!you\b)|not!|supposedly\b|allegedly\b|in theory\b)",
    re.IGNORECASE,
)
_TAKEN_BACK = re.compile(
    r"[\s.!,;:)-]*(?:(?:I am |I was |just |only )*(?:kidding|joking|lying|making (?:that|it|this) up)\b|"
    r"not really\b|just a joke\b|april fools?\b|I made (?:that|it|this) up\b|"
    r"(?:that|this|it)(?:'s| is| was) (?:a lie|not true|a joke|false|untrue|made up|invented|only a game)\b)",
    re.IGNORECASE,
)
_SPEAKER = re.compile(r"(?:^|\n)[^\W\d_][\w-]{0,15}: ")
"""The beginning of a line with who says it, as in a play."""
_CITED = re.compile(r"(?:^|\n) ?>[^\n]*")


class AssertionContext:
    """Tells which statements of a message are asserted, by the words around them.

    Args:
        text: a message in the plain form of `NormalizedText`.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._sentences = [match.end() for match in _SENTENCE_END.finditer(text)]
        self._marks = [match.end() for match in _TO_THE_END.finditer(text)]
        self._reality = [match.start() for match in _REALITY.finditer(text)]
        self._quoted = [*_quotations(text), *((m.start() - 1, m.end()) for m in _CITED.finditer(text))]
        speakers = [*_SPEAKER.finditer(text)]
        if len(speakers) > 1:
            self._quoted += [(match.start() - 1, _line_end(text, match.end())) for match in speakers]

    def asserts(self, start: int, end: int) -> bool:
        """Whether the statement that stands in ``text[start:end]``, which is taken to be no question, is asserted."""
        if self._is_fiction(start) or any(begin < start and end <= close for begin, close in self._quoted):
            return False
        sentence = bisect(self._sentences, start)
        before = self._text[self._sentences[sentence - 1] if sentence else 0 : start]
        if _GOVERNING.search(before) or _NEAR.search(before):
            return False
        return not (_AFTER.match(self._text, end) or _TAKEN_BACK.match(self._text, end))

    def _is_fiction(self, start: int) -> bool:
        """Whether a story or a game began before `start` from which the person has not come back."""
        mark = bisect(self._marks, start)
        if not mark:
            return False
        back = bisect_left(self._reality, self._marks[mark - 1])
        return back == len(self._reality) or self._reality[back] >= start


def _quotations(text: str) -> Iterator[tuple[int, int]]:
    """Where quotation marks open and close; what is not closed, save a single mark, ends with its line."""
    opened: dict[str, int] = {}
    for match in re.finditer(r"[\n\"'`]", text + "\n"):
        at, sign = match.start(), match[0]
        if sign == "\n":
            yield from ((begin, at) for sign, begin in opened.items() if sign != "'")
            opened.clear()
            continue
        previous, following = text[at - 1 : at], text[at + 1 : at + 2]
        if sign in opened and not (sign == "'" and following.isalnum()):
            yield opened.pop(sign), at
        elif sign not in opened and not (previous.isalnum() or previous == DOT) and following.strip():
            opened[sign] = at


def _line_end(text: str, start: int) -> int:
    end = text.find("\n", start)
    return len(text) if end < 0 else end
