"""What the model reads before a chat is in sight, and how full the context is; a transformer with a memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import tiny_transformer
from studio_person import Person

from studio.chat.notes import NotesDialog
from studio.session import Busy

FACT, OTHER = "My dog is called Bramble.", "I live in Oslo."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_transformer.save_both(tmp_path_factory.mktemp("tiny") / "tiny")


@pytest.fixture(scope="module")
def forgetful(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One that looks back on few tokens."""
    return tiny_transformer.save_both(tmp_path_factory.mktemp("small") / "small", max_position_embeddings=256)


@pytest.fixture
def talker(person: Person, folder: Path) -> Person:
    person.open(folder)
    person.settings.set("max_reply", 4)
    return person


def listed(person: Person) -> list[str]:
    """What the list behind the chip says, each line by its end."""
    person.click(person.chat.composer.notes)
    dialog = person.notice()
    assert isinstance(dialog, NotesDialog)
    words = [line.plain for line in dialog.listed]
    dialog.close()
    return words


def test_what_was_said_is_noted_in_the_next_chat_and_seen_there(talker: Person) -> None:
    chip = talker.chat.composer.notes
    assert not chip.isVisible()
    talker.say(FACT)
    assert not chip.isVisible(), "this chat began with none"
    talker.say(OTHER)
    talker.window.new_chat()
    assert chip.isVisible()
    assert "2 notes from today" in chip.text()
    assert [words.endswith(fact) for words, fact in zip(listed(talker), (OTHER, FACT), strict=True)] == [True, True]
    talker.say("Hello")
    assert "2 notes" in chip.text(), "those that this chat began with"
    soul = talker.session.soul
    assert soul is not None
    assert [note.text for note in soul.noted] == [OTHER, FACT]


def test_the_switch_is_in_the_list_and_says_so(talker: Person, sit_down: Callable[[], Person]) -> None:
    talker.say(FACT)
    talker.window.new_chat()
    chip = talker.chat.composer.notes
    talker.click(chip)
    dialog = talker.notice()
    assert isinstance(dialog, NotesDialog)
    talker.click(dialog.switch)
    dialog.close()
    assert not talker.settings.get("use_notes")
    assert chip.isVisible()
    assert "off" in chip.text()
    talker.say("Hello")
    soul = talker.session.soul
    assert soul is not None
    assert soul.noted == ()
    assert len(soul.notable) == 2


def test_a_chat_without_the_soul_has_none(talker: Person) -> None:
    talker.say(FACT)
    talker.window.new_chat()
    talker.chat.composer.dial.choose(2)
    assert not talker.chat.composer.notes.isVisible()
    talker.chat.composer.dial.choose(1)
    assert talker.chat.composer.notes.isVisible()


def test_how_full_the_context_is_and_what_has_left_it(person: Person, forgetful: Path) -> None:
    person.open(forgetful)
    person.settings.set("max_reply", 4)
    person.settings.set("use_notes", False)
    footer, note = person.window.footer, person.chat.composer.context_note
    person.say(FACT)
    soul = person.session.soul
    assert soul is not None
    assert soul.context is not None
    assert 0 < soul.context.used < soul.context.size == 256
    assert footer.context.text().startswith(f"{soul.context.used} / 256")
    assert person.chat.inspector.context_bar.value() == soul.context.used
    assert not note.isVisible()
    while not soul.context.dropped:
        person.say("And one more thing that I would like to say.")
        soul = person.session.soul
        assert soul is not None
        assert soul.context is not None
    assert note.isVisible()
    assert "left it" in person.chat.inspector.context_words.plain
    person.window.new_chat()
    assert not note.isVisible()


def test_a_model_whose_state_is_of_one_size_has_neither(host: Person) -> None:
    host.say(FACT)
    host.window.new_chat()
    assert not host.window.footer.context.isVisible()
    assert not host.chat.composer.notes.isVisible()


def test_after_a_night_what_is_noted_is_what_it_has_not_taught(talker: Person) -> None:
    talker.say(FACT)
    talker.window.new_chat()
    assert talker.chat.composer.notes.isVisible()
    talker.through(lambda: talker.click(talker.chat.composer.sleep_button), Busy.DREAMING)
    soul = talker.session.soul
    assert soul is not None
    assert talker.chat.composer.notes.isVisible() == bool(soul.notable), "what the night has not taught stays noted"
    for notice in talker.notices():
        notice.close()
