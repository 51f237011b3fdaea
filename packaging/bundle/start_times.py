"""How long the finished program takes from its start until it is seen, and until it can be talked to.

`python packaging/bundle/start_times.py [PROGRAM]` starts it several times, each with a workspace of its own, and prints
a table and one line of JSON. The first start, which reads the files from the disk, is told apart. Needs Xvfb.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "dist" / "bit-llama-studio" / "bit-llama-studio"
GOALS = {"window": 1.5, "ready": 3.0}
"""Seconds, warm."""


@contextmanager
def screen() -> Iterator[str]:
    """A screen that nobody sees, for as long as the block lasts; its name."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x800x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=[write], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        os.close(write)
        with os.fdopen(read) as told:
            yield f":{told.readline().strip()}"
        server.terminate()


def one_start(command: list[str], display: str) -> dict[str, float]:
    """Seconds from the start of the process to each line that it prints. Raises `RuntimeError` where it fails."""
    with tempfile.TemporaryDirectory() as place:
        environ = {"PATH": "/usr/bin:/bin", "HOME": place, "DISPLAY": display, "LANG": "C.UTF-8"}
        whole = [*command, "--start-times", "--workspace", f"{place}/workspace"]
        started = time.monotonic()
        with subprocess.Popen(whole, env=environ, stdout=subprocess.PIPE, text=True) as running:
            assert running.stdout is not None
            seen = {line.strip(): time.monotonic() - started for line in running.stdout}
        if running.returncode or set(GOALS) - set(seen):
            raise RuntimeError(f"{command[0]} ended with {running.returncode} and told only {seen}.")
    return seen


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; 1 where the program does not start."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", nargs="*", default=[str(PROGRAM)], help="the program, or a command that starts it")
    parser.add_argument("--runs", type=int, default=5, help="warm starts (default: %(default)s)")
    arguments = parser.parse_args(argv)
    try:
        with screen() as display:
            first, *warm = [one_start(arguments.program, display) for _ in range(arguments.runs + 1)]
    except (OSError, RuntimeError) as error:
        print(error)
        return 1
    print(f"{'seconds':<10}{'first':>8}{'median':>8}{'slowest':>9}{'goal':>7}")
    figures = {}
    for what, goal in GOALS.items():
        times = [start[what] for start in warm]
        print(f"{what:<10}{first[what]:>8.2f}{statistics.median(times):>8.2f}{max(times):>9.2f}{goal:>7.1f}")
        figures[what] = {"first": first[what], "median": statistics.median(times), "slowest": max(times)}
    print(json.dumps({"bench": "start_times", "runs": arguments.runs, "load": os.getloadavg()[0], **figures}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
