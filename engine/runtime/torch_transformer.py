"""A transformer computed by torch: on CPU, CUDA or MPS, in inference mode."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch.nn import functional as F

from engine.errors import ConfigError, DeviceError
from engine.io.transformer_weights import TransformerWeights
from engine.layers.key_value_cache import KeyValueCache
from engine.models.bitllama import pick_device
from engine.models.transformer import Transformer
from engine.models.transformer_config import TransformerConfig
from engine.runtime.base import Cancel, Progress
from engine.runtime.checks import check_threads
from engine.runtime.chunks import in_chunks

CHUNK = 128
"""Tokens computed at once in `prefill`: long enough for full speed, short enough to stop soon."""
DEFAULT_CONTEXT = 4096
"""Tokens that are looked back on where nobody asks for more; each takes memory and time."""


class TorchTransformer:
    """`Runtime` over `Transformer`: its state is the keys and values of the tokens that were fed, and nothing else.

    Args:
        weights: of a transformer.
        device: ``auto``, ``cpu``, ``cuda``, ``cuda:1``, ``mps``.
        threads: CPU threads of torch in this process; None leaves them as they are.
        context: tokens that it can hold; None: what the model says, at most `DEFAULT_CONTEXT`.

    Raises:
        DeviceError: the device is absent, or the model does not fit into its memory.
        ConfigError: `threads` or `context` cannot work.
    """

    name = "torch"
    chunk = CHUNK
    learns = False
    """Reading leaves nothing behind but what attention keeps."""

    def __init__(
        self, weights: TransformerWeights, device: str = "auto", threads: int | None = None, context: int | None = None
    ) -> None:
        config = weights.config
        if threads is not None:
            torch.set_num_threads(check_threads(threads))
        self.max_context = check_context(context, config)
        place = pick_device(device)
        try:
            self._model = Transformer.from_weights(weights, place, _precision(place))
        except torch.OutOfMemoryError as error:
            raise DeviceError(
                "The model does not fit into the memory of {place}; use device 'cpu'.", place=str(place)
            ) from error
        self.device = str(self._model.device)
        self.reason = "the processor computes" if place.type == "cpu" else f"{place} computes"
        self._tokens: list[int] = []
        self._caches = [KeyValueCache() for _ in range(config.num_layers)]

    @property
    def config(self) -> TransformerConfig:
        return self._model.config

    @property
    def tokens(self) -> Sequence[int]:
        """What was fed and is still kept, in order."""
        return self._tokens

    @property
    def state_bytes(self) -> int:
        """Memory of the keys and values."""
        return sum(cache.nbytes for cache in self._caches)

    def step(self, token: int) -> np.ndarray:
        return self._logits(self._feed(self._checked([token])))

    def prefill(
        self,
        tokens: Sequence[int],
        logits: bool = True,
        cancel: Cancel | None = None,
        progress: Progress | None = None,
    ) -> np.ndarray | None:
        ids = self._checked(tokens)
        last = None
        for piece, _ in in_chunks(ids, self.chunk, cancel, progress):
            last = self._feed(piece)
        return self._logits(last) if logits and last is not None else None

    @torch.inference_mode()
    def score(self, tokens: Sequence[int]) -> np.ndarray:
        """See `engine.runtime.scoring.Scores.score`."""
        ids, found, last = self._checked(tokens), [], None
        for start in range(0, len(ids), self.chunk):
            piece = ids[start : start + self.chunk]
            logits = self._model.head(self._hidden(piece)[0])
            before = logits[:-1] if last is None else torch.cat((last, logits[:-1]))
            aimed = torch.from_numpy(piece[len(piece) - len(before) :]).to(logits.device)
            found.append(F.cross_entropy(before, aimed, reduction="none").cpu().numpy())
            last = logits[-1:]
        return np.concatenate(found) if found else np.zeros(0, np.float32)

    def rewind(self, length: int) -> None:
        """Go on as after the first `length` of the tokens that are kept."""
        for cache in self._caches:
            cache.rewind(length)
        del self._tokens[length:]

    def reset(self) -> None:
        self.rewind(0)

    def reset_transient(self) -> None:
        self.rewind(0)

    def snapshot(self) -> tuple[int, ...]:
        return tuple(self._tokens)

    def restore(self, snapshot: Sequence[int]) -> None:
        shared = common_beginning(self._tokens, snapshot)
        self.rewind(shared)
        self.prefill(snapshot[shared:], logits=False)

    def _checked(self, tokens: Sequence[int]) -> np.ndarray:
        ids = np.asarray(tokens, dtype=np.int64).reshape(-1)
        bad = ids[(ids < 0) | (ids >= self.config.vocab_size)]
        if bad.size:
            raise ConfigError(
                "Token {token} is outside the vocabulary of {size}.", token=int(bad[0]), size=self.config.vocab_size
            )
        if len(self._tokens) + len(ids) > self.max_context:
            raise ConfigError(
                "The context of {most:,} tokens is full; begin another conversation.", most=self.max_context
            )
        return ids

    @torch.inference_mode()
    def _feed(self, ids: np.ndarray) -> torch.Tensor:
        """Read (T,) tokens; the residual stream (D,) of the last one."""
        return self._hidden(ids)[0, -1]

    def _hidden(self, ids: np.ndarray) -> torch.Tensor:
        tokens = torch.from_numpy(ids).unsqueeze(0).to(self._model.device)
        hidden = self._model.hidden(tokens, len(self._tokens), self._caches)
        self._tokens += ids.tolist()
        return hidden

    @torch.inference_mode()
    def _logits(self, hidden: torch.Tensor) -> np.ndarray:
        return self._model.head(hidden).cpu().numpy()


def check_context(context: int | None, config: TransformerConfig) -> int:
    """Tokens to hold. Raises `ConfigError` for more than the model was trained to look back on."""
    if context is None:
        return min(config.max_context, DEFAULT_CONTEXT)
    if isinstance(context, bool) or not isinstance(context, int) or not 1 <= context <= config.max_context:
        raise ConfigError(
            "The context is {context!r}; this model takes a whole number from 1 to {most:,}.",
            context=context,
            most=config.max_context,
        )
    return context


def common_beginning(first: Sequence[int], second: Sequence[int]) -> int:
    """How many tokens the two have in common from the start."""
    for at, (a, b) in enumerate(zip(first, second, strict=False)):
        if a != b:
            return at
    return min(len(first), len(second))


def _precision(place: torch.device) -> torch.dtype:
    """A graphics card has half the memory to read in bfloat16; a processor without units for it is slower."""
    return torch.bfloat16 if place.type == "cuda" else torch.float32
