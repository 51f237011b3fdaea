"""Gradient descent on a soul: only the soul moves, and its loss falls; and scoring, which is what it lowers."""

from __future__ import annotations

import numpy as np
import pytest
import tiny
from assert_close import assert_close

from engine.errors import ConfigError
from engine.runtime import soul_gradient
from engine.runtime.lesson import Lesson
from engine.runtime.scoring import token_losses
from engine.runtime.select import create_runtime
from engine.runtime.soul_gradient import SoulGradient

TEXT = list(b"my cat is called Miso, and she is three years old.")
OTHER = list(b"where?")


def zero(body: object) -> list[np.ndarray]:
    return [np.zeros(body.config.fast_shape, np.float32) for _ in range(body.config.num_layers)]  # type: ignore[attr-defined]


def lesson(ids: list[int]) -> Lesson:
    return Lesson(ids, [1.0] * len(ids))


@pytest.mark.parametrize("variant", ["linear", "tied"])
def test_the_loss_of_the_lessons_falls_and_nothing_but_the_soul_moves(variant: str) -> None:
    body = tiny.body(variant)
    slow = {name: np.array(tensor) for name, tensor in body.tensors.items()}
    start = zero(body)
    gradient = SoulGradient(body, start, 0.05)
    losses = [gradient.step([lesson(TEXT), lesson(OTHER)]).loss for _ in range(12)]
    assert losses[-1] < losses[0] - 0.05
    assert all((slow[name] == np.array(tensor)).all() for name, tensor in body.tensors.items())
    assert not any(layer.any() for layer in start)
    assert all(layer.shape == body.config.fast_shape and layer.any() for layer in gradient.layers())


def test_what_it_lowers_is_what_the_runtime_then_measures() -> None:
    body = tiny.body()
    runtime = create_runtime(body, device="cpu")
    gradient = SoulGradient(body, zero(body), 0.05)
    for _ in range(5):
        gradient.step([lesson(TEXT)])
    expected = gradient.step([lesson(TEXT)])  # of the soul before this step
    again = SoulGradient(body, zero(body), 0.05)
    for _ in range(5):
        again.step([lesson(TEXT)])
    runtime.write_fast(again.layers())
    measured = token_losses(runtime, TEXT)
    assert measured.mean() == pytest.approx(expected.loss, rel=1e-3)
    assert expected.losses[0][1:] == pytest.approx(measured, rel=1e-3, abs=1e-4)


def test_tokens_without_weight_and_padding_do_not_count() -> None:
    body = tiny.body()
    half = Lesson(TEXT, [0.0] * 20 + [1.0] * (len(TEXT) - 20))
    alone = SoulGradient(body, zero(body), 0.05).step([half]).loss
    runtime = create_runtime(body, device="cpu")
    assert token_losses(runtime, TEXT)[19:].mean() == pytest.approx(alone, rel=1e-3)
    beside = SoulGradient(body, zero(body), 0.05).step([half, Lesson(TEXT * 2, [0.0] * len(TEXT) * 2)])
    assert beside.loss == pytest.approx(alone, rel=1e-3)
    assert [len(each) for each in beside.losses] == [len(TEXT), 2 * len(TEXT)]
    assert not beside.losses[1].any()
    assert not beside.losses[0][:20].any()


def test_lessons_computed_apart_make_the_step_that_they_make_together(monkeypatch: pytest.MonkeyPatch) -> None:
    body = tiny.body()
    batch = [lesson(OTHER), Lesson(TEXT, [0.5] * len(TEXT)), lesson(TEXT[:9]), Lesson(OTHER * 3, [0.0] * 18)]
    together, apart = (SoulGradient(body, zero(body), 0.05, 0.1) for _ in range(2))
    at_once = [together.step(batch) for _ in range(3)]
    monkeypatch.setattr(soul_gradient, "TOGETHER", 1)
    one_by_one = [apart.step(batch) for _ in range(3)]
    for a, b in zip(at_once, one_by_one, strict=True):
        assert a.loss == pytest.approx(b.loss, rel=1e-4)
        for mine, other in zip(a.losses, b.losses, strict=True):
            assert mine == pytest.approx(other, rel=1e-3, abs=1e-4)
    assert_close("soul", np.stack(together.layers()), np.stack(apart.layers()), 1e-2)


def test_staying_near_keeps_it_nearer() -> None:
    body = tiny.body()
    moved = []
    for stay in (0.0, 1.0):
        gradient = SoulGradient(body, zero(body), 0.02, stay)
        for _ in range(15):
            gradient.step([lesson(TEXT)])
        moved.append(sum(float(np.square(layer).sum()) for layer in gradient.layers()))
    assert moved[1] < 0.7 * moved[0]


@pytest.mark.parametrize("bad", [(0.0, 0.0), (2.0, 0.0), (0.1, -1.0), (float("nan"), 0.0)])
def test_rates_that_cannot_be_are_refused(bad: tuple[float, float]) -> None:
    with pytest.raises(ConfigError):
        SoulGradient(tiny.body(), zero(tiny.body()), *bad)


def test_scoring_at_once_is_scoring_token_by_token() -> None:
    body = tiny.body()
    fast, slow = create_runtime(body, device="cpu"), create_runtime(body, device="cpu")
    fast.chunk = 7  # several chunks, the last of them short

    class Stepping:
        """The same runtime without the method that scores at once."""

        step = staticmethod(slow.step)

    at_once = token_losses(fast, TEXT)
    one_by_one = token_losses(Stepping(), TEXT)  # type: ignore[arg-type]
    assert at_once.shape == one_by_one.shape == (len(TEXT) - 1,)
    assert at_once == pytest.approx(one_by_one, rel=1e-3, abs=1e-4)
    assert np.abs(np.stack(fast.read_fast()) - np.stack(slow.read_fast())).max() < 1e-4
    assert token_losses(fast, []).size == token_losses(fast, TEXT[:1]).size == 0
