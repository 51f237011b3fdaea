"""Every setting of the Studio, declared once: type, default, bounds, texts. The settings page is made from this."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

from engine.errors import ConfigError

Kind = Literal["float", "int", "bool", "text", "choice", "paths"]


@dataclass(frozen=True)
class Setting:
    """One setting. Its texts are source strings of the translation context ``Settings``."""

    key: str
    kind: Kind
    default: Any
    group: str = ""
    """Where the settings page shows it; empty for what the program remembers by itself."""
    label: str = ""
    help: str = ""
    """One or two sentences: what it does and when it takes effect."""
    low: float = 0.0
    high: float = 0.0
    step: float = 1.0
    low_text: str = ""
    """What the lowest value is called where it means something of its own."""
    choices: tuple[tuple[str, str], ...] = ()
    """For ``choice``: value and text of each."""
    long: bool = False
    """For ``text``: of several lines."""
    also: str = ""
    """What others call it; it is found by these words as well."""

    def check(self, value: Any) -> Any:
        """The value in its proper type. Raises `ConfigError`, naming the key, for a value that cannot be."""
        if self.kind == "text":
            if not isinstance(value, str):
                raise ConfigError("{key} is {value!r}; it must be text.", key=self.key, value=value)
            return value
        if self.kind == "bool":
            if not isinstance(value, bool):
                raise ConfigError("{key} is {value!r}; it must be true or false.", key=self.key, value=value)
            return value
        if self.kind == "paths":
            if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
                raise ConfigError("{key} is {value!r}; it must be a list of paths.", key=self.key, value=value)
            return list(value)
        if self.kind == "choice":
            allowed = [name for name, _ in self.choices]
            if value not in allowed:
                raise ConfigError(
                    "{key} is {value!r}; it must be one of {allowed}.",
                    key=self.key,
                    value=value,
                    allowed=", ".join(allowed),
                )
            return value
        number = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
        if not number or not self.low <= value <= self.high or (self.kind == "int" and value != int(value)):
            raise ConfigError(
                "{key} is {value!r}; it must be a number from {low:g} to {high:g}.",
                key=self.key,
                value=value,
                low=self.low,
                high=self.high,
            )
        return int(value) if self.kind == "int" else float(value)


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:
    """`text` as it is; the name is the one by which Qt's tools find texts to translate."""
    return text


GROUPS = (
    QT_TRANSLATE_NOOP("Settings", "Replies"),
    QT_TRANSLATE_NOOP("Settings", "Character"),
    QT_TRANSLATE_NOOP("Settings", "Writing"),
    QT_TRANSLATE_NOOP("Settings", "Learning and sleep"),
    QT_TRANSLATE_NOOP("Settings", "Models"),
    QT_TRANSLATE_NOOP("Settings", "Look"),
)
"""The groups of the settings page, in its order."""

