"""Closing is safe at any moment, and a workspace has one window."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from studio_person import Person

from engine.io.model_file import load_weights
from engine.io.soul import load_soul
from studio.chat.transfer import ExportedChat, read
from studio.protocol import AskBoth, BlendSouls, KeepSoul, LogLine
from studio.session import Busy


def log_of(workspace: Path) -> str:
    return "".join(path.read_text(encoding="utf-8") for path in sorted((workspace / "memories").glob("*.jsonl")))


def doing(person: Person, what: str) -> None:
    if what == "loading":
        person.window.verbs.open_model(person.session.model.path)
        person.wait(lambda: person.session.busy is Busy.OPENING)
    elif what == "replying":
        person.settings.set("max_reply", 4096)
        person.begin_reply("Tell me everything.")
    elif what == "sleeping":
        person.window.verbs.sleep()
        person.wait(lambda: person.session.dream is not None)
    elif what == "forgetting":
        person.say("The shed says plum-tiger.")
        said = next(item for item in person.lab.learned.items() if "plum" in item.text(0))
        person.lab.learned.tick([said.data(0, Qt.ItemDataRole.UserRole)])
        dialog = person.lab.learned.forget()
        person.wait(lambda: dialog.cost is not None)
        person.wait_idle()
        dialog.forget_button.click()
        person.wait(lambda: person.session.busy is Busy.FORGETTING)
    elif what == "comparing":
        person.window.verbs.start(
            person.session.call(
                AskBoth(first="", second="", words="Tell me everything.", max_tokens=4096), busy=Busy.COMPARING
            )
        )
        person.wait(lambda: person.session.busy is Busy.COMPARING)
    elif what == "converting":
        model = person.session.model.path
        person.lab.body.verbs.convert(model, person.session.workspace / "made.bitt", True)
        person.wait(lambda: person.session.busy is Busy.CONVERTING)
    elif what == "saving":
        copy = person.session.workspace / "copy.soul"
        person.just_begun(lambda: person.window.verbs.save_soul(copy), Busy.SOUL)
    elif what == "without the soul":
        person.settings.set("max_reply", 12)
        person.say("Hello")
        person.settings.set("max_reply", 4096)
        person.window.talk.compare(person.chat.model.message(1).line)
        person.wait(lambda: person.session.busy is Busy.WITHOUT_SOUL)
    elif what == "blending":
        person.through(lambda: person.window.verbs.start(person.session.call(KeepSoul(note="first"))), Busy.SOUL)
        person.settings.set("max_reply", 12)
        person.say("Hello")
        first = person.session.timeline.moments[0].id
        person.window.verbs.start(person.session.call(BlendSouls(second=first, share=0.5)))
    elif what == "importing":
        lines = tuple(LogLine("user", f"Told elsewhere, {number}.", "", "") for number in range(20))
        person.window.verbs.start(
            person.window.talk.take_in([ExportedChat("", name, lines) for name in ("One", "Two")])
        )
    elif what == "exporting":
        person.window.chat_files.export(person.window.talk.listed())
        person.choose_file(person.session.workspace / "all.json")
    elif what == "choosing a file":
        person.window.chat_files.export(person.window.talk.listed())
        person.wait(lambda: any(dialog.isVisible() for dialog in person.window.findChildren(QFileDialog)))
    elif what == "deleting":
        person.window.delete_everything()


JOBS = (
    "nothing", "loading", "replying", "sleeping", "forgetting", "comparing", "converting", "saving", "without the soul",
    "blending", "importing", "exporting", "choosing a file", "deleting",
)  # fmt: skip


@pytest.mark.parametrize("what", JOBS)
def test_closing_is_safe_at_any_moment(
    what: str, remember: Callable[[int, int], None], models: Path, sit_down: Callable[[], Person], workspace: Path
) -> None:
    remember(40, 4000)
    person = sit_down()
    person.open(models / "tiny.bitt")
    doing(person, what)
    person.leave()
    assert not [path for path in workspace.rglob("*") if path.suffix in (".tmp", ".new")], "no file is half written"
    souls = list(workspace.glob("souls/*/main.soul"))
    assert all(load_soul(path).meta.level >= 0 for path in souls)
    if what == "replying":
        assert '"role": "assistant"' in log_of(workspace).splitlines()[-1]
    if what == "blending":
        assert load_soul(souls[0]).meta.history[-1]["event"] == "blend", "begun before closing, so it is whole"
    if what == "converting" and (made := workspace / "made.bitt").exists():
        assert load_weights(made).fingerprint == load_weights(models / "tiny.bitt").fingerprint, "it came to its end"
    if what == "exporting":
        assert len(read(workspace / "all.json")) == 40
    if what == "deleting":
        assert not souls
        assert not log_of(workspace)
    again = sit_down()
    again.open(models / "tiny.bitt")
    if souls:
        assert again.session.soul.level == load_soul(souls[0]).meta.level
    if what == "importing":
        assert {"One", "Two"} <= set(again.chat.conversations.titles())
        assert log_of(workspace).count("Told elsewhere") == 40


def test_closing_while_the_first_model_is_loaded(person: Person, models: Path) -> None:
    person.window.verbs.open_model(models / "tiny.bitt")
    person.leave()


def test_a_soul_that_cannot_be_saved_keeps_the_window(host: Person, workspace: Path) -> None:
    host.say("Hello")
    home = next(workspace.glob("souls/*/main.soul")).parent
    shutil.rmtree(home)
    home.write_text("no folder any more", encoding="utf-8")
    host.say("This is lived, but cannot be saved.")
    host.press(host.notice(), "Close")
    assert not host.chat.composer.draft.toPlainText(), "it was said: sending it again would log it twice"
    host.window.close()
    notice = host.notice("could not be saved")
    assert home.name in notice.words.plain
    assert host.window.isVisible()
    assert host.session._worker.is_alive()
    host.press(notice, "Cancel")
    host.wait_idle()
    host.window.close()
    host.press(host.notice("could not be saved"), "Close without saving")
    host.wait(lambda: not host.window.isVisible())
    assert not host.session._worker.is_alive()


def test_a_second_window_on_the_same_workspace_is_refused(person: Person, workspace: Path) -> None:
    from studio.app import build
    from studio.protocol import EngineFailure

    with pytest.raises(EngineFailure, match=f"in use by another program.*{os.getpid()}"):
        build(workspace)
