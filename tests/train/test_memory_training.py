"""Memories are trained: written in one piece as token by token, read as the runtime reads, stopped and resumed."""

from __future__ import annotations

import dataclasses
import itertools
import random
from pathlib import Path

import numpy as np
import pytest
import tiny_transformer
import torch
from assert_close import assert_close

from engine.curricula.everyday.texts import EverydayTexts, frames_for
from engine.errors import ConfigError
from engine.io.memory_file import load_memory
from engine.io.transformer_weights import TransformerWeights, load_transformer
from engine.layers.memory import Memory
from engine.models.transformer import Transformer
from engine.ops.delta_rule import naive
from engine.runtime.torch_transformer import TorchTransformer
from engine.text.chat_message import ChatMessage
from engine.text.model_text import ModelText, TextConfig
from engine.text.roles import RoledTokens, TokenRole
from engine.train.memory.args import MemoryTrainArgs
from engine.train.memory.exchanges import EncodedExchange, encode_exchange
from engine.train.memory.frozen import FrozenReply, freeze_messages, freeze_replies
from engine.train.memory.pool import Pool, PoolMaker, draw_life
from engine.train.memory.reading import ReplyBatch, write_messages
from engine.train.memory.speech import drift, speech_losses
from engine.train.memory.trainer import MemoryLessons, MemoryStatus, train_memory
from engine.train.memory.vocabulary import Vocabulary
from engine.train.memory.whitened import folded, split, whiten

CONFIG = tiny_transformer.MEMORY
RATIO = 1e-3
"""Streams are kept in float16 between backbone and memory."""
TOLD = ["my dog Brimble eats slippers", "I moved to Zell in May", "no idea"]


@pytest.fixture
def weights(tmp_path: Path) -> TransformerWeights:
    return load_transformer(tiny_transformer.save_transformer(tmp_path / "model"))


@pytest.fixture
def text(weights: TransformerWeights) -> ModelText:
    assert weights.tokenizer is not None
    return ModelText.open(weights.tokenizer, TextConfig.of(weights.config))


@pytest.fixture
def model(weights: TransformerWeights) -> Transformer:
    return Transformer.from_weights(weights)


@pytest.fixture
def memory() -> Memory:
    memory = Memory(CONFIG)
    tensors = tiny_transformer.memory_tensors()
    memory.load_state_dict({name: torch.from_numpy(values) for name, values in tensors.items()})
    return memory


def _exchanges(text: ModelText, before: tuple[ChatMessage, ...] = ()) -> list[EncodedExchange]:
    return [encode_exchange(text, before, message, "Fine, noted!") for message in TOLD]


def test_messages_are_written_in_one_piece_as_token_by_token(
    model: Transformer, text: ModelText, memory: Memory
) -> None:
    frozen = freeze_messages(model, CONFIG, _exchanges(text))
    fast = write_messages(model, memory, frozen)
    expected = torch.zeros(1, *CONFIG.fast_shape)
    for message in frozen:
        x, there = memory.see(message.streams)[None], torch.ones(1, len(message.ids), dtype=torch.bool)
        made = memory.write(x, model.embed(message.ids)[None], there)
        key, value, rate = (part.transpose(1, 2) for part in made)
        expected = naive.delta_rule(key, key, value, rate, expected).state
    assert_close("fast weights", fast, expected[0], RATIO)


@pytest.mark.parametrize("before", [(), (ChatMessage("user", "hello"), ChatMessage("assistant", "hi there"))])
def test_a_batch_of_replies_reads_what_the_runtime_reads(
    weights: TransformerWeights, model: Transformer, text: ModelText, memory: Memory, before: tuple[ChatMessage, ...]
) -> None:
    fast = write_messages(model, memory, freeze_messages(model, CONFIG, _exchanges(text)))
    asked = [encode_exchange(text, before, "who eats slippers", reply) for reply in ("Brimble.", "It is your dog.")]
    batch = ReplyBatch(freeze_replies(model, CONFIG, asked))
    logits = model.head(batch.read(model, memory, fast))
    runtime = TorchTransformer(dataclasses.replace(weights, memory=tiny_transformer.random_memory(weights)), "cpu")
    for number, exchange in enumerate(asked):
        runtime.reset()
        runtime.write_fast([fast.detach().numpy()])
        roles = [TokenRole.SILENT] * len(exchange.context) + [TokenRole.HEARD] * len(exchange.message)
        # The question is written, too, in a chat; here it must not be, so that both read the same fast weights.
        runtime.rate_scale = 1e-9
        runtime.prefill(RoledTokens(exchange.context + exchange.message, bytes(roles)), logits=False)
        found = [runtime.prefill(RoledTokens(exchange.opening, bytes([TokenRole.REPLY] * len(exchange.opening))))]
        found += [runtime.step(token).copy() for token in exchange.reply[:-1]]
        assert_close("logits", logits[batch.owner == number], torch.from_numpy(np.stack(found)), RATIO)


