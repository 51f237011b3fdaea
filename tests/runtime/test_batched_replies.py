"""Replies side by side are those of the runtime one by one: with a memory, with an adapter, in batches, stopped."""

from __future__ import annotations

from pathlib import Path

import pytest
import tiny_transformer
import torch

from engine.io.model_file import open_model
from engine.layers.low_rank import LowRankAdapter
from engine.llama import Llama
from engine.runtime.base import Cancelled
from engine.runtime.batched_replies import Draws, FastMemory, write_replies
from engine.runtime.torch_transformer import TorchTransformer
from engine.sleep.backbone import Backbone
from engine.text.chat_message import ChatMessage
from engine.text.sampling import SamplingParams

ASKED = ["Hello.", "What is the name of my dog?", "x", "Where did I park the car on Monday?"]
MOST = 8


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Llama:
    weights = open_model(tiny_transformer.save_both(tmp_path_factory.mktemp("tiny") / "tiny"))
    return Llama(weights, TorchTransformer(weights, "cpu"))


@pytest.fixture(scope="module")
def backbone(llama: Llama) -> Backbone:
    return Backbone.of(llama)


def replies(llama: Llama) -> list[str]:
    found = []
    for text in ASKED:
        start = llama.snapshot()
        llama.new_conversation()
        found.append(llama.stream_chat([ChatMessage("user", text)], MOST, SamplingParams(temperature=0)).text)
        llama.restore(start)
    return found


def test_a_memory_is_read_as_the_runtime_reads_it(llama: Llama, backbone: Backbone) -> None:
    llama.stream_chat([ChatMessage("user", "My dog is called Rex.")], 4, SamplingParams(temperature=0))
    llama.new_conversation()
    changed = []
    for text in ASKED:
        start = llama.snapshot()
        done = llama.stream_chat([ChatMessage("user", text)], MOST, SamplingParams(temperature=0))
        fast = torch.from_numpy(llama.learning_runtime.read_fast()[0])  # the question is written before the reply
        llama.restore(start)
        read = FastMemory(backbone.memory, fast)
        written = write_replies(backbone.model, [backbone.prompt(text)], backbone.text.turn_ends, MOST, memory=read)
        assert backbone.text.tokenizer.decode(written[0][0]) == done.text
        plain = write_replies(backbone.model, [backbone.prompt(text)], backbone.text.turn_ends, MOST)
        changed.append(written != plain)
    assert any(changed)


def test_without_a_memory_they_are_those_of_the_transformer(tmp_path: Path, backbone: Backbone) -> None:
    weights = open_model(tiny_transformer.save_transformer(tmp_path / "alone"))
    alone = Llama(weights, TorchTransformer(weights, "cpu"))
    written = write_replies(backbone.model, [backbone.prompt(text) for text in ASKED], backbone.text.turn_ends, MOST)
    assert [backbone.text.tokenizer.decode(reply) for (reply,) in written] == replies(alone)


def test_an_adapter_that_adds_nothing_changes_nothing_and_another_does(backbone: Backbone) -> None:
    prompts = [backbone.prompt(text) for text in ASKED]
    plain = write_replies(backbone.model, prompts, frozenset(), MOST)
    adapter = LowRankAdapter(backbone.model.config, 1, 2)
    assert write_replies(backbone.model, prompts, frozenset(), MOST, adapter=adapter) == plain
    with torch.no_grad():
        for up in adapter.up.values():
            up.normal_()
    assert write_replies(backbone.model, prompts, frozenset(), MOST, adapter=adapter) != plain
    assert write_replies(backbone.model, prompts, frozenset(), MOST) == plain  # it is off again


def test_several_draws_follow_the_seed(backbone: Backbone) -> None:
    prompts = [backbone.prompt(text) for text in ASKED]
    draws = Draws(count=5, temperature=1.0, top_p=0.9, seed=3)
    first, second = (write_replies(backbone.model, prompts, frozenset(), MOST, draws=draws) for _ in range(2))
    assert first == second
    assert all(len(some) == 5 for some in first)
    assert len(set(first[0])) > 1


def test_it_stops_when_it_is_told_to(backbone: Backbone) -> None:
    asked = iter([False, False, True])
    with pytest.raises(Cancelled):
        write_replies(backbone.model, [backbone.prompt("Hello.")], frozenset(), MOST, cancel=lambda: next(asked))
