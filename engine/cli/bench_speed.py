"""``bit-llama bench decode | prefill``: how fast it runs here, beside torch, llama.cpp and the memory's bandwidth.

What the other benches of speed share stands here too: their options, their bodies, turns, and the note on the machine.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cli.options import at_least_one

if TYPE_CHECKING:
    from engine.io.model_file import Body
    from engine.runtime.base import Runtime
    from engine.runtime.llama_cpp import LlamaCpp

WARM_UP = 8
"""Tokens, or a chunk, computed before anything is timed."""
PAUSE, QUICK = 0.05, 1.0
"""Seconds between two turns, and of a work that runs once untimed in each of its turns."""
EARLY = 100
"""The token that a long run compares its last with."""


def add_parsers(benches: Any) -> None:
    """Add these benches to those of `bench`."""
    decode = add_parser(benches, "decode", "tokens a second, one after the other, logits out", run_decode)
    add_tokens(decode, 64)
    decode.add_argument("--profile", action="store_true", help="also say where the time of one token goes")
    decode.add_argument("--long", type=int, metavar="N", help="also compare token N of one stream with token 100")
    prefill = add_parser(benches, "prefill", "tokens a second of a prompt", run_prefill)
    add_tokens(prefill, 512)


def add_parser(benches: Any, name: str, text: str, run: Callable[[argparse.Namespace], int]) -> Any:
    """A bench of that name with the options that all benches of speed have."""
    parser = benches.add_parser(name, help=text, description=f"Measures {text}, on random weights or a MODEL.")
    parser.add_argument("model", metavar="MODEL", type=Path, nargs="?", help="default: random weights")
    parser.add_argument("--dim", type=int, default=512, help="width (default: 512)")
    parser.add_argument("--layers", type=int, default=12, help="layers (default: 12)")
    parser.add_argument("--heads", type=int, default=8, help="heads of the linear variant (default: 8)")
    parser.add_argument("--vocab-size", type=int, default=16384, help="words (default: 16384)")
    parser.add_argument("--variant", choices=("linear", "tied"), default="linear", help="(default: linear)")
    parser.add_argument(
        "--head", choices=("fives", "bytes", "float"), default="fives", help="how random weights hold the head"
    )
    parser.add_argument(
        "--maps", choices=("triples", "fours"), help="and ternary weights (default: what this processor reads faster)"
    )
    parser.add_argument("--threads", type=int, help="processor threads (default: as many as help)")
    parser.add_argument("--runs", type=int, default=5, help="runs, of which the median counts (default: 5)")
    parser.set_defaults(run=run)
    return parser


def add_tokens(parser: Any, default: int) -> None:
    """The length of a run."""
    parser.add_argument("--tokens", type=int, default=default, help=f"tokens of a run (default: {default})")


def make_body(args: argparse.Namespace, sure: float = 1.0) -> Body:
    """The MODEL, or random weights of the size asked for; `sure` times as sure of the next word as they would be.

    Random weights are mapped from a file that was just written, as a body of a person is, and llama.cpp's are here.
    """
    from engine.io.bitt import save_bitt
    from engine.io.model_file import load_body
    from engine.io.packed import Packing
    from engine.models.config import BitLlamaConfig
    from engine.runtime.yardsticks import fastest_maps, random_body

    if args.model is not None:
        return load_body(args.model)
    heads = args.heads if args.variant == "linear" else 1
    config = BitLlamaConfig(args.vocab_size, args.dim, args.layers, 0.5, ttt_variant=args.variant, num_heads=heads)
    packing = Packing(args.maps or fastest_maps(), None if args.head == "float" else args.head)
    body = random_body(config, packing=packing, sure=sure)
    if os.name == "nt":  # a file that is mapped cannot be removed there
        return body
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "random.bitt"
        save_bitt(path, body, packed=True)
        return dataclasses.replace(load_body(path), path=None)


def run_decode(args: argparse.Namespace) -> int:
    """Print the speed of one token after the other."""

    def ours(runtime: Runtime) -> None:
        step, vocab = runtime.step, runtime.config.vocab_size
        for token in range(args.tokens):
            step(token % vocab)

    def theirs(rival: LlamaCpp) -> None:
        for token in range(args.tokens):
            rival.feed([token])

    return _race(args, "decode", ours, theirs)


def run_prefill(args: argparse.Namespace) -> int:
    """Print the speed of reading a prompt; its logits are those after the last token."""
    return _race(
        args,
        "prefill",
        lambda runtime: runtime.prefill(prompt(args.tokens, runtime.config.vocab_size)),
        lambda rival: rival.feed(prompt(args.tokens, args.vocab_size)),
    )


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


def _race(
    args: argparse.Namespace, bench: str, ours: Callable[[Runtime], object], theirs: Callable[[LlamaCpp], object]
) -> int:
    """The gate, a warm-up, then native, torch and llama.cpp in turns."""
    from engine import native as native_library
    from engine.io.packed import Packing
    from engine.runtime.select import create_runtime
    from engine.runtime.yardsticks import check_same, read_bandwidth, token_bytes

    for name in ("runs", "tokens"):
        at_least_one(getattr(args, name), f"--{name}")
    body = make_body(args)
    config = body.config
    error = check_same(body, prompt(40, config.vocab_size), args.threads)
    runtimes = {name: create_runtime(body, "cpu", name, args.threads) for name in ("native", "torch")}
    native = runtimes["native"]
    threads = int(getattr(native, "threads", 1))
    for runtime in runtimes.values():
        runtime.prefill(prompt(WARM_UP, config.vocab_size))
        runtime.step(0)
    with _llama_cpp(body, threads, args.tokens) as (rival, reason):
        works: dict[str, Callable[[], object]] = {
            name: lambda runtime=runtime: ours(runtime)  # type: ignore[misc]
            for name, runtime in runtimes.items()
        }
        if rival is not None:
            works["llama.cpp"] = lambda: theirs(rival.forget())
            works["llama.cpp"]()
        seconds = in_turns(args.runs, works)
    size = token_bytes(config, Packing.of(body.tensors), native_library.LATE)
    bandwidth, cached = read_bandwidth(threads), read_bandwidth(threads, size)
    print(f"{bench}, {describe(body)}, {args.tokens} tokens, median of {args.runs} runs")
    print(f"native gives torch's logits to {error:.1g}; {native.reason}")
    note_load()
    rates = show_rates(args.tokens, seconds)
    ratios = {name: rates["native"] / rate for name, rate in rates.items() if name != "native"}
    print("native is " + ", ".join(f"{ratio:.2f} times as fast as {name}" for name, ratio in ratios.items()))
    if reason:
        print(f"llama.cpp is not measured, since {reason}")
    figures: dict[str, Any] = {"bench": bench, "tokens": args.tokens, "threads": threads, "load": load()}
    figures |= {"config": config.to_dict(), "tokens_per_second": rates, "ratios": ratios, "error": error}
    if bandwidth is not None and cached is not None:
        figures |= {"read_bandwidth": bandwidth, "cached_bandwidth": cached, "token_bytes": size}
        if bench == "decode":
            share = size * rates["native"] / bandwidth
            print(
                f"a token touches {size / 1e6:,.1f} MB; memory reads {bandwidth / 1e9:.1f} GB/s, which would allow "
                f"{bandwidth / size:,.0f} tokens/s: {share:.0%} of it is reached"
            )
            cached_share = size * rates["native"] / cached
            print(
                f"so many bytes read over and over, from whichever cache holds them, come at {cached / 1e9:.1f} GB/s, "
                f"{cached / size:,.0f} tokens/s: {cached_share:.0%} of it is reached"
            )
            figures |= {"bandwidth_share": share, "cached_share": cached_share}
    if bench == "decode" and args.profile:
        figures["profile"] = _profile(native, args.tokens)
    if bench == "decode" and args.long:
        figures["long"] = _long(native, args.long)
    print(json.dumps(figures))
    return 0


@contextlib.contextmanager
def _llama_cpp(body: Body, threads: int, tokens: int) -> Iterator[tuple[LlamaCpp | None, str | None]]:
    """llama.cpp with a Llama as large as `body` and room for `tokens`, or None and why not."""
    from engine.runtime import llama_cpp

    reason = llama_cpp.why_not(body.config)
    if reason is not None:
        yield None, reason
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "random.gguf"
        llama_cpp.write_model(path, body.config)
        rival = llama_cpp.LlamaCpp(path, threads, tokens)
        try:
            yield rival, None
        finally:
            rival.close()


def _profile(native: Any, tokens: int) -> dict[str, float]:
    """Print where the time of a token goes; microseconds by phase."""
    with native.profiling() as seconds:
        for token in range(tokens):
            native.step(token % native.config.vocab_size)
    micro = {phase: 1e6 * value / tokens for phase, value in seconds.items()}
    total = sum(micro.values())
    print(f"{'of one token':<20}{'microseconds':>14}{'share':>8}")
    for phase, value in micro.items():
        print(f"{phase:<20}{value:>14,.1f}{value / total:>8.0%}")
    return micro


def _long(native: Any, length: int) -> dict[str, float]:
    """Print what tokens around the 100th and the last of one stream cost, and how much memory grew between them."""
    at_least_one(length - 4 * EARLY, "--long less 400")
    native.reset()

    def cost(count: int) -> float:
        times = []
        for token in range(count):
            began = time.perf_counter()
            native.step(token % native.config.vocab_size)
            times.append(time.perf_counter() - began)
        return statistics.median(times)

    early, before = cost(2 * EARLY), resident_bytes()
    for _ in range(length - 4 * EARLY):
        native.step(1)
    late, after = cost(2 * EARLY), resident_bytes()
    growth = (after or 0) - (before or 0)
    print(
        f"token {EARLY} takes {1e6 * early:,.1f} microseconds, token {length:,} of the same stream {1e6 * late:,.1f} "
        f"({late / early - 1:+.1%}); resident memory grew by {growth / 1e6:,.2f} MB in between"
    )
    return {"tokens": length, "early": early, "late": late, "memory_growth": growth}


def describe(body: Body) -> str:
    """A body in a few words."""
    from engine.io.packed import Packing

    c, held = body.config, Packing.of(body.tensors)
    what = str(body.path) if body.path else f"random weights ({held.maps}, head in {held.words or 'float'})"
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
