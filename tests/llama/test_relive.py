"""Living a turn again gives the same bits as living it first."""

from __future__ import annotations

import numpy as np
import pytest
import tiny

from engine.errors import DeviceError
from engine.llama import Llama
from engine.runtime.base import Cancelled
from engine.runtime.select import create_runtime
from engine.text.sampling import SamplingParams
from engine.text.template import ChatMessage

TURNS = [
    [ChatMessage("system", "Be kind."), ChatMessage("user", "My cat is Miso. " * 20)],
    [ChatMessage("user", "How old is she?")],
    [ChatMessage("user", "And the dog?")],
]


@pytest.fixture(params=["torch", "native"])
def runtime(request: pytest.FixtureRequest) -> str:
    if request.param == "native":
        try:
            create_runtime(tiny.body("linear"), device="cpu", runtime="native")
        except DeviceError as error:
            pytest.skip(str(error))
    return str(request.param)


def newborn(variant: str, runtime: str = "auto") -> Llama:
    body = tiny.body(variant)
    return Llama(body, create_runtime(body, device="cpu", runtime=runtime))


def fast(llama: Llama) -> np.ndarray:
    return np.stack(llama.runtime.read_fast())


@pytest.mark.parametrize("variant", ["linear", "tied"])
@pytest.mark.parametrize("most", [1, 7, 60])
def test_the_same_turns_lived_again_give_the_same_bits(variant: str, most: int, runtime: str) -> None:
    first, again = newborn(variant, runtime), newborn(variant, runtime)
    for n, messages in enumerate(TURNS):
        stop = (lambda _: False) if n == 1 else None  # one reply is stopped by its listener
        done = first.stream_chat(messages, most, SamplingParams(seed=n), stop)
        again.replay(messages, done.ids)
        assert (fast(first) == fast(again)).all()
        assert first.level == again.level
    assert fast(first).any()
    assert not first.fresh
    first.new_conversation()
    assert first.fresh


@pytest.mark.parametrize("variant", ["linear", "tied"])
def test_turns_at_several_rates_lived_again_give_the_same_bits(variant: str, runtime: str) -> None:
    first, again, usual = (newborn(variant, runtime) for _ in range(3))
    for messages, rate in zip(TURNS, (0.5, 1.0, 1.75), strict=True):
        with first.at_rate(rate):
            done = first.stream_chat(messages, 7, SamplingParams(seed=1))
        with again.at_rate(rate):
            again.replay(messages, done.ids)
        usual.replay(messages, done.ids)
        assert (fast(first) == fast(again)).all()
        assert not (fast(first) == fast(usual)).all()
    assert first.rate_scale == again.rate_scale == 1


def test_reading_a_reply_as_a_text_gives_other_bits() -> None:
    """Why the tokens of a reply are kept: as one chunk it rounds otherwise, and its tokens may be others."""
    first, again = newborn("linear"), newborn("linear")
    done = first.stream_chat(TURNS[1], 40, SamplingParams(seed=1))
    messages = [*TURNS[1], ChatMessage("assistant", done.text)]
    again.feed(again.template.render_ids(again.tokenizer, messages, reply=False))
    assert not (fast(first) == fast(again)).all()


def test_it_can_be_cancelled_in_the_reply() -> None:
    llama = newborn("linear")
    asked = iter([False, False, False, True])
    with pytest.raises(Cancelled):
        llama.replay(TURNS[1], [65, 66, 67, 68, 69], lambda: next(asked))
    before = llama.level
    llama.replay(TURNS[1], [65])
    assert llama.level - before == before - 2 + 1 + len(llama.closing())
