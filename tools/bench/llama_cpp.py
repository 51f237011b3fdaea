"""llama.cpp as a yardstick: a Llama of as many random ternary weights, and how fast llama.cpp computes it here.

Its ternary format is TQ2_0, two bits and a scale for every 256 weights; its head is Q6_K, as its own converter
makes it. Needs the extra ``bench``, since a build of llama.cpp takes minutes.
"""

from __future__ import annotations

import ctypes
import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import BitLlamaError
from engine.models.config import BitLlamaConfig

SUPER_BLOCK = 256
"""Every width must be a multiple of this."""
HEAD_DIM = 64
"""Width of an attention head."""


def why_not(config: BitLlamaConfig) -> str | None:
    """Why there is no such yardstick for a model of this config, as the end of a sentence, or None."""
    if any(importlib.util.find_spec(name) is None for name in ("llama_cpp", "gguf")):
        return "it is not installed (the extra 'bench')"
    if config.hidden_dim % SUPER_BLOCK or config.mlp_dim % SUPER_BLOCK:
        return f"its ternary format needs widths that are multiples of {SUPER_BLOCK}"
    return None


def write_model(path: Path, config: BitLlamaConfig, seed: int = 1) -> int:
    """Write a random Llama as large as a model of `config` in the GGUF format; returns its number of parameters.

    Attention takes the place of the TTT layer: four square matrices where ours are, and a SwiGLU of the same width.
    """
    import gguf

    rng = np.random.default_rng(seed)
    d, mlp, vocab = config.hidden_dim, config.mlp_dim, config.vocab_size
    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_block_count(config.num_layers)
    writer.add_context_length(4096)
    writer.add_embedding_length(d)
    writer.add_feed_forward_length(mlp)
    writer.add_head_count(d // HEAD_DIM)
    writer.add_head_count_kv(d // HEAD_DIM)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(HEAD_DIM)
    writer.add_vocab_size(vocab)
    writer.add_tokenizer_model("none")
    kinds = gguf.GGMLQuantizationType

    def blocks(rows: int, cols: int, size: int, scale_at: int) -> np.ndarray:
        """Random blocks of `size` bytes for 256 weights, with a float16 scale that keeps activations small."""
        out = rng.integers(0, 256, (rows, cols // SUPER_BLOCK, size), np.uint8)
        out[:, :, scale_at : scale_at + 2] = np.array([1e-3], np.float16).view(np.uint8)
        return out.reshape(rows, -1)

    def ternary(name: str, rows: int, cols: int) -> None:
        data = blocks(rows, cols, 66, 64)
        codes = data.reshape(rows, -1, 66)[:, :, :64]
        codes &= ~((codes & codes >> 1 & 0x55) << 1)  # no weight is stored as 3
        writer.add_tensor(f"{name}.weight", data, raw_dtype=kinds.TQ2_0)

    embedding = rng.standard_normal((vocab, d), np.float32)
    writer.add_tensor("token_embd.weight", embedding.astype(np.float16))
    writer.add_tensor("output_norm.weight", np.ones(d, np.float32))
    writer.add_tensor("output.weight", blocks(vocab, d, 210, 208), raw_dtype=kinds.Q6_K)
    for i in range(config.num_layers):
        for norm in ("attn_norm", "ffn_norm"):
            writer.add_tensor(f"blk.{i}.{norm}.weight", np.ones(d, np.float32))
        for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
            ternary(f"blk.{i}.{name}", d, d)
        ternary(f"blk.{i}.ffn_gate", mlp, d)
        ternary(f"blk.{i}.ffn_up", mlp, d)
        ternary(f"blk.{i}.ffn_down", d, mlp)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return 2 * vocab * d + d + config.num_layers * (2 * d + 4 * d * d + 3 * d * mlp)


class LlamaCpp:
    """A model of `write_model` in llama.cpp with room for `context` tokens, through its C interface, so that no time is
    lost in Python.

    Raises `BitLlamaError` where llama.cpp does not take the file.
    """

    def __init__(self, path: Path, threads: int, context: int) -> None:
        import llama_cpp

        self._c: Any = llama_cpp
        self._quiet = llama_cpp.llama_log_callback(lambda level, text, data: None)  # it would write to the terminal
        llama_cpp.llama_log_set(self._quiet, ctypes.c_void_p(0))
        llama_cpp.llama_backend_init()
        self._model = llama_cpp.llama_model_load_from_file(str(path).encode(), llama_cpp.llama_model_default_params())
        if not self._model:
            raise BitLlamaError(f"llama.cpp does not take the model {path} that was written for it; report this.")
        options = llama_cpp.llama_context_default_params()
        options.n_ctx = options.n_batch = options.n_ubatch = -(-context // SUPER_BLOCK) * SUPER_BLOCK
        options.n_threads = options.n_threads_batch = threads
        self._context = llama_cpp.llama_init_from_model(self._model, options)

    def forget(self) -> LlamaCpp:
        """Empty the memory of what was read; returns itself."""
        self._c.llama_memory_clear(self._c.llama_get_memory(self._context), True)
        return self

    def feed(self, tokens: Sequence[int]) -> None:
        """Read tokens, and compute the logits after the last one. Raises `BitLlamaError` where the context is full."""
        ids = (self._c.llama_token * len(tokens))(*tokens)
        code = self._c.llama_decode(self._context, self._c.llama_batch_get_one(ids, len(tokens)))
        if code or not self._c.llama_get_logits_ith(self._context, -1):
            raise BitLlamaError(f"llama.cpp stopped with the code {code}; report this.")

    def close(self) -> None:
        """Give its memory back."""
        self._c.llama_free(self._context)
        self._c.llama_model_free(self._model)
