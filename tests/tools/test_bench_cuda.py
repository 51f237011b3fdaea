"""Benches of graphics cards: the paper prints what it computes, and without a card one sentence says so."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

import pytest
import tiny
import torch

from engine.cli import main
from engine.errors import BitLlamaError
from engine.models.config import BitLlamaConfig
from engine.runtime.select import create_runtime
from tools.bench import cuda
from tools.bench.roofline import BANDWIDTH_SHARE, KERNELS_PER_LAYER, LAUNCH_SECONDS, SIZES, TokenCost

ROOT = Path(__file__).resolve().parents[2]


def test_the_cost_of_a_token_by_hand() -> None:
    config = BitLlamaConfig(100, 64, 2, 0.5)  # tied: d = 16, width 256
    token = TokenCost.of(config)
    ternary = 2 * (2 * 16 * 64 + 3 * 64 * 256)
    packed = 2 * (16 * 16 + 64 * 16 + 2 * 256 * 16 + 64 * 64)  # rows of 64, 16 (one block), 64 and 256 weights
    floats = 4 * (2 * 2 * 64 + 64 + 100 * 64)
    assert token.bytes == packed + floats + 4 * 64 + 2 * (4 * 2 * 16 * 16)
    assert token.operations == 2 * (ternary + 100 * 64) + 6 * 2 * 16 * 16
    assert token.least_bytes == pytest.approx(ternary * math.log2(3) / 8)
    assert token.limit(1e9) == pytest.approx(1e9 / token.bytes)
    slow, fast = token.expected(1e3), token.expected(1e30)
    assert slow == pytest.approx(BANDWIDTH_SHARE * 1e3 / token.bytes, rel=1e-3)
    assert fast == pytest.approx(1 / (token.kernels * LAUNCH_SECONDS))


def test_seven_billion_ternary_weights_stay_under_their_limit() -> None:
    token = TokenCost.of(SIZES["7 billion weights"])
    assert 6.9e9 < token.weights < 7.1e9
    assert 700 < token.ternary_limit(1e12) < 760
    assert token.expected(1e12) < token.limit(1e12) < token.ternary_limit(1e12)


def test_the_roofline_of_the_documentation_is_what_the_command_prints(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "roofline"]) == 0
    *table, last = capsys.readouterr().out.rstrip().splitlines()
    text = (ROOT / "docs" / "cuda.md").read_text(encoding="utf-8")
    printed = "\n".join(line.rstrip() for line in table)
    assert f"```text\n{printed}\n```" in text
    figures = json.loads(last)
    assert figures["measured"] is False
    assert len(figures["rows"]) == 4 * 3


def test_the_roofline_of_other_cards(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "roofline", "--bandwidth", "500"]) == 0
    rows = json.loads(capsys.readouterr().out.splitlines()[-1])["rows"]
    assert [row["limit"] for row in rows] == [pytest.approx(5e11 / TokenCost.of(c).bytes) for c in SIZES.values()]
    assert main(["bench", "roofline", "--bandwidth", "0"]) == 1
    assert "--bandwidth" in capsys.readouterr().err


def test_the_launches_of_a_layer_are_counted() -> None:
    source = (ROOT / "tests" / "runtime" / "test_cuda_runtime.py").read_text(encoding="utf-8")
    assert f"len(launches) == 2 * {KERNELS_PER_LAYER}" in source


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a card")
def test_without_a_card_one_sentence_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--device", "cuda"]) == 1
    seen = capsys.readouterr()
    assert seen.out == ""
    assert re.fullmatch(r"bit-llama: Device 'cuda' cannot be used: .*\n", seen.err)


def test_nothing_named_or_a_processor_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench"]) == 1
    assert "Name a bench" in capsys.readouterr().err
    assert main(["bench", "--device", "cpu"]) == 1
    assert "CUDA cards" in capsys.readouterr().err
    assert main(["bench", "--device", "cuda", "roofline"]) == 1
    assert "bench roofline does not take --device" in capsys.readouterr().err


def test_what_is_measured_on_a_card_measured_here(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"DECODED": 2, "READ": 8, "SEGMENT": 4, "STREAMS": 2, "RUNS": 2, "COPIED": 1 << 16}.items():
        monkeypatch.setattr(cuda, name, value)
    bandwidth = cuda.copy_bandwidth(torch.device("cpu"))
    (row,) = cuda.measure("tiny", tiny.config(), "cpu", ("torch",), bandwidth)
    assert row["limit"] == pytest.approx(bandwidth / TokenCost.of(tiny.config()).bytes)
    assert min(row[what] for what in ("decode", "prefill", "training")) > 0
    assert capsys.readouterr().out.startswith("tiny")


def test_the_gate_refuses_other_logits() -> None:
    same = [create_runtime(tiny.body(), "cpu", "torch") for _ in range(2)]
    cuda.gate(list(same))
    other = create_runtime(tiny.body(seed=5), "cpu", "torch")
    with pytest.raises(BitLlamaError, match="nothing is measured"):
        cuda.gate([other, create_runtime(tiny.body(), "cpu", "torch")])
