"""A plain text to be learned: its paragraphs, as if the person had said them one after the other."""

from __future__ import annotations

import re
from pathlib import Path

from engine.errors import FileFormatError, Told
from studio.messages import Line
from studio.transfer import Chat

MOST_BYTES = 1_000_000
"""A night replays every word; a library is for training."""
MOST_CHARACTERS = 1200
"""Of one message; a longer paragraph is cut between its sentences."""
_SENTENCE = re.compile(r"(?<=[.!?。！？])\s*")


def read(path: Path) -> Chat:
    """The text of a file as one conversation. Raises `FileFormatError` for a file that is no text, or too long."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise FileFormatError(
                Told(
                    "{path} is larger than {most} kB; cut it, or train on it instead.",
                    path=path,
                    most=MOST_BYTES // 1000,
                )
            )
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise FileFormatError(Told("{path} cannot be read: {why}.", path=path, why=error.strerror or error)) from error
    except ValueError as error:
        raise FileFormatError(
            Told("{path} is not text in UTF-8; save it as UTF-8 and try again.", path=path)
        ) from error
    messages = [piece for paragraph in re.split(r"\n\s*\n", text) for piece in _pieces(" ".join(paragraph.split()))]
    if not messages:
        raise FileFormatError(Told("{path} is empty; there is nothing to learn in it.", path=path))
    return Chat("", path.stem, tuple(Line("user", message, "", "") for message in messages))


def _pieces(paragraph: str) -> list[str]:
    """A paragraph in messages of at most `MOST_CHARACTERS`, where its sentences allow it."""
    pieces: list[str] = []
    for sentence in _SENTENCE.split(paragraph):
        if pieces and len(pieces[-1]) + len(sentence) < MOST_CHARACTERS:
            pieces[-1] += f" {sentence}" if sentence else ""
        elif sentence:
            pieces.append(sentence)
    return pieces
