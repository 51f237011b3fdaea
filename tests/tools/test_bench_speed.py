"""The benches of speed run, gate, and end with one line of JSON."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from native_bodies import empty_is_nan, needs_library, random_body

from engine import native
from engine.cli import main
from engine.errors import BitLlamaError
from engine.io.model_file import ModelWeights
from engine.io.packed import Packing
from engine.layers import bit_linear, ttt
from engine.models.config import BitLlamaConfig
from engine.native import training
from engine.ops.delta_rule import naive
from tools.bench import llama_cpp
from tools.bench import train as bench_train
from tools.bench.yardsticks import check_same, fastest_linears, token_bytes
from tools.bench.yardsticks import random_body as body_of_size

pytestmark = needs_library
RIVAL = BitLlamaConfig(300, 256, 1, 0.5, ttt_variant="linear", num_heads=4)
SMALL = ["--dim", "64", "--layers", "2", "--heads", "2", "--vocab-size", "300", "--runs", "2", "--threads", "1"]


@pytest.mark.parametrize("bench", ["decode", "prefill"])
def test_speed_beside_torch(bench: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", bench, *SMALL, "--tokens", "12", "--head", "float"]) == 0
    table, *_, last = capsys.readouterr().out.splitlines()
    figures = json.loads(last)
    assert bench in table
    assert figures["bench"] == bench
    assert figures["error"] < 1e-4
    rates = figures["tokens_per_second"]
    assert figures["ratios"] == pytest.approx(
        {name: rates["native"] / rates[name] for name in rates.keys() - {"native"}}
    )
    assert "torch" in figures["ratios"]
    assert figures["read_bandwidth"] > 1e8
    if bench == "decode":
        for share, bandwidth in (("bandwidth_share", "read_bandwidth"), ("cached_share", "cached_bandwidth")):
            assert figures[share] == pytest.approx(figures["token_bytes"] * rates["native"] / figures[bandwidth])


def test_a_profile_and_a_long_stream(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "decode", *SMALL, "--tokens", "12", "--profile", "--long", "500"]) == 0
    out = capsys.readouterr().out
    figures = json.loads(out.splitlines()[-1])
    assert set(figures["profile"]) == set(native.PHASES)
    assert figures["profile"]["head"] > 0
    assert figures["long"]["tokens"] == 500
    assert figures["long"]["early"] > 0
    assert "token 500 of the same stream" in out
    assert main(["bench", "decode", *SMALL, "--tokens", "1", "--long", "300"]) == 1
    assert "--long" in capsys.readouterr().err


@pytest.mark.parametrize("bench", ["stream", "replay"])
def test_beside_decoding(bench: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", bench, *SMALL, "--tokens", "20"]) == 0
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    rates = figures["tokens_per_second"]
    assert figures["ratio"] == pytest.approx(rates[bench] / rates["decode"])


def test_training_beside_the_plain_forms(capsys: pytest.CaptureFixture[str]) -> None:
    sizes = ["--dim", "32", "--layers", "1", "--heads", "2", "--vocab-size", "64", "--batch-size", "2"]
    before = bit_linear.bit_linear, ttt.fast_form
    assert main(["bench", "train", *sizes, "--context-len", "20", "--runs", "1"]) == 0
    assert (bit_linear.bit_linear, ttt.fast_form) == before
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert figures["error"] < 1e-4
    assert figures["ratio"] > 0
    assert 0 < figures["peak_share"] < 1.5


def test_plain_forms_are_what_computes_while_they_last(monkeypatch: pytest.MonkeyPatch) -> None:
    with bench_train.plain_forms():
        assert ttt.fast_form(torch.device("cpu"), 4) is naive.delta_rule
        monkeypatch.setattr(training, "call", lambda name, *_: pytest.fail(f"{name} is none of the plain forms"))
        config = BitLlamaConfig(20, 12, 1, 0.5, ttt_variant="linear", num_heads=2)
        bench_train.TimedStep(config, 2, 5).gradient()
    assert ttt.fast_form(torch.device("cpu"), 4) is not naive.delta_rule


@pytest.mark.parametrize(
    "spoilt", ["bl_ternary_linears", "bl_norm_back", "bl_swiglu_back", "bl_qkv_forward", "bl_delta_rule_back"]
)
def test_the_gate_of_training_refuses_forms_that_compute_something_else(
    spoilt: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    call = training.call
    monkeypatch.setattr(training, "call", lambda name, *rest: None if name == spoilt else call(name, *rest))
    sizes = ["--dim", "32", "--layers", "1", "--heads", "2", "--vocab-size", "64", "--batch-size", "2"]
    with empty_is_nan():
        assert main(["bench", "train", *sizes, "--context-len", "20", "--runs", "1"]) == 1
    assert "nothing is measured" in capsys.readouterr().err


@pytest.mark.skipif(llama_cpp.why_not(RIVAL) is not None, reason="llama.cpp is not installed: the extra 'bench'")
def test_llama_cpp_takes_the_model_that_is_written_for_it(tmp_path: Path) -> None:
    path = tmp_path / "random.gguf"
    assert llama_cpp.write_model(path, RIVAL) == RIVAL.num_parameters - ours_alone(RIVAL)
    rival = llama_cpp.LlamaCpp(path, threads=1, context=16)
    rival.feed([1, 2, 3])
    rival.forget().feed([4])
    rival.close()


def ours_alone(config: BitLlamaConfig) -> int:
    """Parameters of a TTT layer that an attention layer of the same linears does not have."""
    names = ("conv", "rate", "out_norm")
    specs = config.tensor_specs().items()
    return sum(int(np.prod(spec.shape)) for name, spec in specs if any(part in name for part in names))


def test_why_there_is_no_llama_cpp() -> None:
    assert llama_cpp.why_not(BitLlamaConfig(300, 64, 1, 0.5)) is not None


def test_startup(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "startup", *SMALL]) == 0
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert figures["process"] > figures["import"] + figures["loading"] + figures["first_token"] > 0


@pytest.mark.parametrize("linears", ["ternary2", "ternary5in3"])
def test_random_weights_are_held_as_asked(linears: str, capsys: pytest.CaptureFixture[str]) -> None:
    shape = ["--dim", "192", "--layers", "1", "--heads", "2", "--vocab-size", "300", "--runs", "1", "--threads", "1"]
    assert main(["bench", "decode", *shape, "--tokens", "2", "--linears", linears]) == 0
    table, *_, last = capsys.readouterr().out.splitlines()
    assert f"random weights ({linears}, head in int5)" in table
    config = BitLlamaConfig.from_dict(json.loads(last)["config"], "the bench")
    packing = Packing(linears, "int5")  # type: ignore[arg-type]
    assert json.loads(last)["token_bytes"] == token_bytes(config, packing, native.MAX_DEFERRED)
    assert token_bytes(config, Packing("ternary5in3")) < token_bytes(config, Packing("ternary2"))


@pytest.mark.parametrize(
    ("best", "linears"), [("AVX-512 VNNI", "ternary5in3"), ("AVX2", "ternary2"), ("NEON dot product", "ternary2")]
)
def test_random_weights_are_held_as_the_processor_reads_them_faster(
    best: str, linears: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(native, "instruction_sets", lambda: [best, "scalar"])
    assert fastest_linears() == linears


def test_nonsense_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "decode", *SMALL, "--tokens", "0"]) == 1
    assert "--tokens" in capsys.readouterr().err


def test_the_gate_refuses_a_runtime_that_computes_something_else(monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.runtime import select

    true, false = random_body(seed=1), random_body(seed=2)
    assert check_same(true, [1, 2, 3], 1) < 1e-4
    original = select.create_runtime

    def other_body_for_native(body: ModelWeights, device: str, runtime: str, threads: int) -> object:
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
    assert token_bytes(config) - token_bytes(config, deferred=8) == fast - fast // 8
    rows = body_of_size(config, packing=Packing(embedding="int8")).tensors["lm_head.weight"]
    saved = 4 * config.vocab_size * config.hidden_dim - rows.nbytes + 3 * config.hidden_dim - 4
    assert token_bytes(config) - token_bytes(config, Packing(embedding="int8")) == saved
