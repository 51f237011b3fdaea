"""`FileInfo`: what is known of a model, memory or soul file, for a person to read and for a program to use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from engine.models.config import BitLlamaConfig

Fingerprint = Literal["verified", "differs", "computed", "unverified"]
_STATES: dict[Fingerprint, str] = {
    "verified": "verified",
    "differs": "differs from what the weights give",
    "computed": "computed from the weights; the file states none",
    "unverified": "not verified, since the weights are broken",
}
_EVENTS_SHOWN = 5
_LAYERS_IN_A_ROW = 6
_FOR_FORGETTING = ("shared", "second", "upto")
"""What a blend keeps of the life of its second soul: long, and for no person."""


@dataclass(frozen=True)
class ModelInfo:
    """A model in numbers. Counts are of weights, sizes of bytes."""

    parameters: int
    ternary_parameters: int
    float_parameters: int
    bits_per_weight: float
    """As stored: bits of all tensors / parameters."""
    layers: int
    hidden_dim: int
    mlp_dim: int
    vocab_size: int
    ttt_variant: str
    num_heads: int
    head_dim: int
    inner_lr: float
    activation_bits: int
    fast_weights: int
    """Of one soul, all layers."""
    soul_bytes: int
    memory_float_bytes: int
    """Weights in float32 and one soul."""
    memory_packed_bytes: int
    """Ternary weights at two bits, the others in float32, and one soul."""
    tokenizer: str | None
    """Its kind, or None where there is none."""
    tokenizer_entries: int | None
    chat_template: bool
    """Whether the model brings its own."""
    fingerprint: str | None
    fingerprint_state: Fingerprint

    def rows(self) -> Iterator[tuple[str, str]]:
        """Label and text of every line."""
        kinds = f"{self.ternary_parameters:,} ternary, {self.float_parameters:,} float"
        yield "parameters", f"{self.parameters:,} ({kinds})"
        yield "bits per weight", f"{self.bits_per_weight:.2f} as stored"
        yield "layers", str(self.layers)
        yield "hidden", f"{self.hidden_dim}, MLP {self.mlp_dim}"
        yield "vocabulary", f"{self.vocab_size:,}"
        heads = "head" if self.num_heads == 1 else "heads"
        yield "TTT", f"{self.ttt_variant}, {self.num_heads} {heads} x {self.head_dim}, inner rate {self.inner_lr:g}"
        yield "activations", "float" if self.activation_bits == 32 else f"{self.activation_bits} bits"
        yield "soul", f"{self.fast_weights:,} fast weights, {readable_size(self.soul_bytes)}"
        packed, in_float = readable_size(self.memory_packed_bytes), readable_size(self.memory_float_bytes)
        yield "memory", f"about {packed} packed, {in_float} in float"
        entries = "entries unknown" if self.tokenizer_entries is None else f"{self.tokenizer_entries:,} entries"
        yield "tokenizer", "none" if self.tokenizer is None else f"{self.tokenizer}, {entries}"
        yield "chat template", "its own" if self.chat_template else "the built-in one"
        yield "fingerprint", f"{self.fingerprint or 'none'} ({_STATES[self.fingerprint_state]})"


@dataclass(frozen=True)
class TransformerInfo:
    """A transformer in numbers. Counts are of weights, sizes of bytes."""

    family: str
    name: str
    licence: str
    parameters: int
    bits_per_weight: float
    """As stored: bits of all tensors / parameters."""
    kinds: dict[str, int]
    """How many tensors are stored in which way."""
    layers: int
    hidden_dim: int
    mlp_dim: int
    vocab_size: int
    heads: int
    kv_heads: int
    head_dim: int
    max_context: int
    """Tokens that it was trained to look back on."""
    window: int
    """Of the layers that look back on fewer; 0: there are none."""
    context: int
    """Tokens that it looks back on where nobody asks for more."""
    weights_bytes: int
    """Of the tensors, as stored."""
    memory_float_bytes: int
    """Weights in float32, and keys and values of `context` tokens in float32: what torch needs."""
    memory_packed_bytes: int
    """Weights as stored, and keys and values in float16."""
    tokenizer: str | None
    """Its kind, or None where there is none."""
    chat_template: bool
    """Whether the file brings one."""
    fingerprint: str
    memory_file: str
    """Of its memory; "" where it has none."""
    fast_weights: int
    """Of one soul."""
    soul_bytes: int

    def rows(self) -> Iterator[tuple[str, str]]:
        """Label and text of every line."""
        yield "architecture", self.family
        yield "name", self.name or "not said"
        yield "licence", self.licence or "not said"
        yield "parameters", f"{self.parameters:,}"
        kinds = ", ".join(f"{count} tensors in {kind}" for kind, count in self.kinds.items())
        yield "bits per weight", f"{self.bits_per_weight:.2f} as stored: {kinds}"
        yield "layers", str(self.layers)
        yield "hidden", f"{self.hidden_dim}, MLP {self.mlp_dim}"
        yield "vocabulary", f"{self.vocab_size:,}"
        yield "attention", f"{self.heads} heads x {self.head_dim}, {self.kv_heads} of keys and values"
        windows = f", some layers {self.window:,}" if self.window else ""
        yield "context", f"up to {self.max_context:,} tokens{windows}; {self.context:,} unless more are asked for"
        packed, in_float = readable_size(self.memory_packed_bytes), readable_size(self.memory_float_bytes)
        yield "memory", f"about {packed} as stored, {in_float} in float"
        if self.memory_file:
            yield "memory file", self.memory_file
            yield "soul", f"{self.fast_weights:,} fast weights, {readable_size(self.soul_bytes)}"
        else:
            yield "soul", "none: it has no memory of its own"
        yield "tokenizer", self.tokenizer or "none"
        yield "chat template", "its own" if self.chat_template else "none; the built-in one"
        yield "fingerprint", self.fingerprint


@dataclass(frozen=True)
class MemoryInfo:
    """The memory of a transformer in numbers. Counts are of weights, sizes of bytes."""

    backbone: str
    """Identity of the transformers that it belongs to."""
    parameters: int
    sources: tuple[int, ...]
    """The blocks whose input it sees."""
    depths: tuple[int, ...]
    """The blocks to whose input it adds."""
    hidden_dim: int
    heads: int
    key_dim: int
    value_dim: int
    fast_weights: int
    """Of one soul."""
    soul_bytes: int
    fingerprint: str

    def rows(self) -> Iterator[tuple[str, str]]:
        """Label and text of every line."""
        yield "belongs to", self.backbone
        yield "parameters", f"{self.parameters:,}"
        yield "sees", f"the input of the blocks {', '.join(map(str, self.sources))}"
        yield "adds", f"to that of the blocks {', '.join(map(str, self.depths))}"
        heads = "head" if self.heads == 1 else "heads"
        yield "heads", f"{self.heads} {heads}, keys of {self.key_dim}, values of {self.value_dim}"
        yield "soul", f"{self.fast_weights:,} fast weights, {readable_size(self.soul_bytes)}"
        yield "fingerprint", self.fingerprint


@dataclass(frozen=True)
class SoulInfo:
    """A soul in numbers."""

    name: str
    level: int
    """Tokens lived."""
    created: str
    body: str
    """Fingerprint of its model; empty where the file does not say."""
    id: str
    parent: str | None
    layers: int
    shape: tuple[int, ...]
    """Of one layer's fast weights."""
    norms: list[float]
    """Frobenius norm of each layer's fast weights."""
    history: list[dict[str, Any]]

    def rows(self) -> Iterator[tuple[str, str]]:
        """Label and text of every line."""
        yield "name", self.name or "none"
        yield "level", f"{self.level:,} tokens lived"
        yield "created", self.created or "not said"
        yield "body", self.body or "not said; judged by its shapes alone"
        yield "id", self.id or "none"
        yield "parent", self.parent or "none"
        yield "layers", f"{self.layers} of {' x '.join(map(str, self.shape))}"
        for first in range(0, self.layers, _LAYERS_IN_A_ROW):
            row = self.norms[first : first + _LAYERS_IN_A_ROW]
            yield "norms" if first == 0 else "", "  ".join(f"{i}: {n:.4g}" for i, n in enumerate(row, first))
        shown = self.history[-_EVENTS_SHOWN:]
        more = len(self.history) - len(shown)
        yield "history", f"{len(self.history)} events" + (f", the last {len(shown)}:" if more else "")
        for event in shown:
            yield "", ", ".join(f"{key} {value}" for key, value in event.items() if key not in _FOR_FORGETTING)


