"""What tests of several ranks share: two small corpora, and the runs of one process that all others are held to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from runs import SMALL, at, losses, train

from engine.train.prepare import prepare


@pytest.fixture(scope="session")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A text in two folders that are one corpus, and dialogues."""
    folder = tmp_path_factory.mktemp("corpora")
    (folder / "text.txt").write_text("the quick brown fox jumps over the lazy dog. " * 120)
    lines = [
        {
            "messages": [
                {"role": "user", "text": f"my number is {i}", "keep": [str(i)]},
                {"role": "assistant", "text": f"it is {i}"},
            ]
        }
        for i in range(60)
    ]
    (folder / "talk.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    for part in ("1", "2"):
        prepare([folder / "text.txt"], folder / "text" / part, "bytes", val_fraction=0.1)
    prepare([folder / "talk.jsonl"], folder / "talk", "bytes", val_fraction=0.1)
    return {"text": folder / "text", "talk": folder / "talk"}


@pytest.fixture(scope="session")
def alone(corpora: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Runs of one process, by corpus."""
    runs = {kind: tmp_path_factory.mktemp("alone") / kind for kind in corpora}
    for kind, out in runs.items():
        train(at(SMALL, corpora[kind], out))
        assert losses(out)[-1] < losses(out)[0] - 0.5, "it learns"
    return runs
