"""A reader is trained on dictations: the loss falls, the backbone stays, and it stops when it is told to."""

from __future__ import annotations

from pathlib import Path

import pytest
import tiny_transformer
import torch

from engine.io.model_file import open_model
from engine.models.transformer import Transformer
from engine.text.model_text import ModelText, TextConfig
from engine.train.memory.reader import ReaderStatus, ReaderTrainArgs, ReaderTrainer

ARGS = ReaderTrainArgs(minutes=0.15, rank=4, rate=0.02, pool=8, epochs=2, batch=4)


class Repeated:
    """Always the same few dictations."""

    instruction = "Write."

    def __init__(self) -> None:
        self._at = 0

    def next(self) -> tuple[str, str]:
        self._at += 1
        return [("my dog is rex", "dog? | rex"), ("hm", "nothing")][self._at % 2]


@pytest.fixture
def backbone(tmp_path: Path) -> tuple[Transformer, ModelText]:
    weights = open_model(tiny_transformer.save_transformer(tmp_path / "tiny"))
    assert weights.tokenizer is not None
    return Transformer.from_weights(weights), ModelText.open(weights.tokenizer, TextConfig.of(weights.config))


def test_the_loss_falls_and_the_backbone_stays(backbone: tuple[Transformer, ModelText]) -> None:
    model, text = backbone
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    trainer = ReaderTrainer(model, text, Repeated(), Repeated(), ARGS)
    start = trainer.heldout_loss()
    seen: list[ReaderStatus] = []
    trainer.train(seen.append)
    assert seen[-1].heldout < 0.7 * start
    assert seen[-1].samples == 8 * len(seen)
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())


def test_it_stops_when_it_is_told_to(backbone: tuple[Transformer, ModelText]) -> None:
    trainer = ReaderTrainer(*backbone, Repeated(), Repeated(), ReaderTrainArgs(minutes=60, pool=8, batch=4))
    seen: list[ReaderStatus] = []
    trainer.train(seen.append, cancel=lambda: bool(seen))
    assert len(seen) == 1
