"""The sampler draws from exactly the distribution that its settings describe."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pytest

from engine import native
from engine.errors import BitLlamaError, ConfigError
from engine.text.sampling import (
    NO_NUMBER,
    Sampler,
    SamplingFilter,
    SamplingParams,
    nucleus,
    sample,
    sample_natively,
)

SETS = native.instruction_sets() if native.why_not() is None else []


def logits(size: int = 50, seed: int = 0, spread: float = 2.0) -> np.ndarray:
    return (np.random.default_rng(seed).standard_normal(size) * spread).astype(np.float32)


def reference(values: np.ndarray, params: SamplingParams, recent: list[int]) -> np.ndarray:
    """Probabilities in float64, by full sorts and one token at a time."""
    x = values.astype(np.float64)
    for token in set(recent[-params.repetition_window :] if params.repetition_window else []):
        x[token] = x[token] / params.repetition_penalty if x[token] > 0 else x[token] * params.repetition_penalty
    p = np.exp((x - x.max()) / params.temperature)
    order = sorted(range(x.size), key=lambda i: (-p[i], i))
    if params.top_k:
        order = order[: params.top_k]
    total, reached, kept = sum(p[i] for i in order), 0.0, []
    for i in order:
        kept.append(i)
        reached += p[i]
        if params.top_p < 1 and reached >= params.top_p * total:
            break
    out = np.zeros(x.size)
    out[kept] = p[kept]
    return out / out.sum()


CASES = {
    "plain": SamplingParams(temperature=1.0, seed=1),
    "cold": SamplingParams(temperature=0.4, seed=2),
    "top_k": SamplingParams(temperature=1.3, top_k=7, seed=3),
    "top_p": SamplingParams(temperature=1.0, top_p=0.8, seed=4),
    "both": SamplingParams(temperature=1.0, top_k=12, top_p=0.6, seed=5),
    "penalty": SamplingParams(temperature=1.0, repetition_penalty=1.8, repetition_window=6, top_p=0.9, seed=6),
}


@pytest.mark.parametrize("name", CASES)
def test_draws_follow_the_exact_distribution(name: str) -> None:
    params, values, recent = CASES[name], logits(), [0, 3, 3, 9, 17, 30, 31, 49]
    wanted = reference(values, params, recent)
    sampler, draws = Sampler(params), 6_000
    counts = np.bincount([sampler.sample(values, recent) for _ in range(draws)], minlength=values.size)
    assert counts[wanted == 0].sum() == 0  # what is cut off is never drawn
    # Pearson's chi-square over the tokens expected often enough; its mean is the degrees of freedom, its deviation
    # the root of twice these. The seeds are fixed: this is no gamble, only a bound on the error.
    often = wanted * draws >= 5
    chi = (((counts - wanted * draws) ** 2)[often] / (wanted * draws)[often]).sum()
    freedom = often.sum() - 1
    assert freedom >= 4
    assert chi < freedom + 4 * np.sqrt(2 * freedom), (chi, freedom)


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 513, 5000])
@pytest.mark.parametrize("spread", [0.0, 0.01, 1.0, 10.0])
@pytest.mark.parametrize("top_p", [0.05, 0.5, 0.9, 0.999])
def test_the_nucleus_is_the_smallest_that_reaches_far_enough(size: int, spread: float, top_p: float) -> None:
    weights = np.exp(logits(size, seed=size, spread=spread))
    weights = np.round(weights, 2) + 0.01  # many equals
    kept = nucleus(weights.astype(np.float32), top_p)
    exact = weights.astype(np.float32).astype(np.float64)
    order = np.argsort(-exact, kind="stable")
    count = int(np.searchsorted(np.cumsum(exact[order]), top_p * exact.sum() * (1 - 1e-12))) + 1
    assert kept.tolist() == sorted(order[:count].tolist())


@pytest.mark.parametrize("instructions", SETS)
@pytest.mark.parametrize("size", [1, 2, 63, 64, 65, 130, 1000, 16384])
def test_the_library_draws_what_the_plain_form_draws(instructions: str, size: int) -> None:
    rng = np.random.default_rng(size)
    drawn = set()
    for spread in (0.0, 1.0, 4.0, 30.0):
        values = logits(size, seed=size, spread=spread)
        if spread == 4.0:
            values[:: max(2, size // 50)] = -np.inf
            values[-1] = 2.0
        for temperature in (1e-30, 0.3, 0.7, 1.0, 3.0):
            for top_k, top_p in (
                (0, 1.0),
                (0, 0.9),
                (0, 0.05),
                (0, 0.9999),
                (1 << 40, 0.5),
                (40, 1.0),
                (size, 0.95),
                (7, 0.7),
            ):
                filter_ = SamplingFilter(temperature, top_k, top_p)
                for threshold in (*(1 - rng.random(4)), 2.0**-53):
                    token = sample(values, filter_, threshold)
                    assert sample_natively(values, filter_, threshold, instructions) == token, (
                        filter_,
                        spread,
                        threshold,
                    )
                    drawn.add(token)
    assert len(drawn) > min(size, 100) // 2  # it was about something


@pytest.mark.parametrize("instructions", SETS)
def test_the_library_cuts_equals_as_the_plain_form_does(instructions: str) -> None:
    rng = np.random.default_rng(0)
    for size in (5, 64, 300, 5000):
        values = np.where(rng.random(size) < 0.5, 1.0, -np.inf).astype(np.float32)
        values[3] = 1.0
        for top_k, top_p in ((size // 3, 1.0), (0, 0.5), (size // 2, 0.3)):
            for threshold in (*np.linspace(0.01, 1, 9), *(1 - rng.random(20))):
                filter_ = SamplingFilter(1.0, top_k, top_p)
                assert sample_natively(values, filter_, threshold, instructions) == sample(values, filter_, threshold)


@pytest.mark.skipif(not SETS, reason=f"no native library: {native.why_not()}")
def test_the_library_refuses_what_the_plain_form_refuses() -> None:
    filter_ = SamplingFilter(1.0, 0, 0.9)
    for place, bad in ((0, np.nan), (13, np.nan), (49, np.nan), (13, np.inf), (slice(None), -np.inf)):
        values = logits()
        values[place] = bad
        assert sample(values, filter_, 0.5) == sample_natively(values, filter_, 0.5) == NO_NUMBER
    with pytest.raises(MemoryError, match="steam"):
        sample_natively(logits(), filter_, 0.5, "steam")


def test_without_the_library_the_draws_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    params = SamplingParams(temperature=0.8, top_k=30, top_p=0.9, repetition_penalty=1.2, seed=3)
    values, recent = logits(1000), [1, 2, 3]
    with_it = Sampler(params)
    monkeypatch.setattr(native, "why_not", lambda: "it was not built")
    without = Sampler(params)
    assert [with_it.sample(values, recent) for _ in range(50)] == [without.sample(values, recent) for _ in range(50)]


def test_zero_temperature_takes_the_best_and_the_lowest_of_equals() -> None:
    values = np.array([1.0, 3.0, 3.0, -np.inf, 2.0], dtype=np.float32)
    greedy = Sampler(SamplingParams(temperature=0.0, top_p=0.5))
    assert [greedy.sample(values) for _ in range(5)] == [1] * 5
    assert Sampler(SamplingParams(temperature=5.0, top_k=1)).sample(values) == 1


def test_equals_at_the_edge_of_top_k_are_cut_by_id() -> None:
    sampler = Sampler(SamplingParams(temperature=1.0, top_k=3, seed=0))
    values = np.array([0.0, 1.0, 0.0, 0.0, 1.0], dtype=np.float32)
    assert {sampler.sample(values) for _ in range(300)} == {0, 1, 4}


def test_penalty_moves_both_signs_down_and_looks_no_further_than_its_window() -> None:
    values = np.array([2.0, -1.0, 1.5, -2.5], dtype=np.float32)
    kept = values.copy()
    greedy = Sampler(SamplingParams(temperature=0.0, repetition_penalty=2.0, repetition_window=2))
    assert greedy.sample(values, [0]) == 2
    assert greedy.sample(values, [0, 1, 2]) == 0  # 0 is out of the window, 2 is not
    assert greedy.sample(np.array([-1.0, -1.5], dtype=np.float32), [0]) == 1
    assert greedy.sample(values, [99, -5]) == 0  # ids of another vocabulary
    assert Sampler(SamplingParams(temperature=0, repetition_penalty=2, repetition_window=0)).sample(values, [0]) == 0
    np.testing.assert_array_equal(values, kept)


def test_a_seed_gives_the_same_draws_and_no_seed_does_not() -> None:
    values = logits(1000, spread=0.5)

    def draws(seed: int | None) -> list[int]:
        sampler = Sampler(SamplingParams(temperature=1.0, top_p=0.95, seed=seed))
        return [sampler.sample(values) for _ in range(30)]

    assert draws(7) == draws(7)
    assert draws(7) != draws(8)
    assert draws(None) != draws(None)


def test_extreme_values_neither_warn_nor_fail() -> None:
    values = np.array([3e38, -3e38, 3e38, -np.inf], dtype=np.float32)
    for temperature in (1e-30, 1e-3, 1.0, 100.0):
        sampler = Sampler(SamplingParams(temperature=temperature, top_p=0.9, top_k=3, seed=0))
        assert {sampler.sample(values) for _ in range(50)} <= {0, 2}


def test_float16_logits_are_taken() -> None:
    assert Sampler(SamplingParams(temperature=0)).sample(np.array([0, 1], dtype=np.float16)) == 1


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_logits_that_are_no_numbers_are_refused(bad: float) -> None:
    for temperature in (0.0, 1.0):
        values = logits()
        values[13] = bad
        with pytest.raises(BitLlamaError, match="not a number"):
            Sampler(SamplingParams(temperature=temperature)).sample(values, [1])


def test_nothing_allowed_and_wrong_shapes_are_refused() -> None:
    sampler = Sampler(SamplingParams())
    with pytest.raises(BitLlamaError, match="not a number"):
        sampler.sample(np.full(5, -np.inf, dtype=np.float32))
    for shape in ((0,), (2, 5), ()):
        with pytest.raises(ConfigError, match="shape"):
            sampler.sample(np.zeros(shape, dtype=np.float32))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("temperature", -0.1),
        ("temperature", float("nan")),
        ("temperature", "0.7"),
        ("temperature", True),
        ("top_p", 0.0),
        ("top_p", 1.1),
        ("top_k", -1),
        ("top_k", 2.5),
        ("repetition_penalty", 0.0),
        ("repetition_penalty", float("inf")),
        ("repetition_window", -1),
        ("seed", -1),
        ("seed", 1.5),
    ],
)
def test_settings_that_cannot_work_are_named(name: str, value: object) -> None:
    with pytest.raises(ConfigError, match=f"^{name} is"):
        SamplingParams(**{name: value})  # type: ignore[arg-type]


def time_of(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


@pytest.mark.skipif(native.why_not() is not None, reason="no native library")
def test_logits_that_are_not_to_be_written_to_are_drawn_from_all_the_same() -> None:
    logits = np.random.default_rng(3).standard_normal(300).astype(np.float32)
    filter_ = SamplingFilter(0.7, 0, 0.9)
    expected = sample_natively(logits, filter_, 0.4)
    logits.setflags(write=False)
    assert sample_natively(logits, filter_, 0.4) == expected == sample(logits, filter_, 0.4)


@pytest.mark.parametrize("spread", [0.1, 3.0])
def test_a_large_vocabulary_takes_less_time_than_sorting_it_would(spread: float) -> None:
    values, recent = logits(16384, spread=spread), list(range(64))
    sampler = Sampler(SamplingParams(top_p=0.9, repetition_penalty=1.1, seed=0))
    # Turn by turn and the best of many, since other programs may take the processor.
    times = [
        (time_of(lambda: sampler.sample(values, recent)), time_of(lambda: np.argsort(values, kind="stable")))
        for _ in range(300)
    ]
    sampling, sorting = np.min(times, axis=0)
    assert sampling < sorting, f"{sampling * 1e6:.0f} us for a sample, {sorting * 1e6:.0f} us for a sort"
