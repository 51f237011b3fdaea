"""The curve of a training: read from its file as that grows, judged in words, drawn."""

from __future__ import annotations

from pathlib import Path

import pytest
from studio_person import Person

from studio.lab import train_words
from studio.lab.loss_graph import ticks
from studio.training import CurvePoint, LossCurve
from studio.training.curve import CurveFile
from studio.widgets import style


def points(*losses: tuple[float, float | None]) -> list[CurvePoint]:
    return [CurvePoint(10 * (n + 1), loss, held, 500.0, n + 1.0) for n, (loss, held) in enumerate(losses)]


def test_a_curve_follows_its_file_however_that_changes(tmp_path: Path) -> None:
    file = tmp_path / "metrics.jsonl"
    follower = CurveFile(file)
    assert follower.read() == LossCurve()
    line = '{{"step": {}, "loss": {}, "val_loss": {}, "tokens_per_second": 500, "seconds": {}}}\n'
    file.write_text(line.format(1, 5.0, "null", 1) + line.format(2, 4.0, 4.5, 2) + '{"step": 3, "lo')
    curve = follower.read()
    assert [point.step for point in curve.points] == [1, 2], "a torn line waits"
    assert follower.read() is curve
    with file.open("a") as more:
        more.write('ss": NaN, "val_loss": null}\n[]\n' + line.format(4, 3.0, 4.0, 4))
    curve = follower.read()
    assert [point.step for point in curve.points] == [1, 2, 4], "what is no report is passed over"
    assert (curve.best.step, curve.tokens_per_second) == (4, 500)
    assert curve.seconds_left(10) == pytest.approx(6.0)
    file.write_text(line.format(1, 5.0, "null", 1))
    curve = follower.read()
    assert [point.step for point in curve.points] == [1], "a run that goes on from an earlier checkpoint"
    assert curve.seconds_left(10) is None


def test_the_advice_follows_what_is_held_out() -> None:
    curve = LossCurve(points((5, 5.0), (4, 4.5), (3, 4.53)))
    assert "risen" not in train_words.advice(curve)
    curve = LossCurve(points((5, 5.0), (4, 4.5), (3, 4.6)))
    assert "lowest at step 20 (4.500) and has risen" in train_words.advice(curve)


def test_the_graph_draws_both_curves_and_says_them(person: Person) -> None:
    graph = person.lab.runs.graph
    person.window.show_training()
    graph.show_points([], 100)
    empty = graph.grab().toImage()
    assert "Nothing measured" in graph.description
    graph.show_points(points((5, None), (4, 4.5), (3, 4.0)), 100)
    assert graph.description == "Step 30: loss 3.000 · held out 4.000 at step 30"
    drawn = graph.grab().toImage()
    colours = {drawn.pixelColor(x, y).name() for x in range(drawn.width()) for y in range(drawn.height())}
    assert {style.colour("learn").name(), style.colour("body").name()} <= colours
    assert drawn != empty
    graph.show_points(points((float("1e9"), None)), 1)  # one point, out of all proportion
    graph.grab()


@pytest.mark.parametrize(
    ("low", "high"), [(0.0, 1.0), (3.0, 3.0), (0.0, 0.0), (1.7, 9.3), (2.501, 2.502), (0, 100_000)]
)
def test_the_lines_of_the_grid_are_round_and_hold_all(low: float, high: float) -> None:
    found = ticks(low, high)
    assert found[0] <= low + 1e-6
    assert found[-1] >= high - 1e-6
    assert 2 <= len(found) <= 8
    assert sorted(set(found)) == found
