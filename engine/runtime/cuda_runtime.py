"""The model computed on a CUDA card by Triton kernels, from its packed weights; a token is the replay of one graph.

The state has a fixed size and a fixed place, so a token is always the same work: it is captured once as a CUDA graph.
To the card goes one vector (the embedding of the token, or what the layers on the processor made of it), back come the
logits; nothing else crosses and nothing else waits. Text is chosen from the logits by numpy, as on every runtime, by
the same code with the same seed.

Where there is no card, the suite runs it in Triton's interpreter, and on pretended devices that record what crosses.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import numpy as np
import torch
from torch.nn import functional as F

from engine.errors import DeviceError, Message
from engine.io.weights import ModelWeights, Tensor
from engine.models.bitllama import BitLlama
from engine.models.cache import Cache, State
from engine.models.config import BitLlamaConfig
from engine.ops.quantized_embedding.int8 import Int8Embedding
from engine.ops.ttt_step import triton as ttt_step
from engine.runtime.base import BitLlamaRuntime, Cancel, Progress
from engine.runtime.checks import (
    check_threads,
    check_tokens,
    logits_into,
)
from engine.runtime.chunks import in_chunks
from engine.runtime.cuda_device import CudaDevice
from engine.runtime.cuda_layers import CudaBuffers, CudaHead, CudaLayer
from engine.runtime.placement import Placement, place, size
from engine.runtime.torch_runtime import TorchState

CHUNK = 128
"""Tokens computed at once in `CudaRuntime.prefill`."""


def why_not_cuda(config: BitLlamaConfig) -> str | None:
    """Why the kernels cannot compute a model of this config, as the end of a sentence, or None."""
    if config.activation_bits > 8:
        return Message(
            "the kernels take activations of 8 bits at most and this model has {bits}", bits=config.activation_bits
        )
    if config.fast_dim > ttt_step.MAX_DIM:
        return Message(
            "the kernels take heads of width {most} at most and this model has {width}",
            most=ttt_step.MAX_DIM, width=config.fast_dim,
        )  # fmt: skip
    return None


class CudaState(State):
    """The caches of the layers on the processor, then of those on the card.

    Args:
        processor: the former.
        card: the latter, which keep their place on the card.
        on_card: the context in which a card's tensors may be changed, given what is being done.
    """

    def __init__(
        self, processor: State, card: Iterable[Cache], on_card: Callable[[str], AbstractContextManager[None]]
    ) -> None:
        super().__init__((*processor.caches, *card))
        self._on_card = on_card

    def mark(self) -> Any:
        with self._on_card("while the state was copied"):
            return super().mark()

    def rewind(self, mark: Any) -> None:
        with self._on_card("while the state was taken back"):
            super().rewind(mark)

    def clear(self) -> None:
        with self._on_card("while the state was cleared"):
            super().clear()

    def clear_transient(self) -> None:
        with self._on_card("while the state was cleared"):
            super().clear_transient()

    def load(self, layers: Sequence[np.ndarray]) -> None:
        with self._on_card("while a soul was loaded"):
            super().load(layers)


class CudaRuntime(BitLlamaRuntime):
    """`Runtime` over the Triton kernels. See `engine.runtime.base.Runtime` for what each member promises.

    Args:
        body: the slow weights.
        card: where.
        threads: CPU threads of torch, for layers that do not fit on the card; None leaves them as they are.

    Raises:
        DeviceError: the kernels do not know this model's config, or not one of its layers fits into the free memory.
        ConfigError: `threads` is not a positive number.
    """

    name = "cuda"
    chunk = CHUNK

    def __init__(self, body: ModelWeights, card: CudaDevice, threads: int | None = None) -> None:
        why = why_not_cuda(body.config)
        if why is not None:
            raise DeviceError("The CUDA runtime cannot be used, since {reason}; use the torch runtime.", reason=why)
        if threads is not None:
            torch.set_num_threads(check_threads(threads))
        self.config = config = body.config
        self.device = str(card.device)
        self.placement: Placement = place(config, card.free_bytes(), CHUNK, CudaHead.room(body))
        if not self.placement.on_card:
            raise DeviceError(
                "The model does not fit into the memory of {name}: {free} are free, and the head with a "
                "single layer needs more. Close other programs on the card, or use device 'cpu'.",
                name=card.name,
                free=size(self.placement.free),
            )
        self.reason = f"the graphics card {card.name} computes with Triton kernels, {self.placement.text}"
        self._card = card
        self._embed = body.tensors["embed.weight"]
        self._below: BitLlama | None = None
        self._below_state: TorchState | None = None
        self._below_losses: list[torch.Tensor] = []
        with self._on_card("while the model was loaded"):
            self._load(body)

    def _load(self, body: ModelWeights) -> None:
        card, first, config = self._card, self.placement.on_processor, self.config
        if first:
            self._below = _first_layers(body, first)
            self._below_state = TorchState(self._below.config, self._below.init_state())
        self._layers = [CudaLayer(card, body, i) for i in range(first, config.num_layers)]
        self._head = CudaHead(card, body)
        self._carried = CudaBuffers(config, len(self._layers), card.device)
        self.state = CudaState(self._below_state or State(()), self._carried.caches(), self._on_card)
        self._h = torch.zeros(1, config.hidden_dim, device=card.device)
        self._logits = torch.zeros(1, config.vocab_size, device=card.device)
        self._replay = card.capture(self._token)
        self.reset()

    def _token(self) -> None:
        """From `_h` to `_logits`: what the graph holds."""
        for i, layer in enumerate(self._layers):
            layer.step(self._h, self._carried, i)
        self._head(self._h, self._logits)
        self._carried.losses.copy_(self._carried.parts.sum(dim=2).mean(dim=1))
        self._carried.slot.add_(1)

    def _logits_of(self, h: torch.Tensor) -> torch.Tensor:
        return self._head(h, torch.empty(len(h), self.config.vocab_size, device=h.device))

    def _use_rate_scale(self) -> None:
        with torch.inference_mode():
            self._carried.rate.fill_(self._rate_scale)

    @property
    def inner_losses(self) -> np.ndarray:
        below = [float(loss.mean()) for loss in self._below_losses] or [0.0] * self.placement.on_processor
        return np.concatenate((np.array(below, np.float32), self._carried.losses.cpu().numpy()))

    def step(self, token: int, out: np.ndarray | None = None) -> np.ndarray:
        ids = check_tokens([token], self.config)
        with self._on_card("at a token"):
            self._card.send(self._enter(ids), self._h)
            self._replay()
            logits = self._card.fetch(self._logits)[0]
        return logits_into(out, logits, self.config)

    def prefill(
        self,
        tokens: Sequence[int],
        logits: bool = True,
        cancel: Cancel | None = None,
        progress: Progress | None = None,
    ) -> np.ndarray | None:
        ids = check_tokens(tokens, self.config)
        last = None
        for piece, _ in in_chunks(ids, self.chunk, cancel, progress):
            with self._on_card("while a text was read"):
                last = self._feed(piece)[-1:]
        if not logits or last is None:
            return None
        with self._on_card("while a text was read"):
            return self._logits_of(last)[0].cpu().numpy()

    def score(self, tokens: Sequence[int]) -> np.ndarray:
        """See `engine.runtime.scoring.Scores.score`."""
        ids, found = check_tokens(tokens, self.config), []
        last: torch.Tensor | None = None
        for start in range(0, len(ids), self.chunk):
            piece = ids[start : start + self.chunk]
            with self._on_card("while a text was weighed"):
                logits = self._logits_of(self._feed(piece))
                before = logits[:-1] if last is None else torch.cat((last, logits[:-1]))
                truth = self._card.load(piece[len(piece) - len(before) :].astype(np.int64))
                found.append(F.cross_entropy(before, truth, reduction="none").cpu().numpy())
                last = logits[-1:]
        return np.concatenate(found) if found else np.zeros(0, np.float32)

    def _enter(self, ids: np.ndarray) -> np.ndarray:
        """What goes to the card of T tokens, float32 ``(T, D)``; the layers on the processor have lived them then."""
        if self._below is None or self._below_state is None:
            return _rows(self._embed, ids)
        tokens = torch.from_numpy(ids.astype(np.int64))[None]
        before = self._below_state.model_state
        hidden, self._below_state.model_state, self._below_losses = self._below.hidden(tokens, before, self._rate_scale)
        return hidden[0].numpy()

    def _feed(self, ids: np.ndarray) -> torch.Tensor:
        """Live through a chunk; the residual stream ``[T, D]``. Where memory runs out, the state is as before."""
        before = None if self._below_state is None else self._below_state.model_state
        try:
            h = self._card.load(self._enter(ids))
            made = [layer.chunk(h, self._carried, i) for i, layer in enumerate(self._layers)]
        except torch.OutOfMemoryError:
            if self._below_state is not None and before is not None:
                self._below_state.model_state = before
            raise
        fast, tails, losses = (list(part) for part in zip(*made, strict=True))
        self._carried.live(fast, tails, losses)
        return h

    @contextmanager
    def _on_card(self, when: str) -> Iterator[None]:
        """Launch on this card, without gradients; memory that runs out is told in one sentence."""
        try:
            with torch.inference_mode(), self._card.current():
                yield
        except torch.OutOfMemoryError as error:
            raise DeviceError(
                "The memory of {name} ran out {when}; the soul that was saved is untouched. Close other "
                "programs on the card, or use device 'cpu'.",
                name=self._card.name,
                when=when,
            ) from error


def _rows(table: Tensor, ids: np.ndarray) -> np.ndarray:
    """Rows of an embedding, float32 ``(T, D)``."""
    if isinstance(table, Int8Embedding):
        return Int8Embedding(table.stored[ids], table.scales[ids], table.cols).to_float()
    return np.asarray(np.asarray(table)[ids], np.float32)


def _first_layers(body: ModelWeights, count: int) -> BitLlama:
    """The embedding and the first layers of a model, on the processor, without its head."""
    config = dataclasses.replace(body.config, num_layers=count)
    kept = {name: body.tensors[name] for name in config.tensor_specs()}
    model = BitLlama.from_body(ModelWeights(config, kept, encoding=body.encoding))
    del model.lm_head, model.norm_f
    return model
