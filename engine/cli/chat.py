"""``bit-llama chat``: talk with a soul in the terminal."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from engine.cli import describe, options
from engine.cli.terminal import Interrupts, ProgressLine, TypedLine, input_waits, printable, without_mark
from engine.errors import BitLlamaError, ConfigError

if TYPE_CHECKING:
    from engine.session.memory_session import MemorySession
    from engine.text.sampling import SamplingParams

HELP = """\
/sleep        replay what you said since the last sleep, so that it stays
/wake         end a sleep early (or Ctrl+C): what was replayed to its end stays
/save [FILE]  keep this moment of the soul in its history; with FILE, write a copy there
/load FILE    go on as the soul in FILE (the present one is kept)
/reset        begin a newborn soul (the present one is kept)
/temp X       0 = always the likeliest word, 1 = as the model believes, more = wilder
/len N        the longest answer, in tokens
/rate X       how strongly it learns what is said from now on; 1 is usual, and near it it remembers best
/new          begin another conversation with the same soul
/dial X       begin one that it learns from (learn), one that leaves no trace in it (use), or one without it (temporary)
/notes [X]    what this conversation began with of what you said since the last sleep; on or off: whether the next does
/help         this list
/quit         leave (or Ctrl+D); the soul is saved
A line that begins with // is said with one /. A line that ends with \\ goes on in the next.
Lines that are pasted together are one message."""

PASTE_GAP = 0.03
"""Seconds within which the next line of a paste comes, on terminals that do not say where one begins and ends."""

_WITHOUT_MEMORY = "It learns nothing from what you say."
_DIALS = {
    "learn": "It learns from all that you say.",
    "use": "It knows what it has learned, but keeps nothing of this conversation; nothing is written.",
    "temporary": "This is without its soul: it knows nothing and keeps nothing; nothing is written.",
}


def add_parser(commands: Any) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser("chat", help="talk with it in the terminal", description=__doc__)
    options.add_model(parser)
    options.add_workspace(parser)
    options.add_device(parser)
    options.add_sampling(parser, length=256, beams=4)
    parser.add_argument("--system", metavar="TEXT", default="", help="a system prompt, read when a conversation begins")
    parser.add_argument(
        "--dial", choices=tuple(_DIALS), default="learn",
        help="learn from it all; use the soul but keep nothing; temporary: no soul, nothing on disk (default: learn)",
    )  # fmt: skip
    parser.add_argument(
        "--rate", metavar="X", type=float, default=1.0,
        help="how strongly it learns what is said, 1 is usual; near it it remembers best (default: 1)",
    )  # fmt: skip
    parser.add_argument(
        "--notes", action=argparse.BooleanOptionalAction, default=True,
        help="begin a conversation with what was said since the last sleep, where the model has attention and a memory "
        "(default: yes)",
    )  # fmt: skip
    options.add_sleep(parser, prefix="sleep-")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Talk until the input ends; 1 when something in a script that was piped in went wrong."""
    sampling = options.sampling(args)
    with options.open_mind(args) as mind:
        mind.use_notes = args.notes
        mind.new_conversation(dial=args.dial)
        chat = TerminalChat(mind, args, sampling)
        chat.banner()
        chat.loop()
    return 1 if chat.failed and not chat.interactive else 0


