"""``bit-llama bench sleep``: what a night keeps of past days, by every way to sleep."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cli.terminal import ProgressLine

if TYPE_CHECKING:
    from engine.memory.recall import Recall


def add_bench(benches: Any) -> None:
    """Add this bench to the parser."""
    parser = benches.add_parser(
        "sleep",
        help="what one night keeps of past days",
        description="Tells facts with values and names never seen in training over several days, of which only the "
        "log is left. A newborn soul sleeps on that log once, in each of several ways, and is asked: in a fresh "
        "conversation, and again after other talk; with --twice also after a second night on the same log.",
    )
    parser.add_argument("model", metavar="MODEL", type=Path, nargs="?", help="default: the bundled model")
    parser.add_argument("--facts", type=int, default=50, help="facts told (default: 50)")
    parser.add_argument("--days", type=int, default=5, help="over so many days (default: 5)")
    parser.add_argument(
        "--wordings", choices=("known", "unseen", "mixed"), default="known",
        help="ways of telling and asking: of training, held out of it, or both",
    )  # fmt: skip
    parser.add_argument("--most", metavar="RATE", type=float, default=4.0, help="highest rate compared (default: 4)")
    parser.add_argument("--only", metavar="TEXT", default="", help="only the ways whose name contains this")
    parser.add_argument("--twice", action="store_true", help="sleep a second night on the same log, and ask again")
    parser.add_argument("--seed", type=int, default=1, help="another seed makes other facts (default: 1)")
    parser.add_argument("--threads", metavar="N", type=int, help="processor threads (default: torch's own choice)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print a line for every way, then one line of JSON."""
    from engine.errors import ConfigError
    from engine.llama import Llama
    from engine.memory.sleep.trial import make_days, try_ways, ways
    from engine.resources import bundled_model

    if args.days < 1:
        raise ConfigError(f"--days is {args.days}; at least one day is needed to sleep on.")
    compared = [way for way in ways(args.most) if args.only in way.name]
    if not compared:
        names = "; ".join(way.name for way in ways(args.most))
        raise ConfigError(f"No way to sleep has {args.only!r} in its name; there are: {names}.")
    llama = Llama.load_auto(args.model or bundled_model(), threads=args.threads)
    line = ProgressLine()
    days = make_days(
        llama, args.facts, args.days, args.seed, args.wordings, on_step=lambda part: line.show(f"told {part:.0%}")
    )
    line.clear()
    print(f"{args.facts} facts in {args.wordings} wordings over {args.days} days, {len(days.entries)} messages")
    print(f"{'':<34}{'told: right':>15}{'after talk':>12}{'2nd night':>11}{'honest':>8}{'drift':>8}{'seconds':>9}")
    figures: dict[str, Any] = {}
    newborn = _heldout(llama)
    for outcome in try_ways(llama, days, compared, args.twice, line.show):
        line.clear()
        drift = outcome.heldout / newborn - 1
        again = "" if outcome.again is None else f"{outcome.again.share:.0%}"
        print(
            f"{outcome.way.name:<34}{_right(outcome.asked):>15}{outcome.later.share:>12.0%}{again:>11}"
            f"{outcome.asked.honest:>8.0%}{drift:>8.1%}{outcome.seconds:>9.1f}",
            flush=True,
        )
        figures[outcome.way.name] = {
            "right": outcome.asked.share, "after_talk": outcome.later.share, "honest": outcome.asked.honest,
            "second_night": None if outcome.again is None else outcome.again.share,
            "drift": round(drift, 4), "seconds": round(outcome.seconds, 4),
            "tokens_per_second": round(outcome.tokens_per_second),
        }  # fmt: skip
    setting = {"facts": args.facts, "days": args.days, "wordings": args.wordings, "seed": args.seed}
    print(json.dumps({"bench": "sleep", "body": llama.body.fingerprint[:16], **setting, "ways": figures}))
    return 0


def _right(result: Recall) -> str:
    return f"{result.told_right}/{result.told} = {result.share:.0%}"


def _heldout(llama: Any) -> float:
    from engine.memory.sleep.probes import Examiner, make_exam
    from engine.memory.sleep.replay import Meter

    llama.reset_state()
    return Examiner(llama, make_exam(llama, [], [], 0), Meter(1, None)).drift()
