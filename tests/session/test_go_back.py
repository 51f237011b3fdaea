"""Taking back what was said: the soul follows bit for bit, and the log says what was replaced."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from engine.io.soul import load_soul
from engine.session.memory_session import MemorySession
from engine.text.sampling import SamplingParams

GREEDY = SamplingParams(temperature=0)


def fast(mind: MemorySession) -> np.ndarray:
    return np.stack(mind.llama.runtime.read_fast())


def ids_since(mind: MemorySession, last: str) -> list[str]:
    return [entry.id for entry in mind.log.entries(after=last)]


@pytest.mark.parametrize("system", ["", "Be kind."])
def test_what_is_said_instead_is_what_would_have_been_said(
    system: str, mind: MemorySession, wake: Callable[[], MemorySession]
) -> None:
    mind.say("First", sampling=GREEDY, max_tokens=5, system=system)
    last = mind.log.entries()[-1].id
    mark = mind.mark()
    mind.say("Second", sampling=GREEDY, max_tokens=5, system="Another prompt.")
    mind.rewind(mark, replaced=ids_since(mind, last))
    with_detour = mind.say("Other", sampling=GREEDY, max_tokens=5, system="Another prompt.")
    soul = fast(mind)
    mind.reset()
    mind.say("First", sampling=GREEDY, max_tokens=5, system=system)
    straight = mind.say("Other", sampling=GREEDY, max_tokens=5, system="Another prompt.")
    assert with_detour.text == straight.text
    assert (soul == fast(mind)).all()


def test_the_soul_on_the_disk_goes_back_too_and_forth(mind: MemorySession) -> None:
    start = mind.mark()
    mind.say("Second", sampling=GREEDY, max_tokens=5)
    one, ids = fast(mind), ids_since(mind, "")
    end = mind.mark()
    mind.rewind(start, replaced=ids)
    assert mind.level == 0
    assert not mind.waiting()
    mind.say("Secont", sampling=GREEDY, max_tokens=5)  # as many tokens lived, other weights
    other = ids_since(mind, ids[-1])
    assert [entry.text for entry in mind.waiting()] == ["Secont"]
    mind.rewind(end, replaced=other, restored=ids)
    assert (fast(mind) == one).all()
    assert (np.stack(load_soul(mind.store.active).layers) == one).all()
    assert [entry.text for entry in mind.waiting()] == ["Second"]
    assert len(mind.log.entries()) == 4, "nothing that was said is lost"


def test_a_full_disk_changes_nothing(mind: MemorySession, monkeypatch: pytest.MonkeyPatch) -> None:
    mark = mind.mark()
    mind.say("Second", sampling=GREEDY, max_tokens=5)
    before = fast(mind)

    def refuse(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr("os.fsync", refuse)
        with pytest.raises(Exception, match="No space left"):
            mind.rewind(mark, replaced=ids_since(mind, ""))
    assert (fast(mind) == before).all()
    assert len(mind.waiting()) == 1
    mind.say("Third", sampling=GREEDY, max_tokens=5)
    assert (np.stack(load_soul(mind.store.active).layers) == fast(mind)).all()
