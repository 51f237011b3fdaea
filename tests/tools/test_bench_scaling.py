"""The page on scaling: what is counted is what there is, and its limits are where they must be."""

from __future__ import annotations

import dataclasses
import json

import pytest
import torch

from engine import native
from engine.cli import main
from engine.errors import ConfigError
from engine.models.bitllama import BitLlama
from engine.models.config import BitLlamaConfig
from tools.bench.scaling import BILLION, ScalingCard, kept_by_block, operations_forward, step

SMALL = BitLlamaConfig(300, 64, 3, 0.5, ttt_variant="linear", num_heads=2)
CARD = ScalingCard(speed=3e14, memory=8e10, wire=2.5e10)
GIVEN = {"tokens": 1 << 16, "context": 64, "streams": 4, "kept": 1000}


def test_what_a_block_keeps_is_counted_without_computing_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native, "why_not", lambda: "a card has no C++")
    assert kept_by_block(SMALL, 64) == kept_by_block(SMALL, 64, "cpu")


def test_the_state_is_that_of_a_model_in_training() -> None:
    model = BitLlama(SMALL)
    optimizer = torch.optim.AdamW(model.parameters())
    logits, _ = model(torch.zeros(1, 2, dtype=torch.long), model.init_state())
    logits.sum().backward()
    optimizer.step()
    held = [*model.parameters(), *(p.grad for p in model.parameters())]
    held += [value for entry in optimizer.state.values() for name, value in entry.items() if name != "step"]
    total = sum(tensor.numel() * tensor.element_size() for tensor in held if tensor is not None)
    assert step(SMALL, CARD, 1, sharded=False, **GIVEN).state == total
    assert step(SMALL, CARD, 8, sharded=True, **GIVEN).state == total / 8


def test_the_carried_state_is_that_of_the_streams() -> None:
    fast = sum(layer.fast.numel() * 4 for layer in BitLlama(SMALL).init_state(1024 // 8).layers)
    assert step(SMALL, CARD, 8, sharded=True, **GIVEN).carried == fast


def test_products_are_most_of_the_operations() -> None:
    assert 2 * 0.93e9 < operations_forward(BILLION) < 2.2 * 1e9
    assert 0.98e9 < BILLION.num_parameters < 1.02e9


def test_one_card_sends_nothing_and_a_ring_sends_twice_the_gradients_at_most() -> None:
    assert step(SMALL, CARD, 1, sharded=False, **GIVEN).sent == 0
    assert step(SMALL, CARD, 1, sharded=False, **GIVEN).efficiency == (1, 1)
    assert step(SMALL, CARD, 2, sharded=False, **GIVEN).sent == pytest.approx(4 * SMALL.num_parameters)
    assert step(SMALL, CARD, 512, sharded=False, **GIVEN).sent == pytest.approx(8 * SMALL.num_parameters, rel=0.01)
    # 1,024 streams on 8 cards in micro-batches of 4 are 32 exchanges of three.
    divided = step(SMALL, CARD, 8, sharded=True, **GIVEN)
    assert divided.sent == pytest.approx(32 * 3 * 7 / 8 * 4 * SMALL.num_parameters)


def test_more_cards_compute_less_each_and_a_slow_wire_is_what_is_left() -> None:
    few, many = (step(SMALL, CARD, cards, sharded=False, **GIVEN) for cards in (4, 64))
    assert few.compute == pytest.approx(16 * many.compute)
    assert few.efficiency[0] > many.efficiency[0]
    slow = step(SMALL, dataclasses.replace(CARD, wire=1e6), 64, sharded=False, **GIVEN)
    assert slow.seconds[0] == slow.exchange > slow.compute
    assert slow.efficiency[1] < 0.01


def test_less_than_a_segment_for_each_card_is_refused() -> None:
    with pytest.raises(ConfigError, match="2,048 cards"):
        step(SMALL, CARD, 2048, sharded=False, **GIVEN)


def test_the_command_prints_what_is_computed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "scaling", "--cards", "1", "64", "--context", "32"]) == 0
    *table, line = capsys.readouterr().out.splitlines()
    found = json.loads(line)
    assert (found["bench"], found["measured"]) == ("scaling", False)
    assert [(row["cards"], row["sharded"]) for row in found["rows"]] == [(1, False), (64, False), (64, True)]
    given = {"tokens": 1 << 21, "context": 32, "streams": 2, "kept": kept_by_block(BILLION, 32)}
    wanted = step(BILLION, ScalingCard(312e12, 80e9, 25e9), 64, sharded=True, **given)
    assert found["rows"][2]["memory"] == wanted.memory
    assert f"{wanted.memory / 1e9:.1f}" in table[3]
    assert main(["bench", "scaling", "--wire", "0"]) == 1
    assert "--wire" in capsys.readouterr().err
