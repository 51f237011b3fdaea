"""What someone does who trains a model in the window."""

from __future__ import annotations

from pathlib import Path

import psutil
from studio_person import Person

from studio.training import TrainingRun, TrainingState


def check(person: Person, source: Path) -> None:
    """Choose a text and wait for what the check says."""
    trainer = person.session.training
    person.window.lab.train.verbs.take(source)
    person.wait(lambda: trainer.draft.checked is not None or trainer.draft.problem)
    rest(person)


def begin(person: Person, steps: int) -> TrainingRun:
    """Start the training that was set up, and wait for its first figures."""
    train, trainer = person.window.lab.train, person.session.training
    train.steps.setValue(steps)
    person.click(train.start_button)
    person.wait(lambda: trainer.current is not None and trainer.current.curve.points)
    assert trainer.current is not None
    return trainer.current


def rest(person: Person) -> None:
    """Wait until nothing trains."""
    person.wait(lambda: person.session.training.state is TrainingState.NOTHING)


def alive(number: int) -> bool:
    return bool(number) and psutil.pid_exists(number) and psutil.Process(number).status() != psutil.STATUS_ZOMBIE
