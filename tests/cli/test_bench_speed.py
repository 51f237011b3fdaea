"""The benches of speed run, gate, and end with one line of JSON."""

from __future__ import annotations

import json

import numpy as np
import pytest
from native_bodies import needs_library, random_body

from engine.cli import main
from engine.errors import BitLlamaError
from engine.formats.body import Body
from engine.runtime.yardsticks import check_same, token_bytes
from engine.runtime.yardsticks import random_body as body_of_size

pytestmark = needs_library
SMALL = ["--dim", "64", "--layers", "2", "--heads", "2", "--vocab-size", "300", "--runs", "2", "--threads", "1"]


@pytest.mark.parametrize("bench", ["decode", "prefill"])
def test_speed_beside_torch(bench: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", bench, *SMALL, "--tokens", "12"]) == 0
    table, *_, last = capsys.readouterr().out.splitlines()
    figures = json.loads(last)
    assert bench in table
    assert figures["bench"] == bench
    assert figures["error"] < 1e-4
    assert figures["ratio"] == pytest.approx(
        figures["tokens_per_second"]["native"] / figures["tokens_per_second"]["torch"]
    )
    assert figures["read_bandwidth"] > 1e8


def test_startup(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "startup", *SMALL]) == 0
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert figures["process"] > figures["import"] + figures["loading"] + figures["first_token"] > 0


def test_nonsense_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "decode", *SMALL, "--tokens", "0"]) == 1
    assert "--tokens" in capsys.readouterr().err


def test_the_gate_refuses_a_runtime_that_computes_something_else(monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.runtime import select

    true, false = random_body(seed=1), random_body(seed=2)
    assert check_same(true, [1, 2, 3], 1) < 1e-4
    original = select.create_runtime

    def other_body_for_native(body: Body, device: str, runtime: str, threads: int) -> object:
        return original(false if runtime == "native" else body, device, runtime, threads)

    monkeypatch.setattr(select, "create_runtime", other_body_for_native)
    with pytest.raises(BitLlamaError, match="nothing is measured"):
        check_same(true, [1, 2, 3], 1)


@pytest.mark.parametrize("shape", ["tied, odd sizes", "linear, odd sizes"])
def test_a_body_of_random_weights_is_sound(shape: str) -> None:
    config = random_body(shape).config
    body = body_of_size(config)
    assert body.validate().ok
    packed = sum(t.nbytes - 4 for t in body.tensors.values() if not isinstance(t, np.ndarray))
    fast = 4 * config.num_layers * int(np.prod(config.fast_shape))
    floats = 4 * sum(t.size for n, t in body.tensors.items() if isinstance(t, np.ndarray) and n != "embed.weight")
    assert token_bytes(config) == packed + floats + 4 * config.hidden_dim + 2 * fast
