"""The models at hand: found where they lie, looked into, let go, converted."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path
from typing import Any

import pytest
from studio_person import Person

from engine.io.bitt import save_bitt
from engine.io.inspect import inspect_path
from engine.io.model_file import load_weights
from engine.io.packed import Packing
from studio.lab.model_verbs import Converting
from studio.lab.models_card import ModelRow
from studio.protocol import ConvertModel, ModelDetails, RenameSoul, Request, Response
from studio.session import Busy
from studio.worker import claim_workspace
from studio.worker.context import WorkerContext
from studio.worker.models import convert


@pytest.fixture
def shelf(tmp_path: Path, models: Path) -> Path:
    """A folder of the person's with one model in it and another deeper."""
    folder = tmp_path / "shelf"
    shutil.copytree(models / "checkpoint", folder / "deeper" / "checkpoint")
    shutil.copy(models / "other.bitt", folder / "other.bitt")
    return folder


def look(person: Person, path: Path) -> tuple[ModelRow, ModelDetails]:
    """Look at the models until this one is known."""
    person.window.show_tab(0)
    person.lab.show_view(0)
    catalogue = person.lab.models.catalogue
    person.wait(lambda: catalogue.card(path) is not None)
    card = catalogue.card(path)
    assert card is not None
    person.wait_idle()
    return person.lab.models.rows[path], card


def test_a_folder_is_added_and_its_models_are_listed_where_they_lie(person: Person, shelf: Path) -> None:
    before = sorted(shelf.rglob("*"))
    person.window.show_tab(0)
    person.click(person.lab.models.add_button)
    person.choose_file(shelf)
    person.wait(lambda: shelf / "other.bitt" in person.lab.models.rows)
    assert shelf / "deeper" / "checkpoint" in person.lab.models.rows
    assert person.settings.get("model_folders") == [str(shelf)]
    assert sorted(shelf.rglob("*")) == before, "nothing is copied or written"


def test_a_card_says_what_inspect_says(person: Person, shelf: Path) -> None:
    (shelf / "deeper" / "checkpoint" / "LICENSE").write_text("MIT", encoding="utf-8")
    person.settings.set("model_folders", [str(shelf)])
    path = shelf / "deeper" / "checkpoint"
    row, card = look(person, path)
    facts = inspect_path(path).facts
    assert (card.parameters, card.layers, card.fingerprint) == (facts.parameters, facts.layers, facts.fingerprint)
    assert (card.memory_packed, card.memory_float) == (facts.memory_packed_bytes, facts.memory_float_bytes)
    assert card.fingerprint[:16] in row.who.plain
    assert "licence: LICENSE" in row.who.plain
    assert "souls that fit: none yet" in row.who.plain
    assert "of memory" in row.facts.plain
    person.click(row.more)
    notice = person.notice("checkpoint")
    assert notice.details == inspect_path(path).render()
    person.press(notice, "Close")


def test_souls_that_fit_are_named(host: Person, models: Path) -> None:
    host.say("Hello")
    host.through(lambda: host.window.verbs.start(host.session.call(RenameSoul(name="Luna"))), Busy.SOUL)
    row, card = look(host, models / "tiny.bitt")
    assert card.souls == ("Luna",)
    assert "Luna" in row.who.plain
    host.through(lambda: host.window.verbs.start(host.session.call(RenameSoul(name="Vega"))), Busy.SOUL)
    host.wait(lambda: "souls that fit: Vega" in row.who.plain)
    host.through(host.lab.body.verbs.unload)
    assert "souls that fit: Vega" in row.who.plain


def test_the_list_follows_the_folder(person: Person, shelf: Path, models: Path) -> None:
    person.settings.set("model_folders", [str(shelf)])
    row, _ = look(person, shelf / "other.bitt")
    shutil.copy(models / "tiny.bitt", shelf / "new.bitt")
    person.wait(lambda: shelf / "new.bitt" in person.lab.models.rows)
    assert person.lab.models.rows[shelf / "other.bitt"] is row
    (shelf / "new.bitt").unlink()
    person.wait(lambda: shelf / "new.bitt" not in person.lab.models.rows)
    person.settings.set("model_folders", [])
    assert not [path for path in person.lab.models.rows if shelf in path.parents]


