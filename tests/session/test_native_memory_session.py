"""A life with a memory in the native runtime: lived again, and told by beams, it is the same soul to the bit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tiny_transformer
from native_bodies import needs_library

from engine.io.model_file import open_model
from engine.llama import Llama
from engine.runtime.native_transformer import NativeTransformerRuntime
from engine.session.history import heard_by, history_of, turns_of
from engine.session.memory_session import MemorySession
from engine.session.replay import replay
from engine.session.timeline import digest
from engine.session.workspace import Workspace
from engine.text.sampling import SamplingParams
from engine.text.template import ChatMessage

pytestmark = needs_library

GREEDY = SamplingParams(temperature=0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_transformer.save_both(tmp_path_factory.mktemp("tiny") / "tiny")


def llama_of(folder: Path, context: int | None = None, threads: int = 2) -> Llama:
    weights = open_model(folder)
    return Llama(weights, NativeTransformerRuntime(weights, threads, context))


@pytest.mark.parametrize("context", [None, 330])
def test_a_life_lived_again_is_the_living_soul(workspace: Workspace, folder: Path, context: int | None) -> None:
    with MemorySession(workspace, workspace.lock(), llama_of(folder, context)) as session:
        for text, conversation in (("My cat is Miso.", "one"), ("I live in Oslo.", "one"), ("Another talk.", "two")):
            session.say(text, conversation, "Be kind.", GREEDY, 6)
        for number in range(2 if context is None else 6):
            session.say(f"Something else to say, number {number}, of some length.", "two", "Be kind.", GREEDY, 60)
        assert session.llama.context is not None
        assert (session.llama.context.dropped > 0) == (context is not None)
        soul, entries, meta = session.llama.soul(), session.log.entries(), session.llama.meta
        again = llama_of(folder, context, threads=1)
        heard = heard_by(entries, session.store.key, meta.history)
    assert np.stack(soul.layers).any()
    replay(again, None, history_of(meta, turns_of(entries)).steps, heard)
    assert digest(again.soul()) == digest(soul)


def test_beams_leave_the_soul_that_the_chosen_words_leave(folder: Path) -> None:
    told, fed, message = llama_of(folder), llama_of(folder), [ChatMessage("user", "My cat is Miso.")]
    done = told.stream_chat(message, 12, SamplingParams(temperature=0, beams=3))
    fed.replay(message, done.ids)
    np.testing.assert_array_equal(np.stack(told.soul().layers), np.stack(fed.soul().layers))
    after = [one.stream_chat([ChatMessage("user", "And?")], 8, GREEDY).ids for one in (told, fed)]
    assert after[0] == after[1]
