"""A newborn's answer: that of a fresh body, and without a trace in the soul that stood aside."""

from __future__ import annotations

import numpy as np
import pytest
import tiny

from engine.errors import ConfigError
from engine.llama import Llama
from engine.runtime.select import create_runtime
from engine.session import newborn
from engine.text.sampling import SamplingParams
from engine.text.template import ChatMessage

SAMPLING = SamplingParams(temperature=0.0)


def made() -> Llama:
    body = tiny.body()
    return Llama(body, create_runtime(body, "cpu"))


def test_it_answers_as_a_fresh_body_does_and_leaves_no_trace() -> None:
    llama, fresh = made(), made()
    llama.stream_chat([ChatMessage("user", "My dog is called Bramble.")], 6, SAMPLING)
    level, before = llama.level, llama.runtime.read_fast()
    said = newborn.answer(llama, "What is my dog called?", "Be kind.", SAMPLING, 8)
    expected = fresh.stream_chat(
        [ChatMessage("system", "Be kind."), ChatMessage("user", "What is my dog called?")], 8, SAMPLING
    )
    assert said.ids == expected.ids
    assert llama.level == level
    for now, then in zip(llama.runtime.read_fast(), before, strict=True):
        np.testing.assert_array_equal(now, then)


def test_what_follows_is_what_would_have_followed() -> None:
    asked, not_asked = made(), made()
    for llama in (asked, not_asked):
        llama.stream_chat([ChatMessage("user", "My dog is called Bramble.")], 6, SAMPLING)
    newborn.answer(asked, "And now?", "", SAMPLING, 8)
    after = [llama.stream_chat([ChatMessage("user", "And on.")], 8, SAMPLING).ids for llama in (asked, not_asked)]
    assert after[0] == after[1]


def test_after_an_error_the_soul_is_there_again() -> None:
    llama = made()
    llama.learn("something lived")
    level = llama.level
    with pytest.raises(ConfigError):
        newborn.answer(llama, "x", max_tokens=0)
    assert llama.level == level
