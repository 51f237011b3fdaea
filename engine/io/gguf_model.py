"""A model from a GGUF file: its metadata as a `TransformerConfig`, its tensors under our names."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import ConfigError, FileFormatError
from engine.io.gguf import GGUFFile, GGUFTensorInfo
from engine.models.transformer_config import TransformerConfig
from engine.ops.blocks.matrix import BlockMatrix
from engine.ops.rope.frequencies import RopeScaling
from engine.text.gguf_tokenizer import GGUFVocabulary, build_tokenizer

Array = NDArray[Any]

FAMILIES = {
    "llama": "llama", "qwen2": "qwen2", "qwen3": "qwen3", "gemma3": "gemma3",
    "bitnet": "bitnet", "bitnet-25": "bitnet", "bitnet-b1.58": "bitnet",
}  # fmt: skip
"""What ``general.architecture`` may say, and the family that it means."""
_SQUARED_RELU = ("bitnet-25", "bitnet-b1.58")
_PAIRED_ROWS = ("llama",)
"""Architectures whose rotated pairs lie side by side; their q and k rows are put back into halves."""
_GEMMA_PERIOD = 6
"""Of Gemma 3's layers, each so-manieth looks back on everything."""
_GEMMA_27B_LAYERS = 62
"""The one size of Gemma 3 that scales attention by the width of the model and not of a head."""
_END_TOKENS = ("<|im_end|>", "<|eot_id|>", "<|end|>", "<|endoftext|>", "<end_of_turn>", "<|eom_id|>", "<|end_of_text|>")
"""Tokens that end a reply in one family or another, whatever the metadata says."""
_CONTROL = 3
"""The ``token_type`` of a special token."""

NAMES = {"embed.weight": "token_embd.weight", "norm_f.weight": "output_norm.weight", "lm_head.weight": "output.weight"}
"""Our names of the tensors outside the blocks."""
_PARTS = {
    "norm1": "attn_norm", "norm2": "ffn_norm", "post_norm1": "post_attention_norm", "post_norm2": "post_ffw_norm",
    "attention.q_proj": "attn_q", "attention.k_proj": "attn_k", "attention.v_proj": "attn_v",
    "attention.o_proj": "attn_output", "attention.q_norm": "attn_q_norm", "attention.k_norm": "attn_k_norm",
    "attention.sub_norm": "attn_sub_norm", "mlp.sub_norm": "ffn_sub_norm",
    "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
}  # fmt: skip
_FACTORS = "rope_freqs.weight"


def gguf_name(name: str) -> str:
    """Where GGUF keeps the tensor of that name of ours."""
    if name in NAMES:
        return NAMES[name]
    _, layer, rest = name.split(".", 2)
    part, _, kind = rest.rpartition(".")
    return f"blk.{layer}.{_PARTS[part]}.{kind}"


class GGUFTensors(Mapping[str, Array | BlockMatrix]):
    """The tensors of a GGUF file by our names. Quantised ones are `BlockMatrix`; nothing is decoded here."""

    def __init__(self, file: GGUFFile, config: TransformerConfig, paired: bool) -> None:
        self.file = file
        self._config, self._paired = config, paired
        self._names = [name for name in config.tensor_specs() if gguf_name(name) in file.infos]

    def __getitem__(self, name: str) -> Array | BlockMatrix:
        stored = gguf_name(name)
        tensor = self.file.tensor(stored)
        if isinstance(tensor, BlockMatrix) and (scale := stored.removesuffix("weight") + "scale") in self.file.infos:
            tensor = dataclasses.replace(tensor, scale=self._number(scale))
        if self._paired and ".attention.q_proj." in name:
            return _unpaired(tensor, self._config.num_heads)
        if self._paired and ".attention.k_proj." in name:
            return _unpaired(tensor, self._config.num_kv_heads)
        return tensor

    def info(self, name: str) -> GGUFTensorInfo:
        """How and where the file holds the tensor."""
        return self.file.infos[gguf_name(name)]

    def _number(self, stored: str) -> float:
        """The only number of a tensor that holds a scale."""
        tensor = self.file.tensor(stored)
        if isinstance(tensor, BlockMatrix) or tensor.size != 1:
            raise FileFormatError(
                "{path}: the scale {name!r} is not one number; the file is damaged.",
                path=self.file.path,
                name=stored[:80],
            )
        return float(tensor.reshape(-1)[0])

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def read_config(file: GGUFFile) -> TransformerConfig:
    """The shape that the metadata describes. Raises `ConfigError` for a model that cannot be computed here."""
    try:
        return _Reader(file).config()
    except ConfigError as error:
        raise ConfigError("{path} cannot run: {error}", path=file.path, error=error) from error


