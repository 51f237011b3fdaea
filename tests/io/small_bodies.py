"""Small whole models of both variants, with sizes that fill no block evenly."""

from __future__ import annotations

import json

import numpy as np

from engine.io.model_file import ModelWeights
from engine.models.config import BitLlamaConfig

TOKENIZER = json.dumps(
    {
        "version": "1.0",
        "added_tokens": [{"id": 3, "content": "<|end|>"}],
        "model": {"type": "BPE", "vocab": {"a": 0, "魂": 1, "c": 2}, "merges": []},
    }
)

CONFIGS = {
    "tied": BitLlamaConfig(37, 40, 2, 0.1, chat_template="{{ x }}", extra={"author": "someone"}),
    "linear": BitLlamaConfig(37, 24, 2, 0.5, ttt_variant="linear", num_heads=3, intermediate_dim=70),
}


def make_body(config: BitLlamaConfig = CONFIGS["tied"], tokenizer: str | None = TOKENIZER) -> ModelWeights:
    """A model with random weights, the same at every call."""
    rng = np.random.default_rng(0)
    specs = config.tensor_specs().items()
    return ModelWeights(
        config, {name: rng.normal(size=spec.shape).astype(np.float32) for name, spec in specs}, tokenizer
    )
