"""The shape of a transformer backbone: `TransformerConfig`, validated, and the tensors that it implies. No torch."""

from __future__ import annotations

import dataclasses
import json
import math
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, get_args

from engine.errors import ConfigError
from engine.models.config import MAX_DIM, MAX_PARAMETERS, BitLlamaConfig, TensorSpec
from engine.ops.rope.frequencies import RopeScaling

Activation = Literal["silu", "gelu_tanh", "relu2"]

MAX_LAYERS = 1 << 12
"""No backbone is deeper: it bounds what a damaged file can make us allocate."""
MAX_CONTEXT = 1 << 27
DEFAULT_CONTEXT = 4096
"""Tokens that attention looks back on where nobody asks for more; each takes memory and time."""


@dataclass(frozen=True)
class TransformerConfig:
    """Sizes and constants of a decoder-only transformer: the Llama family and its relatives.

    Norm weights are effective weights: where a family stores them less one (Gemma), the loader adds it.
    Raises `ConfigError`, naming the key, for values that contradict each other or cannot work.
    """

    model_type: ClassVar[str] = "transformer"

    family: str
    """``llama``, ``mistral``, ``qwen2``, ``qwen3``, ``gemma3``, ``bitnet``: for a person; the mathematics is below."""
    vocab_size: int
    """V, the number of tokens."""
    hidden_dim: int
    """D, the width of the residual stream."""
    num_layers: int
    """N, the number of blocks."""
    intermediate_dim: int
    """F, the width of the gated MLP."""
    num_heads: int
    """H, query heads."""
    num_kv_heads: int
    """K, key and value heads; each serves H / K query heads."""
    head_dim: int
    """d, the width of a head."""
    max_context: int
    """Tokens that the model was trained to look back on."""
    norm_eps: float = 1e-5
    """Added to the mean square in RMSNorm."""
    activation: Activation = "silu"
    """Of the MLP's gate; ``relu2`` is the squared ReLU."""
    rope_base: float = 10000.0
    """Base of the rotary frequencies."""
    rope_dim: int = 0
    """Numbers of a head that are rotated; 0: all."""
    rope_scaling: RopeScaling | None = None
    rope_local_base: float = 0.0
    """Base in the layers with a sliding window, which are then not scaled; 0: as everywhere."""
    window: int = 0
    """Tokens that a layer with a sliding window looks back on, its own included; 0: no layer has one."""
    windowed_layers: tuple[bool, ...] = ()
    """Which layers have it; empty: all, where `window` is not 0."""
    tied_head: bool = False
    """The head is the embedding."""
    embedding_scale: float = 1.0
    """What the embedding is multiplied by (not where the head uses it)."""
    attention_scale: float = 0.0
    """What q·k is multiplied by; 0: 1 / sqrt(d)."""
    attention_softcap: float = 0.0
    """c of ``c tanh(x / c)`` on attention scores; 0: none."""
    logit_softcap: float = 0.0
    """The same on the logits."""
    qkv_bias: bool = False
    output_bias: bool = False
    """Of the map behind attention."""
    mlp_bias: bool = False
    qk_norm: bool = False
    """RMSNorm of every head's query and key before they are rotated."""
    post_norms: bool = False
    """RMSNorm of what attention and MLP give, before it is added to the residual stream (Gemma)."""
    sub_norms: bool = False
    """RMSNorm before the maps behind attention and behind the gate (BitNet)."""
    ternary: bool = False
    """The linear maps are ternary (BitNet b1.58)."""
    activation_bits: int = 32
    """Bits of the activations before a ternary map; 32: not quantised."""
    bos_id: int | None = None
    """The token that a text begins with, where the tokenizer adds one."""
    end_ids: tuple[int, ...] = ()
    """Tokens that end a reply, the usual one first."""
    name: str = ""
    licence: str = ""
    chat_template: str | None = None
    """Jinja2 source that turns messages into text; None: the file has none."""

    def __post_init__(self) -> None:
        for key in ("vocab_size", "hidden_dim", "intermediate_dim", "num_heads", "num_kv_heads", "head_dim"):
            self._check_int(key, 1, MAX_DIM)
        self._check_int("num_layers", 1, MAX_LAYERS)
        self._check_int("max_context", 1, MAX_CONTEXT)
        self._check_int("window", 0, MAX_CONTEXT)
        self._check_int("rope_dim", 0, self.head_dim)
        if self.num_heads % self.num_kv_heads:
            raise ConfigError(
                "There are {heads} query heads and {kv} key heads, which do not divide them evenly.",
                heads=self.num_heads,
                kv=self.num_kv_heads,
            )
        if self.rotary_dim % 2:
            raise ConfigError("The rotary width is {width}; it must be even.", width=self.rotary_dim)
        if self.activation not in get_args(Activation):
            raise ConfigError(
                "The activation {name!r} is not known; {known} are.",
                name=self.activation,
                known=", ".join(get_args(Activation)),
            )
        for key in ("norm_eps", "rope_base", "embedding_scale"):
            self._check_number(key, _positive(getattr(self, key)), "above 0")
        for key in ("rope_local_base", "attention_scale", "attention_softcap", "logit_softcap"):
            self._check_number(key, getattr(self, key) == 0 or _positive(getattr(self, key)), "0 or above")
        if self.windowed_layers and len(self.windowed_layers) != self.num_layers:
            raise ConfigError(
                "The sliding windows are said for {said} layers of {layers}.",
                said=len(self.windowed_layers),
                layers=self.num_layers,
            )
        if self.rope_scaling and self.rope_scaling.factors and len(self.rope_scaling.factors) != self.rotary_dim // 2:
            raise ConfigError(
                "There are {count} rotary factors for {needed} frequencies.",
                count=len(self.rope_scaling.factors),
                needed=self.rotary_dim // 2,
            )
        if self.activation_bits not in (8, 32):
            raise ConfigError("activation_bits is {value!r}; it must be 8 or 32 (none).", value=self.activation_bits)
        if self.num_parameters > MAX_PARAMETERS:
            raise ConfigError(
                "The config describes {count:,} weights, more than any model; it is damaged.",
                count=self.num_parameters,
            )

    def _check_int(self, key: str, low: int, high: int) -> None:
        value = getattr(self, key)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ConfigError(
                "{name} is {value!r}; it must be a whole number from {low} to {high}.",
                name=key,
                value=value,
                low=low,
                high=high,
            )

    def _check_number(self, key: str, ok: bool, needed: str) -> None:
        if not ok:
            raise ConfigError(
                "{name} is {value!r}; it must be {needed}.", name=key, value=getattr(self, key), needed=needed
            )

    @property
    def rotary_dim(self) -> int:
        """Numbers of a head that are rotated, with its default filled in."""
        return self.rope_dim or self.head_dim

    @property
    def score_scale(self) -> float:
        """What q·k is multiplied by, with its default filled in."""
        return self.attention_scale or self.head_dim**-0.5

    def layer_window(self, layer: int) -> int:
        """Tokens that this layer looks back on, its own included; 0: all."""
        return self.window if not self.windowed_layers or self.windowed_layers[layer] else 0

    def layer_rope(self, layer: int) -> tuple[float, RopeScaling | None]:
        """Base and scaling of this layer's rotary frequencies."""
        if self.rope_local_base and self.layer_window(layer):
            return self.rope_local_base, None
        return self.rope_base, self.rope_scaling

    @property
    def num_parameters(self) -> int:
        """Weights in all; a tied head is counted once."""
        layer = sum(math.prod(spec.shape) for spec in self._layer_specs().values())
        tables = 1 if self.tied_head else 2
        return self.num_layers * layer + tables * self.vocab_size * self.hidden_dim + self.hidden_dim

    @property
    def num_ternary(self) -> int:
        """Ternary weights among `num_parameters`."""
        return self.num_layers * sum(math.prod(spec.shape) for spec in self._layer_specs().values() if spec.ternary)

    def cache_bytes(self, context: int, width: int = 2) -> int:
        """Memory of the keys and values of `context` tokens at `width` bytes a number."""
        kept = (min(context, self.layer_window(layer) or context) for layer in range(self.num_layers))
        return 2 * width * self.num_kv_heads * self.head_dim * sum(kept)

    def _layer_specs(self) -> dict[str, TensorSpec]:
        width, queries, keys = self.hidden_dim, self.num_heads * self.head_dim, self.num_kv_heads * self.head_dim
        inner = self.intermediate_dim
        specs = {"norm1.weight": TensorSpec((width,), False), "norm2.weight": TensorSpec((width,), False)}
        for name, rows, columns, bias in (
            ("attention.q_proj", queries, width, self.qkv_bias),
            ("attention.k_proj", keys, width, self.qkv_bias),
            ("attention.v_proj", keys, width, self.qkv_bias),
            ("attention.o_proj", width, queries, self.output_bias),
            ("mlp.gate_proj", inner, width, self.mlp_bias),
            ("mlp.up_proj", inner, width, self.mlp_bias),
            ("mlp.down_proj", width, inner, self.mlp_bias),
        ):
            specs[f"{name}.weight"] = TensorSpec((rows, columns), self.ternary)
            if bias:
                specs[f"{name}.bias"] = TensorSpec((rows,), False)
        if self.qk_norm:
            specs |= {f"attention.{part}_norm.weight": TensorSpec((self.head_dim,), False) for part in "qk"}
        if self.sub_norms:
            specs["attention.sub_norm.weight"] = TensorSpec((queries,), False)
            specs["mlp.sub_norm.weight"] = TensorSpec((inner,), False)
        if self.post_norms:
            specs |= {f"post_norm{n}.weight": TensorSpec((width,), False) for n in (1, 2)}
        return specs

    def tensor_specs(self) -> dict[str, TensorSpec]:
        """Every tensor of a model with this config, by its name in `ModelWeights`."""
        table = TensorSpec((self.vocab_size, self.hidden_dim), False)
        specs = {"embed.weight": table}
        for layer in range(self.num_layers):
            specs |= {f"layers.{layer}.{name}": spec for name, spec in self._layer_specs().items()}
        specs["norm_f.weight"] = TensorSpec((self.hidden_dim,), False)
        return specs if self.tied_head else specs | {"lm_head.weight": table}

    def to_dict(self) -> dict[str, Any]:
        """The fields that differ from their defaults, as values that JSON holds, and ``model_type``."""
        out: dict[str, Any] = {"model_type": self.model_type}
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if field.default is dataclasses.MISSING or value != field.default:
                out[field.name] = dataclasses.asdict(value) if isinstance(value, RopeScaling) else value
        return out

    def to_json(self) -> str:
        """`to_dict` as indented JSON."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def from_dict(cls, data: dict[str, Any], where: str = "the config") -> TransformerConfig:
        """Read what `to_dict` gave; `where` names the file in errors. Raises `ConfigError`."""
        known = {field.name for field in dataclasses.fields(cls)}
        values: dict[str, Any] = {
            key: tuple(v) if isinstance(v, list) else v for key, v in data.items() if key in known
        }
        try:
            if isinstance(scaling := values.get("rope_scaling"), dict):
                parts: dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in scaling.items()}
                values["rope_scaling"] = RopeScaling(**parts)
            return cls(**values)
        except (ConfigError, TypeError) as error:
            raise ConfigError("{where}: {error}", where=where, error=error) from error


def default_context(config: TransformerConfig) -> int:
    """Tokens that a model looks back on where nobody asks for more."""
    return min(config.max_context, DEFAULT_CONTEXT)


ModelConfig = BitLlamaConfig | TransformerConfig
"""The config of any model."""


def _positive(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value) and value > 0
