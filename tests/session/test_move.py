"""A soul goes on in another model: what comes along, what stays as it was, and what is forgotten of it afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import tiny_transformer
from tiny_reading import TinyCurriculum

from engine.errors import ConfigError
from engine.io.model_file import open_model
from engine.llama import Llama
from engine.runtime.torch_transformer import TorchTransformer
from engine.session.history import MOVED, heard_by, history_of, turns_of
from engine.session.memory_session import MemorySession
from engine.session.replay import replay
from engine.session.timeline import digest
from engine.session.workspace import Workspace
from engine.sleep import curriculum
from engine.text.sampling import SamplingParams

GREEDY = SamplingParams(temperature=0)
QUICK = {"drift_limit": 99.0, "rounds": 2}
TOLD = ("My cat is Miso.", "The car is red.", "The code is 42.")

Open = Callable[[Path], MemorySession]


@pytest.fixture(autouse=True)
def small_talk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Transformers read with the tiny curriculum, the companion with its own."""
    real = curriculum.load_curriculum
    monkeypatch.setattr(
        curriculum, "load_curriculum", lambda name: TinyCurriculum() if name == "everyday" else real(name)
    )


@pytest.fixture
def transformer(tmp_path: Path) -> Path:
    return tiny_transformer.save_both(tmp_path / "tiny")


@pytest.fixture
def other(tmp_path: Path) -> Path:
    return tiny_transformer.save_both(tmp_path / "other", seed=1)


@pytest.fixture
def awake(workspace: Workspace) -> Iterator[Open]:
    """Opens a model in the workspace of this test; the one that was open before is closed."""
    open_now: list[MemorySession] = []

    def open_model_here(path: Path) -> MemorySession:
        while open_now:
            open_now.pop().close()
        open_now.append(MemorySession(workspace, workspace.lock(), load(path)))
        return open_now[-1]

    yield open_model_here
    while open_now:
        open_now.pop().close()


def load(path: Path) -> Llama:
    weights = open_model(path)
    if path.is_dir():
        return Llama(weights, TorchTransformer(weights, "cpu"))  # type: ignore[arg-type]
    return Llama.load_auto(path, "cpu", 1)


def tell(session: MemorySession, *texts: str) -> None:
    for text in texts:
        session.say(text, None, "", GREEDY, 4)
        session.new_conversation()


def files(workspace: Workspace) -> dict[str, bytes]:
    found = (path for path in workspace.root.rglob("*") if path.is_file() and path.name != "workspace.lock")
    return {str(path.relative_to(workspace.root)): path.read_bytes() for path in found}


def said(session: MemorySession) -> list[str]:
    heard = heard_by(session.log.entries(), session.store.key, session.soul.meta.history)
    return [entry.text for entry in heard if entry.role == "user"]


def lived_again(session: MemorySession, path: Path) -> str:
    """The fast weights that the log makes of a newborn."""
    log, meta = session.log.entries(), session.soul.meta
    life = history_of(meta, turns_of(log))
    assert life.newborn
    again = load(path)
    replay(again, None, life.steps, heard_by(log, session.store.key, meta.history))
    return digest(again.soul())


@pytest.mark.parametrize("way", ["companion to transformer", "between transformers", "and back"])
def test_what_was_said_is_learned_by_the_other_model(
    way: str, awake: Open, workspace: Workspace, model: Path, transformer: Path, other: Path
) -> None:
    start, target = {
        "companion to transformer": (model, transformer),
        "between transformers": (transformer, other),
        "and back": (transformer, model),
    }[way]
    session = awake(start)
    tell(session, *TOLD[:2])
    if way == "between transformers":
        session.sleep(**QUICK)  # what a former night taught comes along, too
    tell(session, TOLD[2])
    session.save()
    before, soul = files(workspace), digest(session.llama.soul())
    fractions: list[float] = []
    report = session.move_to(load(target), on_progress=lambda p: fractions.append(p.fraction), **QUICK)
    assert report.soul is not None
    assert report.night.entries == len(TOLD)
    assert fractions == sorted(fractions)
    assert fractions
    now = files(workspace)
    for name, data in before.items():  # the log alone has grown
        assert now[name][: len(data)] == data
        assert now[name] == data or name.startswith("memories")
    assert digest(session.llama.soul()) == soul
    tell(session, "Only here.")
    moved = awake(target)
    assert moved.soul_name == "main"
    assert said(moved) == list(TOLD)
    assert not moved.waiting()
    assert digest(moved.llama.soul()) == digest(report.soul)
    (event,) = moved.soul.meta.history
    assert (event["event"], event["called"]) == ("move", "main")
    assert [moment.event for moment in moved.timeline.moments()] == ["move"]
    assert lived_again(moved, target) == digest(moved.llama.soul())


def test_facts_are_asked_before_and_after_and_the_rest_is_named(awake: Open, transformer: Path, other: Path) -> None:
    session = awake(transformer)
    tell(session, "lol ok", *TOLD)
    report = session.move_to(load(other), "luna", drift_limit=99.0)
    asked = report.night.after.answers
    assert [answer.expected for answer in asked] == ["Miso", "red", "42"]
    assert len(report.night.before.answers) == len(asked) == len(report.known) + len(report.lost)
    assert [entry.text for entry in report.unread] == ["lol ok"]
    moved = awake(other)
    assert moved.soul_name == "luna"
    unlearned = {answer.expected for answer in report.lost}
    assert {note.text for note in moved.notes} == {t for t in TOLD if any(value in t for value in unlearned)}


