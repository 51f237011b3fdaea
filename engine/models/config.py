"""The shape of a model: `BitLlamaConfig`, validated, and the tensors that it implies."""

from __future__ import annotations

import dataclasses
import json
import math
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from engine.errors import ConfigError, Message

Variant = Literal["tied", "linear"]

MAX_DIM = 1 << 20
"""No size in a config may exceed this: it bounds what a damaged file can make us allocate."""

MAX_PARAMETERS = 1 << 38
"""A model of more weights than this is taken for a damaged config."""


TTT_V1 = "ttt-v1"
"""The schema of a soul that the TTT layers of a BitLlama lived."""


class FastWeightsConfig(Protocol):
    """The fast weights of a model, as a soul holds them: what a BitLlama and memory layers have in common."""

    @property
    def soul_schema(self) -> str:
        """Which tensors a soul has: `TTT_V1`, or `engine.models.memory_config.MEMORY_V1`."""

    @property
    def fast_layers(self) -> int:
        """N, layers that have fast weights."""

    @property
    def fast_shape(self) -> tuple[int, ...]:
        """Of the fast weights of one layer; the last two axes are value and key."""

    @property
    def max_rate_scale(self) -> float:
        """The bound on a factor on the inner learning rate under which every update stays stable."""


@dataclass(frozen=True)
class TensorSpec:
    """One tensor of a model: its shape, and whether a `BitLinear` owns it (ternary) or it stays in float."""

    shape: tuple[int, ...]
    ternary: bool


