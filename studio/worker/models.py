"""Loading models, looking into them, letting them go."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import Message
from studio.protocol import (
    ConvertModel,
    EngineFailure,
    InspectModel,
    JobProgress,
    ModelConverted,
    ModelDetails,
    ModelOpened,
    ModelSummary,
    OpenModel,
    UnloadModel,
    model_name,
)
from studio.worker.context import WorkerContext, lines
from studio.worker.souls import shown_entries, soul_facts

if TYPE_CHECKING:
    from engine.io.file_info import FileInfo, TransformerInfo
    from engine.models.config import BitLlamaConfig


def open_model(context: WorkerContext, command: OpenModel) -> ModelOpened:
    """Load a model; its soul wakes."""
    from engine.llama import Llama

    before = memory_in_use()
    llama = Llama.load_auto(command.path, command.device, command.threads)
    grown = max(0, memory_in_use() - before)
    heard = context.wake(llama)
    problems = (*context.memory.problems, *context.memory.log.problems)
    return ModelOpened(body_facts(context, grown), soul_facts(context.memory), lines(shown_entries(heard)), problems)


def body_facts(context: WorkerContext, grown: int) -> ModelSummary:
    """What is known of the loaded model; the native runtime keeps its ternary weights packed."""
    from engine.io.inspect import memory_needed
    from engine.io.inspect_header import size_of_weights
    from engine.io.weights import ModelWeights
    from engine.models.config import BitLlamaConfig

    llama = context.memory.llama
    model, config = llama.body, llama.body.config
    path = Path(model.path) if model.path else Path()
    kinds = {} if isinstance(model, ModelWeights) else model.kinds
    memory = None if isinstance(model, ModelWeights) else model.memory
    return ModelSummary(
        name=model_name(path),
        path=path,
        parameters=config.num_parameters,
        layers=config.num_layers,
        hidden_dim=config.hidden_dim,
        vocab_size=config.vocab_size,
        variant=config.ttt_variant if isinstance(config, BitLlamaConfig) else config.family,
        packed=isinstance(model, ModelWeights) and model.encoding == "packed",
        file_bytes=size_of_weights(path),
        fingerprint=model.fingerprint,
        device=llama.runtime.device,
        runtime=llama.runtime.name,
        reason=llama.runtime.reason,
        memory_expected=memory_needed(model)[0 if llama.runtime.name == "native" else 1],
        memory_measured=grown,
        bits_per_weight=8 * sum(nbytes for _, nbytes in kinds.values()) / config.num_parameters,
        context=llama.context.size if llama.context is not None else 0,
        memory_file=str(memory.path or "") if memory is not None else "",
        learns=llama.learns,
    )


def memory_in_use() -> int:
    """Bytes of this program that are in memory; 0 where the system does not tell (elsewhere than on Linux)."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0


