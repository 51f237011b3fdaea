"""Does a set of tensors fit its config, and are the values sound? A report, not an exception string."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import FileFormatError, Message
from engine.io import strict_json
from engine.models.config import BitLlamaConfig, TensorSpec
from engine.ops.quantized_embedding.int8 import QuantizedEmbedding
from engine.ops.ternary.matrix import TernaryMatrix

_LAYER = re.compile(r"layers\.(\d{1,9})\.")
_CHUNK = 1 << 24  # elements looked at together
_SHOWN = 3  # names listed before "and n more"


@dataclass
class WeightsReport:
    """What is wrong with a model; all lists are empty when nothing is. Names are those of tensors."""

    missing: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    """Tensors of a wrong shape or dtype, each with both."""
    damaged: list[str] = field(default_factory=list)
    """Tensors with values that no weight has, each with the reason."""
    contradictions: list[str] = field(default_factory=list)
    """Whole sentences, for example about the number of layers or the tokenizer."""

    @property
    def ok(self) -> bool:
        """Whether the model can be used."""
        return not self.problems()

    def problems(self) -> list[str]:
        """Every kind of problem as one sentence without its full stop."""
        out = list(self.contradictions)
        for words, names in (
            ("missing", self.missing),
            ("not in the config", self.unexpected),
            ("of the wrong shape or type", self.wrong),
            ("damaged", self.damaged),
        ):
            if names:
                more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
                noun = "tensor is" if len(names) == 1 else "tensors are"
                out.append(f"{len(names)} {noun} {words}: {'; '.join(n[:160] for n in names[:_SHOWN])}{more}")
        return out

    def summary(self) -> str:
        """All problems in one sentence, or ``the weights fit the config``."""
        return "; ".join(self.problems()) or "the weights fit the config"

    def require(self, where: str | Path) -> None:
        """Raise `FileFormatError`, naming `where`, unless the model can be used."""
        if not self.ok:
            raise FileFormatError(
                "{where} cannot be used as a model: {summary}. Take another copy or export it again.",
                where=where,
                summary=self.summary(),
            )


def check_weights(
    config: BitLlamaConfig, tensors: Mapping[str, Any], tokenizer: str | None, packed: bool
) -> WeightsReport:
    """Compare tensors with `config.tensor_specs`, and look at every value once, one tensor in memory at a time."""
    report = WeightsReport()
    # First, since a damaged config may speak of a million layers; so the layers are counted, not the highest number.
    count = len({int(match[1]) for match in map(_LAYER.match, tensors) if match})
    if count != config.num_layers:
        report.contradictions.append(f"the config says {config.num_layers} layers, but the tensors are for {count}")
        return report
    specs = config.tensor_specs()
    report.missing = [name for name in specs if name not in tensors]
    report.unexpected = [name for name in tensors if name not in specs]
    for name in (name for name in specs if name in tensors):
        tensor = tensors[name]
        misfit = _misfit(tensor, specs[name], packed)
        if misfit:
            report.wrong.append(f"{name} is {misfit}")
            continue
        damage = value_damage(tensor) if isinstance(tensor, np.ndarray) else tensor.damage()
        if damage:
            report.damaged.append(f"{name}: its weights {damage}")
    if tokenizer is not None:
        report.contradictions += _tokenizer_problems(tokenizer, config)
    return report


def value_damage(values: NDArray[Any]) -> str | None:
    """The end of a sentence about values that are not finite, or None. No copy is made of the whole."""
    flat = values.reshape(-1)
    for i in range(0, flat.size, _CHUNK):
        part = flat[i : i + _CHUNK]
        with np.errstate(invalid="ignore"):
            sound = bool(np.isfinite(part.min()) and np.isfinite(part.max()))  # both carry a NaN through
        if not sound:
            return Message("hold NaN or infinite values")
    return None


def tokenizer_entries(tokenizer: str) -> tuple[str, int | None]:
    """The kind of a ``tokenizer.json`` and its number of ids, None where this program cannot tell.

    Raises `FileFormatError` where the text is not a JSON object.
    """
    data = strict_json.parse_object(tokenizer, "the tokenizer")
    model = data.get("model")
    if not isinstance(model, dict):
        return "unknown", None
    kind = str(model.get("type", "unknown"))[:40]
    vocab, added = model.get("vocab"), data.get("added_tokens")
    ids: list[Any] = []
    if isinstance(vocab, dict):
        ids += vocab.values()
    elif isinstance(vocab, list):  # unigram: an entry's id is its place
        ids += range(len(vocab))
    if isinstance(added, list):
        ids += [token.get("id") for token in added if isinstance(token, dict)]
    if not ids or not all(type(i) is int and i >= 0 for i in ids):
        return kind, None
    return kind, max(ids) + 1


def _tokenizer_problems(tokenizer: str, config: BitLlamaConfig) -> list[str]:
    try:
        _, entries = tokenizer_entries(tokenizer)
    except FileFormatError as error:
        return [str(error).rstrip(".")]
    if entries is not None and entries > config.vocab_size:
        return [f"the tokenizer has {entries} entries, but the config's vocab_size is {config.vocab_size}"]
    return []


def _misfit(tensor: Any, spec: TensorSpec, packed: bool) -> str | None:
    """How a tensor differs from its spec in form, as "X where Y is needed", or None."""
    if tuple(tensor.shape) != spec.shape:
        return f"{_size(tensor.shape)} where the config means {_size(spec.shape)}"
    if isinstance(tensor, QuantizedEmbedding):
        return None if packed and not spec.ternary else "whole numbers where other weights are needed"
    if isinstance(tensor, TernaryMatrix):
        return None if packed and spec.ternary else "packed where float weights are needed"
    if packed and spec.ternary:
        return "float where packed weights are needed"
    return None if tensor.dtype == np.float32 else f"{tensor.dtype} where float32 is needed"


def _size(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape)) or "a single number"