@dataclass(frozen=True)
class BitLlamaConfig:
    """Sizes and constants of a BitLlama. The first four keys are the whole of a minimal ``config.json``.

    Every other key is optional; its default keeps the meaning of these four. Keys that this version does not know
    are kept in `extra` and written back.

    Raises `ConfigError`, naming the key, for values that contradict each other or cannot work.
    """

    vocab_size: int
    """V, the number of tokens."""
    hidden_dim: int
    """D, the width of the residual stream."""
    num_layers: int
    """N, the number of blocks."""
    inner_lr: float
    """The inner learning rate. ``tied``: the step of every update, stable for 0 < inner_lr < 2 since |k| = 1.
    ``linear``: the rate that the per-token gate starts from, so 0 < inner_lr < 1."""
    ttt_variant: Variant = "tied"
    """``tied``: key, value and query are one view of the input. ``linear``: separate views, heads, learned rate."""
    intermediate_dim: int = 0
    """Width of the SwiGLU; 0 means 4 * hidden_dim."""
    num_heads: int = 1
    """H, independent fast-weight matrices per layer. ``tied`` has one."""
    head_dim: int = 0
    """d, width of a head's keys and values; 0: hidden_dim / 4 (``tied``), hidden_dim / num_heads (``linear``)."""
    conv_kernel: int = 4
    """Tokens that the causal depthwise convolution of ``linear`` sees, its own included; 1 means none."""
    activation_bits: int = 8
    """Bits of the activations before a ternary product; 32 means that they are not quantised."""
    norm_eps: float = 1e-5
    """Added to the mean square in RMSNorm."""
    out_norm_eps: float = 0.0
    """The same in the norm of each head's output (``linear``); 0 means `norm_eps`. A larger one leaves a faint reading
    faint, so that nothing stored does not look like something."""
    chat_template: str | None = None
    """Jinja2 source that turns messages into text; None means the built-in one."""
    extra: dict[str, Any] = field(default_factory=dict)
    """Unknown keys, kept as they came."""

    def __post_init__(self) -> None:
        for name in ("vocab_size", "hidden_dim", "num_layers", "num_heads", "conv_kernel"):
            self._check_int(name, 1)
        for name in ("intermediate_dim", "head_dim"):
            self._check_int(name, 0)
        if self.ttt_variant not in ("tied", "linear"):
            raise ConfigError("ttt_variant is {value!r}; it must be 'tied' or 'linear'.", value=self.ttt_variant)
        upper = 2.0 if self.ttt_variant == "tied" else 1.0
        self._check_float("inner_lr", 0.0, upper, Message("with |k| = 1 the update is unstable outside it"))
        self._check_float("norm_eps", 0.0, 1.0, Message("it keeps RMSNorm from dividing by zero"))
        if self.out_norm_eps:
            self._check_float("out_norm_eps", 0.0, 100.0, Message("it is added to a mean square"))
        if isinstance(self.activation_bits, bool) or self.activation_bits not in (4, 8, 16, 32):
            raise ConfigError(
                "activation_bits is {value!r}; it must be 4, 8, 16 or 32 (none).", value=self.activation_bits
            )
        if self.chat_template is not None and not isinstance(self.chat_template, str):
            raise ConfigError("chat_template must be text or null.")
        if self.ttt_variant == "tied":
            if self.num_heads != 1:
                raise ConfigError(
                    "num_heads is {value}, but the tied variant has exactly one head.", value=self.num_heads
                )
            if not self.head_dim and self.hidden_dim % 4:
                raise ConfigError(
                    "hidden_dim is {value}; the tied variant needs a multiple of 4.", value=self.hidden_dim
                )
        elif not self.head_dim and self.hidden_dim % self.num_heads:
            raise ConfigError(
                "hidden_dim {width} is not a multiple of num_heads {heads}; give head_dim.",
                width=self.hidden_dim,
                heads=self.num_heads,
            )
        if self.num_parameters > MAX_PARAMETERS:
            raise ConfigError(
                "The config describes {count:,} weights, more than any model; it is damaged.", count=self.num_parameters
            )

    def _check_int(self, name: str, low: int) -> None:
        value = getattr(self, name)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= MAX_DIM:
            raise ConfigError(
                "{name} is {value!r}; it must be a whole number from {low} to {high}.",
                name=name,
                value=value,
                low=low,
                high=MAX_DIM,
            )

    def _check_float(self, name: str, low: float, high: float, why: str) -> None:
        value = getattr(self, name)
        ok = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not ok or not low < value < high:
            raise ConfigError(
                "{name} is {value!r}; it must lie between {low:g} and {high:g}: {why}.",
                name=name,
                value=value,
                low=low,
                high=high,
                why=why,
            )

    @property
    def mlp_dim(self) -> int:
        """Width of the SwiGLU with its default filled in."""
        return self.intermediate_dim or 4 * self.hidden_dim

    @property
    def fast_dim(self) -> int:
        """d: width of one head's fast weights with its default filled in."""
        if self.head_dim:
            return self.head_dim
        return self.hidden_dim // (4 if self.ttt_variant == "tied" else self.num_heads)

    @property
    def fast_shape(self) -> tuple[int, ...]:
        """Shape of one layer's fast weights in a soul: (d, d) for ``tied``, (H, d, d) for ``linear``."""
        d = self.fast_dim
        return (d, d) if self.ttt_variant == "tied" else (self.num_heads, d, d)

    @property
    def fast_layers(self) -> int:
        """Layers that have fast weights: see `FastWeightsConfig`."""
        return self.num_layers

    @property
    def soul_schema(self) -> str:
        """Of a soul: see `FastWeightsConfig`."""
        return TTT_V1

    @property
    def max_rate_scale(self) -> float:
        """See `FastWeightsConfig`; infinite where the layer itself caps the scaled rate."""
        return 2.0 / self.inner_lr if self.ttt_variant == "tied" else math.inf

    @property
    def num_parameters(self) -> int:
        """Slow weights in all."""
        layer = sum(math.prod(s.shape) for s in self._layer_specs().values())
        return self.num_layers * layer + 2 * self.vocab_size * self.hidden_dim + self.hidden_dim

    def _layer_specs(self) -> dict[str, TensorSpec]:
        d_model, width = self.hidden_dim, self.num_heads * self.fast_dim
        specs = {
            "norm1.weight": TensorSpec((d_model,), False),
            "ttt.down.weight": TensorSpec((width, d_model), True),
            "ttt.up.weight": TensorSpec((d_model, width), True),
            "norm2.weight": TensorSpec((d_model,), False),
            "mlp.gate_proj.weight": TensorSpec((self.mlp_dim, d_model), True),
            "mlp.up_proj.weight": TensorSpec((self.mlp_dim, d_model), True),
            "mlp.down_proj.weight": TensorSpec((d_model, self.mlp_dim), True),
        }
        if self.ttt_variant == "linear":
            specs |= {
                "ttt.query.weight": TensorSpec((width, d_model), True),
                "ttt.value.weight": TensorSpec((width, d_model), True),
                "ttt.rate.weight": TensorSpec((self.num_heads, d_model), False),
                "ttt.rate.bias": TensorSpec((self.num_heads,), False),
                "ttt.out_norm.weight": TensorSpec((self.fast_dim,), False),
            }
            if self.conv_kernel > 1:
                specs["ttt.conv.weight"] = TensorSpec((3 * width, self.conv_kernel), False)
        return specs

    def tensor_specs(self) -> dict[str, TensorSpec]:
        """Every tensor of a model with this config, by its name in a checkpoint."""
        v, d = self.vocab_size, self.hidden_dim
        specs = {"embed.weight": TensorSpec((v, d), False)}
        for i in range(self.num_layers):
            specs |= {f"layers.{i}.{name}": spec for name, spec in self._layer_specs().items()}
        return specs | {"norm_f.weight": TensorSpec((d,), False), "lm_head.weight": TensorSpec((v, d), False)}

    def to_dict(self) -> dict[str, Any]:
        """The keys of ``config.json``: the basic four, the others where they differ from the default, the unknown."""
        out = dict(self.extra)
        for f in dataclasses.fields(self):
            value = getattr(self, f.name)
            if f.name != "extra" and (f.default is dataclasses.MISSING or value != f.default):
                out[f.name] = value
        return out

    def to_json(self) -> str:
        """`to_dict` as indented JSON."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def from_dict(cls, data: dict[str, Any], where: str = "the config") -> BitLlamaConfig:
        """Read the keys of ``config.json``; `where` names the file in errors. Raises `ConfigError`."""
        if not isinstance(data, dict):
            raise ConfigError("{where} does not hold a JSON object.", where=where)
        known = {f.name for f in dataclasses.fields(cls)} - {"extra"}
        basic = ("vocab_size", "hidden_dim", "num_layers", "inner_lr")
        missing = [name for name in basic if name not in data]
        if missing:
            raise ConfigError("{where} lacks {names}.", where=where, names=", ".join(missing))
        extra = {k: v for k, v in data.items() if k not in known}
        try:
            return cls(**{k: v for k, v in data.items() if k in known}, extra=extra)
        except ConfigError as error:
            raise ConfigError("{where}: {error}", where=where, error=error) from error

    @classmethod
    def from_json(cls, text: str, where: str = "the config") -> BitLlamaConfig:
        """Read ``config.json``. Raises `ConfigError` where it is not JSON or cannot work."""
        try:
            data = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ConfigError("{where} is not JSON: {error}.", where=where, error=error) from error
        return cls.from_dict(data, where)
