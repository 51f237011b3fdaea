"""How strongly it learns while awake: chosen in Settings, in effect at the next message, kept with each exchange."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import tiny
from studio_person import Person

from engine.io.bitt import save_bitt
from engine.io.conversation_log import ConversationLog
from engine.models.bitllama import BitLlama
from studio.session import Busy
from studio.settings.editors import NumberEditor


def rates(workspace: Path) -> list[float]:
    """At which each reply of the log was lived, those that something else was said in place of left out."""
    entries = ConversationLog(workspace / "memories").entries()
    return [e.extra.get("rate", 1.0) for e in entries if e.role == "assistant" and "replaced" not in e.extra]


def choose(person: Person, rate: float) -> None:
    """Turn the knob of the settings page, and come back."""
    person.window.show_tab(2)
    editor = person.window.settings_page.editors["waking_rate"]
    assert isinstance(editor, NumberEditor)
    editor.field.setValue(rate)
    person.window.show_tab(1)


def told(person: Person) -> str:
    return person.chat.inspector.learned_note.plain


def test_it_takes_effect_at_the_next_message_and_survives(
    host: Person, sit_down: Callable[[], Person], models: Path, workspace: Path
) -> None:
    host.say("One")
    assert "as strongly as usual" not in told(host)
    choose(host, 0.5)
    assert "0.50 times as strongly as usual" in told(host)
    host.say("Two")
    assert rates(workspace) == [1.0, 0.5]
    choose(host, 1.5)
    said = host.chat.model.message(-2).line
    host.through(lambda: host.chat._chat.again(said), Busy.REPLYING)
    assert rates(workspace) == [1.0, 1.5], "it was answered again, and learned more strongly"
    again = sit_down()
    assert again.settings.get("waking_rate") == 1.5
    again.open(models / "tiny.bitt")
    again.settings.set("max_reply", 3)
    again.say("Three")
    assert rates(workspace) == [1.0, 1.5, 1.5]


@pytest.fixture
def delicate(tmp_path: Path) -> Path:
    """A model whose updates become unstable at twice their usual rate."""
    body = BitLlama(tiny.config("tied", inner_lr=1.5)).to_body(tiny.tokenizer_json())
    save_bitt(tmp_path / "delicate.bitt", body, packed=True)
    return tmp_path / "delicate.bitt"


def test_more_than_a_model_can_bear_is_refused_in_words_and_nothing_is_lost(
    person: Person, delicate: Path, workspace: Path
) -> None:
    person.open(delicate)
    choose(person, 2.0)
    person.type("Hello")
    person.enter()
    notice = person.notice()
    assert "below 1.33333" in notice.words.plain
    person.press(notice, "Close")
    assert person.chat.composer.draft.toPlainText() == "Hello"
    assert ConversationLog(workspace / "memories").entries() == []
    choose(person, 1.25)
    person.settings.set("max_reply", 3)
    person.through(person.enter, Busy.REPLYING)
    assert rates(workspace) == [1.25]
