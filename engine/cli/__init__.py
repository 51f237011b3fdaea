"""``bit-llama``: the engine on the command line. Each command is a module of this package with ``add_parser``."""

from __future__ import annotations

import argparse
import errno
import importlib
import os
import sys
import traceback
from collections.abc import Sequence

from engine.cli.background import step_back, tell
from engine.cli.terminal import Endings, Terminated
from engine.errors import BitLlamaError
from engine.version import __version__

COMMANDS = (
    "chat",
    "run",
    "serve",
    "prepare",
    "train",
    "memory",
    "evaluate",
    "inspect",
    "export",
    "soul",
    "sleep",
    "bench",
    "fetch",
    "doctor",
)
"""Modules of this package. Each adds its parser, with ``run`` (args to exit code) as a default; heavy imports wait."""


_READER_GONE = (errno.EPIPE, errno.EIO)
"""Of a write that names no file: the program behind a pipe ended, as in `bit-llama inspect x | head`, or the terminal
was closed."""


def build_parser() -> argparse.ArgumentParser:
    """The parser with every command's own."""
    verbose = argparse.ArgumentParser(add_help=False)
    verbose.add_argument(
        "--verbose", action="store_true", default=argparse.SUPPRESS, help="show where in the program an error arose"
    )
    parser = argparse.ArgumentParser(
        prog="bit-llama",
        description="A small language model that learns while it runs and remembers after it sleeps.",
        parents=[verbose],
    )
    parser.add_argument("--version", action="version", version=f"bit-llama {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name in COMMANDS:
        importlib.import_module(f"engine.cli.{name}").add_parser(commands)
    for command in commands.choices.values():
        command.add_argument("--verbose", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it went well, 1 for an error told in one sentence, 2 for wrong usage, 130 for Ctrl+C, 128
    and its number for a signal that ended the program.
    """
    _speak_unicode()
    args = build_parser().parse_args(argv)
    background = getattr(args, "background", False)
    try:
        with Endings():
            if background:
                step_back()
            code = int(args.run(args))
            sys.stdout.flush()
            return code
    except KeyboardInterrupt:
        return 130
    except Terminated as end:
        _flush_what_can_be()
        return end.code
    except Exception as error:
        if isinstance(error, OSError) and error.errno in _READER_GONE and error.filename is None:
            _flush_what_can_be()
            return 1
        if getattr(args, "verbose", False):
            traceback.print_exc()
        print(f"bit-llama: {describe(error)}", file=sys.stderr)
        if background and isinstance(error, BitLlamaError):
            tell(error)
        return 1


def _flush_what_can_be() -> None:
    """Give up output that nobody can read any more, so that the end of the program does not fail on it."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def describe(error: Exception) -> str:
    """An error as one sentence for a person."""
    if isinstance(error, BitLlamaError):
        return str(error)
    if isinstance(error, MemoryError):
        return "There is not enough memory for this; close other programs or use a smaller model."
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or 'The system'}: {error.strerror}."
    return f"Something unforeseen happened ({type(error).__name__}: {error}); --verbose shows where."


def _speak_unicode() -> None:
    """Text in and out must never fail on a character, whatever the console."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            if sys.platform == "win32" and not stream.isatty():
                reconfigure(encoding="utf-8", errors="replace")
            else:
                reconfigure(errors="replace")
