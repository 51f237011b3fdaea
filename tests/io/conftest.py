"""A small whole model of each variant, and a soul that was lived in it."""

from __future__ import annotations

import numpy as np
import pytest
from small_bodies import CONFIGS, make_body

from engine.io.model_file import ModelWeights
from engine.io.soul import Soul, new_meta
from engine.models.config import BitLlamaConfig


@pytest.fixture(params=sorted(CONFIGS))
def config(request: pytest.FixtureRequest) -> BitLlamaConfig:
    return CONFIGS[request.param]


@pytest.fixture
def body(config: BitLlamaConfig) -> ModelWeights:
    return make_body(config)


@pytest.fixture
def soul(body: ModelWeights) -> Soul:
    rng = np.random.default_rng(1)
    layers = [rng.normal(size=body.config.fast_shape).astype(np.float32) for _ in range(body.config.num_layers)]
    history = [{"event": "sleep", "level": 90, "note": "夜"}]
    return Soul(layers, new_meta(body.fingerprint, 123, "Mika", "a1b2", history))
