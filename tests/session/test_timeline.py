"""The timeline: every event is an entry, every way back is exact, and what a person says of it touches no soul."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tiny

from engine.errors import ConfigError, FileFormatError, SoulMismatchError
from engine.io.soul import Soul, load_soul, new_meta
from engine.session import active_soul
from engine.session.compare import compare
from engine.session.memory_session import MemorySession
from engine.session.soul_registry import SoulRegistry
from engine.session.soul_store import SoulStore
from engine.session.timeline import Timeline, digest
from engine.session.workspace import Workspace
from engine.text.sampling import SamplingParams

BODY = "b" * 64
Wake = Callable[[], MemorySession]


@pytest.fixture
def store(workspace: Workspace) -> SoulStore:
    return SoulStore(workspace, tiny.config(), BODY)


@pytest.fixture
def registry(workspace: Workspace) -> SoulRegistry:
    return SoulRegistry(workspace, tiny.config(), BODY)


def soul(value: float, level: int = 1) -> Soul:
    return Soul([np.full((2, 16, 16), value, np.float32)] * 2, new_meta(BODY, level))


def say(mind: MemorySession, text: str) -> str:
    mind.say(text, max_tokens=3, sampling=SamplingParams(seed=1))
    return digest(mind.llama.soul())


def test_every_event_is_an_entry_with_all_that_there_is_to_know(mind: MemorySession, tmp_path: Path) -> None:
    say(mind, "My cat is Miso.")
    mind.keep("a good moment")
    mind.sleep(method="replay")
    mind.save_soul_as(tmp_path / "copy.soul")
    mind.reset()
    mind.load_soul(tmp_path / "copy.soul")
    mind.restore(mind.timeline.moments()[0].id)
    moments = mind.timeline.moments()
    assert [m.event for m in moments] == ["save", "sleep", "reset", "import", "restore"]
    assert moments[0].note == "a good moment"
    assert moments[1].parent == moments[0].id
    assert [m.level for m in moments][2] == 0
    assert moments[4].parent == moments[0].id
    assert {m.meta.lived for m in moments} == {mind.log.entries()[-1].id, ""}


@pytest.mark.parametrize("seed", range(4))
def test_every_moment_of_a_random_life_comes_back_bit_for_bit(wake: Wake, seed: int) -> None:
    rng = np.random.default_rng(seed)
    mind = wake()
    say(mind, "Hello.")
    kept = {}
    for number in range(8):
        what = rng.choice(["say", "keep", "restore", "undo", "reset", "new", "wake"])
        if what == "say":
            say(mind, f"Message {number}.")
        elif what == "keep":
            kept[mind.keep().meta.id] = digest(mind.llama.soul())
        elif what == "restore" and kept:
            chosen = str(rng.choice(list(kept)))
            mind.restore(chosen)
            assert digest(mind.llama.soul()) == kept[chosen]
        elif what == "undo" and any(e["event"] not in ("save", "branch") for e in mind.llama.soul_history):
            now = digest(mind.llama.soul())
            mind.undo()
            mind.undo()
            assert digest(mind.llama.soul()) == now
        elif what == "reset":
            mind.reset()
        elif what == "new":
            mind.new_conversation()
        elif what == "wake":
            now = digest(mind.llama.soul())
            mind = wake()
            assert digest(mind.llama.soul()) == now
        assert digest(load_soul(mind.store.active)) == digest(mind.llama.soul())
    for soul_id, expected in kept.items():
        assert digest(mind.timeline.read(soul_id)) == expected


def test_undo_goes_back_and_a_second_one_takes_it_back(mind: MemorySession) -> None:
    with pytest.raises(ConfigError, match="could be undone"):
        mind.undo()
    awake = say(mind, "My cat is Miso.")
    mind.sleep(method="replay", rate=3)
    asleep = digest(mind.llama.soul())
    mind.keep("changes nothing, so undo looks past it")
    mind.undo()
    assert digest(mind.llama.soul()) == awake
    mind.undo()
    assert digest(mind.llama.soul()) == asleep != awake
    later = say(mind, "More.")
    mind.undo()
    assert digest(mind.llama.soul()) == awake
    assert later in {digest(mind.timeline.read(m.id)) for m in mind.timeline.moments()}


def test_undo_of_a_soul_that_is_not_kept_any_more(mind: MemorySession) -> None:
    say(mind, "My cat is Miso.")
    mind.reset()
    mind.timeline.delete(mind.timeline.moments()[0].id)
    with pytest.raises(ConfigError, match="not kept any more"):
        mind.undo()


def test_labels_are_unique_and_survive(store: SoulStore) -> None:
    ids = [store.save_active(soul(n), "save", f"note {n}").meta.id for n in range(2)]
    timeline = Timeline(store)
    bytes_before = [path.read_bytes() for path in sorted(store.history.glob("*.soul"))]
    timeline.rename(ids[0], "  the\nfirst ")
    timeline.note(ids[0], "another note")
    timeline.pin(ids[0])
    first, second = Timeline(store).moments()
    assert (first.label, first.note, first.pinned) == ("the first", "another note", True)
    assert (second.label, second.note, second.pinned) == ("", "note 1", False)
    with pytest.raises(ConfigError, match="already"):
        timeline.rename(ids[1], "the first")
    assert timeline.find("the first").id == ids[0]
    with pytest.raises(ConfigError, match="pinned"):
        timeline.delete("the first")
    timeline.note(ids[0], "")
    timeline.rename(ids[0], "")
    timeline.pin(ids[0], False)
    assert bytes_before == [path.read_bytes() for path in sorted(store.history.glob("*.soul"))]
    timeline.delete(ids[0])
    assert [m.id for m in timeline.moments()] == [ids[1]]


def test_labels_of_a_newer_program_are_refused_in_words(store: SoulStore) -> None:
    store.save_active(soul(1), "save")
    (store.history / "labels.json").write_bytes(b'{"version": 2}')
    with pytest.raises(FileFormatError, match=r"labels\.json"):
        Timeline(store).moments()


def test_pruning_keeps_what_is_pinned_named_new_or_the_last_of_its_month(store: SoulStore) -> None:
    store.save_active(soul(0), "save")
    original = store.history.glob("*.soul").__next__()
    months = ["20250105", "20250120", "20250203", "20250204", "20250301", "20250302", "20250303"]
    for number, day in enumerate(months):
        (store.history / f"{day}T000000Z-autosave-{number:032x}.soul").write_bytes(original.read_bytes())
    timeline = Timeline(store)
    timeline.pin(f"{0:032x}")
    gone = timeline.prune(keep=2)
    assert gone == [f"{2:032x}"]
    left = {m.when[:8] for m in timeline.moments() if m.event == "autosave"}
    assert left == set(months) - {"20250203"}
    assert any(m.event == "save" for m in timeline.moments())
    assert timeline.prune(keep=2) == []
    with pytest.raises(ConfigError, match="at least 1"):
        timeline.prune(keep=0)


def test_a_long_life_keeps_moments_by_itself(mind: MemorySession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(active_soul, "MILESTONE", 40)
    states = [say(mind, "A message of some length, " * 3)]
    mind.new_conversation()
    say(mind, "Hi.")
    mind.new_conversation()
    assert [m.event for m in mind.timeline.moments()] == ["autosave"]
    assert digest(mind.timeline.read(mind.timeline.moments()[0].id)) == states[0]


def test_several_souls_in_one_body(registry: SoulRegistry) -> None:
    main = registry.store()
    main.save_active(soul(1), "save")
    luna = registry.branch(main, soul(2), "luna")
    assert [(mate.name, mate.active) for mate in registry.all()] == [("luna", False), ("main", True)]
    registry.choose("luna")
    assert registry.store().active == luna.active
    registry.rename("luna", "Selene")
    assert registry.store("Selene").active == registry.store("luna").active == luna.active
    assert registry.active == "luna"
    for taken in ("Selene", "MAIN", "luna"):
        with pytest.raises(ConfigError, match="already"):
            registry.branch(main, soul(3), taken)
    with pytest.raises(ConfigError, match="no soul called"):
        registry.existing("nobody")
    with pytest.raises(ConfigError, match="cannot be called"):
        registry.rename("main", "../up")


def test_a_branch_goes_its_own_way(wake: Wake) -> None:
    mind = wake()
    say(mind, "My cat is Miso.")
    kept = mind.keep()
    later = say(mind, "I live in Oslo.")
    mind.branch("luna", kept.meta.id)
    mind.switch("luna")
    assert digest(mind.llama.soul()) == digest(kept)
    assert [e.text for e in mind.waiting()] == ["My cat is Miso."]
    own = say(mind, "I am another one.")
    mind = wake()
    assert (mind.soul_name, digest(mind.llama.soul())) == ("luna", own)
    mind.switch("main")
    assert digest(mind.llama.soul()) == later
    assert [e.text for e in mind.waiting()] == ["My cat is Miso.", "I live in Oslo."]


def test_a_soul_that_cannot_wake_is_not_gone_to(mind: MemorySession) -> None:
    here = say(mind, "My cat is Miso.")
    broken = mind.branch("luna")
    broken.active.unlink()
    broken.active.write_bytes(b"garbage")
    with pytest.raises(FileFormatError):
        mind.switch("luna")
    assert (mind.soul_name, digest(mind.llama.soul())) == ("main", here)


def test_comparing() -> None:
    a, b = soul(1), soul(2, 5)
    same, other, newborn = compare(a, a), compare(a, b), compare(soul(0, 0), b)
    assert (same.whole.change, same.whole.cosine, same.tokens) == (0, pytest.approx(1), 0)
    assert (other.whole.change, other.whole.cosine, other.tokens) == (pytest.approx(0.5), pytest.approx(1), 4)
    assert (newborn.whole.change, newborn.whole.cosine) == (1, 0)
    assert compare(a, soul(-1)).whole.change == pytest.approx(2)
    assert compare(soul(0), soul(0)).whole.cosine == 1
    turned = soul(1)
    turned.layers[1] = np.stack([turned.layers[1][0], turned.layers[1][1] * 3])
    assert compare(a, turned).heads.tolist() == [[0, 0], [0, pytest.approx(2 / 3)]]
    with pytest.raises(SoulMismatchError, match="different sizes"):
        compare(a, replace(b, layers=b.layers[:1]))


def test_listing_moments_looks_at_no_fast_weight(store: SoulStore) -> None:
    """Values that nobody could load are in the way of no list; who wakes such a moment is told."""
    kept = store.save_active(soul(1.0, 5), "save", "a good moment")
    (entry,) = store.entries()
    data = entry.path.read_bytes()
    entry.path.write_bytes(data[:-4] + np.float32(np.nan).tobytes())
    (moment,) = Timeline(store).moments()
    assert (moment.id, moment.level, moment.note) == (kept.meta.id, 5, "a good moment")
    assert store.knows(kept.meta.id)
    with pytest.raises(FileFormatError, match="NaN"):
        store.read(kept.meta.id)
