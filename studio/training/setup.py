"""How large a model is trained: the arguments of ``bit-llama train`` for each size that the window offers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from engine.errors import Message
from engine.models.config import BitLlamaConfig
from studio.protocol import EngineFailure


@dataclass(frozen=True)
class ModelSize:
    """One choice."""

    width: int
    layers: int
    heads: int
    context: int
    """Tokens of a segment."""
    batch: int
    """Segments of a step."""
    rate: float
    """Peak learning rate."""

    @property
    def tokens_per_step(self) -> int:
        """Tokens that one step reads, of text."""
        return self.context * self.batch

    def weights(self, vocabulary: int) -> int:
        """Weights of a new model that knows so many tokens."""
        config = BitLlamaConfig(
            vocabulary, self.width, self.layers, 0.5, ttt_variant="linear", num_heads=self.heads
        )  # as `bit-llama train` makes it
        return config.num_parameters

    def arguments(self, steps: int, begin: str) -> list[str]:
        """The part of the command line that a resumed run must repeat.

        Args:
            steps: those that the run is begun with; warming up takes a tenth of them, 100 at most.
            begin: a model to go on from, which brings its own size; "" for a new one.
        """
        rate = GOING_ON_RATE if begin else self.rate
        shape = ["--init-from", begin] if begin else [
            "--dim", str(self.width), "--layers", str(self.layers), "--heads", str(self.heads)
        ]  # fmt: skip
        return [
            *shape,
            "--context-len", str(self.context), "--batch-size", str(self.batch),
            "--lr", f"{rate:g}", "--min-lr", f"{rate / 20:g}", "--warmup-steps", str(min(100, steps // 10)),
        ]  # fmt: skip


GOING_ON_RATE = 3e-4
"""Peak learning rate where a trained model goes on: a higher one would wipe out more of what it can."""

SIZES = {"tiny": ModelSize(128, 4, 4, 64, 16, 3e-3), "small": ModelSize(256, 8, 4, 128, 16, 3e-3)}


def intervals(steps: int) -> list[str]:
    """How often a run of so many steps reports, measures and saves; may differ at every resume."""
    return [
        "--log-interval", str(max(1, steps // 500)),
        "--eval-interval", str(max(MEASURE_STEPS, steps // 20)), "--eval-tokens", "4096",
        "--save-interval", str(SAVE_STEPS),
    ]  # fmt: skip


MEASURE_STEPS = 10
"""So many steps at least lie between two measurements of what is held out."""
SAVE_STEPS = 50
"""So many steps at most are lost where the machine is switched off."""


HELD_OUT = 0.1
"""Share of the text that is kept back to measure by."""


@dataclass(frozen=True)
class CheckedText:
    """What the check found in a text that can be trained on."""

    is_dialogue: bool
    documents: int
    characters: int
    train_tokens: int
    held_tokens: int
    vocabulary: int
    """Tokens that the model will know."""

    def is_enough(self, context: int) -> bool:
        """Whether both parts hold a segment of so many tokens."""
        return self.held_tokens > context and (self.is_dialogue or self.train_tokens > context + 1)


@dataclass
class TrainingDraft:
    """The training that is being set up."""

    source: Path | None = None
    begin: str = ""
    """A model to go on from, or "" for a new one."""
    name: str = ""
    checked: CheckedText | None = None
    problem: str = ""
    """What is wrong with the text, and where."""
    doing: str = ""
    """What the check is at, as the command line says it."""
    done: float = 0.0


def read_check(meta: Path) -> CheckedText:
    """What stands in the ``meta.json`` of a prepared folder. Raises `EngineFailure` where it cannot be read."""
    try:
        found = json.loads(meta.read_text(encoding="utf-8"))
        return CheckedText(
            found["kind"] == "dialogue", found["documents_read"], found["characters"],
            found["tokens"]["train"], found["tokens"]["val"], found["vocab_size"],
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise EngineFailure(
            Message("{path} cannot be read ({error}); check the text again.", path=meta, error=error)
        ) from error
