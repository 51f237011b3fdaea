"""The curriculum of a transformer with a memory: what was told in a person's own words, and what was not."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from engine.curricula.everyday.frames import fill, load_frames, read_lines
from engine.curricula.everyday.manner import asked
from engine.curricula.everyday.reader import EverydayReader
from engine.curricula.everyday.told_lines import content_words
from engine.errors import ConfigError
from engine.io.reader_file import find_reader, load_reader
from engine.layers.low_rank import LowRankAdapter
from engine.runtime.base import Cancel
from engine.sleep.backbone import Backbone
from engine.sleep.curriculum import TaughtExchange, WordedFact

ALIKE = 1
"""A frame resembles what was told where one of its questions has more words that carry a fact in common with it."""


class EverydayCurriculum:
    """See `engine.sleep.curriculum.MemoryCurriculum`. The frames are those of `engine.curricula.everyday.frames`."""

    def read(
        self,
        backbone: Backbone,
        messages: Sequence[str],
        cancel: Cancel | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> list[list[WordedFact]]:
        """The facts that each message tells. Raises `ConfigError` for a model without a reader, `Cancelled`."""
        body = backbone.weights
        path = find_reader(body.path, body.config, body.tokenizer)
        if path is None:
            raise ConfigError(
                "{model} has no reader, which writes down what was told: put its {suffix} file beside it.",
                model=body.path,
                suffix=".reader.safetensors",
            )
        held = load_reader(path)
        adapter = LowRankAdapter.from_tensors(body.config, held.first, held.rank, held.tensors)
        return EverydayReader(backbone.model, backbone.text, adapter).read(messages, cancel, progress)

    def never_told(
        self, rng: random.Random, facts: Sequence[WordedFact], messages: Sequence[str], count: int
    ) -> list[TaughtExchange]:
        """Questions about what nothing told resembles, with the answer that it is not known."""
        told = [set(content_words(text)) for text in messages]
        told += [set(content_words(e.user)) for fact in facts for e in fact.exchanges]
        replies = [line["unknown"] for line in read_lines("replies.jsonl") if "unknown" in line]
        found: list[TaughtExchange] = []
        frames = load_frames()
        for frame in rng.sample(frames, len(frames)):
            if len(found) == count:
                break
            wording = rng.choice(rng.choice(fill(frame, rng).questions).wordings)
            about = set(content_words(wording))
            if about and not any(len(about & other) > ALIKE for other in told):
                found.append(TaughtExchange(asked(wording, rng), rng.choice(replies), True))
        return found

    def ordinary(self) -> list[str]:
        """Requests that have nothing to do with the person, always the same."""
        return [line["prompt"] for line in read_lines("ordinary.jsonl")]


def make_curriculum() -> EverydayCurriculum:
    """For `engine.sleep.curriculum.load_curriculum`."""
    return EverydayCurriculum()
