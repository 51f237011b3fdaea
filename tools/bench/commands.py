"""What ``bit-llama bench`` takes: the options of every bench. What measures is imported when it runs."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine.cli.options import add_linears
from engine.errors import ConfigError

Run = Callable[[argparse.Namespace], int]


def add_parser(commands: Any) -> None:
    """Add ``bench`` to the commands of the parser."""
    parser = commands.add_parser(
        "bench",
        help="measure a model",
        description="Measurements that anyone can run. Each prints a table, then one line of JSON.",
    )
    parser.add_argument("--device", metavar="CARD", help="measure this graphics card: cuda, cuda:1")
    parser.set_defaults(run=_run("cuda"))
    benches = parser.add_subparsers(title="benches", metavar="BENCH")
    for add in (_memory, _manner, _frames, _recall, _roofline, _scaling, _sleep, _inference, _startup, _train):
        add(benches)


def _run(module: str, name: str = "run") -> Run:
    """The function `name` of a module of this package, which is imported when it is called."""

    def run(args: argparse.Namespace) -> int:
        return int(getattr(importlib.import_module(f"tools.bench.{module}"), name)(args))

    return run


def _bench(benches: Any, name: str, text: str, description: str, run: Run) -> argparse.ArgumentParser:
    """A bench, which refuses ``bench --device``: that would do nothing there."""

    def without_device(args: argparse.Namespace) -> int:
        if args.device is not None:
            raise ConfigError(
                f"bench {name} does not take --device; bit-llama bench --device {args.device} measures a card."
            )
        return run(args)

    parser: argparse.ArgumentParser = benches.add_parser(name, help=text, description=description)
    parser.set_defaults(run=without_device)
    return parser


def _add_model(parser: argparse.ArgumentParser, default: str = "the bundled model") -> None:
    parser.add_argument("model", metavar="MODEL", type=Path, nargs="?", help=f"default: {default}")


def _add_wordings(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--wordings", choices=("known", "unseen", "mixed"), default="known",
        help="ways of telling and asking: of training, held out of it, or both",
    )  # fmt: skip


def _memory(benches: Any) -> None:
    parser = _bench(
        benches,
        "memory",
        "what it remembers of what it was told",
        "Tells facts with values and names never seen in training, talks of other things, asks; then saves the soul, "
        "begins anew, loads it and asks again; and asks a newborn, who cannot know.",
        _run("memory"),
    )
    _add_model(parser)
    add = parser.add_argument
    add("--probes", type=int, default=5, help="conversations (default: 5)")
    add("--facts", type=int, default=8, help="facts told in each (default: 8)")
    add("--filler", type=int, default=300, help="tokens of other talk before asking (default: 300)")
    _add_wordings(parser)
    add(
        "--rate", metavar="X", type=float, default=1.0, help="how strongly it learns meanwhile, 1 is usual (default: 1)"
    )
    add(
        "--beams",
        metavar="N",
        type=int,
        default=4,
        help="ways to go on weighed where an answer is in doubt (default: 4)",
    )
    add("--corrections", type=int, default=0, help="facts told once more with another value, which then counts")
    add("--seed", type=int, default=1, help="another seed makes other facts (default: 1)")


def _manner(benches: Any) -> None:
    parser = _bench(
        benches,
        "manner",
        "what it remembers of what people really type",
        "Tells held-out sentences in the manner of people over five conversations and asks about them in others: by "
        "the soul alone, with notes, after a night and a restart; what was never told; everyday requests.",
        _run("manner"),
    )
    _add_model(parser)
    add = parser.add_argument
    add("--told", type=int, default=42, help="messages told (default: 42)")
    add("--skip", type=int, default=0, help="lines of the file to pass over first (default: 0)")
    add("--questions", type=int, default=64, help="questions asked about them; 0: all (default: 64)")
    add("--unknown", type=int, default=20, help="questions about what was never told (default: 20)")
    add("--plain", action="store_true", help="plain wordings in place of those of people")
    for name, text in (
        ("newborn", "ask a newborn, too"),
        ("notes", "ask with notes, too"),
        ("night", "sleep, begin anew and ask again"),
        ("everyday", "compare 100 everyday answers with the untouched model's"),
    ):
        add(f"--{name}", action=argparse.BooleanOptionalAction, default=name != "everyday", help=text)
    add("--show", type=int, default=0, metavar="N", help="print the first N answers")
    add("--threads", metavar="N", type=int, help="processor threads")


def _frames(benches: Any) -> None:
    parser = _bench(
        benches,
        "frames",
        "how smooth the window is, and how soon it is there",
        "Measures the gaps between the frames of the Studio's window while it loads, talks, sleeps and scrolls, and "
        "the time from the start of the program to the window and to the first word. Exit code 1 where the window is "
        "not as quick as is asked of it.",
        _run("frames", "run_in_new_process"),
    )
    _add_model(parser)
    parser.add_argument("--seconds", type=float, default=6.0, help="how long each scene goes on (default: 6)")
    parser.add_argument("--starts", type=int, default=5, help="starts, of which the median counts (default: 5)")


def _recall(benches: Any) -> None:
    parser = _bench(
        benches,
        "recall",
        "train small models to look things up, one for each form of the TTT layer",
        "Multi-query associative recall (Arora et al. 2023): pairs of a key and a value, then keys whose values are "
        "asked. Trains a small ternary model of every form from random weights by the same short recipe and prints the "
        "share of right answers on sequences never seen.",
        _run("associative_recall"),
    )
    add = parser.add_argument
    add("--pairs", type=int, default=32, help="pairs in a sequence (default: 32)")
    add("--length", type=int, default=256, help="tokens of a sequence (default: 256)")
    add("--steps", type=int, default=400, help="training steps of about 4,000 tokens (default: 400)")
    add("--lr", type=float, default=0.01, help="peak learning rate (default: 0.01)")
    add("--forms", default="shipped,tied", help="which, by commas, or all (default: shipped,tied)")
    add("--seed", type=int, default=1, help="of weights and sequences (default: 1)")
    add("--threads", metavar="N", type=int, help="processor threads (default: torch's own choice)")


def _roofline(benches: Any) -> None:
    parser = _bench(
        benches,
        "roofline",
        "how fast a graphics card could be, on paper",
        "Bytes and operations of a token and what they allow. Computed, not measured.",
        _run("roofline"),
    )
    cards = [300.0, 1000.0, 3300.0]  # about those of an L4, an RTX 4090 and an H100
    parser.add_argument(
        "--bandwidth",
        metavar="GB/S",
        type=float,
        nargs="+",
        default=cards,
        help="of the cards (default: 300 1000 3300)",
    )


def _scaling(benches: Any) -> None:
    parser = _bench(
        benches,
        "scaling",
        "training on many cards, on paper",
        "Memory of a card, bytes between cards and the time they allow, for a model of a billion weights. Computed, "
        "not measured.",
        _run("scaling"),
    )
    add = parser.add_argument
    add("--cards", metavar="N", type=int, nargs="+", default=[1, 8, 64, 256, 1024], help="how many")
    add("--speed", metavar="TFLOP/S", type=float, default=312.0, help="of a card (default: 312)")
    add("--memory", metavar="GB", type=float, default=80.0, help="of a card (default: 80)")
    add("--wire", metavar="GB/S", type=float, default=25.0, help="that a card sends (default: 25)")
    add("--tokens", metavar="N", type=float, default=1e11, help="of the run (default: 1e11)")
    add("--step-tokens", metavar="N", type=int, default=1 << 21, help="of a step (default: 2097152)")
    add("--context", metavar="N", type=int, default=1024, help="tokens of a segment (default: 1024)")
    add("--streams", metavar="N", type=int, default=2, help="of a micro-batch on a card (default: 2)")


def _sleep(benches: Any) -> None:
    parser = _bench(
        benches,
        "sleep",
        "what nights keep of past days",
        "Tells facts with values and names never seen in training over several days, of which only the log is left. A "
        "newborn soul sleeps on that log, in each of several ways, and is asked: in a fresh conversation, and again "
        "after other talk; with --twice also after one more night on the same log.",
        _run("sleep"),
    )
    _add_model(parser)
    add = parser.add_argument
    add("--facts", type=int, default=50, help="facts told (default: 50)")
    add("--days", type=int, default=5, help="over so many days (default: 5)")
    add("--corrections", type=int, default=0, help="so many of them are told anew at the end, otherwise (default: 0)")
    _add_wordings(parser)
    add("--most", metavar="RATE", type=float, default=4.0, help="highest rate compared (default: 4)")
    add("--only", metavar="TEXT", default="", help="only the ways whose name contains this")
    add("--twice", action="store_true", help="sleep one more night on the same log, and ask again")
    add("--seed", type=int, default=1, help="another seed makes other facts (default: 1)")
    add("--seeds", type=int, default=1, help="so many trials, with this seed and the next (default: 1)")
    add("--threads", metavar="N", type=int, help="processor threads (default: torch's own choice)")


def _speed(benches: Any, name: str, text: str, run: Run) -> argparse.ArgumentParser:
    """A bench of speed, with the options that all of them have."""
    parser = _bench(benches, name, text, f"Measures {text}, on random weights or a MODEL.", run)
    _add_model(parser, "random weights")
    add = parser.add_argument
    add("--dim", type=int, default=512, help="width (default: 512)")
    add("--layers", type=int, default=12, help="layers (default: 12)")
    add("--heads", type=int, default=8, help="heads of the linear variant (default: 8)")
    add("--vocab-size", type=int, default=16384, help="words (default: 16384)")
    add("--variant", choices=("linear", "tied"), default="linear", help="(default: linear)")
    former = {"fives": "int5", "bytes": "int8"}  # as earlier versions called them
    add(
        "--head", type=lambda form: former.get(form, form), choices=("int5", "int8", "float"), default="int5",
        help="how random weights hold the head (default: int5)",
    )  # fmt: skip
    add_linears(parser, "and ternary weights (default: what this processor reads faster)")
    add("--threads", type=int, help="processor threads (default: as many as help)")
    add("--runs", type=int, default=5, help="runs, of which the median counts (default: 5)")
    return parser


def _inference(benches: Any) -> None:
    decode = _speed(
        benches, "decode", "tokens a second, one after the other, logits out", _run("inference", "run_decode")
    )
    decode.add_argument("--profile", action="store_true", help="also say where the time of one token goes")
    decode.add_argument("--long", type=int, metavar="N", help="also compare token N of one stream with token 100")
    prefill = _speed(benches, "prefill", "tokens a second of a prompt", _run("inference", "run_prefill"))
    stream = _speed(
        benches, "stream", "tokens a second of a reply, sampled and as text", _run("inference", "run_stream")
    )
    stream.add_argument("--temp", type=float, default=0.7, help="temperature (default: 0.7)")
    stream.add_argument("--top-p", type=float, default=0.9, help="(default: 0.9)")
    replay = _speed(
        benches, "replay", "tokens a second of living text again, without logits", _run("inference", "run_replay")
    )
    for parser, tokens in ((decode, 64), (prefill, 512), (stream, 64), (replay, 512)):
        parser.add_argument("--tokens", type=int, default=tokens, help=f"tokens of a run (default: {tokens})")


def _startup(benches: Any) -> None:
    _speed(benches, "startup", "from the file to the first token, and the memory that takes", _run("startup"))


def _train(benches: Any) -> None:
    text = "tokens a second of a training step, beside the plain forms"
    parser = _bench(benches, "train", text, f"Measures {text}, on random weights and text.", _run("train"))
    add = parser.add_argument
    add("--dim", type=int, default=256, help="width (default: 256)")
    add("--layers", type=int, default=8, help="layers (default: 8)")
    add("--heads", type=int, default=4, help="heads of the linear variant (default: 4)")
    add("--vocab-size", type=int, default=2048, help="words (default: 2048)")
    add("--context-len", type=int, default=128, help="tokens of a segment (default: 128)")
    add("--batch-size", type=int, default=16, help="streams side by side (default: 16)")
    add("--threads", type=int, default=0, help="processor threads of torch; 0: its own choice")
    add("--runs", type=int, default=3, help="runs, of which the median counts (default: 3)")
