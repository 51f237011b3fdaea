"""``bit-llama bench stream | replay``: a reply as a person gets it, and text lived again, beside decoding."""

from __future__ import annotations

import argparse
import dataclasses
import json
from typing import TYPE_CHECKING, Any

from engine.cli.bench_speed import (
    WARM_UP,
    add_parser,
    add_tokens,
    describe,
    in_turns,
    load,
    make_body,
    note_load,
    prompt,
    show_rates,
)
from engine.cli.options import at_least_one

if TYPE_CHECKING:
    from engine.io.model_file import Body

SURE = 4.0
"""Standard deviation of the random logits that are sampled, near that of a trained body: of flat ones the nucleus would
be half of the vocabulary."""


def add_benches(benches: Any) -> None:
    """Add these benches to those of `bench`."""
    stream = add_parser(benches, "stream", "tokens a second of a reply, sampled and as text", run_stream)
    add_tokens(stream, 64)
    stream.add_argument("--temp", type=float, default=0.7, help="temperature (default: 0.7)")
    stream.add_argument("--top-p", type=float, default=0.9, help="(default: 0.9)")
    replay = add_parser(benches, "replay", "tokens a second of living text again, without logits", run_replay)
    add_tokens(replay, 512)


def run_stream(args: argparse.Namespace) -> int:
    """Print what share of decoding's speed is left when tokens are sampled and handed on as text."""
    from engine.llama import Llama
    from engine.runtime.select import create_runtime

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
    from engine.runtime.select import create_runtime

    body = make_body(args)
    runtime = create_runtime(body, "cpu", "native", args.threads)
    tokens = prompt(args.tokens, body.config.vocab_size)

    def decode() -> None:
        for token in tokens:
            runtime.step(token)

    works = {"decode": decode, "replay": lambda: runtime.prefill(tokens, logits=False)}
    return _beside_decoding(args, "replay", body, works)


def _beside_decoding(args: argparse.Namespace, bench: str, body: Body, works: dict[str, Any]) -> int:
    from engine.runtime.yardsticks import check_same

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


def _with_words(body: Body) -> Body:
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
