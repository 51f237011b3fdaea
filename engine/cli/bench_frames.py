"""``bit-llama bench frames``: the window's smoothness and its start, measured by the window itself in a process of its
own, since the command line knows nothing of windows."""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import Any

from engine.errors import ConfigError

MODULE = "studio.bench_frames"


def add_bench(benches: Any) -> None:
    """Add this bench to those of `bench`."""
    parser = benches.add_parser(
        "frames",
        help="how smooth the window is, and how soon it is there",
        description="Measures the gaps between the frames of the Studio's window while it loads, talks, sleeps and "
        "scrolls, and the time from the start of the program to the window and to the first word. Exit code 1 where "
        "the window is not as quick as is asked of it.",
    )
    parser.add_argument("model", metavar="MODEL", type=Path, nargs="?", help="default: the bundled model")
    parser.add_argument("--seconds", type=float, default=6.0, help="how long each scene goes on (default: 6)")
    parser.add_argument("--starts", type=int, default=5, help="starts, of which the median counts (default: 5)")
    parser.set_defaults(run=run_frames)


def run_frames(args: argparse.Namespace) -> int:
    """Hand over to the window; its exit code."""
    if args.starts < 1 or not args.seconds > 0:
        raise ConfigError("--starts and --seconds must be more than nothing; nothing can be measured otherwise.")
    if getattr(sys, "frozen", False) or importlib.util.find_spec("studio") is None:
        raise ConfigError("bench frames needs the program's Python sources; run it from an installed checkout.")
    command = [sys.executable, "-m", MODULE, "--seconds", str(args.seconds), "--starts", str(args.starts)]
    if args.model is not None:
        command += ["--model", str(args.model)]
    return subprocess.run(command, check=False).returncode