def test_a_broken_model_says_so_and_cannot_be_loaded(person: Person, shelf: Path) -> None:
    data = (shelf / "other.bitt").read_bytes()
    (shelf / "cut.bitt").write_bytes(data[: len(data) // 2])
    person.settings.set("model_folders", [str(shelf)])
    row, card = look(person, shelf / "cut.bitt")
    assert card.problems
    assert "cut.bitt" in row.problems.text()
    for control in (row.load_button, row.convert_button):
        assert not control.isEnabled()
        assert "broken" in control.toolTip()


def test_a_large_model_is_looked_into_when_that_is_asked_for(
    person: Person, shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.lab.catalogue.LOOKED_INTO_BYTES", 10)
    person.settings.set("model_folders", [str(shelf)])
    person.window.show_tab(0)
    row = person.lab.models.rows[shelf / "other.bitt"]
    person.qtbot.wait(100)
    assert "Not looked into yet" in row.facts.plain
    person.click(row.more)
    person.wait(lambda: "weights" in row.facts.plain)


def test_a_model_is_let_go_and_its_soul_is_saved(host: Person, models: Path) -> None:
    host.say("My dog is called Bramble.")
    level = host.session.soul.level
    host.window.show_tab(0)
    assert "expected" in host.lab.body.facts.value("Memory")
    host.through(lambda: host.click(host.lab.body.unload_button), Busy.SOUL)
    assert host.session.model is None
    assert host.session.soul is None
    assert not host.chat.composer.draft.isEnabled()
    assert host.chat.conversations.titles() == []
    assert not host.lab.body.unload_button.isVisible()
    host.open(models / "tiny.bitt")
    assert host.session.soul.level == level
    assert host.chat.conversations.titles() == ["My dog is called Bramble."]


@pytest.mark.parametrize("kind", ["Packed, 2 bits a weight (*.bitt)", "Float weights (*.bitt)"])
def test_a_checkpoint_is_converted_and_is_the_same_model(kind: str, person: Person, shelf: Path) -> None:
    person.settings.set("model_folders", [str(shelf)])
    source, target = shelf / "deeper" / "checkpoint", shelf / "made.bitt"
    row, card = look(person, source)
    person.click(row.convert_button)
    person.wait(person._dialogs)
    person._dialogs()[0].selectNameFilter(kind)
    moved: list[float] = []
    person.session.job_moved.connect(moved.append)
    person.through(lambda: person.choose_file(target), Busy.CONVERTING)
    person.wait(lambda: not person.notices())
    written = load_weights(target)
    assert written.fingerprint == card.fingerprint
    assert written.encoding == ("packed" if kind.startswith("Packed") else "float")
    assert moved == sorted(moved)
    assert 0 < moved[0] < moved[-1] <= 1
    assert "the same model" in person.window.footer.told.text()
    person.wait(lambda: target in person.lab.models.rows)


def test_packed_means_two_bits_whatever_the_source_has(person: Person, shelf: Path) -> None:
    source, target = shelf / "triples.bitt", shelf / "made.bitt"
    save_bitt(source, load_weights(shelf / "deeper" / "checkpoint"), packed=True, linears="ternary5in3")
    person.settings.set("model_folders", [str(shelf)])
    row, card = look(person, source)
    person.click(row.convert_button)
    person.wait(person._dialogs)
    person.through(lambda: person.choose_file(target), Busy.CONVERTING)
    person.wait(lambda: not person.notices())
    written = load_weights(target)
    assert Packing.of(written.tensors).linears == "ternary2"
    assert written.fingerprint == card.fingerprint


def test_converting_can_be_stopped_and_leaves_nothing(
    person: Person, shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = shelf / "made.bitt"
    target.write_bytes(b"what was there before")
    before = sorted(shelf.rglob("*"))
    stopped = threading.Event()

    def slowly(*args: Any, **named: Any) -> None:
        assert stopped.wait(60)
        save_bitt(*args, **named)

    monkeypatch.setattr("engine.io.bitt.save_bitt", slowly)  # a model that takes its time
    person.lab.body.verbs.convert(shelf / "deeper" / "checkpoint", target, True)
    person.wait(lambda: person.session.busy is Busy.CONVERTING)
    assert "converted" in person.lab.body.open_button.toolTip()
    (dialog,) = person.window.findChildren(Converting)
    person.click(dialog.stop_button)
    stopped.set()
    person.wait_idle()
    person.wait(lambda: not person.notices())
    assert sorted(shelf.rglob("*")) == before
    assert target.read_bytes() == b"what was there before"
    assert "Nothing was written" in person.window.footer.told.text()


@pytest.mark.parametrize("moment", [1, 20, 60])
def test_it_stops_at_any_moment(moment: int, shelf: Path, tmp_path: Path) -> None:
    cancel, heard = threading.Event(), []

    def tell(response: Response) -> None:
        heard.append(response)
        if len(heard) == moment:
            cancel.set()

    place = claim_workspace(tmp_path / "workspace")
    try:
        command = ConvertModel(source=shelf / "deeper" / "checkpoint", target=shelf / "made.bitt", packed=True)
        context = WorkerContext(place, tell)
        context.begin(Request(1, command, cancel))
        assert convert(context, command) is None
    finally:
        place.lock.release()
    assert len(heard) == moment
    assert not list(shelf.glob("*made*"))


def test_a_model_is_not_converted_into_itself(person: Person, shelf: Path) -> None:
    path = shelf / "other.bitt"
    before = path.read_bytes()
    person.through(lambda: person.lab.body.verbs.convert(path, path, True), Busy.CONVERTING)
    notice = person.notice("did not work")
    assert "the model itself" in notice.words.plain
    person.press(notice, "Close")
    assert path.read_bytes() == before
