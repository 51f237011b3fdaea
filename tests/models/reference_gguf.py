"""Tiny reference models as GGUF files, written as the converters of llama.cpp write them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gguf
import numpy as np
import torch
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

ARCHITECTURES = {
    "llama2": "llama", "llama3": "llama", "llama-linear": "llama", "smollm2": "llama", "qwen2-yarn": "qwen2",
    "qwen3": "qwen3", "gemma3-period": "gemma3", "bitnet": "bitnet-b1.58",
}  # fmt: skip
"""Which of the reference's models a GGUF file can describe, and what it calls them."""
BYTES = 256
"""Tokens of the vocabulary that are a byte each. The others are special: ``<|0|>`` ends a reply, ``<|2|>`` and
``<|3|>`` begin what the user and the assistant say, ``<|4|>`` the system prompt."""
TEMPLATE = (
    "{% for m in messages %}{{ {'user': '<|2|>', 'assistant': '<|3|>', 'system': '<|4|>'}[m.role] }}"
    "{{ m.content + '<|0|>' }}"
    "{% endfor %}{% if add_generation_prompt %}<|3|>{% endif %}"
)
_NAMES = {
    "model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output",
    "input_layernorm": "attn_norm", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output", "self_attn.q_norm": "attn_q_norm",
    "self_attn.k_norm": "attn_k_norm", "self_attn.attn_sub_norm": "attn_sub_norm", "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down", "mlp.ffn_sub_norm": "ffn_sub_norm",
    "post_attention_layernorm": "ffn_norm",
}  # fmt: skip
_GEMMA_NAMES = {
    "post_attention_layernorm": "post_attention_norm", "pre_feedforward_layernorm": "ffn_norm",
    "post_feedforward_layernorm": "post_ffw_norm",
}  # fmt: skip


def write(model: Any, architecture: str, path: Path, kind: str = "F32", tokens: int = 0) -> dict[str, np.ndarray]:
    """Write `model`, of the reference, with its linear maps in `kind`; returns what was written under our own eyes: the
    values that the maps have after quantisation, by their names in the reference."""
    config = model.config
    writer = gguf.GGUFWriter(path, architecture)
    _metadata(writer, config, architecture)
    if tokens:
        _vocabulary(writer, tokens)
    written = {}
    for name, parameter in model.state_dict().items():
        if name == "lm_head.weight" and config.tie_word_embeddings:
            continue
        values = parameter.detach().float().numpy()
        stem, _, end = name.rpartition(".")
        if architecture == "gemma3" and "norm" in stem:
            values = values + 1
        if architecture == "llama" and stem.endswith(("q_proj", "k_proj")):
            heads = config.num_attention_heads if stem.endswith("q_proj") else config.num_key_value_heads
            values = values.reshape(heads, 2, -1, *values.shape[1:]).swapaxes(1, 2).reshape(values.shape)
        place = f"{_place(stem, architecture)}.{end}"
        if kind == "F32" or values.ndim == 1 or "layers" not in stem:
            writer.add_tensor(place, values)
        else:
            quantised = gguf.quantize(values, gguf.GGMLQuantizationType[kind])
            writer.add_tensor(place, quantised, raw_dtype=gguf.GGMLQuantizationType[kind])
            written[name] = gguf.dequantize(quantised, gguf.GGMLQuantizationType[kind])
    if (scaling := config.rope_parameters).get("rope_type") == "llama3":
        writer.add_tensor("rope_freqs.weight", _llama3_factors(config, scaling))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return written


def _metadata(writer: gguf.GGUFWriter, config: Any, architecture: str) -> None:
    head_dim = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    rope = config.rope_parameters
    rope = rope.get("full_attention", rope)
    writer.add_name("tiny")
    writer.add_license("mit")
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_key_length(head_dim)
    writer.add_value_length(head_dim)
    writer.add_rope_dimension_count(head_dim)
    writer.add_rope_freq_base(rope["rope_theta"])
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_vocab_size(config.vocab_size)
    if architecture == "gemma3":
        writer.add_sliding_window(config.sliding_window)
    if rope["rope_type"] == "linear":
        writer.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
        writer.add_rope_scaling_factor(rope["factor"])
    if rope["rope_type"] == "yarn":
        writer.add_rope_scaling_type(gguf.RopeScalingType.YARN)
        writer.add_rope_scaling_factor(rope["factor"])
        writer.add_rope_scaling_orig_ctx_len(rope["original_max_position_embeddings"])


def _vocabulary(writer: gguf.GGUFWriter, tokens: int) -> None:
    """A byte-level vocabulary without merges, filled up with control tokens."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    letters = [chr(b) for b in printable] + [chr(0x100 + i) for i in range(256 - len(printable))]
    texts = (letters + [f"<|{i}|>" for i in range(tokens)])[:tokens]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(texts)
    writer.add_token_types([1 if len(text) == 1 else 3 for text in texts])
    writer.add_token_merges(["! !"])
    writer.add_eos_token_id(BYTES)
    writer.add_bos_token_id(BYTES + 1)
    writer.add_chat_template(TEMPLATE)


def _place(stem: str, architecture: str) -> str:
    if stem in _NAMES:
        return _NAMES[stem]
    _, _, layer, part = stem.split(".", 3)
    names = _NAMES | _GEMMA_NAMES if architecture == "gemma3" else _NAMES
    return f"blk.{layer}.{names[part]}"


def _llama3_factors(config: Any, scaling: dict[str, Any]) -> np.ndarray:
    """What each frequency is divided by, from the reference's own table."""
    scaled, _ = ROPE_INIT_FUNCTIONS["llama3"](config, torch.device("cpu"))
    dim = config.hidden_size // config.num_attention_heads
    plain = 1.0 / scaling["rope_theta"] ** (torch.arange(0, dim, 2).float() / dim)
    return (plain / scaled).numpy().astype(np.float32)
