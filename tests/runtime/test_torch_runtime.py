"""The torch runtime keeps every promise of `engine.runtime.base.Runtime`."""

from __future__ import annotations

import numpy as np
import pytest
import tiny
import torch
from assert_close import assert_close

from engine.errors import ConfigError, DeviceError, SoulMismatchError
from engine.runtime.base import Cancelled
from engine.runtime.select import create_runtime
from engine.runtime.torch_runtime import TorchRuntime

TOKENS = [(7 * i * i + 3) % 260 for i in range(50)]
VARIANTS = ("tied", "linear")


def smooth(variant: str) -> TorchRuntime:
    """Without int8 activations, whose rounding ties can fall either way."""
    return TorchRuntime(tiny.body(variant, activation_bits=32), "cpu")


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("chunk", [1, 7, 16, 64])
def test_a_prompt_read_in_chunks_is_the_prompt_read_token_by_token(variant: str, chunk: int) -> None:
    steps, chunks = smooth(variant), smooth(variant)
    chunks.chunk = chunk
    for token in TOKENS:
        expected = steps.step(token)
    got = chunks.prefill(TOKENS)
    assert got is not None
    assert got.dtype == np.float32
    assert got.shape == (260,)
    assert_close("logits", got, expected, 1e-4)
    for mine, theirs in zip(chunks.read_fast(), steps.read_fast(), strict=True):
        assert_close("fast weights", mine, theirs, 1e-4)


@pytest.mark.parametrize("variant", VARIANTS)
def test_reading_changes_the_fast_weights_and_reset_makes_them_newborn(variant: str) -> None:
    runtime = smooth(variant)
    assert not any(layer.any() for layer in runtime.read_fast())
    runtime.prefill(TOKENS, logits=False)
    assert all(layer.any() for layer in runtime.read_fast())
    runtime.reset()
    assert not any(layer.any() for layer in runtime.read_fast())


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_snapshot_brings_back_the_whole_state_bit_for_bit(variant: str) -> None:
    runtime = smooth(variant)
    runtime.prefill(TOKENS[:10])
    here = runtime.state.mark()
    expected = [runtime.step(token) for token in TOKENS[10:20]]
    runtime.reset()
    for _ in range(2):
        runtime.state.rewind(here)
        assert all((runtime.step(t) == e).all() for t, e in zip(TOKENS[10:20], expected, strict=True))


def test_a_new_conversation_keeps_the_fast_weights_and_clears_the_rest() -> None:
    runtime = smooth("linear")
    runtime.prefill(TOKENS)
    before = runtime.read_fast()
    runtime.reset_transient()
    assert all((a == b).all() for a, b in zip(runtime.read_fast(), before, strict=True))
    cleared = runtime.step(5)
    other = smooth("linear")
    other.write_fast(before)
    assert (other.step(5) == cleared).all()


def test_fast_weights_read_are_copies() -> None:
    runtime = smooth("tied")
    runtime.prefill(TOKENS)
    runtime.read_fast()[0][:] = 0
    assert runtime.read_fast()[0].any()


def test_fast_weights_of_another_shape_are_refused() -> None:
    runtime = smooth("linear")
    with pytest.raises(SoulMismatchError, match="layers"):
        runtime.write_fast(runtime.read_fast()[:1])
    with pytest.raises(SoulMismatchError, match=r"\(2, 16, 16\)"):
        runtime.write_fast([np.zeros((2, 8, 8), np.float32)] * 2)


def test_cancel_stops_between_chunks_and_says_how_far_it_came() -> None:
    runtime, other = smooth("linear"), smooth("linear")
    runtime.chunk = other.chunk = 8
    answers = iter([False, False, True])
    told: list[int] = []
    with pytest.raises(Cancelled) as stopped:
        runtime.prefill(TOKENS, cancel=lambda: next(answers), progress=told.append)
    assert stopped.value.fed == 16
    assert told == [8, 16]
    other.prefill(TOKENS[:16])
    assert all((a == b).all() for a, b in zip(runtime.read_fast(), other.read_fast(), strict=True))


def test_an_empty_prompt_gives_no_logits() -> None:
    assert smooth("tied").prefill([]) is None


@pytest.mark.parametrize("token", [-1, 260])
def test_a_token_outside_the_vocabulary_is_refused_before_anything_is_lived(token: int) -> None:
    runtime = smooth("tied")
    with pytest.raises(ConfigError, match="outside the vocabulary of 260"):
        runtime.prefill([1, token])
    with pytest.raises(ConfigError, match="outside"):
        runtime.step(token)
    assert not runtime.read_fast()[0].any()


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_raised_rate_learns_more_from_the_same_token(variant: str) -> None:
    sizes = []
    for scale in (1.0, 2.0):
        runtime = smooth(variant)
        runtime.rate_scale = scale
        runtime.step(42)
        sizes.append(float(np.linalg.norm(runtime.read_fast()[0])))
    assert sizes[1] == pytest.approx(2 * sizes[0], rel=1e-3)


@pytest.mark.parametrize("scale", [0, -1, float("nan"), float("inf"), True, "2", 10.0])
def test_a_rate_outside_the_stable_range_is_refused(scale: object) -> None:
    runtime = smooth("tied")
    assert runtime.max_rate_scale == pytest.approx(2 / 0.2)
    with pytest.raises(ConfigError, match="learning rate"):
        runtime.rate_scale = scale  # type: ignore[assignment]
    assert runtime.rate_scale == 1.0


def test_just_inside_the_stable_range_the_fast_weights_stay_bounded() -> None:
    for variant in VARIANTS:
        runtime = smooth(variant)
        runtime.rate_scale = min(0.95 * runtime.max_rate_scale, 1e6)
        runtime.prefill(TOKENS * 40, logits=False)
        assert max(float(np.abs(layer).max()) for layer in runtime.read_fast()) < 100


def test_reading_a_paragraph_twice_surprises_less_the_second_time() -> None:
    runtime = smooth("tied")
    runtime.chunk = len(TOKENS)
    assert runtime.inner_losses.shape == (2,)
    losses = []
    for _ in range(2):
        runtime.prefill(TOKENS, logits=False)
        losses.append(runtime.inner_losses)
    assert (losses[1] < losses[0]).all()


def test_threads_are_set_and_nonsense_is_refused() -> None:
    before = torch.get_num_threads()
    try:
        create_runtime(tiny.body(), device="cpu", runtime="torch", threads=2)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
    for threads in (0, -1, True, 1.5):
        with pytest.raises(ConfigError, match="threads"):
            create_runtime(tiny.body(), device="cpu", runtime="torch", threads=threads)  # type: ignore[arg-type]


def test_the_choice_has_a_reason_in_words() -> None:
    asked = create_runtime(tiny.body(), device="cpu", runtime="torch")
    assert (asked.name, asked.device) == ("torch", "cpu")
    assert "as asked" in asked.reason
    assert "processor" in create_runtime(tiny.body(), runtime="torch").reason or torch.cuda.is_available()


@pytest.mark.parametrize("device", ["warp", "cuda:99", "vulkan"])
def test_an_absent_device_is_an_error_in_words(device: str) -> None:
    with pytest.raises(DeviceError, match="cpu"):
        create_runtime(tiny.body(), device=device)


def test_an_unknown_runtime_is_an_error_in_words() -> None:
    with pytest.raises(ConfigError, match="steam"):
        create_runtime(tiny.body(), runtime="steam")
