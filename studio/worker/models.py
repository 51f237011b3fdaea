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
)
from studio.worker.context import WorkerContext, lines
from studio.worker.souls import shown_entries, soul_facts

if TYPE_CHECKING:
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
    from engine.io.weights import ModelWeights
    from engine.models.config import BitLlamaConfig

    llama = context.memory.llama
    model, config = llama.body, llama.body.config
    path = Path(model.path) if model.path else Path()
    weights = path / "model.safetensors" if path.is_dir() else path
    return ModelSummary(
        name=path.parent.name if path.name == "model.safetensors" else path.stem,
        path=path,
        parameters=config.num_parameters,
        layers=config.num_layers,
        hidden_dim=config.hidden_dim,
        vocab_size=config.vocab_size,
        variant=config.ttt_variant if isinstance(config, BitLlamaConfig) else config.family,
        packed=isinstance(model, ModelWeights) and model.encoding == "packed",
        file_bytes=weights.stat().st_size,
        fingerprint=model.fingerprint,
        device=llama.runtime.device,
        runtime=llama.runtime.name,
        reason=llama.runtime.reason,
        memory_expected=memory_needed(model)[0 if llama.runtime.name == "native" else 1],
        memory_measured=grown,
    )


def memory_in_use() -> int:
    """Bytes of this program that are in memory; 0 where the system does not tell (elsewhere than on Linux)."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0


def unload(context: WorkerContext, command: UnloadModel) -> None:
    """Save the soul and let the model go."""
    context.let_go()


def inspect(context: WorkerContext, command: InspectModel) -> ModelDetails:
    """Look into a model without loading it."""
    from engine.io.file_info import ModelInfo
    from engine.io.inspect import inspect_path

    card = inspect_path(command.path)
    facts = card.facts
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
        tokenizer=facts.tokenizer or "",
        tokenizer_entries=facts.tokenizer_entries or 0,
        fingerprint=facts.fingerprint or "",
        licence=_licence(command.path, card.config),
        souls=_souls(context, card.config, facts.fingerprint or ""),
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


def _souls(context: WorkerContext, config: BitLlamaConfig | None, fingerprint: str) -> tuple[str, ...]:
    from engine.errors import BitLlamaError
    from engine.session.soul_registry import SoulRegistry

    if config is None or not fingerprint:
        return ()
    try:
        return tuple(mate.name for mate in SoulRegistry(context.place.workspace, config, fingerprint).all())
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
