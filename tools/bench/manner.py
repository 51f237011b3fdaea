"""``bit-llama bench manner``: sentences as people type them are told, and asked about days later, each in other words.

The sentences in ``data/`` were written for this bench by hand and stand in no training text. `told.jsonl` holds what
people type with questions, `plain.jsonl` the same in plain words, `corrections.jsonl` what is taken back later,
`unknown.jsonl` questions about what nobody told, `everyday.jsonl` requests that have nothing to do with the person.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.cli.terminal import ProgressLine
from engine.errors import ConfigError
from engine.session.memory_session import MemorySession
from engine.sleep.probes import LIKELIEST
from engine.text.answers import admits_not_to_know, holds

DATA = Path(__file__).parent / "data"
CONVERSATIONS = 5
ANSWER = 40
"""Tokens of an answer at most."""
ALIKE = 0.9


@dataclass(frozen=True)
class Asked:
    """One question in a conversation of its own."""

    question: str
    value: str
    """What a right answer holds, alternatives with ``|``; "" where "I don't know" is right."""
    answer: str

    @property
    def right(self) -> bool:
        """Whether the answer holds one of the values as whole words, or owns not to know where nothing was told."""
        if not self.value:
            return admits_not_to_know(self.answer)
        return any(holds(self.answer, value) for value in self.value.split("|"))


def read(name: str) -> list[dict[str, Any]]:
    """The lines of one of the files."""
    return [json.loads(line) for line in (DATA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def tell(mind: MemorySession, messages: Sequence[str], line: ProgressLine) -> None:
    """Say messages in `CONVERSATIONS` conversations, with the model's own replies."""
    each = -(-len(messages) // CONVERSATIONS)
    for number, message in enumerate(messages):
        if number % each == 0:
            mind.new_conversation()
        mind.say(message, sampling=LIKELIEST, max_tokens=ANSWER)
        line.show(f"telling {number + 1} of {len(messages)}")


def ask(mind: MemorySession, questions: Sequence[tuple[str, str]], line: ProgressLine) -> list[Asked]:
    """Ask each question in a conversation of its own, of which nothing is kept."""
    out = []
    for number, (question, value) in enumerate(questions):
        mind.new_conversation()
        said = mind.say(question, sampling=LIKELIEST, max_tokens=ANSWER, dial="use").text
        out.append(Asked(question, value, said))
        line.show(f"asking {number + 1} of {len(questions)}")
    mind.new_conversation()
    return out


def run(args: argparse.Namespace) -> int:
    """Print the table, then one line of JSON."""
    if args.told < 1:
        raise ConfigError(f"--told is {args.told}; at least one message must be told.")
    rows = read("plain" if args.plain else "told")[args.skip : args.skip + args.told]
    told = [message for row in rows for message in ([row["told"]] if isinstance(row["told"], str) else row["told"])]
    questions = [(question, value) for row in rows for question, value in row["asked"]][: args.questions or None]
    unknown = [(row["question"], "") for row in read("unknown")][: args.unknown]
    found: dict[str, Any] = {"told": len(told), "questions": len(questions)}
    line = ProgressLine()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "workspace"
        with MemorySession.open(place, args.model, "auto", args.threads) as mind:
            mind.use_notes = False
            newborn = ask(mind, questions, line) if args.newborn else []
            tell(mind, told, line)
            awake, honest = ask(mind, questions, line), ask(mind, unknown, line)
            mind.use_notes = True
            noted = ask(mind, questions, line) if args.notes else []
            everyday = _everyday(mind, line) if args.everyday else None
        night: list[Asked] = []
        honest_after: list[Asked] = []
        everyday_after = None
        if args.night:
            with MemorySession.open(place, args.model, "auto", args.threads) as mind:
                mind.use_notes = False
                began = time.monotonic()
                mind.sleep()
                found["night_seconds"] = round(time.monotonic() - began, 1)
            with MemorySession.open(place, args.model, "auto", args.threads) as mind:
                mind.use_notes = False
                night, honest_after = ask(mind, questions, line), ask(mind, unknown, line)
                everyday_after = _everyday(mind, line) if args.everyday else None
    for name, asked in (
        ("newborn", newborn), ("awake", awake), ("honest awake", honest), ("with notes", noted),
        ("after a night and a restart", night), ("honest after it", honest_after),
    ):  # fmt: skip
        if asked:
            right = sum(one.right for one in asked)
            found[name] = right
            print(f"{name:<28} {right:>3} of {len(asked)}")
    for name, alike in (("everyday as untouched, awake", everyday), ("everyday as untouched, after", everyday_after)):
        if alike is not None:
            found[name] = alike
            print(f"{name:<28} {alike[0]:>3} of {alike[1]}")
    if args.show:
        for one in [*(night or awake), *(honest_after or honest)][: args.show]:
            print(f"{'right' if one.right else 'WRONG'}  {one.question} | {one.value or '-'} | {one.answer!r}")
    print(json.dumps(found, ensure_ascii=False))
    return 0


def _everyday(mind: MemorySession, line: ProgressLine) -> tuple[int, int]:
    """Everyday requests that are answered as a newborn, which is the untouched model, answers them: of how many.

    The words of both replies are compared up to the shorter one's end: alike are those of which `ALIKE` are the same.
    """
    rows = read("everyday")
    alike = 0
    for number, row in enumerate(rows):
        mind.new_conversation()
        now = mind.say(row["prompt"], sampling=LIKELIEST, max_tokens=ANSWER, dial="use").text
        plain = mind.say(row["prompt"], "untouched", sampling=LIKELIEST, max_tokens=ANSWER, dial="temporary").text
        alike += _alike(now, plain)
        line.show(f"everyday {number + 1} of {len(rows)}")
    mind.new_conversation()
    return alike, len(rows)


def _alike(first: str, second: str) -> bool:
    a, b = first.lower().split(), second.lower().split()
    same = sum(x == y for x, y in zip(a, b, strict=False))
    return same >= ALIKE * min(len(a), len(b)) if a and b else a == b
