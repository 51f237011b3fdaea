"""A transformer with a memory in the window: it learns, and wakes with what it learned."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import tiny_transformer
from studio_person import Person


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_transformer.save_both(tmp_path_factory.mktemp("tiny") / "tiny")


def test_its_soul_is_kept_and_woken(sit_down: Callable[[], Person], folder: Path) -> None:
    person = sit_down()
    person.open(folder)
    person.settings.set("max_reply", 6)
    person.say("My dog is called Bramble.")
    assert person.session.soul is not None
    level = person.session.soul.level
    assert person.chat.model.message(-1).learned == level > 12
    assert person.session.surprise.count > 0
    again = sit_down()
    again.open(folder)
    again.settings.set("max_reply", 6)
    assert again.session.soul is not None
    assert (again.session.soul.level, again.session.soul.layers) == (level, 1)
    assert again.session.soul.waiting == ("My dog is called Bramble.",)
    again.say("And a cat.")
    assert again.session.soul.level > level
