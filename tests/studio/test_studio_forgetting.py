"""Real forgetting in the Model Lab: what it costs first, then a soul that never heard it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QTreeWidget
from studio_person import Person

from engine.io.soul import load_soul
from engine.session.timeline import digest
from studio.lab.forget_dialog import ForgetDialog
from studio.protocol import DescribeEntry, KeepSoul
from studio.session import Busy
from studio.widgets import style
from studio.window.main_window import CHAT, LAB

SECRET = "The shed says plum-tiger."


@pytest.fixture
def lab(host: Person) -> Person:
    """Someone who said three things, the second of which was a mistake."""
    for text in ("My dog is called Bramble.", SECRET, "On Sundays we sail."):
        host.say(text)
    host.window.show_tab(0)
    host.lab.show_view(2)
    return host


def texts(person: Person) -> list[str]:
    return [item.text(0) for item in person.lab.learned.items()]


def tick(person: Person, text: str) -> None:
    (item,) = [item for item in person.lab.learned.items() if item.text(0) == text]
    item.setCheckState(0, Qt.CheckState.Checked)


def dialog(person: Person) -> ForgetDialog:
    notice = person.notice("Forget")
    assert isinstance(notice, ForgetDialog)
    person.wait(lambda: notice.cost is not None)
    person.wait_idle()
    return notice


def log(workspace: Path) -> str:
    return "".join(path.read_text(encoding="utf-8") for path in workspace.glob("memories/*.jsonl"))


def soul(workspace: Path) -> str:
    return digest(load_soul(next(workspace.glob("souls/*/main.soul"))))


def test_behind_another_page_nothing_is_listed_until_somebody_looks(lab: Person) -> None:
    tree = lab.lab.learned.tree
    told = tree.topLevelItem(0).childCount()
    lab.window.show_tab(CHAT)
    lab.say("And my cat is called Fern.")
    assert tree.topLevelItem(0).childCount() == told, "a reply does not wait for a list of all that was ever said"
    lab.window.show_tab(LAB)
    assert tree.topLevelItem(0).childCount() == told + 1


def test_what_was_told_is_listed_and_found(lab: Person) -> None:
    learned = lab.lab.learned
    assert texts(lab) == ["My dog is called Bramble.", SECRET, "On Sundays we sail."]
    assert not learned.forget_button.isEnabled()
    assert "Tick" in learned.forget_button.toolTip()
    learned.search.setText("plum")
    assert [item.text(0) for item in learned.items() if not item.isHidden()] == [SECRET]
    learned.search.clear()
    tick(lab, SECRET)
    assert "1 message" in learned.forget_button.text()
    lab.click(learned.none_button)
    assert learned.ticked == []


@pytest.mark.parametrize("colours", ["dark", "light"])
def test_what_can_be_ticked_and_what_is_ticked_is_seen(colours: str, lab: Person) -> None:
    tree = lab.lab.learned.findChild(QTreeWidget)
    lab.settings.set("theme", colours)

    def seen() -> set[str]:
        row = tree.visualItemRect(lab.lab.learned.items()[1])
        picture = tree.viewport().grab(QRect(0, row.y(), row.x() + 24, row.height())).toImage()
        return {picture.pixelColor(x, y).name() for x in range(picture.width()) for y in range(picture.height())}

    assert style.colour("muted").name() in seen(), "a frame that stands out from the ground"
    tick(lab, SECRET)
    assert {style.colour("soul_fill").name(), "#ffffff"} <= seen()


def test_the_cost_comes_first_and_nothing_happens_before_the_verb(lab: Person, workspace: Path) -> None:
    before = log(workspace), soul(workspace)
    tick(lab, SECRET)
    lab.click(lab.lab.learned.forget_button)
    notice = dialog(lab)
    assert notice.cost.messages == 2
    assert (notice.cost.souls, notice.cost.from_birth, notice.cost.turns) == (1, True, 2)
    for words in ("2 messages", "from its birth", f"{notice.cost.tokens} tokens", "cannot be undone"):
        assert words in notice.words.plain
    lab.click(notice.cancel_button)
    assert (log(workspace), soul(workspace)) == before


def test_what_is_forgotten_is_gone_everywhere(lab: Person, workspace: Path) -> None:
    before = soul(workspace)
    tick(lab, SECRET)
    lab.click(lab.lab.learned.forget_button)
    notice = dialog(lab)
    lab.through(lambda: lab.click(notice.forget_button), Busy.FORGETTING)
    lab.wait(lambda: not lab.notices())
    assert "plum-tiger" not in log(workspace)
    assert soul(workspace) != before
    assert texts(lab) == ["My dog is called Bramble.", "On Sundays we sail."]
    assert SECRET not in lab.session.soul.waiting
    assert lab.chat.conversations.titles() == ["My dog is called Bramble."]
    assert "Forgotten" in lab.window.footer.told.text()
    assert lab.session.timeline.moments[-1].event == "forget"
    lab.say("And on.")
    assert lab.chat.model.message(-1).text


def test_an_entry_forgets_what_was_lived_in_it(host: Person, workspace: Path) -> None:
    host.say("My dog is called Bramble.")
    host.through(lambda: host.window.verbs.start(host.session.call(KeepSoul(note="a"))), Busy.SOUL)
    host.say(SECRET)
    host.through(lambda: host.window.verbs.start(host.session.call(KeepSoul(note="b"))), Busy.SOUL)
    last = host.session.timeline.moments[-1]
    host.through(
        lambda: host.window.verbs.start(host.session.call(DescribeEntry(moment=last.id, label="shed", pinned=True))),
        Busy.SOUL,
    )
    host.window.show_tab(0)
    host.lab.show_view(1)
    host.lab.soul.view.choose(last.id)
    menu = host.lab.soul.open_entry()
    next(action for action in menu.actions() if action.text().startswith("Forget")).trigger()
    menu.close()
    notice = dialog(host)
    assert host.lab.learned.isVisible()
    assert notice.cost.messages == 2
    assert (notice.cost.deleted, notice.cost.stale) == (0, 1), "pinned ones stay"
    assert notice.pinned_too.isVisible()
    host.through(lambda: notice.pinned_too.setChecked(True), Busy.SOUL)
    host.wait(lambda: notice.cost.deleted == 1)
    host.through(lambda: host.click(notice.forget_button), Busy.FORGETTING)
    assert "plum-tiger" not in log(workspace)
    assert last.id not in {moment.id for moment in host.session.timeline.moments}


def test_stopping_leaves_everything_as_it_was(host: Person, workspace: Path) -> None:
    host.settings.set("max_reply", 200)
    for number in range(16):
        host.say(f"{SECRET} {number}")
    before = log(workspace), soul(workspace)
    host.window.show_tab(0)
    host.lab.show_view(2)
    tick(host, f"{SECRET} 0")
    host.click(host.lab.learned.forget_button)
    notice = dialog(host)
    moved: list[float] = []
    host.session.job_moved.connect(lambda share: (moved.append(share), host.session.stop()))
    host.through(lambda: host.click(notice.forget_button), Busy.FORGETTING)
    assert 0 < moved[0] < 1
    assert (log(workspace), soul(workspace)) == before
    assert "as it was before" in host.window.footer.told.text()
    assert len(texts(host)) == 16


def test_what_cannot_be_done_is_said_in_words(lab: Person, workspace: Path) -> None:
    tick(lab, SECRET)
    lab.lab.learned.forget_button.click()
    notice = dialog(lab)
    lab.click(notice.cancel_button)
    for path in workspace.glob("memories/*.jsonl"):
        lines = path.read_text(encoding="utf-8").splitlines()
        path.write_text("\n".join(line for line in lines if "plum" not in line) + "\n", encoding="utf-8")
    lab.click(lab.lab.learned.forget_button)
    notice = lab.notice("Forget")
    lab.wait(lambda: "no message" in notice.words.plain)
    assert not notice.forget_button.isEnabled()
    lab.click(notice.cancel_button)
