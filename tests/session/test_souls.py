"""The store of souls: what was kept never changes, and every way back is exact."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tiny

from engine.errors import ConfigError, FileFormatError, SoulMismatchError
from engine.io.soul import Soul, load_soul, new_meta
from engine.session.soul_store import SoulStore
from engine.session.workspace import Workspace

BODY = "b" * 64


@pytest.fixture
def store(workspace: Workspace) -> SoulStore:
    return SoulStore(workspace, tiny.config(), BODY)


def soul(value: float, level: int = 0, of: Soul | None = None) -> Soul:
    """Fast weights all `value`, as if lived on from `of`."""
    meta = of.meta if of else new_meta(BODY)
    return Soul([np.full((2, 16, 16), value, np.float32)] * 2, replace(meta, level=level))


def value(one: Soul | None) -> float:
    assert one is not None
    assert len({float(x) for layer in one.layers for x in layer.flat}) == 1
    return float(one.layers[0].flat[0])


def test_nothing_was_lived_at_first(store: SoulStore) -> None:
    assert store.load_active() is None
    assert store.entries() == []


def test_autosaves_replace_each_other_and_add_no_history(store: SoulStore) -> None:
    first = store.autosave(soul(1, 10))
    second = store.autosave(soul(2, 20, first))
    assert value(store.load_active()) == 2
    assert second.meta.id == first.meta.id
    assert store.entries() == []


def test_an_event_keeps_the_new_soul_and_the_former_one(store: SoulStore) -> None:
    awake = store.autosave(soul(1, 10))
    slept = store.save_active(soul(2, 30, awake), "sleep", "a night", {"until": "x"})
    assert [(e.event, e.id) for e in store.entries()] == [("autosave", awake.meta.id), ("sleep", slept.meta.id)]
    assert value(store.read(awake.meta.id)) == 1
    assert value(store.read(slept.meta.id)) == 2
    assert value(store.load_active()) == 2
    assert slept.meta.parent == awake.meta.id
    (event,) = slept.meta.history
    assert (event["event"], event["note"], event["until"], event["level"]) == ("sleep", "a night", "x", 30)


def test_what_was_kept_never_changes(store: SoulStore) -> None:
    kept = store.save_active(soul(1, 10), "save")
    lived = store.autosave(soul(2, 20, kept))
    assert lived.meta.id != kept.meta.id
    assert lived.meta.parent == kept.meta.id
    again = store.autosave(soul(3, 30, lived))
    assert again.meta.id == lived.meta.id
    assert value(store.read(kept.meta.id)) == 1
    assert value(store.load_active()) == 3


def test_a_soul_that_lived_nothing_is_not_written_again(store: SoulStore) -> None:
    kept = store.save_active(soul(1, 10), "save")
    before = store.active.stat().st_mtime_ns
    assert store.autosave(soul(1, 10, kept)).meta.id == kept.meta.id
    assert store.active.stat().st_mtime_ns == before
    store.active.unlink()
    store.autosave(soul(1, 10, kept))
    assert value(store.load_active()) == 1


def test_ids_and_parents_form_the_tree_of_what_was_lived(store: SoulStore) -> None:
    first = store.save_active(soul(1, 10), "save")
    second = store.save_active(soul(2, 20, first), "sleep")
    back = store.save_active(store.read(first.meta.id), "restore")
    assert [second.meta.parent, back.meta.parent] == [first.meta.id] * 2
    assert [event["event"] for event in back.meta.history] == ["save", "restore"]
    newborn = store.save_active(soul(0, 0), "reset", root=True)
    assert newborn.meta.parent is None


@pytest.mark.parametrize("links", [True, False])
def test_keeping_works_with_and_without_links(store: SoulStore, links: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError("no links here")

    if not links:
        monkeypatch.setattr("os.link", refuse)
    kept = store.save_active(soul(1, 10), "save")
    store.autosave(soul(2, 20, kept))
    assert value(store.read(kept.meta.id)) == 1


def test_a_damaged_active_soul_is_told_and_set_aside_by_the_way_back(store: SoulStore) -> None:
    kept = store.save_active(soul(1, 10), "save")
    store.active.unlink()  # its other name in the history must not be damaged with it
    store.active.write_bytes(b"garbage")
    with pytest.raises(FileFormatError, match="soul restore"):
        SoulStore.load_active(store)
    assert store.active.read_bytes() == b"garbage"
    store.save_active(store.read(kept.meta.id), "restore")
    assert value(store.load_active()) == 1
    assert [path.read_bytes() for path in store.history.glob("*damaged*")] == [b"garbage"]


def test_a_soul_of_another_body_in_this_ones_place_is_refused(store: SoulStore) -> None:
    stranger = soul(1)
    store.autosave(replace(stranger, meta=replace(stranger.meta, body="f" * 64)))
    with pytest.raises(SoulMismatchError):
        store.load_active()


def test_souls_of_different_names_and_bodies_do_not_meet(store: SoulStore, workspace: Workspace) -> None:
    store.autosave(soul(1))
    other = SoulStore(workspace, tiny.config(), BODY, "Miso 2")
    stranger = SoulStore(workspace, tiny.config(), "f" * 64)
    assert other.load_active() is None
    assert stranger.load_active() is None
    assert len({store.key, other.key, stranger.key}) == 3


@pytest.mark.parametrize("name", ["", "../up", "a/b", ".hidden", "x" * 65, "dot.", "new\nline"])
def test_names_that_could_not_be_files_are_refused(workspace: Workspace, name: str) -> None:
    with pytest.raises(ConfigError, match="cannot be called"):
        SoulStore(workspace, tiny.config(), BODY, name)


def test_an_id_must_name_exactly_one(store: SoulStore) -> None:
    kept = store.save_active(soul(1), "save")
    assert value(store.read(kept.meta.id[:10])) == 1
    for bad in ("", "nobody", "*"):
        with pytest.raises(ConfigError, match="soul list"):
            store.read(bad)


def test_a_save_that_fails_leaves_the_former_soul_active(
    store: SoulStore, monkeypatch: pytest.MonkeyPatch, full_disk: Callable[[], None]
) -> None:
    store.autosave(soul(1, 10))
    full_disk()
    with pytest.raises(FileFormatError, match="Could not write"):
        store.save_active(soul(2, 20), "save")
    monkeypatch.undo()
    assert value(store.load_active()) == 1


def test_any_reader_of_safetensors_reads_it(store: SoulStore) -> None:
    from safetensors.numpy import load_file

    store.autosave(soul(4))
    tensors = load_file(store.active)
    assert set(tensors) == {"layers.0.ttt.w_state", "layers.1.ttt.w_state"}
    assert load_soul(Path(store.active)).meta.body == BODY
