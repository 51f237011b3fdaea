"""``bit-llama bench``: measurements that anyone can run. Each prints a table, then one line of JSON."""

from __future__ import annotations

import argparse
import functools
import json
import tempfile
from pathlib import Path
from typing import Any

from engine.cli import (
    bench_card,
    bench_frames,
    bench_recall,
    bench_roofline,
    bench_scaling,
    bench_sleep,
    bench_speed,
    bench_startup,
    bench_stream,
    bench_train,
)
from engine.cli.terminal import ProgressLine


def add_parser(commands: Any) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser("bench", help="measure a body", description=__doc__)
    benches = parser.add_subparsers(title="benches", metavar="BENCH")
    bench_card.add_option(parser)
    memory = benches.add_parser(
        "memory",
        help="what it remembers of what it was told",
        description="Tells facts with values and names never seen in training, talks of other things, asks; then "
        "saves the soul, begins anew, loads it and asks again; and asks a newborn, who cannot know.",
    )
    memory.add_argument("model", metavar="MODEL", type=Path, nargs="?", help="default: the bundled model")
    memory.add_argument("--probes", type=int, default=5, help="conversations (default: 5)")
    memory.add_argument("--facts", type=int, default=8, help="facts told in each (default: 8)")
    memory.add_argument("--filler", type=int, default=300, help="tokens of other talk before asking (default: 300)")
    memory.add_argument(
        "--wordings", choices=("known", "unseen", "mixed"), default="known",
        help="ways of telling and asking: of training, held out of it, or both",
    )  # fmt: skip
    memory.add_argument(
        "--rate", metavar="X", type=float, default=1.0, help="how strongly it learns meanwhile, 1 is usual (default: 1)"
    )
    memory.add_argument(
        "--beams",
        metavar="N",
        type=int,
        default=4,
        help="ways to go on weighed where an answer is in doubt (default: 4)",
    )
    memory.add_argument(
        "--corrections", type=int, default=0, help="facts told once more with another value, which then counts"
    )
    memory.add_argument("--seed", type=int, default=1, help="another seed makes other facts (default: 1)")
    memory.set_defaults(run=run_memory)
    bench_frames.add_bench(benches)
    bench_recall.add_bench(benches)
    bench_roofline.add_bench(benches)
    bench_scaling.add_bench(benches)
    bench_sleep.add_bench(benches)
    bench_speed.add_parsers(benches)
    bench_stream.add_benches(benches)
    bench_startup.add_bench(benches)
    bench_train.add_bench(benches)
    bench_card.keep_to_itself(benches)


def _show(line: ProgressLine, number: int, part: float) -> None:
    line.show(f"conversation {number + 1}: {part:.0%}")


def run_memory(args: argparse.Namespace) -> int:
    """Print shares of right answers: at once, after a restart, and of a newborn."""
    from engine.errors import ConfigError
    from engine.llama import Llama
    from engine.resources import bundled_model
    from engine.sleep import recall
    from engine.text.sampling import SamplingParams
    from engine.train.companion.probes import make_probe

    if args.probes < 1:
        raise ConfigError(f"--probes is {args.probes}; at least one conversation is needed to measure anything.")
    answers = SamplingParams(temperature=0.0, beams=args.beams)
    llama = Llama.load_auto(args.model or bundled_model())
    llama.rate_scale = args.rate
    at_once = corrected = after = newborn = recall.NOTHING
    between = 0
    line = ProgressLine()
    with tempfile.TemporaryDirectory() as folder:
        soul = Path(folder) / "probe.soul"
        for number in range(args.probes):
            seed = args.seed + number
            probe = make_probe(seed, args.facts, args.filler, wordings=args.wordings, corrections=args.corrections)
            llama.reset_state()
            between += recall.live(llama, probe, functools.partial(_show, line, number))
            anew = recall.ask(llama, [question for question in probe.questions if question.former], answers)
            at_once += anew + recall.ask(llama, [q for q in probe.questions if not q.former], answers)
            corrected += anew
            llama.save_soul(soul)
            llama.reset_state()
            newborn += recall.ask(llama, probe.questions, answers)
            llama.load_soul(soul)
            after += recall.ask(llama, probe.questions, answers)
    line.clear()
    rows = {"same conversation": at_once, "after a restart": after, "newborn, told nothing": newborn}
    print(
        f"{args.probes} conversations, {args.facts} facts each, {args.wordings} wordings, rate {args.rate:g}, "
        f"{between / max(1, args.probes):.0f} tokens between telling and asking"
    )
    print(f"{'':<24}{'told: right':>16}{'never told: honest':>22}")
    for name, result in rows.items():
        told = f"{result.told_right}/{result.told} = {result.share:.0%}"
        unknown = f"{result.unknown_right}/{result.unknown} = {result.honest:.0%}"
        print(f"{name:<24}{told:>16}{unknown:>22}")
    if args.corrections:
        print(
            f"of what was told anew, {corrected.told_right}/{corrected.told} = {corrected.share:.0%} "
            "in the same conversation"
        )
    figures = {name: {"right": r.share, "honest": r.honest} for name, r in rows.items()}
    asked = {name: getattr(args, name) for name in ("facts", "corrections", "wordings", "rate", "beams")}
    asked |= {"tokens_between": between / max(1, args.probes)}
    asked |= {"corrected": corrected.share if args.corrections else None}
    print(json.dumps({"bench": "memory", **asked, **figures}))
    return 0
