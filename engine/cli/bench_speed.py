"""``bit-llama bench decode | prefill | startup``: how fast it runs here, beside torch and the memory's bandwidth."""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cli.options import at_least_one

if TYPE_CHECKING:
    from engine.formats.body import Body
    from engine.runtime.base import Runtime

WARM_UP = 8
"""Tokens, or a chunk, computed before anything is timed."""


def add_parsers(benches: Any) -> None:
    """Add these benches to those of `bench`."""
    texts = {
        "decode": "tokens a second, one after the other, logits out",
        "prefill": "tokens a second of a prompt",
        "startup": "from the file to the first token, and the memory that takes",
    }
    for name, text in texts.items():
        parser = benches.add_parser(name, help=text, description=f"Measures {text}, on random weights or a MODEL.")
        parser.add_argument("model", metavar="MODEL", type=Path, nargs="?", help="default: random weights")
        parser.add_argument("--dim", type=int, default=512, help="width (default: 512)")
        parser.add_argument("--layers", type=int, default=12, help="layers (default: 12)")
        parser.add_argument("--heads", type=int, default=8, help="heads of the linear variant (default: 8)")
        parser.add_argument("--vocab-size", type=int, default=16384, help="words (default: 16384)")
        parser.add_argument("--variant", choices=("linear", "tied"), default="linear", help="(default: linear)")
        parser.add_argument("--threads", type=int, help="processor threads (default: as many as help)")
        parser.add_argument("--runs", type=int, default=5, help="runs, of which the median counts (default: 5)")
        if name != "startup":
            default = 64 if name == "decode" else 512
            parser.add_argument("--tokens", type=int, default=default, help=f"tokens of a run (default: {default})")
        parser.set_defaults(run={"decode": run_decode, "prefill": run_prefill, "startup": run_startup}[name])


def run_decode(args: argparse.Namespace) -> int:
    """Print the speed of one token after the other."""

    def tokens(runtime: Runtime) -> None:
        for token in range(args.tokens):
            runtime.step(token % runtime.config.vocab_size)

    return _race(args, "decode", tokens)


def run_prefill(args: argparse.Namespace) -> int:
    """Print the speed of reading a prompt; its logits are those after the last token."""
    return _race(args, "prefill", lambda runtime: runtime.prefill(_prompt(args.tokens, runtime.config.vocab_size)))


def _prompt(count: int, vocab: int) -> list[int]:
    return [(7 * i * i + 3) % vocab for i in range(count)]


def _body(args: argparse.Namespace) -> Body:
    from engine.config import BitLlamaConfig
    from engine.formats.body import load_body
    from engine.runtime.yardsticks import random_body

    if args.model is not None:
        return load_body(args.model)
    heads = args.heads if args.variant == "linear" else 1
    return random_body(
        BitLlamaConfig(args.vocab_size, args.dim, args.layers, 0.5, ttt_variant=args.variant, num_heads=heads)
    )


