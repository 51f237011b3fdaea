"""The learning dial of a chat: what it leaves in the soul, in the log, and on the screen."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from studio_person import Person


def fingerprints(workspace: Path) -> dict[str, str]:
    """SHA-256 of all that a conversation can change: the souls and the log."""
    found = (*workspace.rglob("*.soul"), *(workspace / "memories").rglob("*.jsonl"))
    return {str(path.relative_to(workspace)): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


@pytest.mark.parametrize("dial", ["use", "temporary"])
def test_a_chat_leaves_nothing_in_the_soul_or_the_log(dial: str, host: Person, workspace: Path) -> None:
    host.say("My dog is called Bramble.")
    kept, level, listed = fingerprints(workspace), host.session.soul.level, host.chat._chat.listed()
    assert any(name.endswith(".soul") for name in kept)
    assert any(name.endswith(".jsonl") for name in kept)
    host.chat.new_chat()
    host.click(host.chat.composer.dial.part(("learn", "use", "temporary").index(dial)))
    assert host.chat.composer.dial_note.isVisible()
    host.settings.set("max_reply", 200)
    shown: list[str] = []  # a short reply may be over before anybody looks
    host.session.changed.connect(lambda: shown.append(host.window.footer.state.text()))
    host.begin_reply("My cat is called Fern.")
    host.wait_idle()
    assert "talking" in shown
    assert "learning" not in shown
    assert host.chat.model.message(-1).text, "it was answered all the same"
    assert fingerprints(workspace) == kept
    assert host.session.soul.level == level
    assert host.chat._chat.listed() == listed
    assert host.session.soul.waiting == ("My dog is called Bramble.",)
    assert not host.session.turns
    host.leave()
    assert fingerprints(workspace) == kept


def test_a_new_chat_learns_again(host: Person, workspace: Path) -> None:
    host.click(host.chat.composer.dial.part(1))
    host.say("My cat is called Fern.")
    before = fingerprints(workspace)
    assert not host.chat.composer.dial.isEnabled()
    host.chat.new_chat()
    assert host.chat.composer.dial.isEnabled()
    assert host.chat.composer.dial.current == 0
    host.say("My dog is called Bramble.")
    assert fingerprints(workspace) != before
    assert host.session.soul.waiting == ("My dog is called Bramble.",)
    assert host.chat.model.message(-1).turn is not None
