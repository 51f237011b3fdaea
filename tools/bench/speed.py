"""What the benches of speed share: a model to measure, works that take turns, a table, a note on the machine."""

from __future__ import annotations

import argparse
import dataclasses
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from engine.io.bitt import save_bitt
from engine.io.model_file import ModelWeights, load_weights
from engine.io.packed import Packing
from engine.models.config import BitLlamaConfig
from tools.bench.yardsticks import fastest_linears, random_body

PAUSE, QUICK = 0.05, 1.0
"""Seconds between two turns, and of a work that runs once untimed in each of its turns."""


def make_body(args: argparse.Namespace, sure: float = 1.0) -> ModelWeights:
    """The MODEL, or random weights of the size asked for; `sure` times as sure of the next word as they would be.

    Random weights are mapped from a file that was just written, as a model of a person is, and llama.cpp's are here.
    """
    if args.model is not None:
        return load_weights(args.model)
    heads = args.heads if args.variant == "linear" else 1
    config = BitLlamaConfig(args.vocab_size, args.dim, args.layers, 0.5, ttt_variant=args.variant, num_heads=heads)
    packing = Packing(args.linears or fastest_linears(), None if args.head == "float" else args.head)
    body = random_body(config, packing=packing, sure=sure)
    if os.name == "nt":  # a file that is mapped cannot be removed there
        return body
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "random.bitt"
        save_bitt(path, body, packed=True)
        return dataclasses.replace(load_weights(path), path=None)


def prompt(count: int, vocab: int) -> list[int]:
    """Tokens without a pattern."""
    return [(7 * i * i + 3) % vocab for i in range(count)]


def in_turns(runs: int, works: Mapping[str, Callable[[], object]]) -> dict[str, list[float]]:
    """Seconds of each run of each work, which take turns, so that all meet the same machine.

    Before a turn the threads of the one before get time to fall asleep, and a quick work runs once more untimed, since
    the others have taken its place in the caches.
    """
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(runs):
        for name, work in works.items():
            time.sleep(PAUSE)
            for timed in (False, True):
                if timed or not seconds[name] or seconds[name][-1] < QUICK:
                    began = time.perf_counter()
                    work()
                    if timed:
                        seconds[name].append(time.perf_counter() - began)
    return seconds


def show_rates(tokens: int, seconds: Mapping[str, list[float]]) -> dict[str, float]:
    """A table of tokens a second by name, from the medians; returns them."""
    rates = {name: tokens / statistics.median(times) for name, times in seconds.items()}
    width = max(10, *(len(name) + 2 for name in rates))
    print(f"{'':<{width}}{'tokens/s':>12}{'ms/token':>12}{'spread':>10}")
    for name, rate in rates.items():
        spread = (max(seconds[name]) - min(seconds[name])) / statistics.median(seconds[name])
        print(f"{name:<{width}}{rate:>12,.1f}{1000 / rate:>12.3f}{spread:>10.0%}")
    return rates


def describe(body: ModelWeights) -> str:
    """A model in a few words."""
    c, held = body.config, Packing.of(body.tensors)
    what = str(body.path) if body.path else f"random weights ({held.linears}, head in {held.embedding or 'float'})"
    return f"{what}: {c.hidden_dim} wide, {c.num_layers} layers, {c.ttt_variant}, {c.vocab_size:,} words"


def resident_bytes() -> int | None:
    """Memory that this process has now, or None where the system does not say."""
    try:
        with open("/proc/self/status", encoding="ascii") as file:
            return next(1024 * int(line.split()[1]) for line in file if line.startswith("VmRSS"))
    except OSError:
        return None


def load() -> float | None:
    """The system's load of the last minute."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None


def note_load() -> None:
    """Say so where other programs are at work."""
    now, cores = load(), os.cpu_count() or 1
    if now is not None and now > 0.5 * cores + 1:
        print(f"Other programs are at work (load {now:g} on {cores} cores): trust the ratios, not the figures.")
