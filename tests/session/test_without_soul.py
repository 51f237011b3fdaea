"""The answer without the soul: that of a newborn, and without a trace in the soul that was suspended meanwhile."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.errors import ConfigError
from engine.llama import Llama
from engine.session.memory_session import MemorySession
from engine.text.sampling import SamplingParams
from engine.text.template import ChatMessage

SAMPLING = SamplingParams(temperature=0.0)


def test_it_answers_as_a_newborn_does_and_leaves_no_trace(mind: MemorySession, model: Path) -> None:
    mind.say("My dog is called Bramble.", sampling=SAMPLING, max_tokens=6)
    level, before = mind.level, mind.llama.runtime.read_fast()
    logged = len(mind.log.entries())
    said = mind.answer_without_soul("What is my dog called?", "Be kind.", SAMPLING, 8)
    newborn = Llama.load_auto(model, device="cpu")
    question = [ChatMessage("system", "Be kind."), ChatMessage("user", "What is my dog called?")]
    assert said.ids == newborn.stream_chat(question, 8, SAMPLING).ids
    assert (mind.level, len(mind.log.entries())) == (level, logged)
    for now, then in zip(mind.llama.runtime.read_fast(), before, strict=True):
        np.testing.assert_array_equal(now, then)


def test_what_follows_is_what_would_have_followed(mind: MemorySession, model: Path, tmp_path: Path) -> None:
    with MemorySession.open(tmp_path / "not asked", model, device="cpu") as other:
        for session in (mind, other):
            session.say("My dog is called Bramble.", sampling=SAMPLING, max_tokens=6)
        mind.answer_without_soul("And now?", "", SAMPLING, 8)
        after = [session.say("Well?", sampling=SAMPLING, max_tokens=8).text for session in (mind, other)]
    assert after[0] == after[1]


def test_settings_that_cannot_work_change_nothing(mind: MemorySession) -> None:
    mind.say("My dog is called Bramble.", sampling=SAMPLING, max_tokens=6)
    before = mind.llama.runtime.read_fast()
    with pytest.raises(ConfigError):
        mind.answer_without_soul("x", max_tokens=0)
    for now, then in zip(mind.llama.runtime.read_fast(), before, strict=True):
        np.testing.assert_array_equal(now, then)
