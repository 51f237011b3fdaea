"""A transformer with a memory in torch: what it writes and reads is what training saw, whatever the chunks."""

from __future__ import annotations

import numpy as np
import pytest
import tiny_transformer
import torch
from assert_close import assert_close
from naive_memory import CONVERSATION, EXCHANGE, Naive, some

from engine.errors import ConfigError, SoulMismatchError
from engine.io.transformer_weights import TransformerWeights, load_transformer
from engine.models.memory_config import PIECE
from engine.runtime.base import learns, looks_back
from engine.runtime.torch_transformer import TorchTransformer
from engine.text.roles import RoledTokens, TokenRole
from engine.train.memory.exchanges import EncodedExchange
from engine.train.memory.frozen import freeze_messages, freeze_replies
from engine.train.memory.reading import ReplyBatch, write_messages

CLOSE = 1e-4
"""Relative, in float32: matrix products of other sizes round otherwise."""
HEARD, REPLY, SILENT = TokenRole.HEARD, TokenRole.REPLY, TokenRole.SILENT


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> TransformerWeights:
    return load_transformer(tiny_transformer.save_transformer(tmp_path_factory.mktemp("tiny")))


@pytest.fixture(scope="module")
def weights(bare: TransformerWeights) -> TransformerWeights:
    return bare.with_memory(tiny_transformer.random_memory(bare))


@pytest.fixture
def runtime(weights: TransformerWeights) -> TorchTransformer:
    return TorchTransformer(weights, "cpu")


def fast_of(seed: int = 7) -> list[np.ndarray]:
    """Fast weights of somebody who has lived."""
    rng = np.random.default_rng(seed)
    return [rng.standard_normal(tiny_transformer.MEMORY.fast_shape).astype(np.float32) * 0.3]


@pytest.mark.parametrize("chunk", [1, 7, 128])
@pytest.mark.parametrize("lived", [False, True])
def test_it_is_the_definition_token_by_token(weights: TransformerWeights, chunk: int, lived: bool) -> None:
    fast = fast_of() if lived else None
    naive, runtime = Naive(weights, fast[0] if fast else None), TorchTransformer(weights, "cpu")
    runtime.chunk = chunk
    if fast is not None:
        runtime.write_fast(fast)
    logits = runtime.prefill(CONVERSATION)
    assert_close("logits", logits, naive.run(CONVERSATION)[-1].numpy(), CLOSE)
    assert_close("fast weights", runtime.read_fast()[0], naive.fast.numpy(), CLOSE)


def test_a_long_message_is_written_in_pieces(weights: TransformerWeights, runtime: TorchTransformer) -> None:
    tokens = some(3, 0, SILENT) + some(2 * PIECE + 30, 1, HEARD) + some(6, 2, REPLY)
    naive = Naive(weights)
    assert_close("logits", runtime.prefill(tokens), naive.run(tokens)[-1].numpy(), CLOSE)
    assert_close("fast weights", runtime.read_fast()[0], naive.fast.numpy(), CLOSE)


def test_it_is_what_training_computes(weights: TransformerWeights, runtime: TorchTransformer) -> None:
    told = EncodedExchange(tuple(some(9, 1, SILENT)), tuple(some(23, 2, HEARD)), tuple(some(4, 3, REPLY)), (5, 6, 259))
    asked = EncodedExchange(
        tuple(some(9, 1, SILENT)), tuple(some(17, 9, HEARD)), tuple(some(4, 3, REPLY)), (7, 8, 9, 259)
    )
    naive = Naive(weights)
    messages = freeze_messages(naive.model, naive.config, [told, asked])
    with torch.inference_mode():
        fast = write_messages(naive.model, naive.memory, messages)
        replies = ReplyBatch(freeze_replies(naive.model, naive.config, [asked]))
        expected = naive.model.head(replies.read(naive.model, naive.memory, fast))
    for exchange in (told, asked):
        runtime.reset_transient()
        runtime.prefill(RoledTokens.of(exchange.context, SILENT) + RoledTokens.of(exchange.message, HEARD))
        logits = [runtime.prefill(RoledTokens.of(exchange.opening))]
        logits += [runtime.step(token) for token in exchange.reply[:-1]]
    assert_close("fast weights", runtime.read_fast()[0], fast.numpy(), 2e-3)  # frozen in float16
    assert_close("logits of the reply", np.stack(logits), expected.numpy(), 2e-3)


