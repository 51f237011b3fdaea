"""The training of a memory: one function, from a backbone to a memory file."""

from __future__ import annotations

import dataclasses
import json
import math
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor

from engine.errors import ConfigError, TrainingError
from engine.io import atomic
from engine.io.memory_file import backbone_identity, save_memory
from engine.io.model_file import TransformerWeights
from engine.io.tensors import TensorFile, save_tensors
from engine.layers.memory import Memory
from engine.models.transformer import Transformer
from engine.text.model_text import ModelText, TextConfig
from engine.train.memory.args import MemoryTrainArgs
from engine.train.memory.exchanges import encode_exchange
from engine.train.memory.frozen import FrozenReply, freeze_replies, stream_norms
from engine.train.memory.pool import Pool, PoolMaker, draw_life
from engine.train.memory.probes import MemoryScore, score_memory
from engine.train.memory.recall import RecallLoss
from engine.train.memory.speech import speech_losses
from engine.train.memory.texts import Texts
from engine.train.memory.vocabulary import Vocabulary
from engine.train.memory.whitened import folded, split, whiten

Stage = Literal["recall", "speech"]

TRAINED = "trained.safetensors"
"""The memory as it is trained, in the folder of a training."""
HELD_OUT = 15
"""Every so many-th ordinary reply is for measuring."""
MEASURED = 100
"""Situations for measuring."""
BETAS = (0.9, 0.98)
WARM_UP = 20
"""Steps in which the rate rises."""
FIRST = 300
"""Situations of a first pool."""
MORE = 150
"""Situations that are added at a time."""
REPLY_TOKENS = 16
"""Tokens of an ordinary reply that count."""
SAVE_SECONDS = 120.0
REPORT_SECONDS = 15.0


@dataclass(frozen=True)
class MemoryLessons:
    """What a memory is trained on."""

    training: Texts
    measuring: Texts
    """Of other situations than those of `training`."""
    ordinary: Sequence[tuple[str, str]]
    """Everyday requests with the replies of the untouched model."""


@dataclass(frozen=True)
class MemoryStatus:
    """How a training stands."""

    stage: Stage
    step: int
    """Steps of this stage."""
    loss: float
    seconds: float
    """Spent in all."""
    seconds_left: float
    situations: int
    """That are ready."""
    score: MemoryScore | None
    """On held-out situations, where it was measured just now."""


@dataclass(frozen=True)
class MemoryResult:
    """How a training ended."""

    path: Path
    """The memory file."""
    finished: bool
    """False when it was stopped and can be resumed."""
    score: MemoryScore


def train_memory(
    weights: TransformerWeights,
    out: Path,
    args: MemoryTrainArgs,
    lessons: MemoryLessons,
    *,
    resume: bool = False,
    stop: Callable[[], bool] = lambda: False,
    on_status: Callable[[MemoryStatus], None] = lambda _: None,
) -> MemoryResult:
    """Train a memory for a transformer, whose own weights stay as they are.

    Args:
        weights: the backbone.
        out: the memory file; beside it, in ``OUT.training``, lies what a resume needs.
        args: the dials.
        lessons: what is told, asked and said.
        resume: go on with what lies there.
        stop: asked after every step; once it says True, all is saved and the function returns.
        on_status: told every few seconds.

    Raises:
        ConfigError: a backbone that cannot have a memory, or a folder that fits neither a beginning nor a resume.
        TrainingError: the loss is no longer finite; what was saved last is kept.
    """
    return _MemoryTraining(weights, out, args, lessons, resume, stop, on_status).whole()


def check_folder(out: Path, resume: bool) -> Path:
    """The folder beside the memory file `out` for what a resume needs; made where it is not there.

    Raises `ConfigError` where it holds a training that is not to be resumed, or none that could be.
    """
    folder = out.with_name(out.name + ".training")
    there = (folder / TRAINED).exists()
    if resume and not there:
        raise ConfigError("There is no training in {folder} to resume; start without --resume.", folder=folder)
    if there and not resume:
        raise ConfigError(
            "{folder} already holds a training; give --resume to go on with it, or another --out.", folder=folder
        )
    atomic.make_folder(folder)
    return folder


