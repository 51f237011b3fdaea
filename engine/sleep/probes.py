"""Probes: what a soul knows of the log and what it still knows of everything else. All of it on copies."""

from __future__ import annotations

import math
import random
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.io.conversation_log import Entry
from engine.llama import Llama
from engine.runtime.base import Cancel, Cancelled
from engine.runtime.scoring import log_softmax, token_losses
from engine.sleep.curriculum import Curriculum, Question, Statement, curriculum_of
from engine.sleep.replay import ProgressMeter, ReplayDialogue
from engine.sleep.report import ProbeAnswer, ProbeResults
from engine.text.sampling import CHAT_BEAMS, SamplingParams
from engine.text.template import ChatMessage

MOST_QUESTIONS = 12
"""About what is new, and as many about what was learned before."""
MOST_CLOZES = 12
MOST_LOG_TOKENS = 2000
"""Of the log whose loss is measured: the latest conversations that fit."""
LIKELIEST = SamplingParams(temperature=0.0, beams=CHAT_BEAMS)
"""How an answer to a question is chosen."""
MAX_REPLY = 48
"""Tokens of an answer at most; right answers are far shorter."""
_WORD = re.compile(r"[\w'-]+")


def reply(llama: Llama, text: str, sampling: SamplingParams = LIKELIEST) -> str:
    """The answer of `llama` to one message, which it lives."""
    return llama.stream_chat([ChatMessage("user", text)], MAX_REPLY, sampling).text


@dataclass(frozen=True)
class Cloze:
    """The beginning of a message, in tokens, and the rare words that went on."""

    beginning: str
    ids: list[int]
    target: str
    target_ids: list[int]


@dataclass(frozen=True)
class Exam:
    """All that is asked before a night and after it."""

    questions: Sequence[Question]
    clozes: Sequence[Cloze]
    talks: Sequence[Sequence[tuple[list[int], list[int]]]]
    """Of the log: for each conversation its messages as tokens, and 1 for each token whose loss counts."""
    heldout: Sequence[tuple[list[int], list[int]]]
    """The held-out dialogues: tokens, and 1 for each that the model says itself."""

    @property
    def tokens(self) -> int:
        """Tokens that one examination feeds, about."""
        log = sum(len(ids) for talk in self.talks for ids, _ in talk)
        asked = 40 * len(self.questions) + sum(len(c.ids) + len(c.target_ids) for c in self.clozes)
        return log + asked + sum(len(ids) for ids, _ in self.heldout)


def make_exam(
    llama: Llama,
    curriculum: Curriculum,
    talks: Sequence[ReplayDialogue],
    unread: Sequence[Entry],
    told: Sequence[Statement],
    older: Sequence[Statement],
    seed: int,
    most: int = MOST_QUESTIONS,
) -> Exam:
    """Probes for a night. The same arguments make the same exam.

    Args:
        llama: whose template and tokenizer they are for.
        curriculum: what words the questions.
        talks: the night's conversations, whose loss is measured.
        unread: messages of the night in which no fact was read, some of which are to be ended as they were.
        told: the facts in the others, some of which are asked.
        older: facts of former nights, some of which are asked too.
        seed: of all choices.
        most: questions for facts of the night, and so many for older ones.
    """
    rng = random.Random(f"exam {seed}")
    tutor = curriculum.tutor(rng, seed)
    chosen = [s for facts in (told, older) for s in rng.sample(facts, min(len(facts), most))]
    questions = [tutor.question(statement.fact) for statement in chosen]
    clozes = [cloze for entry in unread if entry.role == "user" and (cloze := make_cloze(llama, entry.text))]
    scored: list[list[tuple[list[int], list[int]]]] = []
    room = MOST_LOG_TOKENS
    for talk in reversed(talks):
        room -= talk.tokens
        if room < 0 and scored:
            break
        scored.append([_counted(llama, line.entry.role, line.entry.text) for line in talk.lines])
    return Exam(questions, rng.sample(clozes, min(len(clozes), MOST_CLOZES)), scored[::-1], _heldout(llama, curriculum))


def heldout_loss(llama: Llama, curriculum: Curriculum | None = None) -> float:
    """Loss on the held-out dialogues of a curriculum, of the model's where None, from where the soul stands: nats per
    token that the model says."""
    dialogues = _heldout(llama, curriculum or curriculum_of(llama))
    return Examiner(llama, Exam((), (), (), dialogues), ProgressMeter(1, None)).drift()


def decode_speed(llama: Llama, tokens: int = 24) -> float:
    """Tokens a second of writing, as in chat; the state is afterwards as it was."""
    start = llama.snapshot()
    began = time.perf_counter()
    for _ in range(tokens):
        llama.runtime.step(llama.tokenizer.end_id)
    seconds = time.perf_counter() - began
    llama.restore(start)
    return tokens / max(seconds, 1e-9)


