"""Training the reader: an adapter with which a frozen transformer writes down what a message told.

The adapter is on from the end of the message, so that all that stands before, in all blocks, is computed once a sample
and kept; a step costs the tokens that are written, in the blocks that are adapted.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.curricula.everyday.frames import Frame, Situation, fill, read_lines
from engine.curricula.everyday.manner import asked, joined, typed
from engine.curricula.everyday.told_lines import INSTRUCTION, MOST_LINES, ToldLine, is_sound, words, write_lines
from engine.layers.low_rank import LowRankAdapter
from engine.models.memory_config import MemoryConfig
from engine.models.transformer import Transformer
from engine.text.chat_message import ChatMessage
from engine.text.model_text import ModelText
from engine.train.memory.exchanges import Exchange, encode_exchange
from engine.train.memory.frozen import FrozenReply
from engine.train.memory.reading import ReplyBatch, _Past

NOTHING_SHARE = 0.25
JOINED = 0.15
FIRST_WEIGHT, ANSWER_WEIGHT = 5.0, 2.0
SHORT = 0.65
"""How often the shortest answer is taken."""


class ReaderData:
    def __init__(self, frames: Sequence[Frame], rng: random.Random, every: int = 14, heldout: bool = False) -> None:
        def part(lines):
            return [line for at, line in enumerate(lines) if (at % every == every - 1) == heldout]

        self.rng = rng
        self.frames = part(list(frames))
        self.chatter = part([line["say"] for line in read_lines("chatter.jsonl")])
        self.prompts = part([line["prompt"] for line in read_lines("ordinary.jsonl")])
        self._bag: list[Frame] = []

    def frame(self) -> Frame:
        if not self._bag:
            self._bag = self.rng.sample(self.frames, len(self.frames))
        return self._bag.pop()

    def nothing(self) -> str:
        rng = self.rng
        kind = rng.choice("cco qq".replace(" ", ""))
        if kind == "c":
            return typed(rng.choice(self.chatter), rng)[0]
        if kind == "o":
            return rng.choice(self.prompts)
        return asked(rng.choice(rng.choice(fill(rng.choice(self.frames), rng).questions).wordings), rng)

    def sample(self) -> tuple[str, list[ToldLine], list[Situation]]:
        rng = self.rng
        if rng.random() < NOTHING_SHARE:
            return self.nothing(), [], []
        while True:
            made = [fill(self.frame(), rng)]
            if rng.random() < JOINED:
                made.append(fill(self.frame(), rng))
            values = [v for s in made for v in s.values]
            text = made[0].messages[-1]
            if len(made) == 2:
                text = joined(text, made[1].messages[-1], rng, values)
            message, lowered = typed(text, rng, values)
            lines = [line for s in made for line in self.lines(s, message, lowered, 2 if len(made) > 1 else MOST_LINES)]
            if lines:
                return message, lines, made

    def lines(self, situation: Situation, message: str, lowered: bool, most: int) -> list[ToldLine]:
        rng, found = self.rng, []
        for question in situation.questions:
            good = []
            for answer in sorted(question.answers, key=len):
                said = _lowered(answer, situation) if lowered else answer
                wording = rng.choice(question.wordings)
                line = ToldLine(_as_question(wording), said)
                if holds(message, question.value) and holds(said, question.value) and is_sound(line, message):
                    good.append(line)
            if good:
                found.append(good[0] if rng.random() < SHORT else rng.choice(good))
        rng.shuffle(found)
        if len(found) == 1 and rng.random() < 0.5:
            question = next(q for q in situation.questions if holds(found[0].answer, q.value))
            other = ToldLine(_as_question(rng.choice(question.wordings)), found[0].answer)
            if other.question != found[0].question and is_sound(other, message):
                found.append(other)
        return found[:most]


def holds(text: str, value: str) -> bool:
    said = f" {' '.join(words(text))} "
    return any(f" {' '.join(words(v))} " in said for v in value.split("|"))


def _lowered(answer: str, situation: Situation) -> str:
    for value in sorted(situation.values, key=len, reverse=True):
        answer = answer.replace(value, value.lower())
    return answer


def _as_question(text: str) -> str:
    text = text.rstrip(" .")
    return text if text.endswith("?") else text + "?"


def reading_config(model: Transformer, first: int) -> MemoryConfig:
    return MemoryConfig(model.config.hidden_dim, (first,), (first,), 1, 1, 1, stream_norms=(1.0,))


def encode(text: ModelText, message: str, lines: Sequence[ToldLine]) -> Exchange:
    return encode_exchange(text, [ChatMessage("system", INSTRUCTION)], message, write_lines(lines))


def through(model: Transformer, first: int, batch: ReplyBatch) -> Tensor:
    rotations = model.rotations(batch.positions)
    h = batch.stream
    for number in range(first, model.config.num_layers):
        cos, sin = (part.unsqueeze(1) for part in rotations[model.config.layer_rope(number)])
        key, value = batch.past[number - first]
        h = model.layers[number](h, cos, sin, _Past(key, value), batch.seen)
    return h[batch.speaks]


def token_weights(text: ModelText, reply: Sequence[int]) -> Tensor:
    """How much each token of a reply counts: the first says whether anything was told, answers are exact."""
    weights, written = [FIRST_WEIGHT], ""
    for token in reply[:-1]:
        written += text.tokenizer.decode([token])
        weights.append(ANSWER_WEIGHT if "|" in written.rpartition("\n")[2] else 1.0)
    return torch.tensor(weights)


def loss_of(model: Transformer, adapter: LowRankAdapter, text: ModelText, replies: Sequence[FrozenReply]) -> Tensor:
    batch = ReplyBatch(replies)
    weights = torch.cat([token_weights(text, reply.targets.tolist()) for reply in replies])
    with adapter.attached(model):
        h = through(model, adapter.first, batch)
    losses = F.cross_entropy(model.head(h), batch.targets, reduction="none")
    return (losses * weights).sum() / weights.sum()


def batches(replies: Sequence[FrozenReply], size: int, rng: random.Random) -> Iterator[list[FrozenReply]]:
    order = sorted(replies, key=lambda r: len(r.streams) + rng.random() * 8)
    made = [order[at : at + size] for at in range(0, len(order), size)]
    rng.shuffle(made)
    yield from made
