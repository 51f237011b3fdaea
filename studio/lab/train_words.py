"""What a check found and how a run goes, in words."""

from __future__ import annotations

import math

from PySide6.QtCore import QCoreApplication

from studio.training import CheckedText, LossCurve, ModelSize, TrainingRun
from studio.widgets import wording

_OFTEN = 10
"""So often a text is read before it is learned by heart rather than understood better."""
_RISEN = 1.01
"""A held-out loss this many times the lowest has risen; less is the noise of measuring."""


def _tr(text: str) -> str:
    return QCoreApplication.translate("Training", text)


def checking(doing: str, done: float) -> str:
    """What the check is at."""
    if doing == "Writing tokens":
        return _tr("Turning it into tokens: {n} %").format(n=int(100 * done))
    if doing and done < 1:
        return _tr("Reading and checking it: {n} %").format(n=int(100 * done))
    if doing:
        return _tr("Finding the words that it is made of…")
    return _tr("The check begins…")


def found(checked: CheckedText) -> str:
    """Documents and characters."""
    characters = _tr("{n} characters").format(n=wording.number(checked.characters))
    if checked.is_dialogue:
        many = _tr("1 dialogue") if checked.documents == 1 else _tr("{n} dialogues")
    else:
        many = _tr("1 text") if checked.documents == 1 else _tr("{n} texts")
    return f"{many.format(n=wording.number(checked.documents))} · {characters} · {_tr('no faults')}"


def parts(checked: CheckedText) -> str:
    """How it is divided."""
    return _tr("{n}; {held} more are held out to measure by").format(
        n=wording.tokens(checked.train_tokens), held=wording.number(checked.held_tokens)
    )


def pace(checked: CheckedText, size: ModelSize, steps: int) -> str:
    """How often the text is read."""
    times = steps * size.tokens_per_step / max(1, checked.train_tokens)
    said = _tr("a step reads up to {n}; all steps read the text {times} times").format(
        n=wording.tokens(size.tokens_per_step), times=wording.decimal(times, 1 if times < 10 else 0)
    )
    enough = math.ceil(_OFTEN * checked.train_tokens / size.tokens_per_step)
    if times <= _OFTEN:
        return said
    often = _tr("{pace}. Beyond {most} times it learns it by heart: take {n} steps, or more text.")
    return often.format(pace=said, most=_OFTEN, n=wording.number(enough))


def new_model(checked: CheckedText, size: ModelSize) -> str:
    """How large a new model becomes."""
    weights = _tr("{n} weights").format(n=wording.parameters(size.weights(checked.vocabulary)))
    shape = _tr("{layers} layers, {width} wide").format(layers=size.layers, width=size.width)
    return f"{weights} · {shape} · {_tr('knows {n}').format(n=wording.tokens(checked.vocabulary))}"


def too_little(checked: CheckedText, size: ModelSize) -> str:
    """Why a text that has no fault cannot be trained on."""
    return _tr(
        "There is too little text: {held} are held out and {n} are left to learn, and a step of this size reads "
        "{context} in a row. Give more text, or take a smaller size."
    ).format(
        held=wording.tokens(checked.held_tokens), n=wording.number(checked.train_tokens),
        context=wording.number(size.context),
    )  # fmt: skip


def state(run: TrainingRun, step: int, left: float | None, speed: float) -> str:
    """Where a run under way stands."""
    parts = [_tr("step {n} of {steps}").format(n=wording.number(step), steps=wording.number(run.steps))]
    if left is not None:
        parts.append(_tr("{time} left").format(time=wording.duration(left)))
    if speed:
        parts.append(wording.speed(speed))
    return " · ".join(parts)


def meaning() -> str:
    """What the two curves are."""
    return _tr(
        "Loss is how wrong the model is about the next token (nats a token): the lower the better. Held out is the "
        "same on text that it never learns from."
    )


def advice(curve: LossCurve) -> str:
    """What the two curves say, in a sentence, and what they are."""
    best, last, plain = curve.best, curve.held_out[-1] if curve.held_out else None, meaning()
    if best is None or last is None or best.held_out is None or last.held_out is None:
        return plain
    if last.held_out > _RISEN * best.held_out:
        risen = _tr(
            "Held out was lowest at step {step} ({best}) and has risen since: it begins to learn the text by heart. "
            "Fewer steps or more text will serve you better."
        )
        return risen.format(step=wording.number(best.step), best=wording.decimal(best.held_out, 3)) + "\n" + plain
    return plain
