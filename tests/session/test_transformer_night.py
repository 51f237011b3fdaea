"""The nights of a soul of a transformer: kept, undone, lived again, and what they do to notes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import tiny_transformer
from tiny_reading import TinyCurriculum

from engine.io.model_file import open_model
from engine.llama import Llama
from engine.runtime.torch_transformer import TorchTransformer
from engine.session.history import heard_by, history_of, turns_of
from engine.session.memory_session import MemorySession
from engine.session.replay import replay
from engine.session.timeline import digest
from engine.session.workspace import Workspace
from engine.sleep import curriculum
from engine.text.sampling import SamplingParams

GREEDY = SamplingParams(temperature=0)


@pytest.fixture
def session(workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MemorySession]:
    monkeypatch.setattr(curriculum, "load_curriculum", lambda name: TinyCurriculum())
    weights = open_model(tiny_transformer.save_both(tmp_path / "tiny"))
    made = MemorySession(workspace, workspace.lock(), Llama(weights, TorchTransformer(weights, "cpu")))
    yield made
    made.close()


def tell(session: MemorySession, *texts: str) -> None:
    for text in texts:
        session.say(text, None, "", GREEDY, 4)
        session.new_conversation()


def notes(session: MemorySession) -> list[str]:
    return [note.text for note in session.notes]


def test_a_night_becomes_the_soul_and_leaves_nothing_waiting(session: MemorySession) -> None:
    tell(session, "lol ok", "My cat is Miso.")
    before = digest(session.llama.soul())
    report = session.sleep(drift_limit=99.0, rounds=4)
    assert report.kept
    assert report.method == "deep"
    assert digest(session.llama.soul()) != before
    assert not session.waiting()


def test_a_note_stays_until_what_it_says_is_known(session: MemorySession) -> None:
    tell(session, "lol ok", "My cat is Miso.")
    assert notes(session) == ["My cat is Miso.", "lol ok"]
    session.sleep(drift_limit=99.0, rounds=1, learning_rate=1e-6)  # in which a random model learns nothing
    assert notes(session) == ["My cat is Miso."]
    tell(session, "hm")
    session.sleep(drift_limit=99.0)
    assert notes(session) == []


def test_a_life_with_a_night_lived_again_is_the_living_soul(session: MemorySession) -> None:
    tell(session, "My cat is Miso.", "The car is red.")
    session.sleep(drift_limit=99.0, rounds=2)
    tell(session, "The code is 42.")
    log, meta = session.log.entries(), session.soul.meta
    steps = history_of(meta, turns_of(log)).steps
    again = Llama(session.llama.body, TorchTransformer(session.llama.body, "cpu"))  # type: ignore[arg-type]
    replay(again, None, steps, heard_by(log, session.store.key, meta.history))
    np.testing.assert_array_equal(again.soul().layers[0], session.llama.soul().layers[0])
