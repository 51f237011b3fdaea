"""``bit-llama bench sleep``: what nights keep of past days, by every way to sleep."""

from __future__ import annotations

import argparse
import functools
import json
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

from engine.cli.terminal import ProgressLine

if TYPE_CHECKING:
    from engine.sleep.recall import Recall
    from engine.sleep.trial import Days, Outcome


def add_bench(benches: Any) -> None:
    """Add this bench to the parser."""
    parser = benches.add_parser(
        "sleep",
        help="what nights keep of past days",
        description="Tells facts with values and names never seen in training over several days, of which only the "
        "log is left. A newborn soul sleeps on that log, in each of several ways, and is asked: in a fresh "
        "conversation, and again after other talk; with --twice also after one more night on the same log.",
    )
    parser.add_argument("model", metavar="MODEL", type=Path, nargs="?", help="default: the bundled model")
    parser.add_argument("--facts", type=int, default=50, help="facts told (default: 50)")
    parser.add_argument("--days", type=int, default=5, help="over so many days (default: 5)")
    parser.add_argument(
        "--corrections", type=int, default=0, help="so many of them are told anew at the end, otherwise (default: 0)"
    )
    parser.add_argument(
        "--wordings", choices=("known", "unseen", "mixed"), default="known",
        help="ways of telling and asking: of training, held out of it, or both",
    )  # fmt: skip
    parser.add_argument("--most", metavar="RATE", type=float, default=4.0, help="highest rate compared (default: 4)")
    parser.add_argument("--only", metavar="TEXT", default="", help="only the ways whose name contains this")
    parser.add_argument("--twice", action="store_true", help="sleep one more night on the same log, and ask again")
    parser.add_argument("--seed", type=int, default=1, help="another seed makes other facts (default: 1)")
    parser.add_argument("--seeds", type=int, default=1, help="so many trials, with this seed and the next (default: 1)")
    parser.add_argument("--threads", metavar="N", type=int, help="processor threads (default: torch's own choice)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print a line for every way, then one line of JSON."""
    from engine.errors import ConfigError
    from engine.llama import Llama
    from engine.resources import bundled_model
    from engine.sleep.probes import chat_speed
    from engine.sleep.trial import make_days, try_way, ways

    if args.seeds < 1:
        raise ConfigError(f"--seeds is {args.seeds}; at least one trial is needed.")
    compared = [way for way in ways(args.most) if args.only in way.name]
    if not compared:
        names = "; ".join(way.name for way in ways(args.most))
        raise ConfigError(f"No way to sleep has {args.only!r} in its name; there are: {names}.")
    llama = Llama.load_auto(args.model or bundled_model(), threads=args.threads)
    line = ProgressLine()
    trials: list[Days] = []
    for seed in range(args.seed, args.seed + args.seeds):
        note = functools.partial(_show_telling, line, seed)
        trials.append(make_days(llama, args.facts, args.days, seed, args.wordings, args.corrections, on_step=note))
    line.clear()
    chat = chat_speed(llama)
    messages = sum(len(days.entries) for days in trials)
    print(
        f"{args.facts} facts in {args.wordings} wordings over {args.days} days, {args.corrections} of them corrected, "
        f"{args.seeds} times; {messages} messages"
    )
    print(
        f"{'':<32}{'told: right':>15}{'after talk':>12}{'2nd night':>11}{'corrected':>11}{'honest':>8}{'drift':>8}"
        f"{'seconds':>9}{'replay':>15}"
    )
    figures: dict[str, Any] = {}
    for way in compared:
        outcome = _added([try_way(llama, days, way, args.twice, line.show) for days in trials])
        line.clear()
        speed = fmean(outcome.replay_speed) if outcome.replay_speed else 0.0
        print(
            f"{way.name:<32}{_right(outcome.asked):>15}{outcome.later.share:>12.0%}{_share(outcome.again):>11}"
            f"{_share(outcome.corrected):>11}{outcome.asked.honest:>8.0%}{fmean(outcome.drifts):>8.1%}"
            f"{fmean(outcome.seconds):>9.1f}{f'{speed / chat:,.0f} x chatting' if speed else '':>15}",
            flush=True,
        )
        figures[way.name] = {
            "right": outcome.asked.share, "after_talk": outcome.later.share, "honest": outcome.asked.honest,
            "second_night": outcome.again.share if outcome.again.told else None,
            "corrected": outcome.corrected.share if outcome.corrected.told else None,
            "drifts": [round(drift, 4) for drift in outcome.drifts],
            "seconds": [round(seconds, 4) for seconds in outcome.seconds], "replay_tokens_per_second": round(speed),
        }  # fmt: skip
    setting = {key: getattr(args, key) for key in ("facts", "days", "corrections", "wordings", "seed", "seeds")}
    body = {"body": llama.body.fingerprint[:16], "chat_tokens_per_second": round(chat)}
    print(json.dumps({"bench": "sleep", **body, **setting, "ways": figures}))
    return 0


def _show_telling(line: ProgressLine, seed: int, part: float) -> None:
    line.show(f"seed {seed}: told {part:.0%}")


def _added(outcomes: list[Outcome]) -> Outcome:
    total = outcomes[0]
    for outcome in outcomes[1:]:
        total += outcome
    return total


def _right(result: Recall) -> str:
    return f"{result.told_right}/{result.told} = {result.share:.0%}"


def _share(result: Recall) -> str:
    return f"{result.share:.0%}" if result.told else ""
