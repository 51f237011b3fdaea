"""A small random transformer on disk, and a random memory for it: real in everything but size."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import tiny

from engine.io.memory_file import MemoryWeights, backbone_identity, save_memory
from engine.io.tensors import save_tensors
from engine.io.transformer_weights import TransformerWeights, load_transformer
from engine.models.memory_config import MemoryConfig

WIDTH, LAYERS, HEADS, KV_HEADS, MLP, VOCAB = 48, 4, 4, 2, 80, 260
CONTEXT = 1024
MEMORY = MemoryConfig(WIDTH, (0, 2), (2, 3), 2, 16, 12, gate_dim=8, stream_norms=(8.0, 16.0))


def save_transformer(folder: Path, seed: int = 0, **changes: Any) -> Path:
    """A Llama in a Hugging Face folder, with the bytes as vocabulary and the built-in chat template."""
    folder.mkdir(parents=True, exist_ok=True)
    config = {
        "model_type": "llama", "hidden_size": WIDTH, "num_hidden_layers": LAYERS, "num_attention_heads": HEADS,
        "num_key_value_heads": KV_HEADS, "intermediate_size": MLP, "vocab_size": VOCAB, "rms_norm_eps": 1e-5,
        "max_position_embeddings": CONTEXT, "tie_word_embeddings": True, "rope_theta": 1e4, "hidden_act": "silu",
    } | changes  # fmt: skip
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "tokenizer.json").write_text(tiny.tokenizer_json())
    rng, kv = np.random.default_rng(seed), WIDTH // HEADS * KV_HEADS
    shapes: dict[str, tuple[int, ...]] = {"embed_tokens": (VOCAB, WIDTH), "norm": (WIDTH,)}
    for layer in range(LAYERS):
        parts = {
            "input_layernorm": (WIDTH,), "post_attention_layernorm": (WIDTH,), "self_attn.q_proj": (WIDTH, WIDTH),
            "self_attn.k_proj": (kv, WIDTH), "self_attn.v_proj": (kv, WIDTH), "self_attn.o_proj": (WIDTH, WIDTH),
            "mlp.gate_proj": (MLP, WIDTH), "mlp.up_proj": (MLP, WIDTH), "mlp.down_proj": (WIDTH, MLP),
        }  # fmt: skip
        shapes |= {f"layers.{layer}.{name}": shape for name, shape in parts.items()}
    tensors = {
        f"model.{name}.weight": (1 + 0.1 * _normal(rng, shape) if len(shape) == 1 else 0.25 * _normal(rng, shape))
        for name, shape in shapes.items()
    }
    save_tensors(folder / "model.safetensors", tensors, {"format": "pt"})
    return folder


def memory_tensors(config: MemoryConfig = MEMORY, seed: int = 0) -> dict[str, np.ndarray]:
    """Random weights of a memory, gates that differ from token to token among them."""
    rng = np.random.default_rng(seed)
    out = {}
    for name, spec in config.tensor_specs().items():
        values = _normal(rng, spec.shape)
        if name.startswith("strengths"):
            out[name] = 6 + values
        else:
            out[name] = values * spec.shape[-1] ** -0.5
    return out


def save_memory_for(weights: TransformerWeights, path: Path, config: MemoryConfig = MEMORY, seed: int = 0) -> Path:
    """A random memory for a transformer."""
    assert weights.tokenizer is not None
    identity = backbone_identity(weights.config, weights.tokenizer)
    save_memory(path, config, memory_tensors(config, seed), identity, "float32")
    return path


def save_both(folder: Path, **changes: Any) -> Path:
    """A transformer's folder with a memory in it."""
    save_transformer(folder, **changes)
    save_memory_for(load_transformer(folder), folder / "tiny.memory.safetensors")
    return folder


def random_memory(weights: TransformerWeights, config: MemoryConfig = MEMORY, seed: int = 0) -> MemoryWeights:
    """`save_memory_for` without a file."""
    assert weights.tokenizer is not None
    tensors = memory_tensors(config, seed)
    return MemoryWeights(config, tensors, backbone_identity(weights.config, weights.tokenizer))


def _normal(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    return rng.standard_normal(shape).astype(np.float32)
