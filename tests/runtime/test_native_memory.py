"""A transformer with a memory in the native runtime: the definition, without torch, and the same soul as in torch."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tiny_transformer
from assert_close import assert_close
from naive_memory import CONVERSATION, EXCHANGE, Naive, some
from native_bodies import needs_library

from engine import native
from engine.errors import ConfigError, SoulMismatchError
from engine.io.memory_file import MemoryWeights
from engine.io.transformer_weights import TransformerWeights, load_transformer
from engine.models.memory_config import PIECE, MemoryConfig
from engine.runtime.base import learns, looks_back
from engine.runtime.native_transformer import NativeTransformerRuntime
from engine.runtime.select import create_runtime
from engine.runtime.torch_transformer import TorchTransformer
from engine.text.roles import TokenRole

pytestmark = needs_library

SETS = native.instruction_sets() if native.why_not() is None else []
CLOSE = 5e-3
"""Relative: keys and values of attention are held in float16, to eleven bits."""
SAME = 2e-5
"""Relative: what is made of the embedding alone knows no attention, and differs by the order of sums in float32."""
HEARD, REPLY, SILENT = TokenRole.HEARD, TokenRole.REPLY, TokenRole.SILENT
WIDTH = tiny_transformer.WIDTH
SHAPES = {
    "two heads": tiny_transformer.MEMORY,
    "one head, one place": MemoryConfig(WIDTH, (1,), (1,), 1, 48, 48, gate_dim=4, stream_norms=(8.0,)),
    "odd": MemoryConfig(WIDTH, (0, 1, 2), (2, 3), 3, 7, 41, gate_dim=5, stream_norms=(8.0, 16.0)),
    "more rows than are learned together": MemoryConfig(WIDTH, (0, 2), (3,), 2, 19, 77, stream_norms=(8.0,)),
}


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> TransformerWeights:
    return load_transformer(tiny_transformer.save_transformer(tmp_path_factory.mktemp("tiny")))


@pytest.fixture(scope="module")
def weights(bare: TransformerWeights) -> TransformerWeights:
    return bare.with_memory(tiny_transformer.random_memory(bare))


@pytest.fixture
def runtime(weights: TransformerWeights) -> NativeTransformerRuntime:
    return NativeTransformerRuntime(weights, 2)


def fast_of(config: MemoryConfig = tiny_transformer.MEMORY) -> list[np.ndarray]:
    """Fast weights of somebody who has lived."""
    return [np.random.default_rng(7).standard_normal(config.fast_shape).astype(np.float32) * 0.3]


def end_of(runtime: NativeTransformerRuntime) -> np.ndarray:
    (fast,) = runtime.read_fast()
    return fast


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("instructions", SETS)
@pytest.mark.parametrize("lived", [False, True])
def test_it_is_the_definition(bare: TransformerWeights, shape: str, instructions: str, lived: bool) -> None:
    config = SHAPES[shape]
    given = bare.with_memory(tiny_transformer.random_memory(bare, config))
    fast = fast_of(config) if lived else None
    naive = Naive(given, fast[0] if fast else None)
    runtime = NativeTransformerRuntime(given, 3, instructions=instructions)
    if fast is not None:
        runtime.write_fast(fast)
    logits = runtime.prefill(CONVERSATION)
    assert_close("logits", logits, naive.run(CONVERSATION)[-1].numpy(), CLOSE)
    assert_close("fast weights", end_of(runtime), naive.fast.numpy(), CLOSE)


@pytest.mark.parametrize("chunk", [1, 7, 128])
def test_it_goes_on_as_torch_does(weights: TransformerWeights, chunk: int) -> None:
    mine, theirs = NativeTransformerRuntime(weights, 1), TorchTransformer(weights, "cpu")
    mine.chunk = chunk
    for runtime in (mine, theirs):
        runtime.write_fast(fast_of())
        runtime.rate_scale = 1.3
    for _ in range(3):
        assert_close("after a prompt", mine.prefill(CONVERSATION), theirs.prefill(CONVERSATION), CLOSE)
        for token in (3, 200, 77):
            assert_close("a token later", mine.step(token), theirs.step(token), CLOSE)
        assert_close("inner loss", mine.inner_losses, theirs.inner_losses, CLOSE)
        assert_close("fast weights", end_of(mine), theirs.read_fast()[0], CLOSE)
    mine.reset()
    theirs.reset()
    assert_close("losses", mine.score(CONVERSATION), theirs.score(CONVERSATION), CLOSE)


@pytest.mark.parametrize("length", [1, 3, 100, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE + 30])
def test_a_message_of_any_length_is_written_as_torch_does(bare: TransformerWeights, length: int) -> None:
    config = dataclasses.replace(SHAPES["odd"], sources=(0,))
    given = bare.with_memory(tiny_transformer.random_memory(bare, config))
    mine, theirs = NativeTransformerRuntime(given, 2), TorchTransformer(given, "cpu")
    for runtime in (mine, theirs):
        runtime.prefill(some(length, 3, HEARD) + some(1, 4, REPLY))
    assert_close("inner loss", mine.inner_losses, theirs.inner_losses, SAME)
    assert_close("fast weights", end_of(mine), theirs.read_fast()[0], SAME)


def test_chunks_change_no_bit_of_what_is_written(bare: TransformerWeights) -> None:
    config = dataclasses.replace(SHAPES["two heads"], sources=(0,))
    runtime = NativeTransformerRuntime(bare.with_memory(tiny_transformer.random_memory(bare, config)), 2)
    found = []
    for chunk in (128, 1, 50):
        runtime.reset()
        runtime.chunk = chunk
        runtime.prefill(some(PIECE + 70, 3, HEARD) + some(9, 5, HEARD) + some(2, 4, REPLY))
        found.append(end_of(runtime))
    assert found[0].any()
    for other in found[1:]:
        np.testing.assert_array_equal(other, found[0])


def test_threads_change_no_bit(weights: TransformerWeights) -> None:
    found = []
    for threads in (1, 2, 5):
        runtime = NativeTransformerRuntime(weights, threads)
        logits = runtime.prefill(CONVERSATION)
        assert logits is not None
        found.append(np.concatenate([logits, runtime.step(3), end_of(runtime).ravel(), runtime.inner_losses]))
    for other in found[1:]:
        np.testing.assert_array_equal(other, found[0])


def test_weights_that_float16_holds_are_held_so(bare: TransformerWeights, weights: TransformerWeights) -> None:
    memory = weights.memory
    assert memory is not None
    rounded = {name: values.astype(np.float16).astype(np.float32) for name, values in memory.tensors.items()}
    given = bare.with_memory(MemoryWeights(memory.config, rounded, memory.backbone))
    mine, wide, alone = (NativeTransformerRuntime(each, 1) for each in (given, weights, bare))
    assert_close("logits", mine.prefill(CONVERSATION), Naive(given).run(CONVERSATION)[-1].numpy(), CLOSE)
    assert mine.weight_bytes - alone.weight_bytes < 0.6 * (wide.weight_bytes - alone.weight_bytes)


def test_a_newborn_is_the_transformer_to_the_bit(bare: TransformerWeights, runtime: NativeTransformerRuntime) -> None:
    alone, text = NativeTransformerRuntime(bare, 1), some(150, 1, REPLY)
    np.testing.assert_array_equal(runtime.prefill(text), alone.prefill(text))
    np.testing.assert_array_equal(runtime.step(5), alone.step(5))
    runtime.reset()
    alone.reset()
    np.testing.assert_array_equal(runtime.score(text), alone.score(text))


def test_who_does_not_reply_reads_nothing(runtime: NativeTransformerRuntime, bare: TransformerWeights) -> None:
    alone = NativeTransformerRuntime(bare, 2)
    runtime.write_fast(fast_of())
    for role in (HEARD, SILENT):
        np.testing.assert_array_equal(runtime.prefill(some(9, 3, role)), alone.prefill(some(9, 3, role)))
    assert np.abs(runtime.step(3) - alone.step(3)).max() > 1e-3


def test_only_what_is_heard_is_learned(runtime: NativeTransformerRuntime) -> None:
    before = fast_of()
    runtime.write_fast(before)
    runtime.prefill(some(40, 1, SILENT) + some(40, 2, REPLY))
    runtime.step(3)
    np.testing.assert_array_equal(end_of(runtime), before[0])
    runtime.prefill(some(4, 3, HEARD))
    assert np.abs(end_of(runtime) - before[0]).max() > 1e-3
    assert (runtime.inner_losses > 0).all()


@pytest.mark.parametrize("at", [5, 20, len(EXCHANGE) - 3, len(EXCHANGE), len(EXCHANGE) + 30])
def test_a_rewound_state_goes_on_to_the_bit(runtime: NativeTransformerRuntime, at: int) -> None:
    runtime.write_fast(fast_of())
    runtime.prefill(CONVERSATION[:at])
    mark = runtime.state.mark()
    rest = CONVERSATION[at : at + 60]
    once, learned = runtime.prefill(rest), end_of(runtime)
    for _ in range(2):
        runtime.state.rewind(mark)
        runtime.prefill(some(70, 9, HEARD) + some(3, 10, REPLY))
        runtime.state.rewind(mark)
        np.testing.assert_array_equal(runtime.prefill(rest), once)
        np.testing.assert_array_equal(end_of(runtime), learned)
        runtime.reset()


def test_what_was_heard_last_is_learned_when_a_conversation_ends(runtime: NativeTransformerRuntime) -> None:
    message = some(30, 1, HEARD)
    runtime.prefill(message + some(1, 2, REPLY))
    expected = end_of(runtime)
    ends: list[Callable[[], object]] = [runtime.reset_transient, runtime.read_fast, lambda: runtime.state.truncate(3)]
    for end in ends:
        runtime.reset()
        runtime.prefill(message)
        end()
        np.testing.assert_array_equal(end_of(runtime), expected)
    runtime.reset()
    runtime.prefill(message)
    runtime.write_fast([expected])  # it is another soul's, and not heard by this one
    np.testing.assert_array_equal(end_of(runtime), expected)


def test_a_soul_lives_on_in_either_runtime(runtime: NativeTransformerRuntime, weights: TransformerWeights) -> None:
    runtime.prefill(EXCHANGE)
    runtime.reset_transient()
    other, theirs = NativeTransformerRuntime(weights, 1), TorchTransformer(weights, "cpu")
    for heir in (other, theirs):
        heir.write_fast(runtime.read_fast())
    logits = runtime.prefill(EXCHANGE)
    np.testing.assert_array_equal(other.prefill(EXCHANGE), logits)
    assert_close("logits in torch", theirs.prefill(EXCHANGE), logits, CLOSE)
    runtime.reset()
    assert not end_of(runtime).any()
    with pytest.raises(SoulMismatchError):
        runtime.write_fast(fast_of() * 2)


def test_what_was_read_stays_what_it_was(runtime: NativeTransformerRuntime) -> None:
    given = fast_of()
    runtime.write_fast(given)
    read = end_of(runtime)
    runtime.prefill(EXCHANGE)
    np.testing.assert_array_equal(given[0], fast_of()[0])
    np.testing.assert_array_equal(read, fast_of()[0])


def test_the_rate_scales_what_is_written(runtime: NativeTransformerRuntime) -> None:
    def learned(scale: float) -> float:
        runtime.reset()
        runtime.rate_scale = scale
        runtime.prefill(EXCHANGE)
        return float(np.abs(end_of(runtime)).sum())

    assert learned(0.1) < learned(1.0) < learned(1.9)
    for scale in (0.0, runtime.max_rate_scale, float("nan")):
        with pytest.raises(ConfigError):
            runtime.rate_scale = scale


def test_it_says_what_it_can(runtime: NativeTransformerRuntime, bare: TransformerWeights) -> None:
    assert learns(runtime)
    assert looks_back(runtime)
    assert runtime.capabilities == TorchTransformer(bare, "cpu").capabilities.__class__(
        learns=True, max_context=runtime.capabilities.max_context, trainable=True
    )
    assert runtime.fast_config.num_fast == end_of(runtime).size
    alone = NativeTransformerRuntime(bare, 1)
    assert not learns(alone)
    with pytest.raises(ConfigError):
        alone.rate_scale = 0.5


def test_it_is_chosen_and_needs_no_torch(weights: TransformerWeights, tmp_path: Path) -> None:
    assert create_runtime(weights, "cpu").name == "native"
    folder = tiny_transformer.save_both(tmp_path / "both")
    program = (
        "import sys\n"
        "from engine.io.transformer_weights import attach_memory, load_transformer\n"
        "from engine.runtime.select import create_runtime\n"
        "from engine.text.roles import RoledTokens, TokenRole\n"
        f"runtime = create_runtime(attach_memory(load_transformer({str(folder)!r}), 'auto'), 'cpu')\n"
        "runtime.prefill(RoledTokens.of(range(20), TokenRole.HEARD))\n"
        "assert runtime.read_fast()[0].any()\n"
        "assert 'torch' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
