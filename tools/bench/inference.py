"""``bit-llama bench decode | prefill | stream | replay``: how fast it runs here, beside torch, llama.cpp and memory.

`decode` and `prefill` are compared with other programs; `stream` (a reply as a person gets it) and `replay` (text read
once more) with `decode`.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from engine import native as native_library
from engine.cli.options import at_least_one
from engine.io.model_file import ModelWeights
from engine.io.packed import Packing
from engine.llama import Llama
from engine.runtime.base import Runtime
from engine.runtime.select import create_runtime
from tools.bench import llama_cpp
from tools.bench.llama_cpp import LlamaCpp
from tools.bench.speed import describe, in_turns, load, make_body, note_load, prompt, resident_bytes, show_rates
from tools.bench.yardsticks import check_same, read_bandwidth, token_bytes

WARM_UP = 8
"""Tokens, or a chunk, computed before anything is timed."""
EARLY = 100
"""The token that a long run compares its last with."""
SURE = 4.0
"""Standard deviation of the random logits that are sampled, near that of a trained model: of flat ones the nucleus
would be half of the vocabulary."""


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


def run_stream(args: argparse.Namespace) -> int:
    """Print what share of decoding's speed is left when tokens are sampled and handed on as text."""
    body = _with_words(make_body(args, SURE))
    llama = Llama(body, create_runtime(body, "cpu", "native", args.threads))
    pieces: list[str] = []

    def decode() -> None:
        for token in range(args.tokens):
            llama.runtime.step(token)

    def stream() -> None:
        left = args.tokens
        while left > 0:  # a reply that ends early is followed by another
            left -= llama.stream_completion("", left, args.temp, pieces.append, top_p=args.top_p).tokens

    return _beside_decoding(args, "stream", body, {"decode": decode, "stream": stream})


def run_replay(args: argparse.Namespace) -> int:
    """Print how much faster text is lived again than it was decoded."""
    body = make_body(args)
    runtime = create_runtime(body, "cpu", "native", args.threads)
    tokens = prompt(args.tokens, body.config.vocab_size)

    def decode() -> None:
        for token in tokens:
            runtime.step(token)

    works = {"decode": decode, "replay": lambda: runtime.prefill(tokens, logits=False)}
    return _beside_decoding(args, "replay", body, works)


def _race(
    args: argparse.Namespace, bench: str, ours: Callable[[Runtime], object], theirs: Callable[[LlamaCpp], object]
) -> int:
    """The gate, a warm-up, then native, torch and llama.cpp in turns."""
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
    size = token_bytes(config, Packing.of(body.tensors), native_library.MAX_DEFERRED)
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
def _llama_cpp(body: ModelWeights, threads: int, tokens: int) -> Iterator[tuple[LlamaCpp | None, str | None]]:
    """llama.cpp with a Llama as large as `body` and room for `tokens`, or None and why not."""
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


def _beside_decoding(args: argparse.Namespace, bench: str, body: ModelWeights, works: dict[str, Any]) -> int:
    for name in ("runs", "tokens"):
        at_least_one(getattr(args, name), f"--{name}")
    error = check_same(body, prompt(WARM_UP, body.config.vocab_size), args.threads)
    for work in works.values():
        work()
    seconds = in_turns(args.runs, works)
    print(f"{bench}, {describe(body)}, {args.tokens} tokens, median of {args.runs} runs")
    print(f"native gives torch's logits to {error:.1g}")
    note_load()
    rates = show_rates(args.tokens, seconds)
    ratio = rates[bench] / rates["decode"]
    print(f"{bench} runs at {ratio:.2f} times the speed of decoding")
    figures: dict[str, Any] = {"bench": bench, "tokens": args.tokens, "tokens_per_second": rates, "ratio": ratio}
    print(json.dumps(figures | {"config": body.config.to_dict(), "load": load(), "error": error}))
    return 0


def _with_words(body: ModelWeights) -> ModelWeights:
    """`body` with a tokenizer that has a word for every id, where it has none."""
    if body.tokenizer is not None:
        return body
    from engine.train.tokenizer import train_tokenizer

    data = json.loads(train_tokenizer([], "bytes").to_json())
    words = data["model"]["vocab"]
    free = (i for i in range(body.config.vocab_size))
    taken = {*words.values(), *(token["id"] for token in data["added_tokens"])}
    words.update({f"w{i}": i for i in free if i not in taken})
    return dataclasses.replace(body, tokenizer=json.dumps(data))
