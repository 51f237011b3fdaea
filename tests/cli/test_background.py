"""``--background``: low priority, told on, and over with the program that started it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.cli.background import NICENESS
from engine.train import checkpoint
from engine.train.prepare import prepare

PATIENCE = 120.0
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
    deadline = time.monotonic() + PATIENCE
    while not (metrics.is_file() and metrics.read_text().count("\n") > 2):
        assert time.monotonic() < deadline
        assert run.poll() is None, run.stderr and run.stderr.read()
        time.sleep(0.02)
    if sys.platform != "win32":
        assert os.getpriority(os.PRIO_PROCESS, run.pid) >= NICENESS
    out, err = run.communicate(timeout=PATIENCE)  # which closes its input
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
    assert done.wait(PATIENCE) == 0
    done.communicate()
    assert [line["doing"] for line in told] == sorted(line["doing"] for line in told)
    assert {line["doing"] for line in told} == {"Reading", "Writing tokens"}
    assert all(0 <= line["done"] <= 1 for line in told)

    text.write_text("the quick brown fox jumps over the lazy dog. " * 400_000)
    given_up = start("prepare", text, "--out", tmp_path / "other", "--kind", "bytes")
    assert given_up.stdout is not None
    given_up.stdout.readline()
    _, err = given_up.communicate(timeout=PATIENCE)
    assert (given_up.returncode, err) == (130, "")
    assert not (tmp_path / "other").exists()
