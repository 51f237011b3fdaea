"""The whole model on the native library is the one on torch: logits, fast weights, inner losses, text."""

from __future__ import annotations

import numpy as np
import pytest
import tiny
from assert_close import assert_close
from native_bodies import SHAPES, needs_library, random_body

from engine import native
from engine.io.model_file import ModelWeights
from engine.llama import Llama
from engine.resources import bundled_model
from engine.runtime.native_runtime import NativeRuntime
from engine.runtime.select import create_runtime
from engine.runtime.torch_runtime import TorchRuntime
from engine.text.sampling import SamplingParams
from engine.text.template import ChatMessage

pytestmark = needs_library

SETS = native.instruction_sets() if native.why_not() is None else []
TOKENS = [(7 * i * i + 3) % 260 for i in range(90)]


def compare_states(mine: NativeRuntime, theirs: TorchRuntime, ratio: float) -> None:
    for a, b in zip(mine.read_fast(), theirs.read_fast(), strict=True):
        assert_close("fast weights", a, b, ratio)


@pytest.mark.parametrize("instructions", SETS)
@pytest.mark.parametrize("shape", SHAPES)
def test_token_by_token_and_in_chunks(shape: str, instructions: str) -> None:
    body = random_body(shape, activation_bits=32)  # without int8, whose rounding ties can fall either way
    torch, steps, chunks = TorchRuntime(body, "cpu"), *(NativeRuntime(body, 1, instructions) for _ in range(2))
    for token in TOKENS:
        expected, got = torch.step(token), steps.step(token)
        assert_close("logits", got, expected, 1e-4)
    assert_close("inner losses", steps.inner_losses, torch.inner_losses, 1e-4)
    compare_states(steps, torch, 1e-5)
    got_chunks = chunks.prefill(TOKENS)
    assert got_chunks is not None
    assert_close("logits of chunks", got_chunks, expected, 1e-4)
    compare_states(chunks, torch, 1e-5)
    torch.reset()
    torch.prefill(TOKENS)
    assert_close("inner losses of chunks", chunks.inner_losses, torch.inner_losses, 1e-4)


@pytest.mark.parametrize("bits", [4, 8, 16])
@pytest.mark.parametrize("shape", ["tied, odd sizes", "linear, odd sizes", "linear, wide"])
def test_with_quantised_activations(shape: str, bits: int) -> None:
    """Where two roundings of a float straddle a half, a whole number differs by one, and all that follows a little."""
    errors = []
    for seed in range(4):
        body = random_body(shape, seed, activation_bits=bits)
        torch, mine = TorchRuntime(body, "cpu"), NativeRuntime(body, 1)
        for token in TOKENS[:15]:
            expected, got = torch.step(token), mine.step(token)
            errors.append(float(np.linalg.norm(got - expected) / np.linalg.norm(expected)))
    print(f"median {np.median(errors):.3g}, largest {max(errors):.3g}")
    assert np.median(errors) < (1e-4 if bits == 16 else 1e-5)  # at 16 bits a step of rounding is that small
    assert np.mean(np.array(errors) > 1e-4) < 0.25


@pytest.mark.parametrize("shape", ["tied", "linear"])
def test_two_thousand_tokens_do_not_drift_apart(shape: str) -> None:
    body = random_body(shape, activation_bits=32)
    torch, mine = TorchRuntime(body, "cpu"), NativeRuntime(body, 1)
    tokens = np.random.default_rng(3).integers(0, 260, 2000)
    for token in tokens:
        mine.step(int(token))
    torch.prefill(tokens)  # the same function in chunks, which keeps the test short
    compare_states(mine, torch, 1e-5)


@pytest.mark.parametrize("shape", ["tied", "linear"])
def test_a_raised_rate(shape: str) -> None:
    body = random_body(shape, activation_bits=32)
    torch, mine = TorchRuntime(body, "cpu"), NativeRuntime(body, 1)
    torch.rate_scale = mine.rate_scale = 3.0
    torch.prefill(TOKENS[:40])
    mine.prefill(TOKENS[:40])
    compare_states(mine, torch, 1e-5)


@pytest.mark.parametrize("shape", SHAPES)
def test_neither_threads_nor_the_encoding_change_a_bit(shape: str) -> None:
    expected: list[np.ndarray] = []
    for packed, threads in ((True, 1), (False, 1), (True, 2), (True, 3), (True, 7)):
        runtime = NativeRuntime(random_body(shape, packed=packed), threads)
        logits = runtime.prefill(TOKENS[:70])
        assert logits is not None
        found = [logits, runtime.step(5), *runtime.read_fast(), runtime.inner_losses]
        expected = expected or found
        assert all((a == b).all() for a, b in zip(found, expected, strict=True)), (packed, threads)


def test_random_shapes_and_threads() -> None:
    rng = np.random.default_rng(11)
    for seed in range(10):
        linear = seed % 2 == 1
        changes = {"hidden_dim": 4 * int(rng.integers(2, 40)), "intermediate_dim": int(rng.integers(1, 200))}
        changes |= {"head_dim": int(rng.integers(1, 70)), "num_layers": int(rng.integers(1, 4))}
        if linear:
            changes |= {"num_heads": int(rng.integers(1, 6)), "conv_kernel": int(rng.integers(1, 6))}
        body = random_body("linear" if linear else "tied", seed, activation_bits=32, **changes)
        mine, torch = NativeRuntime(body, int(rng.integers(1, 5))), TorchRuntime(body, "cpu")
        tokens = TOKENS[: int(rng.integers(1, 100))]
        print(changes, len(tokens))
        got, expected = mine.prefill(tokens), torch.prefill(tokens)
        assert got is not None
        assert expected is not None
        assert_close("logits", got, expected, 1e-4)
        assert_close("logits of a step", mine.step(9), torch.step(9), 1e-4)
        compare_states(mine, torch, 2e-5)


def test_scoring_is_that_of_torch() -> None:
    body = random_body("linear", activation_bits=32)
    mine, torch = NativeRuntime(body, 2), TorchRuntime(body, "cpu")
    assert_close("losses", mine.score(TOKENS * 2), torch.score(TOKENS * 2), 1e-5)
    assert mine.score([3]).shape == (0,)


def greedy(body: ModelWeights, runtime: str, prompt: str) -> str:
    llama = Llama(body, create_runtime(body, device="cpu", runtime=runtime))
    return llama.stream_chat([ChatMessage("user", prompt)], 40, SamplingParams(temperature=0)).text


def test_the_same_greedy_text() -> None:
    assert greedy(tiny.body(), "native", "Hello") == greedy(tiny.body(), "torch", "Hello")


@pytest.mark.skipif(not bundled_model().exists(), reason="the companion was not trained in this checkout")
def test_the_companion_says_the_same() -> None:
    body = Llama.load_auto(bundled_model(), device="cpu").body
    for prompt in ("My cat is called Mia.", "What do you like?"):
        assert greedy(body, "native", prompt) == greedy(body, "torch", prompt) != ""
