"""The way in: a window where one can be shown, otherwise the terminal chat on the same engine."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine.version import __version__
from studio.process import command_line

if TYPE_CHECKING:
    from studio.window.main_window import MainWindow


def main(argv: Sequence[str] | None = None) -> int:
    """Open the Studio, or say why there can be no window and open the terminal chat; returns the exit code."""
    arguments = parser().parse_args(sys.argv[1:] if argv is None else argv)
    reason = why_no_window()
    if arguments.self_test:
        from studio import self_test

        return self_test.main(arguments.files, arguments.nap)
    if reason is None:
        try:
            from studio.app import main as open_window
        except ImportError as error:  # Qt is there, but a system library that it needs is not
            reason = f"The window cannot open ({error}); on Debian, packaging/system_libraries.py says what to install."
        else:
            return open_window(arguments, _watch_start if arguments.start_times else None)
    print(f"{reason} Here is the terminal chat instead.", file=sys.stderr, flush=True)  # noqa: T201
    return terminal_chat(arguments)


def _watch_start(window: MainWindow) -> None:
    from studio.self_test import StartTimes

    StartTimes(window)


def why_no_window(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> str | None:
    """The reason, as a sentence, why no window can be shown; None where one can."""
    if not platform.startswith("linux") or environ.get("QT_QPA_PLATFORM"):
        return None
    if environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"):
        return None
    return "There is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)."


def terminal_chat(arguments: argparse.Namespace) -> int:
    """Run the terminal chat with the same workspace and model; returns its exit code."""
    command = [*command_line(), "chat"]
    models = [str(file) for file in arguments.files if file.suffix != ".soul"]
    command += models[:1]
    for left in [*(str(file) for file in arguments.files if file.suffix == ".soul"), *models[1:]]:
        print(f"{left} was not opened; in the chat, /load takes a soul.", file=sys.stderr)  # noqa: T201
    if arguments.workspace is not None:
        command += ["--workspace", str(arguments.workspace)]
    if arguments.portable:
        command += ["--portable"]
    return subprocess.run(command, check=False).returncode


def parser() -> argparse.ArgumentParser:
    """The arguments of ``bit-llama-studio``."""
    made = argparse.ArgumentParser(prog="bit-llama-studio", description="The window of Bit-Llama.")
    made.add_argument("files", nargs="*", type=Path, help="a model (.gguf, .bitt, folder) and a soul (.soul)")
    made.add_argument("--workspace", type=Path, help="the folder of memories and souls (default: your own)")
    made.add_argument("--portable", action="store_true", help="keep the workspace beside the program")
    made.add_argument("--self-test", action="store_true", help="try everything, in a throw-away workspace")
    made.add_argument("--nap", action="store_true", help="with --self-test: wake it after its first lessons")
    made.add_argument("--start-times", action="store_true", help="say when it is seen and when it is ready, then close")
    made.add_argument("--version", action="version", version=__version__)
    return made