def unknown_tensors(file: GGUFFile, config: TransformerConfig) -> list[str]:
    """Tensors that the config gives no use for: parts of a model that is not computed here."""
    known = {gguf_name(name) for name in config.tensor_specs()} | {_FACTORS, "output.weight"}
    known |= {name.removesuffix("weight") + "scale" for name in known}
    return [name for name in file.infos if name not in known]


class _Reader:
    def __init__(self, file: GGUFFile) -> None:
        self._file, self._meta = file, file.metadata
        self._arch = self._text("general.architecture")

    def config(self) -> TransformerConfig:
        arch, tensors = self._arch, self._file.infos
        if arch not in FAMILIES:
            raise ConfigError(
                "its architecture {arch!r} is not known; {known} are.", arch=arch[:40], known=", ".join(FAMILIES)
            )
        self._refuse_unknown()
        family = FAMILIES[arch]
        width, heads, layers = (
            self._int("embedding_length"),
            self._int("attention.head_count"),
            self._int("block_count"),
        )
        head_dim = self._int("attention.key_length", width // heads if heads > 0 else 0)
        if self._int("attention.value_length", head_dim) != head_dim:
            raise ConfigError("its keys and values differ in width, which is not known here.")
        embedding = tensors.get(NAMES["embed.weight"])
        if embedding is None or len(embedding.shape) != 2:
            raise ConfigError("it has no embedding (token_embd.weight); the file is damaged or a part of a model.")
        gemma = family == "gemma3"
        window = self._int("attention.sliding_window", 0)
        return TransformerConfig(
            family=family,
            vocab_size=embedding.shape[0],
            hidden_dim=width,
            num_layers=layers,
            intermediate_dim=self._int("feed_forward_length"),
            num_heads=heads,
            num_kv_heads=self._int("attention.head_count_kv", heads),
            head_dim=head_dim,
            max_context=self._int("context_length"),
            norm_eps=self._float("attention.layer_norm_rms_epsilon"),
            activation="relu2" if arch in _SQUARED_RELU else "gelu_tanh" if gemma else "silu",
            rope_base=self._float("rope.freq_base", 1_000_000.0 if gemma else 10000.0),
            rope_dim=self._int("rope.dimension_count", head_dim),
            rope_scaling=self._scaling(),
            rope_local_base=self._float("rope.freq_base_swa", 10000.0) if gemma else 0.0,
            window=window,
            windowed_layers=tuple((i + 1) % _GEMMA_PERIOD > 0 for i in range(min(layers, 1 << 12))) if gemma else (),
            tied_head=NAMES["lm_head.weight"] not in tensors,
            embedding_scale=math.sqrt(width) if gemma else 1.0,
            attention_scale=(width / heads) ** -0.5 if gemma and layers == _GEMMA_27B_LAYERS else 0.0,
            attention_softcap=self._float("attn_logit_softcapping", 0.0),
            logit_softcap=self._float("final_logit_softcapping", 0.0),
            qkv_bias="blk.0.attn_q.bias" in tensors,
            output_bias="blk.0.attn_output.bias" in tensors,
            mlp_bias="blk.0.ffn_down.bias" in tensors,
            qk_norm="blk.0.attn_q_norm.weight" in tensors,
            post_norms=gemma,
            sub_norms="blk.0.attn_sub_norm.weight" in tensors,
            ternary=family == "bitnet",
            activation_bits=8 if family == "bitnet" else 32,
            bos_id=self._token("bos") if self._begins_with_bos() else None,
            end_ids=self._end_ids(embedding.shape[0]),
            name=self._optional_text("general.name"),
            licence=self._optional_text("general.license"),
            chat_template=self._optional_text("tokenizer.chat_template") or None,
        )

    def _refuse_unknown(self) -> None:
        """What changes the mathematics and is not computed here."""
        if self._int("expert_count", 0):
            raise ConfigError("it is a mixture of experts, which is not known here.")
        for key in ("logit_scale", "residual_scale", "embedding_scale", "attention.scale"):
            if f"{self._arch}.{key}" in self._meta:
                raise ConfigError("its {key} is a part that is not known here.", key=key)

    def _scaling(self) -> RopeScaling | None:
        if _FACTORS in self._file.infos:
            factors = self._file.tensor(_FACTORS)
            assert not isinstance(factors, BlockMatrix)
            return RopeScaling("factors", factors=tuple(float(factor) for factor in factors.reshape(-1)))
        kind = self._meta.get(f"{self._arch}.rope.scaling.type", "none")
        factor = self._float("rope.scaling.factor", self._float("rope.scale_linear", 1.0))
        if (kind == "none" and factor == 1.0) or factor == 0.0:
            return None
        if kind == "yarn":
            return RopeScaling("yarn", factor, self._int("rope.scaling.original_context_length"))
        if kind not in ("none", "linear"):
            raise ConfigError("its rotary scaling of the kind {kind!r} is not known here.", kind=str(kind)[:40])
        return RopeScaling("linear", factor)

    def _begins_with_bos(self) -> bool:
        said = self._meta.get("tokenizer.ggml.add_bos_token")
        if isinstance(said, bool):
            return said
        kind, pre = self._meta.get("tokenizer.ggml.model"), self._meta.get("tokenizer.ggml.pre")
        return GGUFVocabulary(str(kind), (), pre=str(pre)).begins_with_bos

    def _end_ids(self, vocab_size: int) -> tuple[int, ...]:
        ids = [token for name in ("eos", "eot") if (token := self._token(name)) is not None]
        key = "tokenizer.ggml.tokens"
        types = self._meta.get("tokenizer.ggml.token_type") or []
        if self._meta.count(key) == len(types) == vocab_size:
            tokens = self._meta[key]
            ids += [i for i, kind in enumerate(types) if kind == _CONTROL and tokens[i] in _END_TOKENS]
        return tuple(dict.fromkeys(ids))

    def _token(self, name: str) -> int | None:
        value = self._meta.get(f"tokenizer.ggml.{name}_token_id")
        return value if type(value) is int else None

    def _text(self, key: str) -> str:
        if key not in self._meta:
            raise ConfigError("it does not say its {key}; the file is damaged or of another kind.", key=key)
        return self._optional_text(key)

    def _optional_text(self, key: str) -> str:
        value = self._meta.get(key, "")
        if not isinstance(value, str):
            raise ConfigError("its {key} is not text; the file is damaged.", key=key)
        return value

    def _int(self, key: str, default: int | None = None) -> int:
        value = self._value(key, default)
        if isinstance(value, list):  # sizes layer by layer
            if len(set(value)) != 1:
                raise ConfigError("its {key} differs between the layers, which is not known here.", key=key)
            value = value[0]
        if type(value) is not int:
            raise ConfigError("its {key} is not a whole number; the file is damaged.", key=key)
        return value

    def _float(self, key: str, default: float | None = None) -> float:
        value = self._value(key, default)
        if type(value) not in (int, float) or not math.isfinite(value):
            raise ConfigError("its {key} is not a number; the file is damaged.", key=key)
        return float(value)

    def _value(self, key: str, default: float | None) -> Any:
        value = self._meta.get(f"{self._arch}.{key}", default)
        if value is None:
            raise ConfigError("it does not say its {key}; the file is damaged or of another kind.", key=key)
        return value


def _unpaired(tensor: Array | BlockMatrix, heads: int) -> Array | BlockMatrix:
    """Rows of queries or keys in which the two numbers of a rotated pair lie half a head apart, from rows in which they
    lie side by side."""
    rows = tensor.shape[0]
    order = np.arange(rows).reshape(heads, rows // heads // 2, 2).transpose(0, 2, 1).reshape(-1)
    return tensor.rows(order) if isinstance(tensor, BlockMatrix) else tensor[order]


def read_tokenizer(file: GGUFFile) -> str | None:
    """The content of a ``tokenizer.json`` that does what the metadata describes; None where there is no tokenizer.

    Raises `FileFormatError`.
    """
    if not file.metadata.count("tokenizer.ggml.tokens"):
        return None
    made: str = build_tokenizer(GGUFVocabulary.of(file.metadata, str(file.path))).to_str()
    return made


def open_gguf(path: Path) -> tuple[GGUFFile, TransformerConfig, GGUFTensors]:
    """A GGUF file, its config and its tensors, whose names and sizes fit the config.

    Raises `FileFormatError` or `ConfigError`, naming the file, for whatever cannot be used.
    """
    file = GGUFFile(path)
    config = read_config(file)
    tensors = GGUFTensors(file, config, paired=file.metadata["general.architecture"] in _PAIRED_ROWS)
    return file, config, tensors