def make_cloze(llama: Llama, text: str) -> Cloze | None:
    """The last rare word of a message cut from it, with the words before; None where it has none.

    Rare is what the tokenizer, made from everyday dialogues, has no word of its own for, and what holds a digit.
    """
    rare = [m for m in _WORD.finditer(text) if m.start() and _is_rare(llama, m[0])]
    if not rare:
        return None
    beginning, target = text[: rare[-1].start()].rstrip(), " " + rare[-1][0]
    ids = llama.template.render_ids(llama.tokenizer, [ChatMessage("user", beginning)], reply=False)
    ids = ids[: max(n for n, i in enumerate(ids) if i == llama.tokenizer.end_id)]  # the message goes on
    return Cloze(beginning, ids, target.strip(), llama.tokenizer.encode(target))


def _is_rare(llama: Llama, word: str) -> bool:
    return len(word) > 2 and (any(c.isdigit() for c in word) or len(llama.tokenizer.encode(" " + word)) > 1)


def _counted(llama: Llama, role: str, text: str) -> tuple[list[int], list[int]]:
    """A message in its template, and which of its tokens are a person's words."""
    message = ChatMessage(role, text)  # type: ignore[arg-type]
    ids = llama.template.render_ids(llama.tokenizer, [message], reply=False)
    special = set(llama.tokenizer.special_tokens.values())
    return ids, [int(role == "user" and i not in special) for i in ids]


def _heldout(llama: Llama, curriculum: Curriculum) -> list[tuple[list[int], list[int]]]:
    rendered = [llama.template.render_masked(llama.tokenizer, talk) for talk in curriculum.heldout()]
    before = llama.closing()  # read as by a soul that has been used
    return [([*before, *r.ids], [0] * len(before) + r.mask) for r in rendered]


def mean_loss(llama: Llama, ids: Sequence[int], mask: Sequence[int], cancel: Cancel | None = None) -> tuple[float, int]:
    """Sum of the losses of the tokens where `mask` is 1, and their number, read from where the state stands."""
    if cancel is not None and cancel():
        raise Cancelled(0)
    counts = np.asarray(mask[1:], np.float64)
    return float((token_losses(llama.runtime, ids).astype(np.float64) * counts).sum()), int(counts.sum())


class Examiner:
    """Puts an exam to whatever state `llama` is in, which is afterwards as it was."""

    def __init__(self, llama: Llama, exam: Exam, meter: ProgressMeter, cancel: Cancel | None = None) -> None:
        self._llama, self._exam, self._meter, self._cancel = llama, exam, meter, cancel

    def drift(self) -> float:
        """Loss on the held-out dialogues, nats per token that the model says. Raises `Cancelled`."""
        return self._losses([[part] for part in self._exam.heldout], "dialogues of everyday")

    def all(self) -> ProbeResults:
        """Everything. Raises `Cancelled`."""
        return self.whole(self.deciding())

    def deciding(self) -> ProbeResults:
        """What a verdict needs: answers to the questions, and `drift`. Raises `Cancelled`."""
        return ProbeResults(tuple(self._ask(question) for question in self._exam.questions), heldout_loss=self.drift())

    def whole(self, deciding: ProbeResults) -> ProbeResults:
        """`deciding` with all the rest. Raises `Cancelled`."""
        log = self._losses(self._exam.talks, "what was said")
        ended = [self._complete(cloze) for cloze in self._exam.clozes]
        return replace(deciding, answers=(*deciding.answers, *ended), log_loss=log)

    def _losses(self, talks: Sequence[Sequence[tuple[list[int], list[int]]]], line: str) -> float:
        start = self._llama.snapshot()
        summed, count = 0.0, 0
        try:
            for talk in talks:
                self._llama.restore(start)
                self._llama.new_conversation()
                ids = [i for part, _ in talk for i in part]
                loss, counted = mean_loss(self._llama, ids, [m for _, part in talk for m in part], self._cancel)
                summed, count = summed + loss, count + counted
                self._meter.add(len(ids), line)
        finally:
            self._llama.restore(start)
        return summed / count if count else math.nan

    def _ask(self, question: Question) -> ProbeAnswer:
        self._stop_if_woken()
        start = self._llama.snapshot()
        try:
            self._llama.new_conversation()
            said = reply(self._llama, question.user)
        finally:
            self._llama.restore(start)
        self._meter.add(40, question.user)
        return ProbeAnswer("question", question.user, question.expected, said, question.is_right(said), math.nan)

    def _complete(self, cloze: Cloze) -> ProbeAnswer:
        """Foretell the cut-off words token by token, each given those before it."""
        self._stop_if_woken()
        start = self._llama.snapshot()
        guessed, logprobs = [], []
        try:
            self._llama.new_conversation()
            logits = self._llama.runtime.prefill(cloze.ids)
            for token in cloze.target_ids:
                assert logits is not None
                guessed.append(int(logits[: self._llama.tokenizer.vocab_size].argmax()))
                logprobs.append(float(log_softmax(logits)[token]))
                logits = self._llama.runtime.step(token)
        finally:
            self._llama.restore(start)
        self._meter.add(len(cloze.ids) + len(cloze.target_ids), cloze.beginning)
        said = self._llama.tokenizer.decode(guessed).strip()
        right = guessed == cloze.target_ids
        return ProbeAnswer("cloze", cloze.beginning, cloze.target, said, right, sum(logprobs) / max(1, len(logprobs)))

    def _stop_if_woken(self) -> None:
        if self._cancel is not None and self._cancel():
            raise Cancelled(0)
