"""A soul that has lived begins a conversation as one that goes on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import tiny

from engine.io.bitt import save_bitt
from engine.llama import Llama
from engine.text.sampling import SamplingParams
from engine.text.template import ChatMessage

GREEDY = SamplingParams(temperature=0.0)
WORDS = [ChatMessage("user", "what is my dog called")]


def test_behind_the_end_of_a_turn(tmp_path: Path) -> None:
    """What is fed after a restart is what the chat of before would have fed: the end of a turn, then the message."""
    save_bitt(tmp_path / "tiny.bitt", tiny.body(), packed=True)
    llama = Llama.load_auto(tmp_path / "tiny.bitt")
    newborn = llama.stream_chat(WORDS, 1, GREEDY)
    lived = llama.level
    llama.save_soul(tmp_path / "lived.soul")

    llama.load_soul(tmp_path / "lived.soul")
    assert llama.level == lived, "waking itself changes nothing"
    closing = [llama.tokenizer.end_id, *llama.template.closing_ids(llama.tokenizer)]
    llama.stream_chat(WORDS, 1, GREEDY)
    assert llama.level == 2 * lived + len(closing)
    after_restart = llama.runtime.read_fast()

    llama.load_soul(tmp_path / "lived.soul")
    llama.feed(closing)
    llama.stream_chat(WORDS, 1, GREEDY)
    for fast, other in zip(llama.runtime.read_fast(), after_restart, strict=True):
        np.testing.assert_allclose(fast, other, rtol=1e-5, atol=1e-6)  # the chunks are cut elsewhere

    llama.reset_state()
    assert llama.stream_chat(WORDS, 1, GREEDY).text == newborn.text
    assert llama.level == lived, "a newborn has no turn behind it"
