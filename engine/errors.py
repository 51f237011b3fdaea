"""The errors a person may see.

Every message is one clear sentence: what is wrong, where, and what to do about it. The command line prints it and
exits with a code that is not zero; the Studio shows it in a dialog. Anything else that escapes is a defect.
"""

from __future__ import annotations

import json
from typing import Any

MESSAGE_PREFIX = "told: "
"""What a line begins with that says the sentence of an error to another program, as `Message.to_json` writes it."""


class Message(str):
    """A sentence that knows what it was made of, so that a window can say it in another language.

    It is text like any other for whoever does not ask.

    Attributes:
        template: the English sentence with the names of `values` in braces, as `str.format` takes it; as it is where
            there are none.
        values: what stands there; a value may itself be a `Message`. An error stands for its sentence.
    """

    template: str
    values: dict[str, Any]

    def __new__(cls, template: str, /, **values: Any) -> Message:
        values = {name: _as_value(value) for name, value in values.items()}
        made = super().__new__(cls, template.format(**values) if values else template)
        made.template, made.values = template, values
        return made

    def to_json(self) -> str:
        """It as a line of JSON, with its parts; what is neither text nor a number becomes text."""
        return json.dumps(self._parts(), ensure_ascii=False)

    def _parts(self) -> list[Any]:
        return [self.template, {name: _plain(value) for name, value in self.values.items()}]

    @classmethod
    def from_json(cls, line: str) -> Message:
        """What `to_json` wrote. Raises `ValueError` for anything else."""
        try:
            return cls._of(json.loads(line))
        except (TypeError, ValueError, LookupError, RecursionError, AttributeError) as error:
            raise ValueError(f"{line[:80]!r} is no sentence") from error

    @classmethod
    def _of(cls, parts: Any) -> Message:
        template, values = parts
        return cls(template, **{name: cls._of(v) if isinstance(v, list) else v for name, v in values.items()})


def _as_value(value: Any) -> Any:
    if isinstance(value, BitLlamaError):
        return value.message
    return str(value) if isinstance(value, Exception) else value  # its traceback is not to live on in a sentence


def _plain(value: Any) -> Any:
    if isinstance(value, Message):
        return value._parts()
    return value if type(value) in (int, float, str) else str(value)


class BitLlamaError(Exception):
    """Base of all errors whose message is written for the person in front of the program.

    Args:
        message: the English sentence, with the names of `values` in braces; or a `Message` that was made before.
        values: what stands there, as in `Message`.

    Attributes:
        message: the sentence with its parts.
    """

    def __init__(self, message: str, /, **values: Any) -> None:
        self.message = message if isinstance(message, Message) else Message(message, **values)
        super().__init__(self.message)


class ConfigError(BitLlamaError, ValueError):
    """A setting, argument or config value that cannot work."""


class FileFormatError(BitLlamaError):
    """A file that is missing, truncated, of another kind, or that contradicts itself."""


class SoulMismatchError(BitLlamaError):
    """A soul that was lived in another model."""


class DeviceError(BitLlamaError):
    """A device or runtime that this machine does not have."""


class FetchError(BitLlamaError):
    """A model that could not be fetched."""


class DataError(BitLlamaError):
    """A corpus that cannot be trained on."""


class TrainingError(BitLlamaError):
    """A training run that cannot go on; the last good checkpoint is kept."""


class WorkspaceError(BitLlamaError):
    """A workspace folder that cannot be used: locked by another program, not writable, or of a newer version."""
