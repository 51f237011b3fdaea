"""``bit-llama bench startup``: from the file to the first token, and the memory that takes."""

from __future__ import annotations

import argparse
import json
import math
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from engine.cli.options import at_least_one
from engine.errors import BitLlamaError
from engine.io.bitt import save_bitt
from tools.bench.speed import describe, load, make_body, note_load

FIRST_TOKEN = """
import sys, time
began = time.perf_counter()
from engine.io.model_file import load_weights
from engine.runtime.select import create_runtime
imported = time.perf_counter()
runtime = create_runtime(load_weights(sys.argv[1]), "cpu", "native", int(sys.argv[2]) or None)
loaded = time.perf_counter()
runtime.step(1)
done = time.perf_counter()
peak = 0
try:
    with open("/proc/self/status") as file:
        peak = next(1024 * int(line.split()[1]) for line in file if line.startswith("VmHWM"))
except OSError:
    pass
print(imported - began, loaded - imported, done - loaded, peak, "torch" in sys.modules)
"""


def run(args: argparse.Namespace) -> int:
    """Print the time from the start of a fresh process to the first token."""
    at_least_one(args.runs, "--runs")
    body = make_body(args)
    with tempfile.TemporaryDirectory() as folder:
        path = args.model
        if path is None or Path(path).is_dir():
            path = Path(folder) / "body.bitt"
            save_bitt(path, body, packed=True)
        runs: list[list[float]] = []
        for _ in range(args.runs):
            began = time.perf_counter()
            with open(path, "rb", buffering=0) as file:
                while file.read(1 << 22):
                    pass
            read = time.perf_counter() - began
            command = [sys.executable, "-c", FIRST_TOKEN, str(path), str(args.threads or 0)]
            began = time.perf_counter()
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            whole = time.perf_counter() - began
            if done.returncode:
                raise BitLlamaError(f"The first token was not reached: {done.stderr.strip().splitlines()[-1]}.")
            *numbers, torch = done.stdout.split()
            if torch != "False":
                raise BitLlamaError("Loading imported torch, so its time would be measured too; report this.")
            runs.append([read, whole, *map(float, numbers)])
        size = Path(path).stat().st_size
    read, whole, imports, loading, token, peak = (statistics.median(values) for values in zip(*runs, strict=True))
    state = 4 * body.config.num_layers * math.prod(body.config.fast_shape)
    print(f"startup, {describe(body)}, a file of {size / 1e6:,.1f} MB, median of {args.runs} runs")
    note_load()
    rows = {"reading the file once": read, "importing": imports, "loading": loading, "the first token": token}
    rows["a fresh process, in all"] = whole
    for name, seconds in rows.items():
        print(f"{name:<26}{1000 * seconds:>10,.1f} ms")
    print(f"loading and the first token take {(loading + token) / read:.1f} times the reading")
    figures: dict[str, Any] = {"bench": "startup", "file_bytes": size, "state_bytes": state, "load": load()}
    figures |= {"read": read, "import": imports, "loading": loading, "first_token": token, "process": whole}
    figures["config"] = body.config.to_dict()
    if peak:
        share = (peak - state) / size
        print(
            f"resident memory at most {peak / 1e6:,.0f} MB: the state of {state / 1e6:,.1f} MB, and with Python "
            f"{share:.2f} times the file"
        )
        figures |= {"peak_bytes": int(peak), "memory_share": share}
    print(json.dumps(figures))
    return 0
