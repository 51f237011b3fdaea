"""The companion's curriculum: what `engine.sleep` asks for, in the companion's words."""

from __future__ import annotations

import functools
import itertools
import random
from collections.abc import Callable, Sequence
from typing import cast

from engine.curricula.companion.dialogues import everyday_dialogue
from engine.curricula.companion.facts import Fact
from engine.curricula.companion.kinds import OPEN_KINDS
from engine.curricula.companion.memory import Chooser, FactMemory
from engine.curricula.companion.patterns import confirmed, read, stated
from engine.curricula.companion.smalltalk import SmallTalk
from engine.curricula.companion.wording import DO_NOT_KNOW, Replies, User
from engine.llama import Llama
from engine.runtime.base import Cancel
from engine.sleep.curriculum import FactLike, Question, TaughtExchange
from engine.sleep.probes import reply
from engine.text.template import ChatMessage

EVERYDAY_EXCHANGES = 6
HELDOUT_SEED = 20_411
"""Of the dialogues by which drift is measured; no night's lessons use it."""
HELDOUT_DIALOGUES = 64
HELDOUT_EXCHANGES = 8
"""Of each dialogue, from its beginning."""
MOST_LISTENED = 300
"""Messages for which the model is asked at most; the rest are read by patterns alone."""


class CompanionReader:
    """Finds facts by patterns and, where these find none, in how the model repeats a message.

    Told something, the companion repeats it in the one wording that it has for each kind of fact: "Your dog is called
    Bramble." So its reply can be read where the message cannot. It is used only where value and subject stand in the
    message itself. The state of `llama` is afterwards as it was.

    Args:
        llama: the model that is asked, with an empty soul.
        cancel: asked before the model is; from True on only patterns are used.
    """

    def __init__(self, llama: Llama, cancel: Cancel | None = None) -> None:
        self._llama, self._cancel = llama, cancel
        self._left = MOST_LISTENED

    def __call__(self, message: str) -> list[Fact]:
        """The facts that a person's message tells."""
        if found := read(message, own_words=False):
            return found
        if self._cancel is not None and self._cancel():
            self._left = 0
        if self._left:
            self._left -= 1
            heard = (confirmed(message, fact) for fact in stated(self._retold(message)))
            found = [fact for fact in heard if fact is not None]
        return found or read(message)

    def _retold(self, message: str) -> str:
        before = self._llama.snapshot()
        try:
            self._llama.reset_state()
            return reply(self._llama, message)
        finally:
            self._llama.restore(before)


class CompanionTutor:
    """Words lessons and questions as the companion was trained to understand them.

    Args:
        rng: all choices come from it.
        seed: of the night, for dialogues of everyday.
        facts: what is told, so that it is known what is not.
    """

    def __init__(self, rng: random.Random, seed: int, facts: Sequence[Fact] = ()) -> None:
        self._rng, self._seed = rng, seed
        self._user, self._replies = User(rng, "train"), Replies(rng)
        self._talk = SmallTalk(rng, "train")
        memory = FactMemory()
        for fact in facts:
            memory.put(fact)
        self._chooser = Chooser(rng, memory, "train", OPEN_KINDS)

    def question(self, fact: FactLike) -> Question:
        """See `Tutor`."""
        asked = cast(Fact, fact)
        return Question(self._user.ask(asked.kind, asked.subject), asked.value)

    def lesson(self, fact: FactLike) -> TaughtExchange:
        """See `Tutor`."""
        return self._asked(cast(Fact, fact))

    def never_told(self) -> TaughtExchange:
        """See `Tutor`."""
        kind, subject = self._chooser.unknown()
        return TaughtExchange(self._user.ask(kind, subject), self._replies.unknown(kind, subject), True)

    def told_anew(self, fact: FactLike) -> list[TaughtExchange]:
        """See `Tutor`; up to two exchanges of other talk stand between telling and asking."""
        renewed = self._chooser.renewed(cast(Fact, fact))
        told = TaughtExchange(self._user.tell(renewed), self._replies.told(renewed))
        if self._rng.random() < 0.5:
            told = TaughtExchange(self._user.correct(renewed), self._replies.corrected(renewed))
        between = [self.small_talk() for _ in range(self._rng.choice((0, 1, 2)))]
        return [told, *between, self._asked(renewed)]

    def small_talk(self) -> TaughtExchange:
        """See `Tutor`."""
        return TaughtExchange(*self._talk.exchange())

    def everyday(self) -> list[TaughtExchange]:
        """How another's life begins, in which things are told and asked: what the soul must not stand against. Further
        on it would be asked for what was told before, and answering that would be invention."""
        while (dialogue := everyday_dialogue(self._seed, self._rng.randrange(1 << 30), "train")) is None:
            pass
        return [TaughtExchange(e.user, e.reply) for e in dialogue.exchanges[:EVERYDAY_EXCHANGES]]

    def _asked(self, fact: Fact) -> TaughtExchange:
        return TaughtExchange(self._user.ask(fact.kind, fact.subject), self._replies.known(fact), True)


class CompanionCurriculum:
    """See `engine.sleep.curriculum.Curriculum`."""

    def reader(self, llama: Llama, cancel: Cancel | None = None) -> Callable[[str], Sequence[FactLike]]:
        """By patterns, and where they find nothing by what the model makes of a message."""
        return CompanionReader(llama, cancel)

    def tutor(self, rng: random.Random, seed: int, facts: Sequence[FactLike] = ()) -> CompanionTutor:
        """See `CompanionTutor`."""
        return CompanionTutor(rng, seed, cast(Sequence[Fact], facts))

    def heldout(self) -> Sequence[Sequence[ChatMessage]]:
        """The first exchanges of dialogues in wordings and values that the companion was not trained on.

        Questions about what was never told are left out: what is right to say then depends on what the soul knows.
        """
        return _heldout()


def make_curriculum() -> CompanionCurriculum:
    """For `load_curriculum`."""
    return CompanionCurriculum()


@functools.cache
def _heldout() -> Sequence[Sequence[ChatMessage]]:
    found: list[Sequence[ChatMessage]] = []
    for index in itertools.count():
        if len(found) == HELDOUT_DIALOGUES:
            break
        dialogue = everyday_dialogue(HELDOUT_SEED, index, "test")
        if dialogue is None:
            continue
        said: list[ChatMessage] = []
        for exchange in [one for one in dialogue.exchanges if DO_NOT_KNOW not in one.reply][:HELDOUT_EXCHANGES]:
            said += [ChatMessage("user", exchange.user), ChatMessage("assistant", exchange.reply)]
        found.append(said)
    return found