def test_a_newborn_is_the_transformer_to_the_bit(
    bare: TransformerWeights, weights: TransformerWeights, runtime: TorchTransformer
) -> None:
    alone = TorchTransformer(bare, "cpu")
    text = some(150, 1, REPLY)
    np.testing.assert_array_equal(runtime.prefill(text), alone.prefill(text))
    np.testing.assert_array_equal(runtime.step(5), alone.step(5))
    runtime.reset()
    alone.reset()
    np.testing.assert_array_equal(runtime.score(text), alone.score(text))


def test_who_does_not_reply_reads_nothing(runtime: TorchTransformer, bare: TransformerWeights) -> None:
    alone = TorchTransformer(bare, "cpu")
    runtime.write_fast(fast_of())
    for role in (HEARD, SILENT):
        np.testing.assert_array_equal(runtime.prefill(some(9, 3, role)), alone.prefill(some(9, 3, role)))
    assert np.abs(runtime.step(3) - alone.step(3)).max() > 1e-3


def test_only_what_is_heard_is_learned(runtime: TorchTransformer) -> None:
    before = fast_of()
    runtime.write_fast(before)
    runtime.prefill(some(40, 1, SILENT) + some(40, 2, REPLY))
    runtime.step(3)
    for mine, theirs in zip(runtime.read_fast(), before, strict=True):
        np.testing.assert_array_equal(mine, theirs)
    runtime.prefill(some(4, 3, HEARD))
    assert all(np.abs(a - b).max() > 1e-3 for a, b in zip(runtime.read_fast(), before, strict=True))
    assert (runtime.inner_losses > 0).all()


@pytest.mark.parametrize("at", [5, 20, len(EXCHANGE) - 3, len(EXCHANGE)])
def test_a_rewound_state_goes_on_to_the_bit(runtime: TorchTransformer, at: int) -> None:
    runtime.write_fast(fast_of())
    runtime.prefill(CONVERSATION[:at])
    mark = runtime.state.mark()
    rest = CONVERSATION[at : at + 60]
    once, learned = runtime.prefill(rest), runtime.read_fast()
    runtime.state.rewind(mark)
    runtime.prefill(some(70, 9, HEARD) + some(3, 10, REPLY))
    runtime.state.rewind(mark)
    np.testing.assert_array_equal(runtime.prefill(rest), once)
    np.testing.assert_array_equal(np.stack(runtime.read_fast()), np.stack(learned))


def test_what_was_heard_last_is_learned_when_a_conversation_ends(runtime: TorchTransformer) -> None:
    message = some(30, 1, HEARD)
    runtime.prefill(message + some(1, 2, REPLY))
    expected = runtime.read_fast()
    for end in (runtime.reset_transient, runtime.read_fast):
        runtime.reset()
        runtime.prefill(message)
        end()
        np.testing.assert_array_equal(np.stack(runtime.read_fast()), np.stack(expected))
    runtime.reset()
    runtime.prefill(message)
    runtime.write_fast(expected)  # it is another soul's, and not heard by this one
    np.testing.assert_array_equal(np.stack(runtime.read_fast()), np.stack(expected))


def test_a_soul_goes_on_where_it_was(runtime: TorchTransformer, weights: TransformerWeights) -> None:
    runtime.prefill(EXCHANGE)
    runtime.reset_transient()
    other = TorchTransformer(weights, "cpu")
    other.write_fast(runtime.read_fast())
    np.testing.assert_array_equal(runtime.prefill(EXCHANGE), other.prefill(EXCHANGE))
    runtime.reset()
    assert not np.stack(runtime.read_fast()).any()
    with pytest.raises(SoulMismatchError):
        runtime.write_fast(fast_of() * 2)


def test_the_rate_scales_what_is_written(runtime: TorchTransformer) -> None:
    def learned(scale: float) -> float:
        runtime.reset()
        runtime.rate_scale = scale
        runtime.prefill(EXCHANGE)
        return float(np.abs(runtime.read_fast()[0]).sum())

    assert learned(0.1) < learned(1.0) < learned(1.9)
    for scale in (0.0, runtime.max_rate_scale, float("nan")):
        with pytest.raises(ConfigError):
            runtime.rate_scale = scale


def test_it_says_what_it_can(runtime: TorchTransformer, bare: TransformerWeights) -> None:
    assert learns(runtime)
    assert looks_back(runtime)
    assert runtime.capabilities.trainable
    assert runtime.fast_config.num_fast == sum(layer.size for layer in runtime.read_fast())
    assert not learns(TorchTransformer(bare, "cpu"))
