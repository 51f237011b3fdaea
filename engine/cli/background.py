"""``--background``: how a command runs for a program that started it and stays in front of it, as the Studio does."""

from __future__ import annotations

import _thread
import argparse
import os
import signal
import sys
import threading

from engine.errors import MESSAGE_PREFIX, BitLlamaError, Message

NICENESS = 5
"""How far the command steps back on POSIX; who was started with less priority than that keeps it."""

_BELOW_NORMAL = 0x4000  # BELOW_NORMAL_PRIORITY_CLASS


def add_background(parser: argparse.ArgumentParser) -> None:
    """Give a command the option; `engine.cli.main` acts on it."""
    parser.add_argument(
        "--background",
        action="store_true",
        help="run at low priority (train leaves a core free too), and take the end of the standard input for Ctrl+C: "
        "for a program that starts this one, so that it never outlives it",
    )


def tell(error: BitLlamaError) -> None:
    """Say an error to the program that started this one, so that it can be said there in another language."""
    if isinstance(error.message, Message):
        print(f"{MESSAGE_PREFIX}{error.message.to_json()}", file=sys.stderr)


def step_back() -> None:
    """Lower the priority of this process, and have the end of its standard input interrupt it."""
    if sys.platform == "win32":
        import ctypes

        kernel = ctypes.windll.kernel32
        kernel.SetPriorityClass(kernel.GetCurrentProcess(), _BELOW_NORMAL)
    else:
        own = os.getpriority(os.PRIO_PROCESS, 0)
        os.setpriority(os.PRIO_PROCESS, 0, max(own, NICENESS))
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have started us with Ctrl+C switched off
    threading.Thread(target=_interrupt_at_the_end, daemon=True).start()


def _interrupt_at_the_end() -> None:
    while os.read(0, 1):
        pass
    _thread.interrupt_main()
