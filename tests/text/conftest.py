"""One small tokenizer of each kind."""

from __future__ import annotations

import pytest
from many_scripts import sentences

from engine.text.tokenizer import Tokenizer
from engine.train.tokenizer import TOKENIZER_KINDS, train_tokenizer


@pytest.fixture(scope="session")
def tokenizers() -> dict[str, Tokenizer]:
    return {kind: train_tokenizer([sentences(2000)], kind, 700) for kind in TOKENIZER_KINDS}


@pytest.fixture(params=TOKENIZER_KINDS)
def tokenizer(request: pytest.FixtureRequest, tokenizers: dict[str, Tokenizer]) -> Tokenizer:
    return tokenizers[request.param]
