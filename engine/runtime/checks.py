"""What every runtime refuses, in the same words."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.errors import ConfigError, SoulMismatchError
from engine.models.config import FastWeightsConfig
from engine.models.transformer_config import ModelConfig, TransformerConfig, default_context


def check_threads(threads: object) -> int:
    """A number of threads. Raises `ConfigError` unless it is a whole number from 1 to 1024."""
    if isinstance(threads, bool) or not isinstance(threads, int) or not 1 <= threads <= 1024:
        raise ConfigError("threads is {threads!r}; it must be a whole number from 1 to 1024.", threads=threads)
    return threads


def check_rate_scale(value: object, config: FastWeightsConfig) -> float:
    """A factor on the inner learning rate. Raises `ConfigError` unless 0 < value < ``config.max_rate_scale``."""
    limit = config.max_rate_scale
    if (
        isinstance(value, bool)
        or not isinstance(value, (int, float))
        or not math.isfinite(value)
        or not 0 < value < limit
    ):
        if limit == math.inf:
            raise ConfigError(
                "The learning rate cannot be scaled by {value}: it must be a number above 0.", value=repr(value)
            )
        raise ConfigError(
            "The learning rate cannot be scaled by {value}: it must be a number above 0 and below {limit}, where "
            "the updates of this model become unstable.",
            value=repr(value),
            limit=f"{limit:g}",
        )
    return float(value)


def check_context(context: int | None, config: TransformerConfig) -> int:
    """Tokens that attention can look back on, `default_context` where None.

    Raises `ConfigError` for more than the model was trained for.
    """
    if context is None:
        return default_context(config)
    if isinstance(context, bool) or not isinstance(context, int) or not 1 <= context <= config.max_context:
        raise ConfigError(
            "The context is {context!r}; this model takes a whole number from 1 to {most:,}.",
            context=context,
            most=config.max_context,
        )
    return context


def check_tokens(tokens: Sequence[int], config: ModelConfig) -> NDArray[np.int32]:
    """Token ids (T,). Raises `ConfigError` for one outside the vocabulary."""
    ids = np.asarray(tokens, dtype=np.int64).reshape(-1)
    bad = ids[(ids < 0) | (ids >= config.vocab_size)]
    if bad.size:
        raise ConfigError(f"Token {bad[0]} is outside the vocabulary of {config.vocab_size}.")
    return ids.astype(np.int32)


def check_logits(out: np.ndarray, config: ModelConfig) -> np.ndarray:
    """A buffer for logits. Raises `ValueError` unless it is float32 (V,), without gaps and writable."""
    flags = out.flags
    if out.dtype != np.float32 or out.shape != (config.vocab_size,) or not (flags.c_contiguous and flags.writeable):
        raise ValueError(f"logits go into a writable float32 array of {config.vocab_size}, not {out.dtype} {out.shape}")
    return out


def logits_into(out: np.ndarray | None, logits: np.ndarray, config: ModelConfig) -> np.ndarray:
    """Logits (V,), in `out` where there is one. Raises `ValueError` as `check_logits` does."""
    if out is None:
        return logits
    check_logits(out, config)[:] = logits
    return out


def check_fast(layers: Sequence[np.ndarray], config: FastWeightsConfig) -> None:
    """Fast weights of every layer. Raises `SoulMismatchError` where their number or shape is not the model's."""
    shape = config.fast_shape
    if len(layers) != config.fast_layers or any(layer.shape != shape for layer in layers):
        found = ", ".join(sorted({str(layer.shape) for layer in layers})) or "none"
        raise SoulMismatchError(
            "The soul has {count} layers of shape {found}, the model {needed} of {shape}.",
            count=len(layers),
            found=found,
            needed=config.fast_layers,
            shape=shape,
        )