DECLARATIONS = (
    Setting(
        "temperature", "float", 0.2, GROUPS[0], low=0.0, high=2.0, step=0.05,
        label=QT_TRANSLATE_NOOP("Settings", "Temperature"),
        help=QT_TRANSLATE_NOOP(
            "Settings",
            "How freely words are chosen. 0 always takes the likeliest word; above 1 it gets wild. "
            "A small model keeps to what you told it best when this is low.",
        ),
    ),
    Setting(
        "top_p", "float", 0.95, GROUPS[0], low=0.05, high=1.0, step=0.05,
        label=QT_TRANSLATE_NOOP("Settings", "Top-p"),
        help=QT_TRANSLATE_NOOP(
            "Settings", "Only the likeliest words that together hold this share of the chance are considered. 1 is all."
        ),
    ),
    Setting(
        "top_k", "int", 40, GROUPS[0], low=0, high=500, step=1, low_text=QT_TRANSLATE_NOOP("Settings", "All"),
        label=QT_TRANSLATE_NOOP("Settings", "Top-k"),
        help=QT_TRANSLATE_NOOP("Settings", "Only this many of the likeliest words are considered."),
    ),
    Setting(
        "beams", "int", 4, GROUPS[0], also="beam search", low=1, high=16, step=1,
        low_text=QT_TRANSLATE_NOOP("Settings", "Off"),
        label=QT_TRANSLATE_NOOP("Settings", "Ways weighed"),
        help=QT_TRANSLATE_NOOP(
            "Settings",
            "Where the next word is in doubt, so many ways to go on are tried in silence, and the likeliest as a whole "
            "is said: then less is made up.",
        ),
    ),
    Setting(
        "max_reply", "int", 256, GROUPS[0], also="max tokens length limit", low=1, high=4096, step=16,
        label=QT_TRANSLATE_NOOP("Settings", "Longest reply"),
        help=QT_TRANSLATE_NOOP("Settings", "A reply ends after this many tokens even if the model has more to say."),
    ),
    Setting(
        "seed", "int", -1, GROUPS[0], low=-1, high=2**31 - 1, step=1, low_text=QT_TRANSLATE_NOOP("Settings", "Random"),
        label=QT_TRANSLATE_NOOP("Settings", "Seed"),
        help=QT_TRANSLATE_NOOP(
            "Settings", "With a fixed seed, the same soul answers the same words in the same way every time."
        ),
    ),
    Setting(
        "system_prompt", "text", "", GROUPS[1], long=True, also="persona role instructions",
        label=QT_TRANSLATE_NOOP("Settings", "System prompt"),
        help=QT_TRANSLATE_NOOP(
            "Settings", "Read before the next thing you say: who it should be, how it should answer. Empty is none."
        ),
    ),
    Setting(
        "send_key", "choice", "enter", GROUPS[2],
        label=QT_TRANSLATE_NOOP("Settings", "Send with"),
        help=QT_TRANSLATE_NOOP(
            "Settings",
            "The other one begins a new line, and so does Shift Enter. While an input method composes, neither sends.",
        ),
        choices=(
            ("enter", QT_TRANSLATE_NOOP("Settings", "Enter")),
            ("ctrl_enter", QT_TRANSLATE_NOOP("Settings", "Ctrl Enter")),
        ),
    ),
    Setting(
        "waking_rate", "float", 1.0, GROUPS[3], also="inner learning rate inner_lr", low=0.25, high=2.0, step=0.05,
        label=QT_TRANSLATE_NOOP("Settings", "Learning while awake"),
        help=QT_TRANSLATE_NOOP(
            "Settings",
            "How many times as strongly as usual it learns what you say and what it answers, from the next message on. "
            "The companion remembers best near 1, less above it, and at 0.25 next to nothing, even within a chat.",
        ),
    ),
    Setting(
        "use_notes", "bool", True, GROUPS[3], also="notes prompt context",
        label=QT_TRANSLATE_NOOP("Settings", "Notes until it sleeps"),
        help=QT_TRANSLATE_NOOP(
            "Settings",
            "What you said since the last sleep stands, as you said it, at the beginning of a new chat, where the "
            "model reads it but does not learn it again. For transformers with a memory; the chat shows the notes.",
        ),
    ),
    Setting(
        "sleep_rate", "float", 1.0, GROUPS[3], also="inner learning rate inner_lr", low=1.0, high=10.0, step=0.5,
        label=QT_TRANSLATE_NOOP("Settings", "Learning while asleep"),
        help=QT_TRANSLATE_NOOP(
            "Settings",
            "How many times more strongly than usual it learns while it sleeps. More than 1 does harm in replay. "
            "Where a model cannot stand that much, the sleep uses what it can and says so.",
        ),
    ),
    Setting(
        "sleep_passes", "int", 0, GROUPS[3], low=0, high=50, step=1, low_text=QT_TRANSLATE_NOOP("Settings", "As usual"),
        label=QT_TRANSLATE_NOOP("Settings", "Passes"),
        help=QT_TRANSLATE_NOOP("Settings", "How often a night goes through everything it does. More takes longer."),
    ),
    Setting(
        "sleep_way", "choice", "", GROUPS[3],
        label=QT_TRANSLATE_NOOP("Settings", "Way to sleep"),
        help=QT_TRANSLATE_NOOP(
            "Settings",
            "Replay reads again what you said. Deep sleep learns it by heart, asked in other words, and takes longer.",
        ),
        choices=(
            ("", QT_TRANSLATE_NOOP("Settings", "As usual")),
            ("replay", QT_TRANSLATE_NOOP("Settings", "Replay")),
            ("deep", QT_TRANSLATE_NOOP("Settings", "Deep")),
            ("both", QT_TRANSLATE_NOOP("Settings", "Both")),
        ),
    ),
    Setting(
        "sleep_decide", "choice", "auto", GROUPS[3],
        label=QT_TRANSLATE_NOOP("Settings", "In the morning"),
        help=QT_TRANSLATE_NOOP(
            "Settings",
            "Whether a night that did no harm is kept at once, or you read its report first and decide. "
            "A night that did harm is never kept.",
        ),
        choices=(
            ("auto", QT_TRANSLATE_NOOP("Settings", "Keep it")),
            ("ask", QT_TRANSLATE_NOOP("Settings", "Ask me")),
        ),
    ),
    Setting(
        "reopen", "bool", True, GROUPS[4],
        label=QT_TRANSLATE_NOOP("Settings", "Go on with the last model"),
        help=QT_TRANSLATE_NOOP(
            "Settings", "At the start the model of last time is loaded, and its soul wakes. Off, nothing is."
        ),
    ),
    Setting(
        "model_folders", "paths", [], GROUPS[4],
        label=QT_TRANSLATE_NOOP("Settings", "Model folders"),
        help=QT_TRANSLATE_NOOP(
            "Settings", "Models in these folders and in the folders in them are at hand where they lie; none is copied."
        ),
    ),
    Setting(
        "other_programs", "bool", True, GROUPS[4], also="lm studio llama.cpp hugging face gpt4all jan gguf",
        label=QT_TRANSLATE_NOOP("Settings", "Models of other programs"),
        help=QT_TRANSLATE_NOOP(
            "Settings",
            "Models that LM Studio, llama.cpp, Hugging Face, GPT4All and Jan have fetched are at hand where they lie. "
            "Only their headers are read, while the list is open.",
        ),
    ),
    Setting(
        "device", "choice", "auto", GROUPS[4], also="gpu graphics card cpu metal",
        label=QT_TRANSLATE_NOOP("Settings", "Device"),
        help=QT_TRANSLATE_NOOP(
            "Settings", "Who computes. Takes effect when a model is loaded next; one that is absent is refused then."
        ),
        choices=(
            ("auto", QT_TRANSLATE_NOOP("Settings", "Automatic")),
            ("cpu", QT_TRANSLATE_NOOP("Settings", "Processor")),
            ("cuda", QT_TRANSLATE_NOOP("Settings", "CUDA")),
            ("mps", QT_TRANSLATE_NOOP("Settings", "Apple")),
        ),
    ),
    Setting(
        "threads", "int", 0, GROUPS[4], also="cpu cores", low=0, high=64, step=1,
        low_text=QT_TRANSLATE_NOOP("Settings", "Automatic"),
        label=QT_TRANSLATE_NOOP("Settings", "Threads"),
        help=QT_TRANSLATE_NOOP(
            "Settings",
            "Of the processor, at most; automatic takes as many as help. Takes effect when a model is loaded next.",
        ),
    ),
    Setting(
        "language", "choice", "auto", GROUPS[5],
        label=QT_TRANSLATE_NOOP("Settings", "Language"),
        help=QT_TRANSLATE_NOOP("Settings", "Of this window. The model speaks the languages that it was trained on."),
        choices=(
            ("auto", QT_TRANSLATE_NOOP("Settings", "Automatic")),
            ("en", QT_TRANSLATE_NOOP("Settings", "English")),
            ("ja", QT_TRANSLATE_NOOP("Settings", "日本語")),
        ),
    ),
    Setting(
        "theme", "choice", "auto", GROUPS[5], also="dark mode colours colors night",
        label=QT_TRANSLATE_NOOP("Settings", "Theme"),
        help=QT_TRANSLATE_NOOP("Settings", "Automatic follows your system."),
        choices=(
            ("auto", QT_TRANSLATE_NOOP("Settings", "Automatic")),
            ("light", QT_TRANSLATE_NOOP("Settings", "Light")),
            ("dark", QT_TRANSLATE_NOOP("Settings", "Dark")),
        ),
    ),
    Setting(
        "font_size", "int", 14, GROUPS[5], also="zoom text scale", low=11, high=24, step=1,
        label=QT_TRANSLATE_NOOP("Settings", "Font size"),
        help=QT_TRANSLATE_NOOP(
            "Settings", "Of all text, in pixels. Ctrl + and Ctrl − change it anywhere, Ctrl 0 puts it back."
        ),
    ),
    Setting(
        "tint", "bool", False, GROUPS[5],
        label=QT_TRANSLATE_NOOP("Settings", "Tint surprising words"),
        help=QT_TRANSLATE_NOOP(
            "Settings",
            "In replies since the program started: the stronger the amber behind a word, the more wrong the fast "
            "weights were before they learned it.",
        ),
    ),
    Setting(
        "train_size", "choice", "tiny",
        choices=(("tiny", QT_TRANSLATE_NOOP("Settings", "Tiny")), ("small", QT_TRANSLATE_NOOP("Settings", "Small"))),
    ),
    Setting("train_steps", "int", 1000, low=1, high=1_000_000, step=100),
    Setting("last_model", "text", ""),
    Setting("recent_models", "paths", []),
)  # fmt: skip
"""Every setting there is, in the order of the settings page."""