def test_a_batch_without_a_soul_says_what_the_backbone_says(
    model: Transformer, text: ModelText, memory: Memory
) -> None:
    frozen = freeze_replies(model, CONFIG, _exchanges(text), plain=True)
    assert float(drift(model, memory, torch.zeros(CONFIG.fast_shape), frozen).detach()) < 1e-5


def test_whitened_maps_compute_what_their_folded_form_computes(
    model: Transformer, text: ModelText, memory: Memory
) -> None:
    exchanges = [encode_exchange(text, (), m, r) for m in TOLD for r in ("Aha, I see.", "What a pity, really!")]
    messages, replies = freeze_messages(model, CONFIG, exchanges), freeze_replies(model, CONFIG, exchanges)
    whiten(memory, messages, replies)
    plain = Memory(CONFIG)
    plain.load_state_dict(folded(memory))
    assert_close("fast weights", write_messages(model, plain, messages), write_messages(model, memory, messages), RATIO)
    again = Memory(CONFIG)
    split(again)
    again.load_state_dict(memory.state_dict())
    assert_close("fast weights", write_messages(model, again, messages), write_messages(model, memory, messages), RATIO)


def test_a_life_tells_nothing_twice_and_asks_for_nothing_it_told_as_unknown(
    model: Transformer, text: ModelText
) -> None:
    pool = _pool(model, text)
    rng = random.Random(0)
    for _ in range(20):
        life = draw_life(pool, rng, 6, 5, 4)
        told = [topic for _, item in life.asked for topic in item.topics]
        items = {id(item): item.topics for _, item in life.asked}
        assert sum(map(len, items.values())) == len(set().union(*items.values()))
        strange = {u.topic for u in pool.unknown if any(u.question is q for q in life.unknown)}
        assert not strange & set(told)
        assert len(life.asked) <= 5
        assert len(life.unknown) <= 4


def test_gradients_reach_all_of_the_memory_and_nothing_of_the_backbone(
    model: Transformer, text: ModelText, memory: Memory
) -> None:
    ordinary = freeze_replies(model, CONFIG, _exchanges(text), plain=True)
    life = draw_life(_pool(model, text), random.Random(1), 6, 5, 4)
    speech_losses(model, memory, life, ordinary).total.backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in memory.parameters())
    assert all(p.grad is None for p in model.parameters())


def test_exchanged_values_are_the_same_in_what_is_told_and_what_is_answered(
    model: Transformer, text: ModelText
) -> None:
    pool, rng = _pool(model, text), random.Random(3)
    vocabulary = Vocabulary(lambda i: text.tokenizer.decode([i]), model.config.vocab_size, rng, share=0.9)
    vocabulary.count(pool.told)
    changed = 0
    for _ in range(10):
        life = draw_life(pool, rng, 6, 5, 2)
        other = vocabulary.exchanged(life)
        assert [len(m.ids) for m in other.messages] == [len(m.ids) for m in life.messages]
        for (before, told), (after, retold) in zip(life.asked, other.asked, strict=True):
            assert after.weights is not None
            assert len(after.weights) == len(after.targets) == len(before.targets)
            own = {i for m in retold.messages for i in m.ids.tolist()}
            assert all(any(m is said for said in other.messages) for m in retold.messages)
            values = vocabulary.values_in(before, told.messages)
            for old, new in zip(before.targets.tolist(), after.targets.tolist(), strict=True):
                assert old == new or (old in values and new in own)
                changed += old != new
    assert changed


@pytest.mark.slow
def test_a_training_is_stopped_resumed_and_gives_a_memory_file(weights: TransformerWeights, tmp_path: Path) -> None:
    out = tmp_path / "tiny.memory.safetensors"
    args = MemoryTrainArgs(minutes=60, situations=16, most_told=6)
    lessons = MemoryLessons(_texts(), _texts(), [(f"what is {n} plus {n}?", f"It is {2 * n}.") for n in range(40)])
    seen: list[MemoryStatus] = []
    asked = itertools.count()
    stopped = train_memory(weights, out, args, lessons, stop=lambda: next(asked) > 3, on_status=seen.append)
    assert not stopped.finished
    assert out.exists()
    with pytest.raises(ConfigError):
        train_memory(weights, out, args, lessons)
    args = dataclasses.replace(args, minutes=0.05)
    done = train_memory(weights, out, args, lessons, resume=True, on_status=seen.append)
    assert done.finished
    assert {status.stage for status in seen} <= {"recall", "speech"}
    memory = load_memory(out)
    assert memory.config.hidden_dim == weights.config.hidden_dim
    assert 0 <= done.score.told <= 1
    assert 0 <= done.score.unknown <= 1
    assert done.score.drift >= 0


def _pool(model: Transformer, text: ModelText) -> Pool:
    return PoolMaker(model, text, CONFIG, _texts(), random.Random(0)).make(24)


def _texts() -> EverydayTexts:
    return EverydayTexts(frames_for("training")[::40], random.Random(0))


def test_replies_frozen_for_the_memory_alone_cannot_speak(model: Transformer, text: ModelText) -> None:
    frozen: list[FrozenReply] = freeze_replies(model, CONFIG, _exchanges(text), whole=False)
    with pytest.raises(AssertionError):
        ReplyBatch(frozen)