class TerminalChat:
    """The loop of the terminal chat: lines in, answers out."""

    def __init__(self, mind: MemorySession, args: argparse.Namespace, sampling: SamplingParams) -> None:
        self.mind, self.args, self.sampling = mind, args, sampling
        self.length = options.at_least_one(args.max_tokens, "--max-tokens")
        self.rate = self._checked_rate(args.rate)
        self.interactive = sys.stdin.isatty()
        self.failed = False
        self._begun = False  # a line was read
        self._interrupted = False  # the last thing that happened was a Ctrl+C: another one quits
        self._commands: dict[str, Callable[[str], None]] = {
            "/sleep": self._sleep,
            "/wake": lambda _: self.note("It is awake."),
            "/save": self._save,
            "/load": self._load,
            "/reset": self._reset,
            "/temp": self._temp,
            "/len": self._len,
            "/rate": self._rate,
            "/new": self._new,
            "/dial": self._dial,
            "/notes": self._notes,
            "/help": lambda _: self.note(HELP),
        }
        if self.interactive:
            with contextlib.suppress(ImportError):
                import readline  # gives input() its history and line editing

                if "libedit" not in (readline.__doc__ or ""):
                    readline.parse_and_bind("set enable-bracketed-paste on")

    def note(self, text: str) -> None:
        """Say something of the program itself: apart from the answers where these go to a file or a pipe."""
        print(text, file=sys.stdout if self.interactive else sys.stderr, flush=True)

    def banner(self) -> None:
        """Who is here, on what, and what is not as it should be."""
        from engine.io.model_file import TransformerWeights

        llama = self.mind.llama
        config = llama.body.config
        self.note(f"Model    {llama.body.path}: {config.num_parameters:,} weights in {config.num_layers} layers")
        self.note(f"Runtime  {llama.runtime.name} on {llama.runtime.device}: {llama.runtime.reason}")
        if isinstance(llama.body, TransformerWeights) and llama.body.memory is not None:
            self.note(f"Memory   {llama.body.memory.path}")
        if llama.learns:
            self.note(f"Soul     {self.mind.soul_name}, level {self.mind.level:,} (tokens lived)")
        else:
            self.note("Soul     none: this model has no memory of its own, and forgets a conversation when it ends")
        if llama.context is not None:
            self.note(f"Context  {llama.context.size:,} tokens; when it is full, the oldest exchanges leave it")
        if notes := len(self.mind.notes):
            self.note(f"Notes    {options.counted(notes, 'message')} since the last sleep; /notes shows them")
        waiting = len(self.mind.waiting())
        for problem in [*self.mind.problems, *self.mind.log.problems]:
            self.note(f"Note     {problem}")
        if waiting:
            self.note(f"Waiting  {options.counted(waiting, 'message')} to sleep on: /sleep")
        if self.interactive:
            effect = _DIALS[self.mind.dial] if llama.learns or self.mind.dial != "learn" else _WITHOUT_MEMORY
            self.note(f"{effect} /help lists the commands, /quit leaves.\n")
        elif self.mind.dial != "learn":
            self.note(f"Note     {_DIALS[self.mind.dial]}")

    def loop(self) -> None:
        """Read and answer until /quit, the end of the input, or Ctrl+C twice."""
        while (text := self._read()) is not None:
            lines = text.split("\n")
            together = [text] if any(not _is_command(line) for line in lines) else lines
            for line in together:
                if line.strip() and not self._heed(line):
                    return

    def _heed(self, text: str) -> bool:
        """Do as a command says, or answer a message; False to leave."""
        try:
            if not _is_command(text):
                self._say(text.removeprefix("/") if text.startswith("//") and "\n" not in text else text)
                return True
            name, _, rest = text.strip().partition(" ")
            if name == "/quit":
                return False
            self._command(name, rest.strip())
        except BitLlamaError as error:
            self.failed = True
            print(f"bit-llama: {describe(error)}", file=sys.stderr, flush=True)
        return True

    def _read(self) -> str | None:
        """The next message; None to leave. Lines that are pasted together come together."""
        lines: list[str] = []
        typed_ahead = self._begun and self.interactive and input_waits()  # while it answered: each line by itself
        while True:
            try:
                if self.interactive:
                    line = input("... " if lines else "> ")
                elif not (line := sys.stdin.readline()):
                    raise EOFError
                begins_command = not lines and _is_command(without_mark(line))
                is_pasted = self.interactive and not typed_ahead and not begins_command and input_waits(PASTE_GAP)
            except EOFError:
                return "\n".join(lines) or None
            except KeyboardInterrupt:
                if self._interrupted:
                    print()
                    return None
                self._interrupted, lines = True, []
                self.note("\nCtrl+C once more, or /quit, leaves.")
                continue
            self._interrupted = False
            line = line.rstrip("\r\n")
            if not self._begun:
                self._begun, line = True, without_mark(line)
            if is_pasted:  # more of it waits
                lines.append(line)
                continue
            lines.append(line.removesuffix("\\"))
            if not line.endswith("\\"):
                return "\n".join(lines)

    def _say(self, text: str) -> None:
        with Interrupts() as stop:
            reply = self.mind.say(
                text,
                system=self.args.system,
                sampling=self.sampling,
                max_tokens=self.length,
                on_text=lambda piece: print(printable(piece), end="", flush=True),
                cancel=stop,
                rate=self.rate,
            )
        print(flush=True)
        self._interrupted = stop.wanted
        if reply.unsaved:
            self.failed = True
            print(f"bit-llama: {reply.unsaved}", file=sys.stderr, flush=True)
        if reply.stopped == "length" and self.interactive:
            self.note(f"(cut at {self.length} tokens; /len N allows more)")

    def _command(self, name: str, rest: str) -> None:
        if name not in self._commands:
            raise ConfigError(f"There is no command {name}; /help lists them, and //… says a line that begins with /.")
        self._commands[name](rest)

    def _sleep(self, _: str) -> None:
        if not self.mind.waiting():
            self.note("Nothing to sleep on: it has slept since you last said something.")
            return
        typed, line = TypedLine(), ProgressLine()
        with Interrupts() as wake:
            report = self.mind.sleep(
                lambda progress: line.show(options.progress_text(progress)),
                lambda: wake.wanted or (typed.poll() or "").strip() == "/wake",
                **options.sleep_settings(self.args),
            )
        line.clear()
        self._interrupted = wake.wanted
        self.note(options.report_text(report))

    def _save(self, path: str) -> None:
        if path:
            self.mind.save_soul_as(path)
            self.note(f"Saved to {path}, level {self.mind.level:,}.")
        else:
            self.note(f"Kept as {self.mind.keep().meta.id[:8]}, level {self.mind.level:,}.")

    def _load(self, path: str) -> None:
        if not path:
            raise ConfigError("/load needs the path of a .soul file.")
        self.mind.load_soul(path)
        self.note(f"It is now the soul of {path}, level {self.mind.level:,}; the former one was kept.")

    def _reset(self, _: str) -> None:
        self.mind.reset()
        self.note("It is newborn; the former soul was kept (bit-llama soul list).")

    def _temp(self, value: str) -> None:
        self.sampling = replace(self.sampling, temperature=_number(value, float, "/temp", "0.7"))
        self.note(f"Temperature {self.sampling.temperature:g}.")

    def _len(self, value: str) -> None:
        self.length = options.at_least_one(_number(value, int, "/len", "256"), "/len")
        self.note(f"Answers of at most {self.length} tokens.")

    def _rate(self, value: str) -> None:
        self.rate = self._checked_rate(_number(value, float, "/rate", "0.75"))
        self.note(f"It learns {self.rate:g} times as strongly as usual.")

    def _checked_rate(self, rate: float) -> float:
        return self.mind.llama.checked_rate(rate)

    def _new(self, _: str) -> None:
        self.mind.new_conversation(dial=self.mind.dial)
        self.note("Another conversation, the same soul." if self.mind.llama.learns else "Another conversation.")

    def _dial(self, value: str) -> None:
        from engine.session.active_soul import check_dial

        self.mind.new_conversation(dial=check_dial(value))
        self.note(f"Another conversation. {_DIALS[self.mind.dial]}")

    def _notes(self, value: str) -> None:
        if value:
            self.mind.use_notes = _switch(value, "/notes")
            self.note(f"Notes are {value} in conversations that begin from now on: /new.")
            return
        lines = [f"{note.timestamp:.16}  {printable(' '.join(note.text.split()))}" for note in self.mind.notes]
        self.note("\n".join(lines) or "There are no notes.")


def _switch(text: str, name: str) -> bool:
    if text not in ("on", "off"):
        raise ConfigError(f"{name} takes on or off.")
    return text == "on"


def _is_command(text: str) -> bool:
    return text.startswith("/") and not text.startswith("//") and "\n" not in text


def _number(text: str, kind: type, name: str, example: str) -> Any:
    try:
        return kind(text)
    except ValueError as error:
        raise ConfigError(f"{name} needs a number, for example {name} {example}.") from error
