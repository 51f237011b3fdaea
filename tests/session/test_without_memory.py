"""A model that does not learn: it talks, its words are kept, and whatever needs a soul says that there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import tiny

from engine.errors import ConfigError
from engine.llama import Llama
from engine.runtime.base import Capabilities
from engine.session.memory_session import MemorySession
from engine.session.workspace import Workspace
from engine.text.tokenizer import Tokenizer

HELLO = "Hello."


class Parrot(tiny.ScriptedRuntime):
    """Has no fast weights, nor anything that only a model with some has."""

    capabilities = Capabilities(learns=False, max_context=None, trainable=False)

    def __init__(self) -> None:
        super().__init__(tiny.body().config)
        del self.rate_scale, self.max_rate_scale, self.inner_losses
        tokenizer = Tokenizer.from_json(tiny.tokenizer_json(), "the tokenizer")
        self.answer = [*tokenizer.encode(HELLO), tokenizer.end_id]

    def say_hello(self) -> None:
        self.script = list(self.answer)

    read_fast = write_fast = property()  # type: ignore[assignment]


@pytest.fixture
def parrot() -> Parrot:
    return Parrot()


@pytest.fixture
def mind(parrot: Parrot, workspace: Workspace) -> Iterator[MemorySession]:
    with MemorySession(workspace, workspace.lock(), Llama(tiny.body(), parrot)) as awake:
        yield awake


def say(mind: MemorySession, parrot: Parrot, text: str) -> str:
    parrot.say_hello()
    return mind.say(text).text


def test_it_talks_and_what_was_said_is_kept(mind: MemorySession, parrot: Parrot, workspace: Workspace) -> None:
    assert say(mind, parrot, "Good morning.") == HELLO
    assert [entry.text for entry in mind.log.entries()] == ["Good morning.", HELLO]
    mind.new_conversation()
    mind.save()
    mind.close()
    assert not list(workspace.root.rglob("*.soul"))


def test_an_exchange_can_be_taken_back(mind: MemorySession, parrot: Parrot) -> None:
    say(mind, parrot, "Good morning.")
    before, mark = list(parrot.fed), mind.mark()
    say(mind, parrot, "Once more.")
    assert parrot.fed != before
    mind.rewind(mark)
    assert parrot.fed == before


def test_a_message_can_be_forgotten(mind: MemorySession, parrot: Parrot) -> None:
    say(mind, parrot, "Good morning.")
    plan = mind.forget_plan(mind.log.entries()[0].id)
    assert plan.rebuilds == ()
    mind.forget(plan)
    assert mind.log.entries() == []


NEEDS_A_SOUL: dict[str, Callable[[MemorySession], object]] = {
    "keep": lambda mind: mind.keep("here"),
    "sleep": lambda mind: mind.sleep(method="replay"),
    "reset": lambda mind: mind.reset(),
    "rate": lambda mind: mind.say("Hello.", rate=2.0),
    "branch": lambda mind: mind.branch("luna"),
    "copy": lambda mind: mind.save_soul_as("copy.soul"),
}


@pytest.mark.parametrize("name", NEEDS_A_SOUL)
def test_what_needs_a_soul_says_that_there_is_none(mind: MemorySession, parrot: Parrot, name: str) -> None:
    say(mind, parrot, "Good morning.")
    fed, log = list(parrot.fed), mind.log.entries()
    with pytest.raises(ConfigError, match="no memory of its own"):
        NEEDS_A_SOUL[name](mind)
    assert (parrot.fed, mind.log.entries()) == (fed, log)


def test_the_usual_rate_is_no_rate(mind: MemorySession) -> None:
    llama = mind.llama
    assert llama.rate_scale == 1.0
    with llama.at_rate(1.0):
        assert llama.rate_scale == 1.0
    assert llama.checked_rate(1.0) == 1.0
