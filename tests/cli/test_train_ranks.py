"""Ranks as a person starts them: --distributed and torchrun, and what happens when they are stopped, killed or lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import progress
import pytest

from engine.cli import main
from engine.train import checkpoint
from engine.train.prepare import prepare

DIALS = (
    "--dim 16 --layers 1 --heads 2 --context-len 16 --batch-size 4 --lr 3e-3 --eval-tokens 200 --device cpu "
    "--threads 1 --save-interval 5 --log-interval 1"
)

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    (folder / "text.txt").write_text("the quick brown fox jumps over the lazy dog. " * 120)
    prepare([folder / "text.txt"], folder / "data", "bytes", val_fraction=0.1)
    return folder / "data"


class Run:
    """A `bit-llama train` that is under way, with its ranks."""

    def __init__(self, launcher: list[str], data: Path, out: Path, *more: str) -> None:
        self.out = out
        command = [sys.executable, "-m", *launcher, "train", f"--data={data}", f"--out={out}", *DIALS.split(), *more]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
            env=os.environ | {"OMP_NUM_THREADS": "1"},
        )  # fmt: skip
        self.ranks: list[int] = []

    def wait_for_step(self, step: int) -> None:
        """Until that step is in the metrics; knows the ranks then."""
        metrics = self.out / "metrics.jsonl"
        until(lambda: metrics.is_file() and len(metrics.read_text().splitlines()) >= step)
        self.ranks = sorted(children(self.process.pid))

    def end(self) -> tuple[int, str, str]:
        """Wait for it; code, stdout, stderr."""
        out, err = progress.finish(self.process)
        assert not [pid for pid in self.ranks if alive(pid)], "a rank was left behind"
        return self.process.returncode, out, err

    def clean(self) -> None:
        for pid in {*self.ranks, *children(self.process.pid), self.process.pid}:
            if alive(pid):
                os.kill(pid, signal.SIGKILL)
        self.process.communicate()


def children(parent: int) -> list[int]:
    """The processes that `parent` started."""
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(parent)], capture_output=True, text=True, check=False)
    return [int(pid) for pid in listed.stdout.split()]


def alive(pid: int) -> bool:
    """Whether a process runs; one that ended and waits to be asked for its code does not."""
    listed = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return bool(listed.stdout.strip()) and not listed.stdout.startswith("Z")


def until(true: Callable[[], bool]) -> None:
    progress.wait_for(true)


Start = Callable[..., Run]


@pytest.fixture
def start(data: Path, tmp_path: Path) -> Iterator[Start]:
    runs: list[Run] = []

    def begin(launcher: list[str], *more: str) -> Run:
        runs.append(Run(launcher, data, tmp_path / "run", *more))
        return runs[-1]

    yield begin
    for run in runs:
        run.clean()


OURS = ["engine.cli"]
TORCHRUN = ["torch.distributed.run", "--standalone", "--nproc-per-node=2", "-m", "engine.cli"]


def last_step(run: Run) -> int:
    latest = checkpoint.find_latest(run.out)
    assert latest is not None
    return int(checkpoint.read_meta(latest)["step"])


def test_ranks_of_torchrun_speak_with_one_voice_and_end_when_one_is_killed(start: Start) -> None:
    run = start(TORCHRUN, "--steps=100000")
    run.wait_for_step(7)
    os.kill(run.ranks[1], signal.SIGKILL)
    code, out, err = run.end()
    assert code != 0
    assert "bit-llama: Another process of this run ended" in err
    steps = [int(line.split()[1].partition("/")[0]) for line in out.splitlines()]
    assert steps == list(range(1, len(steps) + 1))


def test_a_killed_run_goes_on_with_more_ranks_which_end_with_what_started_them(start: Start) -> None:
    run = start(OURS, "--distributed=2", "--steps=100000", "--batch-size=6")
    run.wait_for_step(7)
    assert len(run.ranks) == 2
    os.kill(run.ranks[0], signal.SIGKILL)
    code, _, err = run.end()
    assert code == 1
    assert "Rank 0 was killed by signal 9 (SIGKILL)" in err.splitlines()[0]
    assert "Another process of this run ended" in err
    step = last_step(run)
    (run.out / "metrics.jsonl").unlink()

    again = start(OURS, "--distributed=3", "--resume", "--steps=100000", "--batch-size=6")
    until(lambda: len(children(again.process.pid)) == 3)
    again.wait_for_step(2)
    again.process.kill()
    until(lambda: not any(map(alive, again.ranks)))
    assert last_step(again) >= step + 2, "they saved before they ended"
    steps = [json.loads(line)["step"] for line in (run.out / "metrics.jsonl").read_text().splitlines()]
    assert steps == list(range(step + 1, step + 1 + len(steps)))


def test_a_wish_to_stop_reaches_all_ranks(start: Start) -> None:
    run = start(OURS, "--distributed=2", "--steps=100000")
    run.wait_for_step(2)
    run.process.send_signal(signal.SIGINT)
    code, out, err = run.end()
    assert code == 0, err
    assert f"Stopped after step {last_step(run)}; everything is saved" in out


def test_what_cannot_be_is_refused_once(
    data: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ["train", f"--data={data}", f"--out={tmp_path / 'run'}", *DIALS.split()]
    assert main([*command, "--distributed=1"]) == 1
    assert "two processes or more" in capfd.readouterr().err
    assert main([*command, "--rank-timeout=-1"]) == 1
    assert "--rank-timeout" in capfd.readouterr().err
    assert main([*command, "--distributed=3"]) == 1
    assert capfd.readouterr().err.count("--batch-size 4 cannot be dealt evenly to 3 ranks") == 1
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert main([*command, "--distributed=2"]) == 1
    assert "leave it out under torchrun" in capfd.readouterr().err
    monkeypatch.setenv("RANK", "5")
    assert main(command) == 1
    assert "RANK is 5 of WORLD_SIZE 2" in capfd.readouterr().err
