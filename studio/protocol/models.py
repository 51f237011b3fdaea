"""Models: loading them, and what is known of the one that is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from studio.protocol.base import Command, LogLine
from studio.protocol.souls import SoulSummary

MODEL_FILES = (".bitt", ".gguf", ".safetensors")
"""What the names of models that are one file end in."""
_CACHED = "models--"
"""How the folders of the Hugging Face cache begin: ``models--WHO--NAME/snapshots/REVISION``."""


def model_name(path: Path) -> str:
    """What a model is called where it lies: its file without the ending, or its folder."""
    file = path.suffix.lower() in MODEL_FILES
    if file and not path.name.startswith(("model.", "model-0")):  # which is what files are called in a folder of one
        return path.stem
    folder = path.parent if file else path
    cached = folder.parent.parent.name
    return cached.rpartition("--")[2] if cached.startswith(_CACHED) else folder.name


@dataclass(frozen=True)
class ModelSummary:
    """The loaded model."""

    name: str
    path: Path
    parameters: int
    layers: int
    hidden_dim: int
    vocab_size: int
    variant: str
    packed: bool
    """True where the file holds packed ternary weights, False for float weights."""
    file_bytes: int
    fingerprint: str
    device: str
    runtime: str
    reason: str
    """Why this runtime and device were chosen, in words."""
    memory_expected: int
    """Bytes that its weights and one soul were expected to need."""
    memory_measured: int
    """Bytes by which the program grew while it was loaded; 0 where the system does not tell."""
    bits_per_weight: float = 0.0
    """Of a transformer, as stored; 0 for a BitLlama."""
    context: int = 0
    """Tokens that it looks back on; 0 for a model whose state is of one size."""
    memory_file: str = ""
    """The file of a transformer's memory; "" where it has none, or needs none."""
    learns: bool = True


@dataclass(frozen=True)
class ModelDetails:
    """What is known of a model without loading it; the numbers are 0 where the file is too broken to tell."""

    path: Path
    format: str
    """For example ``.bitt, packed ternary weights``."""
    file_bytes: int
    problems: tuple[str, ...]
    """Whole sentences; empty when nothing is wrong."""
    parameters: int = 0
    layers: int = 0
    hidden_dim: int = 0
    bits_per_weight: float = 0.0
    """As stored."""
    inner_lr: float = 0.0
    memory_packed: int = 0
    """Bytes that its weights, packed, and one soul need."""
    memory_float: int = 0
    """The same with float weights."""
    memory_needed: int = 0
    """The one of the two that it would need here."""
    machine_memory: int = 0
    """Bytes of memory of this machine; 0 where the system does not tell."""
    family: str = ""
    """Of a transformer; "" for a BitLlama."""
    context: int = 0
    """Tokens that a transformer can look back on at most."""
    memory_file: str = ""
    """The file of a transformer's memory; "" where it has none: then it does not learn."""
    tokenizer: str = ""
    tokenizer_entries: int = 0
    fingerprint: str = ""
    licence: str = ""
    """What the config says, or the name of the file beside it."""
    souls: tuple[str, ...] = ()
    """Names of the souls of the workspace that fit."""
    details: str = ""
    """All that is known, as aligned lines."""


@dataclass(frozen=True, kw_only=True)
class InspectModel(Command["ModelDetails"]):
    """Look into a model: every weight of a BitLlama is read, of a transformer the headers alone."""

    path: Path


@dataclass(frozen=True, kw_only=True)
class ConvertModel(Command["ModelConverted | None"]):
    """Write a model as a .bitt and read it back to be sure; told on the way by `JobProgress`.

    Answered by `ModelConverted`, or None where it was stopped: then nothing was written.
    """

    source: Path
    target: Path
    packed: bool
    """Ternary weights at two bits, else in float."""


@dataclass(frozen=True)
class ModelConverted:
    """A model was written, read back, and is the same one."""

    path: Path
    file_bytes: int
    fingerprint: str


@dataclass(frozen=True, kw_only=True)
class UnloadModel(Command[None]):
    """Save the soul and let the model go."""


@dataclass(frozen=True, kw_only=True)
class OpenModel(Command["ModelOpened"]):
    """Load a model and the soul that belongs to it; the model before it is closed and its soul saved."""

    path: Path
    device: str = "auto"
    """Who shall compute: ``auto``, ``cpu``, ``cuda``, ``mps``."""
    threads: int | None = None
    """Processor threads, None for as many as help."""


@dataclass(frozen=True)
class ModelOpened:
    """A model was loaded; its soul came back with it."""

    model: ModelSummary
    soul: SoulSummary
    lines: tuple[LogLine, ...]
    """What this soul has heard and said, oldest first."""
    problems: tuple[str, ...]
    """What could not be read on the way, one sentence each."""
