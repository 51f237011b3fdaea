"""GGUF files mean to llama.cpp what they mean here: chances of the next token of tiny random models."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import reference_gguf
import reference_transformers

from engine.io.model_file import open_model
from engine.runtime.scoring import log_softmax
from engine.runtime.select import create_runtime

xllamacpp = pytest.importorskip("xllamacpp", reason="llama.cpp is the oracle, and its package is for Linux alone")

VOCAB = 261
IDS = np.random.default_rng(1).integers(33, 200, 24).tolist()


@pytest.mark.parametrize("name", ["llama3", "qwen3", "gemma3-period"])
def test_chances_are_llama_cpps(name: str, tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    model = reference_transformers.make(name, vocab_size=VOCAB)
    reference_gguf.write(model, reference_gguf.ARCHITECTURES[name], path, tokens=VOCAB)
    mine = log_softmax(create_runtime(open_model(path), "cpu", "torch").prefill(IDS))
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.n_ctx, params.n_parallel, params.verbosity, params.warmup = 64, 1, -1, False
    params.cpuparams.n_threads = 1
    request = {"prompt": IDS, "max_tokens": 1, "temperature": 0, "logprobs": 20, "n_probs": 20}
    reply = xllamacpp.Server(params).handle_completions(request)
    reply = json.loads(reply) if isinstance(reply, (str, bytes)) else reply
    top = reply["choices"][0]["logprobs"]["content"][0]["top_logprobs"]
    errors = [abs(mine[each["id"]] - each["logprob"]) for each in top]
    print(f"{name}: {len(top)} tokens, largest difference {max(errors):.4f} nats")
    assert max(errors) < 0.02
