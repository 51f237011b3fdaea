"""``--background``: low priority, told on, and over with the program that started it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import progress
import pytest

from engine.cli.background import NICENESS
from engine.train import checkpoint
from engine.train.prepare import prepare

pytestmark = pytest.mark.slow

DIALS = (
    "--dim 16 --layers 1 --heads 2 --context-len 16 --batch-size 4 --eval-tokens 200 --device cpu --threads 1 "
    "--log-interval 1 --steps 100000"
)


def start(*arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "engine.cli", *map(str, arguments), "--background"], text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )  # fmt: skip


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "text.txt"
    path.write_text("the quick brown fox jumps over the lazy dog. " * 120)
    return path


def test_a_run_saves_and_ends_once_nobody_holds_its_input(text: Path, tmp_path: Path) -> None:
    prepare([text], tmp_path / "data", "bytes", val_fraction=0.1)
    run = start("train", f"--data={tmp_path / 'data'}", f"--out={tmp_path / 'run'}", *DIALS.split())
    metrics = tmp_path / "run" / "metrics.jsonl"

    def under_way() -> bool:
        assert run.poll() is None, run.stderr and run.stderr.read()
        return metrics.is_file() and metrics.read_text().count("\n") > 2

    progress.wait_for(under_way)
    if sys.platform != "win32":
        assert os.getpriority(os.PRIO_PROCESS, run.pid) >= NICENESS
    out, err = progress.finish(run)  # which closes its input
    assert run.returncode == 0, err
    latest = checkpoint.find_latest(tmp_path / "run")
    assert latest is not None
    step = checkpoint.read_meta(latest)["step"]
    assert 2 < step < 100_000
    assert f"Stopped after step {step}; everything is saved" in out


def test_preparing_tells_how_far_it_is_and_leaves_nothing_where_it_is_given_up(text: Path, tmp_path: Path) -> None:
    text.write_text("the quick brown fox jumps over the lazy dog. " * 10_000)
    done = start("prepare", text, "--out", tmp_path / "data", "--kind", "bytes")
    assert done.stdout is not None
    told = []
    while (line := done.stdout.readline()).startswith("{"):
        told.append(json.loads(line))
    progress.wait_for(lambda: done.poll() is not None, "the end of preparing")  # its input stays open
    done.communicate()
    assert done.returncode == 0
    assert [line["doing"] for line in told] == sorted(line["doing"] for line in told)
    assert {line["doing"] for line in told} == {"Reading", "Writing tokens"}
    assert all(0 <= line["done"] <= 1 for line in told)

    text.write_text("the quick brown fox jumps over the lazy dog. " * 400_000)
    given_up = start("prepare", text, "--out", tmp_path / "other", "--kind", "bytes")
    assert given_up.stdout is not None
    given_up.stdout.readline()
    _, err = progress.finish(given_up)
    assert (given_up.returncode, err) == (130, "")
    assert not (tmp_path / "other").exists()