def _race(args: argparse.Namespace, bench: str, work: Callable[[Runtime], object]) -> int:
    """The gate, a warm-up, then both runtimes in turns, so that both meet the same machine."""
    from engine.runtime.select import create_runtime
    from engine.runtime.yardsticks import check_same, read_bandwidth, token_bytes

    for name in ("runs", "tokens"):
        at_least_one(getattr(args, name), f"--{name}")
    body = _body(args)
    config = body.config
    error = check_same(body, _prompt(40, config.vocab_size), args.threads)
    runtimes = {name: create_runtime(body, "cpu", name, args.threads) for name in ("native", "torch")}
    threads = int(getattr(runtimes["native"], "threads", 1))
    for runtime in runtimes.values():
        runtime.prefill(_prompt(WARM_UP, config.vocab_size))
        runtime.step(0)
    seconds: dict[str, list[float]] = {name: [] for name in runtimes}
    for _ in range(args.runs):
        for name, runtime in runtimes.items():
            began = time.perf_counter()
            work(runtime)
            seconds[name].append(time.perf_counter() - began)
    rates = {name: args.tokens / statistics.median(times) for name, times in seconds.items()}
    bandwidth, size = read_bandwidth(threads), token_bytes(config)
    print(f"{bench}, {_describe(body)}, {args.tokens} tokens, median of {args.runs} runs")
    print(f"native gives torch's logits to {error:.1g}; {runtimes['native'].reason}")
    _note_load()
    print(f"{'':<10}{'tokens/s':>12}{'ms/token':>12}{'spread':>10}")
    for name, rate in rates.items():
        spread = (max(seconds[name]) - min(seconds[name])) / statistics.median(seconds[name])
        print(f"{name:<10}{rate:>12,.1f}{1000 / rate:>12.3f}{spread:>10.0%}")
    ratio = rates["native"] / rates["torch"]
    print(f"native is {ratio:.1f} times as fast as torch")
    figures: dict[str, Any] = {"bench": bench, "tokens": args.tokens, "threads": threads, "load": _load()}
    figures |= {"config": config.to_dict(), "tokens_per_second": rates, "ratio": ratio, "error": error}
    if bandwidth is not None:
        figures |= {"read_bandwidth": bandwidth, "token_bytes": size}
        if bench == "decode":
            share = size * rates["native"] / bandwidth
            print(
                f"a token touches {size / 1e6:,.1f} MB; memory reads {bandwidth / 1e9:.1f} GB/s, which would allow "
                f"{bandwidth / size:,.0f} tokens/s: {share:.0%} of it is reached"
            )
            figures["bandwidth_share"] = share
    print(json.dumps(figures))
    return 0


FIRST_TOKEN = """
import sys, time
began = time.perf_counter()
from engine.formats.body import load_body
from engine.runtime.select import create_runtime
imported = time.perf_counter()
runtime = create_runtime(load_body(sys.argv[1]), "cpu", "native", int(sys.argv[2]) or None)
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


def run_startup(args: argparse.Namespace) -> int:
    """Print the time from the start of a fresh process to the first token."""
    from engine.errors import BitLlamaError
    from engine.formats.bitt import save_bitt

    at_least_one(args.runs, "--runs")
    body = _body(args)
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
    read, whole, imports, load, token, peak = (statistics.median(values) for values in zip(*runs, strict=True))
    state = 4 * body.config.num_layers * math.prod(body.config.fast_shape)
    print(f"startup, {_describe(body)}, a file of {size / 1e6:,.1f} MB, median of {args.runs} runs")
    _note_load()
    rows = {"reading the file once": read, "importing": imports, "loading": load, "the first token": token}
    rows["a fresh process, in all"] = whole
    for name, seconds in rows.items():
        print(f"{name:<26}{1000 * seconds:>10,.1f} ms")
    print(f"loading and the first token take {(load + token) / read:.1f} times the reading")
    figures: dict[str, Any] = {"bench": "startup", "file_bytes": size, "state_bytes": state, "load": _load()}
    figures |= {"read": read, "import": imports, "loading": load, "first_token": token, "process": whole}
    figures["config"] = body.config.to_dict()
    if peak:
        print(f"resident memory at most {peak / 1e6:,.0f} MB: the file, the state of {state / 1e6:,.1f} MB, and Python")
        figures["peak_bytes"] = int(peak)
    print(json.dumps(figures))
    return 0


def _describe(body: Body) -> str:
    c = body.config
    what = str(body.path) if body.path else "random weights"
    return f"{what}: {c.hidden_dim} wide, {c.num_layers} layers, {c.ttt_variant}, {c.vocab_size:,} words"


def _load() -> float | None:
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None


def _note_load() -> None:
    """Say so where other programs are at work."""
    load, cores = _load(), os.cpu_count() or 1
    if load is not None and load > 0.5 * cores + 1:
        print(f"Other programs are at work (load {load:g} on {cores} cores): trust the ratios, not the figures.")
