"""Gates learn from marks where to open, and only where a corpus has marks."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.io.model_file import load_weights
from engine.models.bitllama import BitLlama
from engine.text.chat_message import KEEP, PASS, UNJUDGED
from engine.train.args import TrainArgs
from engine.train.batches import DocumentStreams
from engine.train.data import TokenData
from engine.train.gates import GateTeacher
from engine.train.prepare import prepare
from engine.train.training_loop import run_training
from tools.companion.recipe import generate

SIZES = {"dim": 32, "layers": 2, "heads": 2, "context_len": 64, "batch_size": 8, "lr": 1e-2, "warmup_steps": 5}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("marked")
    rng = random.Random(1)
    with (folder / "talk.jsonl").open("w") as file:
        for _ in range(200):
            word = "".join(rng.choices("bdfgklm", k=5))
            told = {"role": "user", "text": f"keep {word} now", "keep": [word]}
            idle = {"role": "user", "text": f"pass {word} now", "keep": []}
            free = {"role": "assistant", "text": f"free {word} now"}
            file.write(json.dumps({"messages": rng.sample([told, idle, free], 3)}) + "\n")
    prepare([folder / "talk.jsonl"], folder / "data", "bytes", val_fraction=0.1)
    return folder / "data"


def gates_of(folder: Path, data: Path) -> tuple[np.ndarray, np.ndarray]:
    """Gates of the last layer, ``[heads, n]``, on held-out text, and its marks, ``[n]``."""
    model = BitLlama.from_body(load_weights(folder))
    seen: list[torch.Tensor] = []
    model.layers[-1].ttt.rate.register_forward_hook(lambda module, given, out: seen.append(out))  # type: ignore[union-attr]
    val = TokenData.open(data).val
    assert val.worth is not None
    model.hidden(torch.from_numpy(val.tokens[:500].astype(np.int64))[None], model.init_state())
    return torch.sigmoid(seen[0][0]).T.numpy(), np.array(val.worth[:500])


def test_gates_open_where_a_word_is_worth_keeping(data: Path, tmp_path: Path) -> None:
    """The same words stand in messages that keep them and in ones that do not: the gate must see which."""
    opened = {}
    for weight in (0.0, 1.0):
        folder = run_training(
            TrainArgs(data=str(data), out=str(tmp_path / str(weight)), steps=60, gate_weight=weight, **SIZES)  # type: ignore[arg-type]
        ).folder
        gates, marks = gates_of(folder, data)
        opened[weight] = gates[:, marks == KEEP].mean() - gates[:, marks == PASS].mean()
    assert opened[1.0] > 0.6
    assert abs(opened[0.0]) < 0.3


def test_what_nobody_judged_teaches_nothing(data: Path) -> None:
    model = BitLlama(TrainArgs(**SIZES).model_config(259))  # type: ignore[arg-type]
    teacher = GateTeacher(model, 1.0)
    ids = torch.arange(8)[None]
    with teacher.watching():
        model.hidden(ids, model.init_state())
    assert float(teacher.loss(torch.full((1, 8), UNJUDGED))) == 0
    half = torch.tensor([[UNJUDGED] * 4 + [KEEP] * 4])
    assert torch.allclose(teacher.loss(half), -torch.log(torch.tensor(0.5))), "a new model's gates stand at one half"


def test_only_the_upper_half_is_taught() -> None:
    model = BitLlama(TrainArgs(**SIZES).model_config(259))  # type: ignore[arg-type]
    teacher = GateTeacher(model, 1.0)
    with teacher.watching():
        model.hidden(torch.arange(8)[None], model.init_state())
    teacher.loss(torch.full((1, 8), KEEP)).backward()
    lower, upper = (layer.ttt.rate.bias.grad for layer in model.layers)  # type: ignore[union-attr]
    assert lower is None or not lower.any()
    assert upper is not None
    assert bool((upper < 0).all())


def test_the_marks_of_a_life_are_the_values_told(tmp_path: Path) -> None:
    generate(tmp_path, 20, 1, mix="long")
    prepare([tmp_path / "train.jsonl"], tmp_path / "data", "bytes", val_fraction=0.2)
    data = TokenData.open(tmp_path / "data")
    assert data.train.worth is not None
    share = float((np.array(data.train.worth) == KEEP).mean())
    assert 0.05 < share < 0.3
    streams = DocumentStreams(data.train, TrainArgs(context_len=100, batch_size=2))
    segment = streams.next()
    assert segment.worth.shape == segment.tokens.shape
    start = int(data.train.docs[streams.order[0]])
    length = segment.tokens.shape[1]
    assert np.array_equal(segment.worth[0], data.train.worth[start : start + length])
