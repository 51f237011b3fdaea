"""`ModelWeights`: what a model file holds, whichever kind of file it came from, and its fingerprint."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.io.identity import file_identity
from engine.io.validation import WeightsReport, check_weights
from engine.models.config import BitLlamaConfig
from engine.ops.quantized_embedding.int8 import QuantizedEmbedding
from engine.ops.ternary.matrix import TernaryMatrix
from engine.ops.ternary.ternary2 import Ternary2

Tensor = NDArray[Any] | TernaryMatrix | QuantizedEmbedding
Encoding = Literal["float", "packed"]
Matrix = TypeVar("Matrix", bound=TernaryMatrix)


@dataclass(frozen=True, init=False, eq=False)
class ModelWeights:
    """A model without a runtime: config, slow weights and tokenizer.

    `tensors` maps the names of `BitLlamaConfig.tensor_specs` to float32 arrays, read-only views of the file where it
    came from one; in a ``packed`` model the ternary ones are `TernaryMatrix`, and embedding and head may each be a
    `QuantizedEmbedding`. `tokenizer` is the text of a
    ``tokenizer.json``. `stored_fingerprint` is what the file says; `fingerprint` trusts it and computes it only where
    there is none.
    """

    config: BitLlamaConfig
    tensors: Mapping[str, Tensor]
    tokenizer: str | None
    stored_fingerprint: str | None = field(init=False)  # so that a copy with other fields does not inherit it
    path: Path | None
    encoding: Encoding

    def __init__(
        self,
        config: BitLlamaConfig,
        tensors: Mapping[str, Tensor],
        tokenizer: str | None = None,
        fingerprint: str | None = None,
        path: Path | None = None,
        encoding: Encoding = "float",
    ) -> None:
        values = (config, tensors, tokenizer, fingerprint or None, path, encoding)
        for name, value in zip(self.__dataclass_fields__, values, strict=True):
            object.__setattr__(self, name, value)

    @functools.cached_property
    def fingerprint(self) -> str:
        """The fingerprint that souls refer to: the stored one, or computed from the weights at the first call."""
        return self.stored_fingerprint or fingerprint(self.config, self.tensors)

    @functools.cached_property
    def file_identity(self) -> str:
        """Says at once which file it is, "" where it is of none: the fingerprint that the file states, else
        `engine.io.identity.file_identity`."""
        if self.stored_fingerprint or self.path is None:
            return self.stored_fingerprint or ""
        return file_identity(self.path)

    @property
    def fast_config(self) -> BitLlamaConfig:
        """The fast weights of a soul of it."""
        return self.config

    def validate(self) -> WeightsReport:
        """Compare every tensor with the config; read all values once, one tensor at a time."""
        return check_weights(self.config, self.tensors, self.tokenizer, self.encoding == "packed")


def as_matrix(tensor: Tensor, form: type[Matrix]) -> Matrix:
    """A ternary tensor in one of the packed forms, quantised where it is float."""
    if isinstance(tensor, form):
        return tensor
    if isinstance(tensor, TernaryMatrix):
        return form.from_codes(tensor.unpack(), tensor.scale)
    return form.from_float(as_float(tensor))


def as_packed(tensor: Tensor) -> Ternary2:
    """A ternary tensor at two bits a weight, quantised where it is float."""
    return as_matrix(tensor, Ternary2)


def as_float(tensor: Tensor) -> NDArray[Any]:
    """A tensor as float weights; ternary ones mean the same function."""
    return tensor if isinstance(tensor, np.ndarray) else tensor.to_float()


def fingerprint(config: BitLlamaConfig, tensors: Mapping[str, Tensor]) -> str:
    """SHA-256, in hex, of the function that a model computes.

    It covers the config keys that the function depends on, with derived defaults filled in, and each tensor in the
    order of names: its name and shape, then for a ternary one the codes at two bits and the float32 scale, for a
    table of whole numbers what is stored of them and its float32 scales, else the float32 values.
    So a float checkpoint, a float ``.bitt`` and a packed ``.bitt`` of one model share it, however its ternary
    matrices are packed. Values are little endian.
    """
    import hashlib  # loads OpenSSL, which a model that says its fingerprint can do without

    digest = hashlib.sha256(_line(_function_keys(config)))
    specs = config.tensor_specs()
    for name in sorted(specs):
        digest.update(_line([name, list(specs[name].shape)]))
        tensor = tensors[name]
        if specs[name].ternary:
            packed = as_packed(tensor)
            digest.update(np.ascontiguousarray(packed.codes).data)
            digest.update(np.float32(packed.scale).astype("<f4").tobytes())
        elif isinstance(tensor, QuantizedEmbedding):
            digest.update(np.ascontiguousarray(tensor.stored).data)
            digest.update(np.ascontiguousarray(tensor.scales, dtype="<f4").data)
        else:
            digest.update(np.ascontiguousarray(as_float(tensor), dtype="<f4").data)
    return digest.hexdigest()


def _function_keys(config: BitLlamaConfig) -> dict[str, Any]:
    """The keys that differ from the defaults, so that keys of later versions leave today's fingerprints alone."""
    keys = {k: v for k, v in config.to_dict().items() if k not in config.extra and k != "chat_template"}
    keys |= {"intermediate_dim": config.mlp_dim, "head_dim": config.fast_dim, "inner_lr": float(config.inner_lr)}
    if config.ttt_variant == "tied":
        keys.pop("conv_kernel", None)
    return keys


def _line(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode() + b"\n"
