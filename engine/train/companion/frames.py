"""How people wrap what they say: openings, questions in other shapes, sloppy typing; and how the assistant replies."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from engine.train.companion.facts import Fact, Kind, Wordings, fill, lines, upper_start
from engine.train.companion.lexicon import words
from engine.train.companion.more_frames import MORE_ASK_FRAMES, MORE_CORRECT_FRAMES, MORE_TELL_FRAMES

TELL_FRAMES = Wordings.parted(
    lines(
        """
        By the way, {t}
        I want to tell you something. {T}
        Guess what, {t}
        You should know that {t}
        Did I tell you? {T}
        Well, {t}
        Listen, {t}
        One more thing: {t}
        Please remember this: {t}
        So, {t}
        Hey, {t}
        Here is something about me. {T}
        I had a good day. {T}
        It is raining again. {T}
        {T} That is all.
        {T} Can you remember that?
        {T} Please keep it in mind.
        {T} What do you think?
        {T} Just so you know.
        {T} Do not forget it.
        Now listen. {T}
        Before I forget it, {t}
        I almost forgot to say: {t}
        {T} Will you keep that for me?
        """
    )
).widened(MORE_TELL_FRAMES)
ASK_FRAMES = Wordings.parted(
    lines(
        """
        Do you know {c}?
        Do you remember {c}?
        Can you tell me {c}?
        Tell me {c}.
        Please tell me {c}.
        It slipped my mind {c}.
        I forgot {c}. Can you help me?
        Do you still know {c}?
        Do you recall {c}?
        Please say {c}.
        Can you recall {c}?
        I want to know {c}.
        I cannot remember {c}.
        I forgot {c}.
        Help me, I forgot {c}.
        I think I told you {c}.
        Yesterday we talked about it: {q}
        Can you remember {c}?
        Remind me {c}.
        Have I told you {c}?
        I would like to know {c}.
        Please remind me {c}.
        A question: {q}
        Quick question: {q}
        So, {q}
        Now tell me: {q}
        {Q} Do you remember?
        {Q} Do you know?
        Okay. {Q}
        Hey, {q}
        By the way, {q}
        Could you say {c}?
        Let me hear {c}.
        I wonder if you know {c}.
        Let us see. {Q}
        """
    )
).widened(MORE_ASK_FRAMES)
CORRECT_FRAMES = Wordings.parted(
    lines(
        """
        No, {t}
        Actually, {t}
        Sorry, I was wrong. {T}
        I made a mistake. {T}
        That was wrong. {T}
        Correction: {t}
        I have to correct myself. {T}
        Wait, {t}
        No, that is not right. {T}
        Forget what I said before. {T}
        It is different now. {T}
        Oh no, I said it wrong. {T}
        I must set this right: {t}
        """
    )
).widened(MORE_CORRECT_FRAMES)
_ACK_HEADS = ("Okay.", "I see.", "Good to know.", "Thank you for telling me.", "All right.", "Got it.", "Interesting.")
_ACK_TAILS = (
    "I will remember it.",
    "I will remember that.",
    "I will keep that in mind.",
    "Noted.",
    "I will not forget it.",
)
_CHANGED_HEADS = (
    "Okay, I have changed that.",
    "Thank you for the correction.",
    "I see, so that is different now.",
    "All right, I will remember the new one.",
    "Good that you tell me.",
)
_KNOWN_HEADS = ("Yes.", "Of course.", "Yes, I remember.", "Sure.", "I remember.", "That is easy.")
_UNKNOWN = "{begun}... I don't know. You have not told me."
_VALUE = re.compile(r"\{a?v\}")
DO_NOT_KNOW = "don't know"
"""Every reply to a question about what was never told contains these words, and no other reply does."""

LOWER_STARTS = frozenset(
    words(
        """
        My The This We Our You Please People Everyone They Hello Hi Let At For On By In Write Which What
        Where Who When How Do Can Tell Say Whose From Whom With Of To Name Explain Read List Repeat So
        There One Every Now Keep Remember It Most If As Someone These Call Dial Originally Later
        Yesterday Type Music No Nothing Here Learn Store Put That Give Does Did Have Has Is Are Will New
        Not All Today A An After Among And Any Anyone Because Becoming Being Between Could Each Even
        Everybody Guests Have Just Into Locker Mine More Nobody Number Online Only Right Some Somebody
        Somehow Something Thanks Tomorrow Under Why Would Remind Altogether Bus Come Count Since Until
        """
    )
)
_CONTRACTIONS = (
    ("What is ", "What's "),
    ("Where is ", "Where's "),
    ("Who is ", "Who's "),
    ("I am ", "I'm "),
    (" do not ", " don't "),
    ("I have a ", "I've got a "),
    ("I will ", "I'll "),
    ("It is ", "It's "),
    (" it is ", " it's "),
    ("That is ", "That's "),
)


def lower_start(sentence: str, keep: str = "") -> str:
    """The sentence as it stands inside another one: 'My dog' -> 'my dog', but 'I live', 'Anna' and a sentence that
    begins with `keep` as they are."""
    if keep and sentence.startswith(keep):
        return sentence
    first = sentence.partition(" ")[0].rstrip(",:.").partition("'")[0]
    return sentence[0].lower() + sentence[1:] if first in LOWER_STARTS else sentence


def framed(frame: str, sentence: str, value: str = "") -> str:
    """A telling put into a frame with {t} or {T}; a value with which it begins stays as it is."""
    said = frame.replace("{t}", lower_start(sentence, value)).replace("{T}", sentence)
    return said if value and said.startswith(value) else upper_start(said)


def framed_question(frame: str, question: str, clause: str, noun: str) -> str:
    """A question put into a frame with {q} or {Q}, its clause ('what my name is') into one with {c}, or the
    noun that it asks for ('my name') into one with {n}."""
    asked = frame.replace("{c}", clause).replace("{n}", noun)
    return upper_start(asked.replace("{q}", lower_start(question)).replace("{Q}", question))


def sloppy(rng: random.Random, text: str, keep: Sequence[str]) -> str:
    """The text as some people type it: contracted, without capitals or full stops, but for the words in `keep`."""
    roll = rng.random()
    if roll < 0.55:
        return text
    if roll < 0.72:
        for long, contracted in _CONTRACTIONS:
            text = text.replace(long, contracted)
        return text
    if roll < 0.84:
        return text[:-1] if text[-1] in ".?" else text
    if roll < 0.88:
        return text[:-1] + "!" if text[-1] == "." else text
    if roll < 0.90:
        return _mistyped(rng, text, keep)
    lowered = text.lower()
    for word in keep:
        low = word.lower()
        if low != word:
            lowered = re.sub(rf"\b{re.escape(low)}\b", word, lowered)
    if roll < 0.96:
        for mark in ".?,'":
            if not any(mark in word for word in keep):
                lowered = lowered.replace(mark, "")
    return lowered


def _mistyped(rng: random.Random, text: str, keep: Sequence[str]) -> str:
    """The text with one letter left out or two changed round, in a longer word that is not in `keep`."""
    parts = text.split(" ")
    at = int(rng.random() * len(parts))
    word = parts[at]
    if len(word) > 4 and word.isalpha() and word.islower() and not any(word in kept for kept in keep):
        cut = 1 + int(rng.random() * (len(word) - 2))
        swapped = word[:cut] + word[cut + 1] + word[cut] + word[cut + 2 :]
        parts[at] = word[:cut] + word[cut + 1 :] if rng.random() < 0.5 else swapped
    return " ".join(parts)


def join_two(first: str, second: str, value: str = "") -> str:
    """Two tellings in one sentence; `value` is what the second one tells."""
    return f"{first.rstrip('.')} and {lower_start(second, value)}"


class Replies:
    """What the assistant says to facts, in its plain voice. All choices come from `rng`."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng

    def _any(self, choices: Sequence[str]) -> str:
        return choices[int(self._rng.random() * len(choices))]

    def state(self, fact: Fact) -> str:
        """The fact as the assistant says it: 'Your dog is called Bramble.' It is always said in the same words: a value
        is kept under the words before it, and found again by them."""
        return upper_start(fact.fill(fact.kind.answer))

    def told(self, fact: Fact) -> str:
        """To a new fact: its value is said once more, mostly in the words in which it will be answered."""
        roll = self._rng.random()
        said = self.state(fact)
        if fact.kind.note and roll < 0.3:
            note = upper_start(fact.fill(self._any(fact.kind.note)))
            return f"{note} {said}" if roll < 0.22 else f"{said} {note}"
        if roll < 0.55:
            return f"{self._any(_ACK_HEADS)} {said}"
        return f"{said} {self._any(_ACK_TAILS)}" if roll < 0.9 else said

    def told_two(self, first: Fact, second: Fact) -> str:
        """To two facts in one message."""
        said = f"{self.state(first)} {self.state(second)}"
        return said if self._rng.random() < 0.6 else f"{self._any(_ACK_HEADS)} {said}"

    def corrected(self, fact: Fact) -> str:
        """To a new value of an old fact."""
        return f"{self._any(_CHANGED_HEADS)} {self.state(fact)}"

    def known(self, fact: Fact) -> str:
        """To a question about something that was told."""
        said = self.state(fact)
        return said if self._rng.random() < 0.78 else f"{self._any(_KNOWN_HEADS)} {said}"

    def unknown(self, kind: Kind, subject: str) -> str:
        """To a question about something that was not told: 'Your dog is called... I don't know.' It begins as the
        answer would, since only where the value stands can be seen whether there is one."""
        begun = fill(_VALUE.split(kind.answer, maxsplit=1)[0].rstrip(), subject)
        return _UNKNOWN.replace("{begun}", upper_start(begun))
