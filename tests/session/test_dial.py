"""After a conversation that the soul does not learn from it is the one of before, bit for bit, live and on disk."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from engine.errors import ConfigError
from engine.io.soul import load_soul
from engine.session.active_soul import Dial
from engine.session.memory_session import MemorySession
from engine.session.timeline import digest
from engine.session.workspace import Workspace
from engine.text.sampling import SamplingParams

GREEDY = SamplingParams(temperature=0)


def files(mind: MemorySession) -> dict[Path, bytes]:
    found = (path for path in mind.workspace.root.rglob("*") if path.is_file() and path.name != "workspace.lock")
    return {path: path.read_bytes() for path in found}


@pytest.fixture(params=["use", "temporary"])
def dial(request: pytest.FixtureRequest) -> Dial:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def lived(mind: MemorySession) -> MemorySession:
    mind.say("My cat is Miso.", max_tokens=4, sampling=GREEDY)
    return mind


def test_it_learns_within_the_conversation_and_keeps_nothing(lived: MemorySession, dial: Dial) -> None:
    soul, before, level = digest(lived.llama.soul()), files(lived), lived.level
    reply = lived.say("A secret.", "x", max_tokens=4, dial=dial)
    assert digest(lived.llama.soul()) != soul, "it cannot follow what it does not learn"
    first = digest(lived.llama.soul())
    lived.say("More of it.", "x", max_tokens=4)
    assert digest(lived.llama.soul()) != first
    assert (lived.level, reply.level, lived.dial) == (level, level, dial)
    assert [entry.text for entry in lived.waiting()] == ["My cat is Miso."]
    lived.new_conversation()
    assert digest(lived.llama.soul()) == soul
    assert (files(lived), lived.dial) == (before, "learn")


def test_use_begins_with_the_soul_and_temporary_without(lived: MemorySession, tmp_path: Path, model: Path) -> None:
    with MemorySession.open(tmp_path / "other", model, device="cpu") as newborn:
        alone = newborn.say("cat?", max_tokens=9, sampling=GREEDY).text
    known = lived.say("cat?", "a", max_tokens=9, sampling=GREEDY, dial="use").text
    assert lived.say("cat?", "b", max_tokens=9, sampling=GREEDY, dial="temporary").text == alone
    assert lived.say("cat?", "c", max_tokens=9, sampling=GREEDY).text == known != alone


def test_switching_to_and_fro(lived: MemorySession, dial: Dial) -> None:
    lived.say("A secret.", "x", max_tokens=4, dial=dial)
    lived.say("Hello again.", "y", max_tokens=4, sampling=GREEDY)
    assert lived.dial == "learn"
    lived.say("A secret.", "x", max_tokens=4, dial=dial)
    lived.say("More.", "x", max_tokens=4, dial="learn")
    assert [e.text for e in lived.log.entries() if e.role == "user"] == ["My cat is Miso.", "Hello again.", "More."]
    assert digest(load_soul(lived.store.active)) == digest(lived.llama.soul())


def test_stop_and_exceptions_leave_it_out_too(lived: MemorySession, dial: Dial) -> None:
    soul, before = digest(lived.llama.soul()), files(lived)

    def fail(_: str) -> None:
        raise RuntimeError("the window went away")

    lived.say("A secret.", "x", max_tokens=50, dial=dial, on_text=lambda _: False)
    with pytest.raises(RuntimeError):
        lived.say("Another.", "x", on_text=fail, sampling=SamplingParams(seed=1, top_k=5))
    lived.say("Never read.", "x", cancel=lambda: True)
    lived.new_conversation()
    assert digest(lived.llama.soul()) == soul
    assert files(lived) == before


@pytest.mark.slow
@pytest.mark.parametrize("operation", ["save", "keep", "sleep", "reset", "save_soul_as", "close", "undo"])
def test_whatever_is_done_with_the_soul_is_done_with_the_real_one(
    lived: MemorySession, dial: Dial, operation: str, tmp_path: Path
) -> None:
    lived.reset()
    lived.say("A second life.", max_tokens=4, sampling=GREEDY)
    soul, level = digest(lived.llama.soul()), lived.level
    lived.say("A secret.", "x", max_tokens=4, dial=dial)
    if operation == "sleep":
        assert lived.sleep(method="replay").entries == 1
    elif operation == "save_soul_as":
        lived.save_soul_as(tmp_path / "copy.soul")
        assert digest(load_soul(tmp_path / "copy.soul")) == soul
    else:
        getattr(lived, operation)()
    saved = [load_soul(path) for path in lived.store.history.parent.rglob("*.soul")]
    assert soul in {digest(one) for one in saved}
    assert all("A secret." not in entry.text for entry in lived.log.entries())
    if operation in ("save", "keep", "close", "save_soul_as"):
        assert digest(lived.llama.soul()) == digest(load_soul(lived.store.active)) == soul
        assert lived.level == level


def test_after_a_save_in_between_the_dial_still_holds(lived: MemorySession, dial: Dial) -> None:
    lived.say("A secret.", "x", max_tokens=4, dial=dial)
    lived.save()
    soul, before = digest(lived.llama.soul()), files(lived)
    lived.say("Another secret.", "x", max_tokens=4)
    assert lived.dial == dial
    lived.new_conversation()
    assert (digest(lived.llama.soul()), files(lived)) == (soul, before)


def test_an_unknown_dial(mind: MemorySession) -> None:
    with pytest.raises(ConfigError, match="learn, use, temporary"):
        mind.new_conversation(dial="forever")  # type: ignore[arg-type]


DIALLED = """
import sys
from engine.session.memory_session import MemorySession
mind = MemorySession.open(sys.argv[1], sys.argv[2], device="cpu", threads=1)
mind.new_conversation(dial=sys.argv[3])
while True:
    mind.say("A secret.", max_tokens=30, on_text=lambda text: print("heard", flush=True))
"""


def test_a_crash_in_the_middle_leaves_nothing(lived: MemorySession, dial: Dial, model: Path) -> None:
    root, before, soul = lived.workspace.root, files(lived), digest(lived.llama.soul())
    lived.close()
    talking = subprocess.Popen(
        [sys.executable, "-c", DIALLED, str(root), str(model), dial], stdout=subprocess.PIPE, text=True
    )
    assert talking.stdout is not None
    assert talking.stdout.readline() == "heard\n"
    talking.kill()
    talking.wait()
    talking.stdout.close()
    with MemorySession.open(Workspace.open(root), model, device="cpu") as mind:
        assert digest(mind.llama.soul()) == soul
        assert files(mind) == before