def test_forgetting_what_came_along_is_exact_and_leaves_the_former_soul(
    awake: Open, workspace: Workspace, transformer: Path, other: Path
) -> None:
    session = awake(transformer)
    tell(session, *TOLD)
    session.move_to(load(other), **QUICK)
    source = {name: data for name, data in files(workspace).items() if session.store.key.split("@")[1] in name}
    former = [entry for entry in session.log.entries() if MOVED not in entry.extra]
    moved = awake(other)
    tell(moved, "The house is blue.")
    moved.sleep(**QUICK)
    tell(moved, "Good morning.")
    with_it = digest(moved.llama.soul())
    (secret,) = [e for e in moved.log.entries() if e.text == TOLD[1] and e.soul == moved.store.key]
    plan = moved.forget_plan(secret.id)
    assert plan.elsewhere == (session.store.key,)
    assert [one.nights for one in plan.rebuilds] == [2]
    moved.forget(plan)
    assert said(moved) == [TOLD[0], TOLD[2], "The house is blue.", "Good morning."]
    assert digest(moved.llama.soul()) != with_it
    assert lived_again(moved, other) == digest(moved.llama.soul())
    now = files(workspace)
    assert {name: now[name] for name in source} == source
    assert [entry for entry in moved.log.entries() if entry.soul == session.store.key] == former


def test_a_message_forgotten_before_the_move_is_not_there(awake: Open, transformer: Path, other: Path) -> None:
    session = awake(transformer)
    tell(session, *TOLD)
    session.forget(session.forget_plan(session.log.entries()[0].id))
    session.move_to(load(other), **QUICK)
    assert said(awake(other)) == list(TOLD[1:])


def test_the_forgotten_reply_takes_its_message_along(awake: Open, transformer: Path, other: Path) -> None:
    session = awake(transformer)
    tell(session, *TOLD)
    session.move_to(load(other), **QUICK)
    moved = awake(other)
    reply = next(e for e in moved.log.entries(soul=moved.store.key) if e.role == "assistant")
    moved.forget(moved.forget_plan(reply.id))
    assert said(moved) == list(TOLD[1:])


def test_a_branch_of_a_moved_soul_has_heard_what_came_along(awake: Open, transformer: Path, other: Path) -> None:
    session = awake(transformer)
    tell(session, *TOLD)
    session.move_to(load(other), **QUICK)
    moved = awake(other)
    moved.branch("stella")
    moved.switch("stella")
    assert said(moved) == list(TOLD)
    plan = moved.forget_plan(moved.log.entries(soul=f"main@{moved.store.key.split('@')[1]}")[0].id)
    assert [one.store.name for one in plan.rebuilds] == ["main", "stella"]
    moved.forget(plan)
    assert said(moved) == list(TOLD[1:])
    assert lived_again(moved, other) == digest(moved.llama.soul())


def test_what_was_said_before_a_reset_stays_behind(awake: Open, transformer: Path, other: Path) -> None:
    session = awake(transformer)
    tell(session, TOLD[0])
    session.reset()
    tell(session, *TOLD[1:])
    session.move_to(load(other), **QUICK)
    assert said(awake(other)) == list(TOLD[1:])


@pytest.mark.parametrize("after", [0, 3, 30, 1_000_000])
def test_stopped_anywhere_it_leaves_everything_as_it_was(
    after: int, awake: Open, workspace: Workspace, transformer: Path, other: Path
) -> None:
    session = awake(transformer)
    tell(session, *TOLD)
    session.save()
    before, asked = files(workspace), 0

    def cancel() -> bool:
        nonlocal asked
        asked += 1
        return asked > after

    report = session.move_to(load(other), cancel=cancel, **QUICK)
    assert report.night.woken == (report.soul is None) == (after < 1_000_000)
    assert (files(workspace) == before) == (report.soul is None)


def test_a_night_that_is_refused_moves_nothing(
    awake: Open, workspace: Workspace, transformer: Path, other: Path
) -> None:
    session = awake(transformer)
    tell(session, *TOLD)
    session.save()
    before = files(workspace)
    report = session.move_to(load(other), drift_limit=0.0, learning_rate=0.9)
    assert report.soul is None
    assert not report.night.woken
    assert report.night.why
    assert files(workspace) == before


def test_a_full_disk_moves_nothing(
    awake: Open, workspace: Workspace, transformer: Path, other: Path, full_disk: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    session = awake(transformer)
    tell(session, *TOLD)
    session.save()
    before = files(workspace)
    full_disk()
    with pytest.raises(Exception, match="space"):
        session.move_to(load(other), **QUICK)
    monkeypatch.undo()
    assert files(workspace) == before


def test_what_cannot_be_moved_is_said_in_a_sentence(
    awake: Open, tmp_path: Path, transformer: Path, other: Path
) -> None:
    session = awake(transformer)
    with pytest.raises(ConfigError, match="Nothing was said"):
        session.move_to(load(other))
    tell(session, *TOLD)
    with pytest.raises(ConfigError, match="branch"):
        session.move_to(load(transformer))
    plain = tiny_transformer.save_transformer(tmp_path / "plain")
    with pytest.raises(ConfigError, match="memory train"):
        session.move_to(load(plain))
    session.move_to(load(other), **QUICK)
    with pytest.raises(ConfigError, match="--name"):
        session.move_to(load(other), **QUICK)
    assert session.move_to(load(other), "second", **QUICK).name == "second"
    moved = awake(other)
    assert moved.soul_name == "second"  # the one that was moved last wakes
    with pytest.raises(ConfigError, match="begins with"):
        moved.undo()
