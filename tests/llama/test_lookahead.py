"""Looking ahead: the likeliest whole is found, nothing of the search stays behind, and every limit is kept."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import tiny

from engine import Llama
from engine.errors import ConfigError
from engine.generate import BeamSearch
from engine.runtime.select import create_runtime
from engine.text.sampling import Sampler, SamplingParams
from engine.text.template import ChatMessage

END = 0


class Chain:
    """A runtime whose next token depends on the last one alone, by a table; everything else of one is not asked for."""

    def __init__(self, table: np.ndarray) -> None:
        self.logits, self.at, self.steps = np.log(table), 0, 0
        self.state = self  # its place is all of it

    def step(self, token: int) -> np.ndarray:
        self.at, self.steps = token, self.steps + 1
        return self.logits[token]

    def mark(self) -> int:
        return self.at

    def rewind(self, mark: int) -> None:
        self.at = mark


def ahead(chain: Any, beams: int, temperature: float = 0.0, **limits: Any) -> BeamSearch:
    dials = {key: limits.pop(key) for key in ("top_k", "top_p") if key in limits}
    sampler = Sampler(SamplingParams(temperature=temperature, beams=beams, seed=1, **dials))
    return BeamSearch(chain, sampler, {END}, len(chain.logits), **limits)


def whole(chain: Chain, looking: BeamSearch, longest: int = 9) -> list[int]:
    """What is said from token 0 on."""
    said: list[int] = []
    logits = chain.logits[0]
    while len(said) < longest and END not in said:
        said += looking.choose(logits, said, longest - len(said), None)
        logits = chain.logits[said[-1]]
    return said


DOUBT = np.array(
    [
        [0.0, 0.55, 0.45, 0.0, 0.0],  # 1 is likelier than 2
        [0.0, 0.0, 0.0, 0.5, 0.5],  # but then nobody knows how to go on
        [1.0, 0.0, 0.0, 0.0, 0.0],
        [1.0, 0.0, 0.0, 0.0, 0.0],
        [1.0, 0.0, 0.0, 0.0, 0.0],
    ]
).clip(1e-9)


def test_the_likeliest_whole_wins_over_the_likeliest_first_token() -> None:
    assert whole(Chain(DOUBT), ahead(Chain(DOUBT), beams=1)) == [1, 3, END]
    chain = Chain(DOUBT)
    assert whole(chain, ahead(chain, beams=4)) == [2, END]


def test_with_all_paths_open_it_finds_what_trying_all_finds() -> None:
    random = np.random.default_rng(3)
    for _ in range(20):
        table = random.dirichlet(np.full(4, 0.7), 4).clip(1e-6)
        chain = Chain(table)

        def score(path: Sequence[int], logits: np.ndarray = chain.logits) -> float:
            return sum(float(logits[a, b]) for a, b in itertools.pairwise([0, *path]))

        every = [path for length in (1, 2, 3) for path in itertools.product(range(4), repeat=length)]
        ended = [path for path in every if END not in path[:-1] and (path[-1] == END or len(path) == 3)]
        found = ahead(chain, beams=16, margin=math.inf, longest=3).choose(chain.logits[0], [], 9, None)
        assert tuple(found) == max(ended, key=score)


def test_where_the_next_token_is_clear_nothing_is_tried() -> None:
    chain = Chain(DOUBT)
    assert ahead(chain, beams=4).choose(chain.logits[2], [], 9, None) == [END]
    assert chain.steps == 0


@pytest.mark.parametrize("limits", [{"top_k": 1}, {"top_p": 0.5}, {"margin": 0.1}])
def test_what_may_not_be_said_is_not_tried(limits: dict[str, float]) -> None:
    chain = Chain(DOUBT)
    assert ahead(chain, beams=4, **limits).choose(chain.logits[0], [], 9, None) == [1]
    assert chain.steps == 0


def test_no_more_tokens_than_there_is_room_for_and_an_end_when_told_to() -> None:
    chain = Chain(DOUBT)
    assert ahead(chain, beams=4).choose(chain.logits[0], [], 1, None) == [1]
    assert len(ahead(chain, beams=4).choose(chain.logits[0], [], 2, None)) == 2
    assert chain.steps == 2, "what nobody asks about is not computed"
    chain.steps = 0
    ahead(chain, beams=4).choose(chain.logits[0], [], 9, lambda: True)
    assert chain.steps == 0, "the likeliest first token, and no further"


def test_the_temperature_chooses_among_the_paths() -> None:
    chain = Chain(DOUBT)
    looking = ahead(chain, beams=4, temperature=1.0)
    said = Counter(tuple(whole(chain, looking)) for _ in range(1000))
    assert set(said) == {(1, 3, END), (1, 4, END), (2, END)}
    assert said[2, END] / 1000 == pytest.approx(0.45, abs=0.05)


def llama() -> Llama:
    body = tiny.body()
    return Llama(body, create_runtime(body, device="cpu"))


def test_the_state_is_that_of_whoever_said_the_same_word_for_word() -> None:
    one, other = llama(), llama()
    messages = [ChatMessage("user", "What is my cat called?")]
    said = one.stream_chat(messages, 24, SamplingParams(temperature=0.0, beams=4))
    assert said.ids != other.stream_chat(messages, 24, SamplingParams(temperature=0.0)).ids, "it did look ahead"
    other.reset_state()
    other.replay(messages, said.ids)
    for mine, theirs in zip(one.runtime.read_fast(), other.runtime.read_fast(), strict=True):
        assert (mine == theirs).all()
    assert one.level == other.level


@pytest.mark.parametrize("beams", [0, 17, 1.5, True])
def test_beams_that_cannot_be_are_refused(beams: int) -> None:
    with pytest.raises(ConfigError, match="it must be a whole number from 1 to 16"):
        SamplingParams(beams=beams)