@dataclass(frozen=True)
class FileInfo:
    """One file or checkpoint folder. `facts` is None where the file is too broken to tell."""

    kind: Literal["body", "memory", "soul", "unknown"]
    path: Path
    format: str
    """For example ``.bitt, packed ternary weights``."""
    size: int
    """Bytes on disk."""
    facts: ModelInfo | TransformerInfo | MemoryInfo | SoulInfo | None = None
    problems: list[str] = field(default_factory=list)
    """Whole sentences; empty when nothing is wrong."""
    config: BitLlamaConfig | None = None
    """Of a model that could be read."""

    @property
    def ok(self) -> bool:
        """Whether the file can be used."""
        return not self.problems

    def render(self) -> str:
        """The card as aligned lines of text."""
        rows = [("kind", self.kind), ("path", str(self.path)), ("size", readable_size(self.size))]
        rows += [("format", self.format), *(self.facts.rows() if self.facts else ())]
        rows += [("problem", text) for text in self.problems] or [("problems", "none")]
        width = max(len(label) for label, _ in rows)
        return "\n".join(f"{label:<{width}}  {_one_line(text)}" for label, text in rows)

    def to_dict(self) -> dict[str, Any]:
        """The card as plain values that JSON can hold."""
        facts = asdict(self.facts) if self.facts else {}
        head = {"kind": self.kind, "path": str(self.path), "ok": self.ok, "format": self.format, "size": self.size}
        return head | facts | {"problems": list(self.problems)}


def readable_size(size: int) -> str:
    """Bytes for a person: ``1.5 MB``, in steps of 1000."""
    value = float(size)
    for unit in ("bytes", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "bytes" or value >= 100 else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"


def _one_line(text: str) -> str:
    """A name or note from a file must not break the lines nor steer the terminal."""
    return "".join(c if c.isprintable() else " " for c in text)