class _MemoryTraining:
    """The stages of one training, in the order of `whole`."""

    def __init__(
        self,
        weights: TransformerWeights,
        out: Path,
        args: MemoryTrainArgs,
        lessons: MemoryLessons,
        resume: bool,
        stop: Callable[[], bool],
        on_status: Callable[[MemoryStatus], None],
    ) -> None:
        if weights.tokenizer is None:
            raise ConfigError("{path} has no tokenizer, so nothing can be told to it.", path=weights.path)
        self.weights, self.out, self.args, self.stop, self.on_status = weights, out, args, stop, on_status
        self.folder = check_folder(out, resume)
        self.text = ModelText.open(weights.tokenizer, TextConfig.of(weights.config), str(weights.path))
        self.model = Transformer.from_weights(weights)
        places = args.places(weights.config)
        sample = encode_exchange(self.text, [], "My sister plays the oboe in an orchestra near Lyon.", "How nice.")
        self.config = args.memory_config(weights.config, stream_norms(self.model, places[1], sample))
        torch.manual_seed(args.seed)
        self.memory = Memory(self.config, args.seed)
        self.rng = random.Random(args.seed)
        self.maker = PoolMaker(self.model, self.text, self.config, lessons.training, self.rng)
        self.examiner = PoolMaker(self.model, self.text, self.config, lessons.measuring, random.Random(1))
        self.replies = lessons.ordinary
        self.vocabulary = Vocabulary(lambda i: self.text.tokenizer.decode([i]), weights.config.vocab_size, self.rng)
        self.spent, self.began = 0.0, time.monotonic()
        self.saved: dict[str, Any] = self._load() if resume else {}

    def whole(self) -> MemoryResult:
        """All stages."""
        ordinary, held = self._ordinary()
        if self.saved:
            split(self.memory)
            self.memory.load_state_dict(self.saved["memory"])
            self.spent = float(self.saved["seconds"])
        self.began = time.monotonic()
        self.held_pool = self.examiner.make(min(MEASURED, self.args.situations))
        self.held_ordinary = held
        pool = self.maker.make(min(FIRST, self.args.situations), whole=False)
        if not self.saved:
            messages = [m for item in pool.told for m in item.messages]
            replies = [q for item in pool.told for q in item.questions] + [u.question for u in pool.unknown]
            whiten(self.memory, messages, replies)
        recall_end = 60 * self.args.minutes * self.args.recall_share
        if self.seconds < recall_end and not self.stop():
            pool = self._learn_recall(pool, ordinary, recall_end)
        if not self.stop():
            self._learn_speech(pool, ordinary)
        finished = self.seconds >= 60 * self.args.minutes
        score = self._score()
        self._save()
        self._write_file()
        return MemoryResult(self.out, finished, score)

    @property
    def seconds(self) -> float:
        """Spent in this training, over all resumes."""
        return self.spent + time.monotonic() - self.began

    def _ordinary(self) -> tuple[list[FrozenReply], list[FrozenReply]]:
        """Ordinary talk, frozen: for training, and held out."""
        made = [encode_exchange(self.text, self.maker.before(), prompt, reply) for prompt, reply in self.replies]
        made = [dataclasses.replace(e, reply=e.reply[:REPLY_TOKENS]) for e in made]
        frozen = freeze_replies(self.model, self.config, made, plain=True)
        return [r for n, r in enumerate(frozen) if n % HELD_OUT], frozen[::HELD_OUT]

    def _learn_recall(self, pool: Pool, ordinary: Sequence[FrozenReply], end: float) -> Pool:
        """The memory alone; returns the pool as it has grown."""
        self.vocabulary.count(pool.told)
        criterion = RecallLoss(self.model, self.memory, self.vocabulary)
        optimizer = self._optimizer(criterion.parameters())

        def loss() -> Tensor:
            life = draw_life(pool, self.rng, self._some(4, min(64, self.args.most_told)), 24, 6)
            others = self.rng.sample(ordinary, min(4, len(ordinary)))
            loss: Tensor = criterion(self.vocabulary.exchanged(life), others)
            return loss

        def grow() -> None:
            pool.renew(self.maker.make(MORE, whole=False), self.args.situations)

        self._stage("recall", optimizer, loss, grow, pool, end)
        return pool

    def _learn_speech(self, crowd: Pool, ordinary: Sequence[FrozenReply]) -> None:
        """With the backbone: what is asked about comes from a pool of its own, the crowd around it from `crowd`."""
        pool = self.maker.make(min(FIRST, self.args.situations))
        self.vocabulary.count([*crowd.told, *pool.told])
        optimizer = self._optimizer(())

        def loss() -> Tensor:
            life = draw_life(pool, self.rng, self._some(2, self.args.most_told), 12, 5, crowd.told)
            life = self.vocabulary.exchanged(life)
            return speech_losses(self.model, self.memory, life, self.rng.sample(ordinary, min(4, len(ordinary)))).total

        def grow() -> None:
            pool.renew(self.maker.make(MORE), self.args.situations)

        self._stage("speech", optimizer, loss, grow, pool, 60 * self.args.minutes)

    def _stage(
        self,
        stage: Stage,
        optimizer: torch.optim.Optimizer,
        loss_of: Callable[[], Tensor],
        grow: Callable[[], None],
        pool: Pool,
        end: float,
    ) -> None:
        """Steps until `end`, in seconds of the training; the pool is renewed in at most half of the time."""
        start = self.seconds
        trained = [p for group in optimizer.param_groups for p in group["params"]]
        step, mean = 0, math.nan
        grown, took = -math.inf, 0.0
        reported = saved = scored = self.seconds
        while self.seconds < end and not self.stop():
            done = (self.seconds - start) / max(1e-9, end - start)
            if self.seconds - grown > took and done < 0.8:
                before = self.seconds
                grow()
                grown = self.seconds
                took = grown - before
            for group in optimizer.param_groups:
                decay = 0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * done))
                group["lr"] = group["initial"] * min(1, (step + 1) / WARM_UP) * decay
            loss = loss_of()
            if not math.isfinite(loss.item()):
                raise TrainingError(
                    "The loss is no longer a number after step {step}; what was saved before is kept in {folder}. "
                    "Go on with --resume and a lower --rate.",
                    step=step,
                    folder=self.folder,
                )
            loss.backward()
            torch.nn.utils.clip_grad_norm_(trained, 1.0)
            optimizer.step()
            optimizer.zero_grad()
            step += 1
            mean = loss.item() if math.isnan(mean) else 0.95 * mean + 0.05 * loss.item()
            if self.seconds - saved > SAVE_SECONDS:
                self._save()
                saved = self.seconds
            if self.seconds - reported > REPORT_SECONDS:
                score = None
                if stage == "speech" and self.seconds - scored > 10 * REPORT_SECONDS:
                    score, scored = self._score(), self.seconds
                self.on_status(self._status(stage, step, mean, len(pool.told), score))
                reported = self.seconds

    def _status(self, stage: Stage, step: int, loss: float, ready: int, score: MemoryScore | None) -> MemoryStatus:
        left = max(0.0, 60 * self.args.minutes - self.seconds)
        return MemoryStatus(stage, step, loss, self.seconds, left, ready, score)

    def _score(self) -> MemoryScore:
        return score_memory(self.model, self.memory, self.text, self.held_pool, self.held_ordinary)

    def _some(self, low: int, high: int) -> int:
        """How many things a life tells: as often few as many."""
        return round(math.exp(self.rng.uniform(math.log(low), math.log(max(low, high)))))

    def _optimizer(self, others: Any) -> torch.optim.Optimizer:
        own = [p for p in self.memory.parameters() if p.requires_grad]
        groups: list[dict[str, Any]] = [{"params": own, "initial": self.args.rate}]
        if others := list(others):
            groups.append({"params": others, "initial": 40 * self.args.rate})
        return torch.optim.AdamW(groups, lr=self.args.rate, betas=BETAS, weight_decay=0.0)

    def _save(self) -> None:
        """What a resume goes on with: the memory as it is trained, and the time spent."""
        values = {name: tensor.detach().numpy() for name, tensor in self.memory.state_dict().items()}
        meta = {"seconds": f"{self.seconds:.3f}", "args": json.dumps(dataclasses.asdict(self.args))}
        save_tensors(self.folder / TRAINED, values, meta)

    def _load(self) -> dict[str, Any]:
        file = TensorFile.open(self.folder / TRAINED)
        memory = {name: torch.from_numpy(np.array(file.tensors[name])) for name in file.tensors}
        return {"memory": memory, "seconds": file.metadata["seconds"]}

    def _write_file(self) -> None:
        """The memory file, in float16."""
        tensors = {name: values.numpy() for name, values in folded(self.memory).items()}
        save_memory(
            self.out, self.config, tensors, backbone_identity(self.weights.config, self.weights.tokenizer or "")
        )
