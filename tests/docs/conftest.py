"""What the examples of the documentation find in the folder where they run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import tiny

from engine.io.bitt import save_bitt
from engine.io.checkpoint import save_checkpoint
from engine.io.soul import save_soul
from engine.llama import Llama
from engine.train.prepare import prepare

LIVES = [
    [
        {"role": "user", "content": f"My cat is called {name}."},
        {"role": "assistant", "content": f"{name} is a nice name."},
    ]
    for name in ("Mia", "Miso", "Fern", "Tessa")
]


@pytest.fixture
def examples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small random model in every form, a soul, and a prepared corpus; the working directory of the test."""
    body = tiny.body("linear")
    save_checkpoint(tmp_path / "model", body)
    save_bitt(tmp_path / "companion.bitt", body, packed=True)
    (tmp_path / "resources" / "models").mkdir(parents=True)
    save_bitt(tmp_path / "resources" / "models" / "companion.bitt", body, packed=True)
    llama = Llama.load_auto(tmp_path / "companion.bitt", device="cpu")
    llama.learn("The night is quiet.")
    save_soul(tmp_path / "main.soul", llama.soul())
    lines = [json.dumps({"messages": life}) for life in LIVES]
    (tmp_path / "talk.jsonl").write_text("\n".join(lines), encoding="utf-8")
    prepare([tmp_path / "talk.jsonl"], tmp_path / "data", kind="bytes", val_fraction=0.25)
    monkeypatch.chdir(tmp_path)
    return tmp_path
