"""What a person's messages told, as questions and answers, written down by the model itself with a reader's adapter.

Several samples are drawn of each message. What most of them say was told, in lines that the message bears out
(`told_lines.is_sound`), is a fact; the questions that ask for one value are its wordings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from engine.curricula.everyday.told_lines import (
    INSTRUCTION,
    ToldLine,
    content_words,
    holds_words,
    is_sound,
    parse_lines,
    value_of,
    words,
)
from engine.layers.low_rank import LowRankAdapter
from engine.models.transformer import Transformer
from engine.runtime.base import Cancel
from engine.runtime.batched_replies import Draws, Prompt, write_replies
from engine.sleep.curriculum import TaughtExchange, WordedFact
from engine.text.chat_message import ChatMessage
from engine.text.model_text import ModelText
from engine.train.memory.exchanges import encode_exchange

SAMPLES = Draws(count=6, temperature=0.5, top_p=0.9)
"""Of each message."""
AGREED = 2
"""Samples that must name a value."""
MOST_TOKENS = 56
"""Of a sample."""
MOST_READ = 200
"""Tokens of a message that are read; what comes behind them is not."""
MOST_FACTS = 4
"""Of a message."""
MOST_WORDINGS = 5
"""Of a fact."""


class EverydayReader:
    """Reads messages with a model and its adapter.

    Args:
        model, text: the backbone.
        adapter: trained by `engine.train.memory.reader`.
    """

    def __init__(self, model: Transformer, text: ModelText, adapter: LowRankAdapter) -> None:
        self._model, self._text, self._adapter = model, text, adapter

    def read(
        self, messages: Sequence[str], cancel: Cancel | None = None, progress: Callable[[int], None] | None = None
    ) -> list[list[WordedFact]]:
        """The facts that each message tells.

        Args:
            messages: of a person.
            cancel: asked before every token; raises `Cancelled`.
            progress: told how many further messages were read.
        """
        read = write_replies(
            self._model,
            [self._prompt(message) for message in messages],
            self._text.turn_ends,
            MOST_TOKENS,
            draws=SAMPLES,
            adapter=self._adapter,
            cancel=cancel,
            progress=None if progress is None else lambda done: progress(done // SAMPLES.count),
        )
        decode = self._text.tokenizer.decode
        return [
            facts_of(message, [decode(sample) for sample in samples])
            for message, samples in zip(messages, read, strict=True)
        ]

    def _prompt(self, message: str) -> Prompt:
        e = encode_exchange(self._text, [ChatMessage("system", INSTRUCTION)], message, "x")
        return Prompt(e.context, e.message[:MOST_READ], e.opening)


def facts_of(message: str, samples: Sequence[str]) -> list[WordedFact]:
    """The facts of a message by what was written down of it in several samples."""
    read = [[line for line in parse_lines(sample) if is_sound(line, message)] for sample in samples]
    if 2 * sum(map(bool, read)) < len(samples):
        return []
    values = {line: value_of(line, message) for lines in read for line in lines}
    shortest = _shortest(values.values())
    named: Counter[str] = Counter()
    wordings: dict[str, Counter[ToldLine]] = {}
    for lines in read:
        told = {line: shortest[values[line]] for line in lines}
        named.update(set(told.values()))
        for line, value in told.items():
            wordings.setdefault(value, Counter())[line] += 1
    agreed = [value for value, count in named.most_common() if count >= min(AGREED, len(samples))]
    found = [_fact(message, value, wordings[value]) for value in agreed]
    return [fact for fact in found if fact is not None][:MOST_FACTS]


def _shortest(values: Iterable[str]) -> dict[str, str]:
    """For each value the shortest of them that it holds: of "six weeks" and "Six" the latter, which both answer."""
    ordered = sorted(values, key=lambda value: (len(words(value)), value))
    return {value: next(one for one in ordered if holds_words(value, one)) for value in ordered}


def _fact(message: str, value: str, lines: Counter[ToldLine]) -> WordedFact | None:
    """The fact of lines with one value, the most frequent wordings first, each question once. One that was asked once
    must have a word in common with the message: such are seldom about something else."""
    said = set(content_words(message))
    questions: Counter[tuple[str, ...]] = Counter()
    exchanges: dict[tuple[str, ...], TaughtExchange] = {}
    for line, count in lines.most_common():
        question = tuple(words(line.question))
        questions[question] += count
        exchanges.setdefault(question, TaughtExchange(line.question, line.answer, True))
    good = [
        exchanges[question]
        for question, count in questions.most_common()
        if count > 1 or said & set(content_words(" ".join(question)))
    ]
    if not good:
        return None
    return WordedFact(frozenset(content_words(good[0].user)), value, tuple(good[:MOST_WORDINGS]))
