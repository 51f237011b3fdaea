"""The same question answered without the soul, side by side; and words tinted by their surprise."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QApplication
from studio_person import Person

from studio import theme
from studio.chat.reply_row import FULL, MOST, ReplyRow, strength, tint
from studio.chat.transcript_model import TranscriptModel
from studio.session import Busy
from studio.theme import DARK, LIGHT, Tokens


def reply_row(person: Person, row: int = 1) -> ReplyRow:
    found = person.chat.transcript.row_widget(row)
    assert isinstance(found, ReplyRow)
    return found


def kept(workspace: Path) -> dict[str, str]:
    """SHA-256 of the souls and the log."""
    found = (*workspace.rglob("*.soul"), *(workspace / "memories").rglob("*.jsonl"))
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def test_a_newborn_answers_beside_the_soul_and_nothing_is_kept(host: Person, workspace: Path) -> None:
    host.settings.set("temperature", 0.0)
    host.settings.set("beams", 1)  # a random model would say a zero byte, which a widget shows as something else
    host.say("Hello")
    newborn = host.chat.model.message(1).text  # the soul was newborn itself
    host.chat.new_chat()
    host.settings.set("max_reply", 40)
    host.say("My dog is called Bramble.")
    host.settings.set("max_reply", 12)
    host.chat.new_chat()
    host.say("Hello")
    before, level, turns = kept(workspace), host.session.soul.level, host.session.turns
    row = reply_row(host)
    host.through(lambda: host.click(row.compare), Busy.WITHOUT_SOUL)
    assert host.chat.model.message(1).without_soul == newborn
    assert row.without_soul.toPlainText() == newborn
    assert [title.isVisible() for title in row.titles] == [True, True]
    assert row.without_soul.x() > row.text.geometry().right(), "side by side"
    assert row.without_soul.y() == row.text.y()
    assert not row.compare.isVisible()
    assert (kept(workspace), host.session.soul.level, host.session.turns) == (before, level, turns)
    host.say("And on.")
    assert host.chat.model.message(-1).turn is not None, "what was said can be taken back as before"


def test_it_can_be_stopped_and_locks_what_it_must(host: Person) -> None:
    host.say("Hello")
    host.settings.set("max_reply", 4096)
    host.click(reply_row(host).compare)
    host.wait(lambda: host.session.busy is Busy.WITHOUT_SOUL)
    assert "without the soul" in host.chat.composer.sleep_button.toolTip()
    assert host.window.footer.state.text() == "answering without the soul"
    assert host.chat.composer.stop_button.isVisible()
    host.window.stop()
    host.wait_idle()
    host.say("Still here?")
    assert host.chat.model.message(-1).text


def test_a_chat_without_a_place_in_the_log_offers_none(host: Person) -> None:
    host.click(host.chat.composer.dial.part(2))
    host.say("Hello")
    assert not reply_row(host).compare.isVisible()


def test_words_are_tinted_on_demand_and_plain_again(host: Person) -> None:
    host.say("Hello")
    row = reply_row(host)
    felt = host.chat.model.message(1).felt
    assert "".join(piece for piece, _ in felt).strip() == host.chat.model.message(1).text.strip()
    assert any(loss > 0 for _, loss in felt)
    assert row.text.extraSelections() == []
    host.click(host.chat.inspector.tint)
    assert host.settings.get("tint") is True
    usual = host.session.surprise.usual
    assert len(row.text.extraSelections()) == len(tint(row.text.document(), felt, usual))
    tinted = len(row.text.extraSelections())
    host.settings.set("font_size", 18)
    QApplication.processEvents()
    assert len(row.text.extraSelections()) == tinted, "in another size too"
    host.chat.new_chat()
    host.chat.show_conversation(host.chat._chat.listed()[0])
    assert host.chat.model.message(1).felt == felt, "another chat was shown meanwhile"
    host.click(host.chat.inspector.tint)
    assert reply_row(host).text.extraSelections() == []


def test_each_piece_has_the_loss_that_was_told_with_the_next() -> None:
    model = TranscriptModel("c")
    model.begin_exchange("?")
    model.append_text("Your dog", [("Your", 9.0), (" dog", 1.0)])
    model.append_text(" barks", [(" barks", 2.0)])
    assert model.message(-1).felt == [("Your", 1.0), (" dog", 2.0), (" barks", 0.0)]


def test_the_tint_finds_the_words_that_markdown_has_drawn(qapp: QApplication) -> None:
    document = QTextDocument("Bramble is bold and Bramble barks")
    felt = [("**Bramble", 3.0), ("** is", 1.0), (" **bold", 1.0), ("** and", 0.5), (" Bramble", 30.0), (" barks", 1.0)]
    places = [(s.cursor.selectionStart(), s.cursor.selectedText()) for s in tint(document, felt, 1.0)]
    assert places == [(0, "Bramble"), (20, "Bramble")]


def test_strength_begins_at_the_usual_and_ends() -> None:
    assert [strength(loss, 2.0) for loss in (0.0, 2.0, 2 * FULL, 100.0)] == [0.0, 0.0, 1.0, 1.0]
    assert strength(1.0, 0.0) == 0.0


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=lambda tokens: tokens.name)
def test_the_strongest_tint_leaves_the_words_readable(tokens: Tokens) -> None:
    assert theme.contrast(tokens.text, theme.blend(tokens.learn, tokens.bg, MOST)) >= 4.5


def test_the_morning_says_what_the_night_did_and_leads_to_the_report(host: Person) -> None:
    host.say("My dog is called Bramble.")
    host.through(lambda: host.click(host.chat.composer.sleep_button), Busy.DREAMING)
    assert host.chat.toast.isVisible()
    night = host.session.last_sleep
    said = "refused" if night.refused else "more firmly: 1 message" if night.kept else "waits"
    assert said in host.chat.toast.words.text()
    host.click(host.chat.toast.undo)
    assert host.lab.isVisible()
    assert host.lab.views.checkedId() == 1
    assert not host.chat.toast.isVisible()
