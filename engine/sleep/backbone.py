"""The frozen model of a night of a transformer with a memory, in torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import ConfigError
from engine.io.transformer_weights import TransformerWeights
from engine.layers.memory import Memory
from engine.llama import Llama
from engine.models.transformer import Transformer
from engine.runtime.batched_replies import Prompt
from engine.text.chat_message import ChatMessage
from engine.text.model_text import ModelText
from engine.train.memory.exchanges import encode_exchange


@dataclass(frozen=True)
class Backbone:
    """A transformer that computes, its memory and its text; none of its weights changes."""

    weights: TransformerWeights
    model: Transformer
    memory: Memory
    text: ModelText

    @classmethod
    def of(cls, llama: Llama) -> Backbone:
        """The backbone of a model with a memory, apart from its live state. Raises `ConfigError` for other models."""
        body = llama.body
        if not isinstance(body, TransformerWeights) or body.memory is None:
            raise ConfigError("This model has no memory of its own, so it cannot learn.")
        memory = Memory.from_tensors(body.memory.config, body.memory.tensors).requires_grad_(False)
        return cls(body, Transformer.from_weights(body), memory, llama.text)

    def prompt(self, message: str, before: Sequence[ChatMessage] = ()) -> Prompt:
        """A message at the end of a conversation, and the opening of the reply."""
        e = encode_exchange(self.text, before, message, "x")
        return Prompt(e.context, e.message, e.opening)