def memory_of_machine() -> int:
    """Bytes of memory that this machine has; 0 where the system does not tell."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):  # there is none such on Windows
        return 0


def unload(context: WorkerContext, command: UnloadModel) -> None:
    """Save the soul and let the model go."""
    context.let_go()


def inspect(context: WorkerContext, command: InspectModel) -> ModelDetails:
    """Look into a model without loading it."""
    from engine.io.file_info import ModelInfo, TransformerInfo
    from engine.io.inspect import inspect_path
    from engine.io.inspect_header import inspect_header

    card = inspect_header(command.path) or inspect_path(command.path)
    facts = card.facts
    if isinstance(facts, TransformerInfo):
        return _of_transformer(context, card, facts)
    if card.problems and facts is None:
        return ModelDetails(command.path, card.format, card.size, tuple(card.problems), details=card.render())
    if not isinstance(facts, ModelInfo):
        problems = tuple(card.problems) or (Message("{path} is no model.", path=command.path),)
        return ModelDetails(command.path, card.format, card.size, problems, details=card.render())
    return ModelDetails(
        path=command.path,
        format=card.format,
        file_bytes=card.size,
        problems=tuple(card.problems),
        parameters=facts.parameters,
        layers=facts.layers,
        hidden_dim=facts.hidden_dim,
        bits_per_weight=facts.bits_per_weight,
        inner_lr=facts.inner_lr,
        memory_packed=facts.memory_packed_bytes,
        memory_float=facts.memory_float_bytes,
        memory_needed=facts.memory_packed_bytes,
        tokenizer=facts.tokenizer or "",
        tokenizer_entries=facts.tokenizer_entries or 0,
        fingerprint=facts.fingerprint or "",
        licence=_licence(command.path, card.config),
        souls=_souls(context, facts.fingerprint or ""),
        details=card.render(),
    )


def _of_transformer(context: WorkerContext, card: FileInfo, facts: TransformerInfo) -> ModelDetails:
    from engine import native
    from engine.ops.blocks.matrix import LAYOUTS
    from engine.ops.grouped_quant.matrix import REPACKED

    blocks = [LAYOUTS[kind] for kind in facts.kinds if kind in LAYOUTS]
    packed = native.why_not() is None and all(kind.name in REPACKED or kind.codes is not None for kind in blocks)
    return ModelDetails(
        path=card.path,
        format=card.format,
        file_bytes=card.size,
        problems=tuple(card.problems),
        parameters=facts.parameters,
        layers=facts.layers,
        hidden_dim=facts.hidden_dim,
        bits_per_weight=facts.bits_per_weight,
        memory_packed=facts.memory_packed_bytes,
        memory_float=facts.memory_float_bytes,
        memory_needed=facts.memory_packed_bytes if packed else facts.memory_float_bytes,
        machine_memory=memory_of_machine(),
        family=facts.family,
        context=facts.max_context,
        memory_file=facts.memory_file,
        tokenizer=facts.tokenizer or "",
        fingerprint=facts.fingerprint,
        licence=facts.licence or _licence(card.path, None),
        souls=_souls(context, facts.fingerprint) if facts.memory_file else (),
        details=card.render(),
    )


def _licence(path: Path, config: BitLlamaConfig | None) -> str:
    """What the config names, else a licence file in the folder of a checkpoint."""
    extra = config.extra if config else {}
    named = extra.get("license", extra.get("licence"))
    if isinstance(named, str) and named:
        return named
    folder = path if path.is_dir() else path.parent if path.name == "model.safetensors" else None
    found = sorted(folder.glob("LICEN[CS]E*")) if folder else []
    return found[0].name if found else ""


def _souls(context: WorkerContext, fingerprint: str) -> tuple[str, ...]:
    from engine.errors import BitLlamaError
    from engine.session.soul_registry import SoulRegistry

    if not fingerprint:
        return ()
    try:
        return tuple(mate.name for mate in SoulRegistry(context.place.workspace, None, fingerprint).all())
    except BitLlamaError:
        return ()


_READINGS = 5
"""How often the tensors are gone through: checked, fingerprinted and written, then checked and fingerprinted again."""


class _Stopped(Exception):
    """The person stopped it."""


class _Watched(Mapping[str, Any]):
    """Tensors that tell of each one that is read, and stop being read when they shall."""

    def __init__(self, tensors: Mapping[str, Any], on_read: Callable[[], None]) -> None:
        self._tensors, self._on_read = tensors, on_read

    def __getitem__(self, name: str) -> Any:
        self._on_read()
        return self._tensors[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tensors)

    def __len__(self) -> int:
        return len(self._tensors)


def convert(context: WorkerContext, command: ConvertModel) -> ModelConverted | None:
    """Write a model beside its place, read it back, and give it its name only if it is the same model.

    Raises `EngineFailure` or what reading and writing raise; no file is left then, and a former one is untouched.
    """
    from engine.io import atomic
    from engine.io.bitt import save_bitt
    from engine.io.model_file import load_weights
    from engine.io.weights import ModelWeights, fingerprint

    target = command.target
    if target.resolve() == command.source.resolve():
        raise EngineFailure(Message("{target} is the model itself; choose another name.", target=target))
    model = load_weights(command.source)
    reads = 0

    def on_read() -> None:
        nonlocal reads
        if context.cancelled():
            raise _Stopped
        reads += 1
        context.tell(JobProgress(min(1.0, reads / (_READINGS * len(model.tensors)))))

    def watched(one: ModelWeights) -> ModelWeights:
        return ModelWeights(one.config, _Watched(one.tensors, on_read), one.tokenizer, encoding=one.encoding)

    beside = target.with_name(f".{target.name}.new")
    try:
        save_bitt(beside, watched(model), packed=command.packed, linears="ternary2")
        written = watched(load_weights(beside))
        found = fingerprint(written.config, written.tensors)
        if found != fingerprint(model.config, model.tensors):
            raise EngineFailure(
                Message(
                    "{target} would not be the same model as {source}; nothing was written.",
                    target=target,
                    source=command.source,
                )
            )
        if context.cancelled():
            raise _Stopped
        os.replace(beside, target)
        atomic.flush_folder(target.parent)
    except _Stopped:
        return None
    except OSError as error:
        raise EngineFailure(
            Message("Could not write {target}: {why}.", target=target, why=error.strerror or error)
        ) from error
    finally:
        beside.unlink(missing_ok=True)
    return ModelConverted(target, target.stat().st_size, found)


HANDLERS = {OpenModel: open_model, UnloadModel: unload, InspectModel: inspect, ConvertModel: convert}
