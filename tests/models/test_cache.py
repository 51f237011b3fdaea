"""Marks and rewinds of every kind of cache, on arrays of numpy and of torch."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from engine.models.cache import ConvTail, FastWeights, KVCache, State

WIDTH = 3
KINDS: dict[str, Callable[..., Any]] = {
    "numpy": lambda *shape: np.zeros(shape, np.float32),
    "torch": lambda *shape: torch.zeros(*shape),
}


@pytest.fixture(params=KINDS)
def zeros(request: pytest.FixtureRequest) -> Callable[..., Any]:
    return KINDS[request.param]


def kv(zeros: Callable[..., Any], block: int = 4) -> KVCache:
    return KVCache(lambda rows: zeros(rows, WIDTH), block)


def fill(cache: KVCache, zeros: Callable[..., Any], *values: float) -> None:
    rows = zeros(len(values), WIDTH)
    for row, value in zip(rows, values, strict=True):
        row[...] = float(value)
    cache.append(rows)


def held(cache: KVCache) -> list[float]:
    return [float(row[0]) for row in cache.rows]


@pytest.mark.parametrize("seed", range(8))
def test_every_mark_of_a_random_walk_comes_back_row_for_row(zeros: Callable[..., Any], seed: int) -> None:
    rng = np.random.default_rng(seed)
    cache, marks = kv(zeros, block=int(rng.integers(1, 9))), []
    for _ in range(200):
        choice = rng.integers(5)
        if choice < 2:
            fill(cache, zeros, *rng.random(int(rng.integers(1, 6)), np.float32))
        elif choice == 2:
            marks.append((cache.mark(), held(cache)))
        elif choice == 3 and marks:
            mark, expected = marks[rng.integers(len(marks))]
            cache.rewind(mark)
            assert held(cache) == expected
        elif marks and rng.random() < 0.3:
            del marks[rng.integers(len(marks))]
        elif rng.random() < 0.1:
            cache.clear()
    for mark, expected in marks:
        cache.rewind(mark)
        assert held(cache) == expected


def test_a_mark_copies_nothing_until_other_tokens_take_the_place(zeros: Callable[..., Any]) -> None:
    cache = kv(zeros)
    fill(cache, zeros, 1, 2, 3)
    early = cache.mark()
    fill(cache, zeros, 4, 5, 6)
    late, same = cache.mark(), cache.mark()
    cache.rewind(early)
    assert not any(mark.kept for mark in (early, late, same))
    fill(cache, zeros, 7)
    assert not early.kept
    (start, rows), (_, again) = *late.kept, *same.kept
    assert (start, len(rows)) == (3, 3)
    rows[0] = 9.0
    assert float(again[0][0]) == 9.0, "two marks share what they both need"


def test_marks_that_nobody_holds_cost_nothing(zeros: Callable[..., Any]) -> None:
    cache = kv(zeros)
    start = cache.mark()
    fill(cache, zeros, 1, 2)
    cache.mark()
    gc.collect()
    copied: list[Any] = []
    cache.rewind(start)
    cache.extend(1, copied.append)
    assert not start.kept
    assert len(copied) == 1


def test_memory_grows_by_blocks(zeros: Callable[..., Any]) -> None:
    cache, sizes = kv(zeros, block=4), []
    for value in range(9):
        fill(cache, zeros, value)
        sizes.append(cache.nbytes // (4 * WIDTH))
    assert sizes == [4] * 4 + [8] * 4 + [12]
    cache.clear()
    assert (len(cache), cache.nbytes) == (0, 0)


@pytest.mark.parametrize("in_place", [True, False])
@pytest.mark.parametrize("transposed", [True, False])
def test_fast_weights_go_through_a_soul_and_back(zeros: Callable[..., Any], transposed: bool, in_place: bool) -> None:
    soul = np.random.default_rng(0).random((2, 5, 5), np.float32)
    cache = FastWeights(zeros(1, 2, 5, 5), (2, 5, 5), transposed, in_place=in_place)
    place = cache.values
    cache.load(soul)
    assert (cache.persist() == soul).all()
    assert (np.asarray(cache.values)[0] == (soul.swapaxes(1, 2) if transposed else soul)).all()
    assert (cache.values is place) == in_place
    mark = cache.mark()
    cache.clear()
    assert not cache.persist().any()
    cache.rewind(mark)
    assert (cache.persist() == soul).all()


def test_a_soul_is_a_copy(zeros: Callable[..., Any]) -> None:
    cache = FastWeights(zeros(1, 2, 2), (2, 2))
    kept, mark = cache.persist(), cache.mark()
    cache.values[...] = 7
    assert not kept.any()
    cache.rewind(mark)
    assert not cache.persist().any()


def test_a_state_keeps_what_persists_and_clears_the_rest(zeros: Callable[..., Any]) -> None:
    keys = kv(zeros)
    state = State([FastWeights(zeros(2, 2), (2, 2)), ConvTail(zeros(3, 4)), keys])
    assert state.nbytes == 16 + 48
    state.caches[0].load(np.full((2, 2), 5, np.float32))
    state.caches[1].values[...] = 6  # type: ignore[attr-defined]
    fill(keys, zeros, 1, 2)
    mark = state.mark()
    state.clear_transient()
    (soul,) = state.persist()
    assert (soul == 5).all()
    assert not np.asarray(state.caches[1].values).any()  # type: ignore[attr-defined]
    assert len(keys) == 0
    state.clear()
    assert not state.persist()[0].any()
    state.rewind(mark)
    assert (state.persist()[0] == 5).all()
    assert held(keys) == [1, 2]
    state.clear()
    state.load([soul])
    assert (state.persist()[0] == 5).all()


def test_what_is_transient_is_in_no_soul(zeros: Callable[..., Any]) -> None:
    for cache in (ConvTail(zeros(2)), kv(zeros)):
        assert not cache.persists
        with pytest.raises(TypeError, match="transient"):
            cache.persist()
        with pytest.raises(TypeError, match="transient"):
            cache.load(np.zeros(2, np.float32))
