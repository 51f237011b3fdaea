"""What the ``config.json`` of a Hugging Face folder says, as a `TransformerConfig`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

from engine.errors import ConfigError
from engine.models.transformer_config import MAX_LAYERS, Activation, TransformerConfig
from engine.ops.rope.frequencies import RopeScaling

FAMILIES = {
    "llama": "llama", "mistral": "mistral", "qwen2": "qwen2", "qwen3": "qwen3",
    "gemma3_text": "gemma3", "gemma3": "gemma3", "bitnet": "bitnet",
}  # fmt: skip
"""What ``model_type`` may say, and the family that it means."""
_ACTIVATIONS: dict[str, Activation] = {
    "silu": "silu", "gelu_pytorch_tanh": "gelu_tanh", "relu2": "relu2",
}  # fmt: skip
_FIRST_BITNET = "BitnetForCausalLM"
"""The class of the first published BitNet models, which call themselves ``llama``."""
_DEFAULT_WINDOW = 4096
_GEMMA_PERIOD = 6
_WITHOUT_SCALING = ("default", "none", "dynamic")
"""``dynamic`` scales nothing until a text is longer than the context, and longer it does not become here."""

TernaryForm = Literal["divided", "multiplied", "online"]
"""What the scale of a packed ternary weight does, or that float weights are made ternary when they are loaded."""


def read_config(data: Mapping[str, Any]) -> TransformerConfig:
    """The shape that a ``config.json`` describes. Raises `ConfigError` for a model that cannot be computed here."""
    return _Reader(data).config()


def ternary_form(data: Mapping[str, Any]) -> TernaryForm | None:
    """How the folder holds ternary weights; None where it has none. Raises `ConfigError` for an unknown packing."""
    if data.get("architectures") == [_FIRST_BITNET]:
        return "online"
    quantization = data.get("quantization_config")
    if quantization is None:
        return None
    if not isinstance(quantization, dict) or quantization.get("quant_method") != "bitnet":
        method = quantization.get("quant_method") if isinstance(quantization, dict) else quantization
        raise ConfigError(
            "its weights are packed by {method!r}, which is not known here; take the model in BF16 or as GGUF.",
            method=str(method)[:40],
        )
    if quantization.get("use_rms_norm"):
        raise ConfigError("its linear maps have norms of their own, which are not known here.")
    if quantization.get("linear_class", "bitlinear") == "bitlinear":
        return "divided"
    return "online" if quantization.get("quantization_mode", "offline") == "online" else "multiplied"


class _Reader:
    def __init__(self, data: Mapping[str, Any]) -> None:
        kind = data.get("model_type")
        if kind not in FAMILIES:
            raise ConfigError(
                "its model_type {kind!r} is not known; {known} are.", kind=str(kind)[:40], known=", ".join(FAMILIES)
            )
        self.family = FAMILIES[kind]
        self.ternary = ternary_form(data)
        self.first_bitnet = data.get("architectures") == [_FIRST_BITNET]
        self._data = data
        if kind == "gemma3" and isinstance(text := data.get("text_config"), dict):
            self._data = {**text, "eos_token_id": text.get("eos_token_id", data.get("eos_token_id"))}

    def config(self) -> TransformerConfig:
        data, family, gemma = self._data, self.family, self.family == "gemma3"
        width, heads, layers = (self._int(k) for k in ("hidden_size", "num_attention_heads", "num_hidden_layers"))
        default_dim = 128 if family == "qwen3" else width // heads if heads > 0 else 0
        head_dim = self._int("head_dim", 256 if gemma else default_dim)
        act = data.get("hidden_activation") or data.get("hidden_act", "relu2" if family == "bitnet" else "silu")
        if act not in _ACTIVATIONS and not gemma:
            raise ConfigError("its activation {name!r} is not known here.", name=str(act)[:40])
        biased = data.get("attention_bias", False) is True and family != "mistral"
        local, scaling, base, partial = self._rope()
        window, windowed = self._windows(layers)
        scalar = data.get("query_pre_attn_scalar", 256) if gemma else head_dim
        return TransformerConfig(
            family="bitnet" if self.first_bitnet else family,
            vocab_size=self._int("vocab_size"),
            hidden_dim=width,
            num_layers=layers,
            intermediate_dim=self._int("intermediate_size"),
            num_heads=heads,
            num_kv_heads=self._int("num_key_value_heads", heads),
            head_dim=head_dim,
            max_context=self._int("max_position_embeddings"),
            norm_eps=self._float("rms_norm_eps", 1e-6),
            activation="gelu_tanh" if gemma else _ACTIVATIONS[act],
            rope_base=base,
            rope_dim=int(head_dim * partial),
            rope_scaling=scaling,
            rope_local_base=local,
            window=window,
            windowed_layers=windowed,
            tied_head=data.get("tie_word_embeddings", gemma) is True,
            embedding_scale=math.sqrt(width) if gemma and width > 0 else 1.0,
            attention_scale=0.0 if scalar == head_dim else float(scalar) ** -0.5,
            attention_softcap=self._float("attn_logit_softcapping", 0.0),
            logit_softcap=self._float("final_logit_softcapping", 0.0),
            qkv_bias=biased or family == "qwen2",
            output_bias=biased,
            mlp_bias=data.get("mlp_bias", False) is True and family == "llama",
            qk_norm=gemma or family == "qwen3",
            post_norms=gemma,
            sub_norms=family == "bitnet" or self.first_bitnet,
            ternary=self.ternary is not None,
            activation_bits=32 if self.ternary is None else 8,
            end_ids=token_ids(data.get("eos_token_id")),
        )

    def _rope(self) -> tuple[float, RopeScaling | None, float, float]:
        """Base of the layers with a window (0: as elsewhere), scaling, base, and the share of a head that is rotated.

        Written in two ways: ``rope_theta`` and ``rope_scaling``, or all of it in ``rope_parameters``."""
        default = 500_000.0 if self.family == "bitnet" else 10000.0
        stated = self._data.get("rope_parameters") or {}
        if self.family == "gemma3":
            full = stated.get("full_attention") or stated.get("rope_parameters") or {}
            near = stated.get("sliding_attention") or {}
            local = _number(near.get("rope_theta"), self._float("rope_local_base_freq", 10000.0))
            base = _number(full.get("rope_theta"), self._float("rope_theta", 1_000_000.0))
            return local, self._scaling(full or self._data.get("rope_scaling") or {}), base, 1.0
        base = _number(stated.get("rope_theta"), self._float("rope_theta", default))
        partial = _number(stated.get("partial_rotary_factor"), self._float("partial_rotary_factor", 1.0))
        return 0.0, self._scaling(stated or self._data.get("rope_scaling") or {}), base, partial

    def _scaling(self, stated: Mapping[str, Any]) -> RopeScaling | None:
        kind = stated.get("rope_type", stated.get("type", "default"))
        if kind in _WITHOUT_SCALING:
            return None
        factor = _number(stated.get("factor"), 1.0)
        first = stated.get("original_max_position_embeddings")
        if kind == "linear":
            return RopeScaling("linear", factor)
        if kind == "llama3":
            low, high = (
                _number(stated.get(f"{end}_freq_factor"), default) for end, default in (("low", 1), ("high", 4))
            )
            return RopeScaling("llama3", factor, _whole(first), low_freq_factor=low, high_freq_factor=high)
        if kind == "yarn":
            if stated.get("mscale") or stated.get("truncate") is False:
                raise ConfigError("its YaRN scaling has parts that are not known here.")
            return RopeScaling(
                "yarn",
                factor,
                _whole(first) or self._int("max_position_embeddings"),
                beta_fast=_number(stated.get("beta_fast"), 32.0),
                beta_slow=_number(stated.get("beta_slow"), 1.0),
                attention_factor=stated.get("attention_factor"),
            )
        raise ConfigError("its rotary scaling of the kind {kind!r} is not known here.", kind=str(kind)[:40])

    def _windows(self, layers: int) -> tuple[int, tuple[bool, ...]]:
        """Width of the sliding windows, and which layers have one."""
        data, family = self._data, self.family
        if family in ("llama", "bitnet"):
            return 0, ()
        if family in ("qwen2", "qwen3") and not data.get("use_sliding_window", False):
            return 0, ()
        window = data.get("sliding_window", _DEFAULT_WINDOW)
        if window is None:
            return 0, ()
        kinds = data.get("layer_types")
        if isinstance(kinds, list) and family != "mistral":
            unknown = {str(kind)[:40] for kind in kinds} - {"full_attention", "sliding_attention"}
            if unknown:
                raise ConfigError("its layers of the kind {kind!r} are not known here.", kind=min(unknown))
            return _whole(window), tuple(kind == "sliding_attention" for kind in kinds)
        span = range(min(max(layers, 0), MAX_LAYERS))
        if family == "gemma3":
            period = self._int("sliding_window_pattern", _GEMMA_PERIOD)
            return _whole(window), tuple((i + 1) % max(period, 1) > 0 for i in span)
        if family == "mistral":
            return _whole(window), ()
        first = self._int("max_window_layers", 28)
        return _whole(window), tuple(i >= first for i in span)

    def _int(self, key: str, default: int | None = None) -> int:
        value = self._data.get(key)
        value = default if value is None else value
        if type(value) is not int:
            raise ConfigError("its {key} is {value!r} and not a whole number.", key=key, value=str(value)[:40])
        return value

    def _float(self, key: str, default: float) -> float:
        return _number(self._data.get(key), default, key)


def token_ids(value: object) -> tuple[int, ...]:
    """Token ids from one, a list of them, or nothing; in their order, each once."""
    values = value if isinstance(value, list) else [value]
    return tuple(dict.fromkeys(i for i in values if type(i) is int and i >= 0))


def _number(value: object, default: float, key: str = "rotary scaling") -> float:
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ConfigError("its {key} is {value!r} and not a number.", key=key, value=str(value)[:40])
    return float(value)


def _whole(value: object) -> int:
    """A whole number, 0 for anything else, which is refused where it matters."""
    return value if type(value) is int and value > 0 else 0
