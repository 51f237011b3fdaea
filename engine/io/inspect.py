"""Look at a model, memory or soul file and say what it is and what is wrong with it; nothing is ever raised for its
content."""

from __future__ import annotations

import dataclasses
import math
import os
from collections import Counter
from pathlib import Path

import numpy as np

from engine.errors import BitLlamaError
from engine.io.bitt import is_bitt
from engine.io.checkpoint import FILES
from engine.io.file_info import FileInfo, Fingerprint, MemoryInfo, ModelInfo, SoulInfo, TransformerInfo
from engine.io.gguf import is_gguf
from engine.io.memory_file import is_memory, load_memory
from engine.io.model_file import ANY_MEMORY, AnyWeights, TransformerWeights, open_model
from engine.io.packed import EMBED, HEAD, PackedTensors, Packing
from engine.io.soul import Soul, load_soul, looks_like_soul
from engine.io.tensors import MappedTensors, TensorFile
from engine.io.validation import tokenizer_entries
from engine.io.weights import ModelWeights, fingerprint
from engine.models.config import BitLlamaConfig
from engine.models.transformer_config import default_context
from engine.ops.quantized_embedding.int8 import QuantizedEmbedding

_HALVES = ("F16", "BF16")


def inspect_path(path: str | os.PathLike[str], memory: str | os.PathLike[str] | None = ANY_MEMORY) -> FileInfo:
    """The card of a checkpoint folder, a ``.safetensors`` file in one, a ``.bitt``, a memory file or a ``.soul``.

    That of a transformer tells of its `memory` as `open_model` finds it.

    Reads everything: each weight is checked and a stored fingerprint compared with the one that the weights give. A
    file that is missing or broken gets a card that says so.
    """
    path = Path(path)
    try:
        size = _size_on_disk(path)
        if is_memory(path):
            return _inspect_memory(path, size)
        return _inspect_soul(path, size) if _is_soul(path) else _inspect_body(path, size, memory)
    except BitLlamaError as error:
        return FileInfo("unknown", path, "unreadable", _size_on_disk(path), problems=[error.message])


def _inspect_soul(path: Path, size: int) -> FileInfo:
    try:
        soul = load_soul(path)
    except BitLlamaError as error:
        return FileInfo("soul", path, "soul, unreadable", size, problems=[error.message])
    return FileInfo("soul", path, f"soul, version {soul.meta.version}", size, _soul_facts(soul))


def _inspect_memory(path: Path, size: int) -> FileInfo:
    try:
        memory = load_memory(path)
    except BitLlamaError as error:
        return FileInfo("memory", path, "memory, unreadable", size, problems=[error.message])
    config = memory.config
    facts = MemoryInfo(
        backbone=memory.backbone,
        parameters=memory.num_parameters,
        sources=config.sources,
        depths=config.depths,
        hidden_dim=config.hidden_dim,
        heads=config.num_heads,
        key_dim=config.key_dim,
        value_dim=config.value_dim,
        fast_weights=config.num_fast,
        soul_bytes=4 * config.num_fast,
        fingerprint=memory.fingerprint,
    )
    return FileInfo("memory", path, "memory of a transformer", size, facts)


def _inspect_body(path: Path, size: int, memory: str | os.PathLike[str] | None) -> FileInfo:
    try:
        body = open_model(path, check=False, memory=memory)
    except BitLlamaError as error:
        return FileInfo("body", path, "unreadable", size, problems=[error.message])
    if isinstance(body, TransformerWeights):
        return _inspect_transformer(body, path)
    report = body.validate()
    problems = [f"{problem[0].upper()}{problem[1:]}." for problem in report.problems()]
    computed = fingerprint(body.config, body.tensors) if report.ok else None
    state: Fingerprint = "unverified"
    if computed:
        state = "computed" if body.stored_fingerprint is None else "verified"
        if state == "verified" and computed != body.stored_fingerprint:
            state = "differs"
            problems.append(f"The weights give the fingerprint {computed}, not the stored one; export the model again.")
    facts = _body_facts(body, body.stored_fingerprint or computed, state)
    return FileInfo("body", path, _format(body), size, facts, problems, body.config)


def _inspect_transformer(weights: TransformerWeights, path: Path) -> FileInfo:
    problems = [f"{problem[0].upper()}{problem[1:]}." for problem in weights.problems() or weights.damage()]
    stored = sum(nbytes for _, nbytes in weights.kinds.values())
    kinds = ", ".join(sorted({kind for kind, _ in weights.kinds.values()}))
    facts = None if weights.problems() else transformer_info(weights)
    return FileInfo("body", path, f"{weights.format}, {kinds}", stored, facts, problems)


def transformer_info(weights: TransformerWeights) -> TransformerInfo:
    """What is known of a transformer whose tensors are complete. Only the first bytes of each are read."""
    config, memory = weights.config, weights.memory
    fast = 0 if memory is None else memory.config.num_fast
    stored = sum(nbytes for _, nbytes in weights.kinds.values())
    packed, in_float = memory_needed(weights)
    return TransformerInfo(
        family=config.family,
        name=config.name,
        licence=config.licence,
        parameters=config.num_parameters,
        bits_per_weight=8 * stored / config.num_parameters,
        kinds=dict(Counter(kind for kind, _ in weights.kinds.values()).most_common()),
        layers=config.num_layers,
        hidden_dim=config.hidden_dim,
        mlp_dim=config.intermediate_dim,
        vocab_size=config.vocab_size,
        heads=config.num_heads,
        kv_heads=config.num_kv_heads,
        head_dim=config.head_dim,
        max_context=config.max_context,
        window=config.window,
        context=default_context(config),
        weights_bytes=stored,
        memory_float_bytes=in_float,
        memory_packed_bytes=packed,
        tokenizer=weights.tokenizer_kind,
        chat_template=config.chat_template is not None,
        fingerprint=weights.fingerprint,
        memory_file="" if memory is None else str(memory.path or "yes"),
        fast_weights=fast,
        soul_bytes=4 * fast,
    )


def _body_facts(body: ModelWeights, known: str | None, state: Fingerprint) -> ModelInfo:
    config = body.config
    parameters, ternary = _count(config)
    fast = config.num_layers * math.prod(config.fast_shape)
    memory_packed, memory_float = memory_needed(body)
    kind, entries = None, None
    if body.tokenizer is not None:
        try:
            kind, entries = tokenizer_entries(body.tokenizer)
        except BitLlamaError:
            kind = "unreadable"
    return ModelInfo(
        parameters=parameters,
        ternary_parameters=ternary,
        float_parameters=parameters - ternary,
        bits_per_weight=8 * sum(info.nbytes for info in _stored(body).infos.values()) / parameters,
        layers=config.num_layers,
        hidden_dim=config.hidden_dim,
        mlp_dim=config.mlp_dim,
        vocab_size=config.vocab_size,
        ttt_variant=config.ttt_variant,
        num_heads=config.num_heads,
        head_dim=config.fast_dim,
        inner_lr=config.inner_lr,
        activation_bits=config.activation_bits,
        fast_weights=fast,
        soul_bytes=4 * fast,
        memory_float_bytes=memory_float,
        memory_packed_bytes=memory_packed,
        tokenizer=kind,
        tokenizer_entries=entries,
        chat_template=config.chat_template is not None,
        fingerprint=known,
        fingerprint_state=state,
    )


def memory_needed(body: AnyWeights) -> tuple[int, int]:
    """Bytes of the weights and the state, a soul or keys and values: packed, and all in float32. No weight is read.

    Floats of 16 bits count as float32 in both, which is how they are computed with.
    """
    if isinstance(body, TransformerWeights):
        stored = sum(nbytes * (2 if kind in _HALVES else 1) for kind, nbytes in body.kinds.values())
        context = default_context(body.config)
        beside = 0 if body.memory is None else 4 * (body.memory.num_parameters + body.memory.config.num_fast)
        in_float = 4 * body.config.num_parameters + body.config.cache_bytes(context, 4) + beside
        return stored + body.config.cache_bytes(context) + beside, in_float
    parameters, ternary = _count(body.config)
    fast = body.config.num_layers * math.prod(body.config.fast_shape)
    packing = Packing.of(body.tensors)
    packed = body.config.num_layers * sum(
        math.prod(packing.matrix(name).stored_shape(*shape)) + 4 for name, shape in _ternary(body.config).items()
    )
    return packed + _float_bytes(body, parameters - ternary) + 4 * fast, 4 * (parameters + fast)


def _float_bytes(body: ModelWeights, floats: int) -> int:
    """Memory of the `floats` weights that are not ternary: four bytes each, unless a table holds them otherwise."""
    tables = [t for t in map(body.tensors.get, (EMBED, HEAD)) if isinstance(t, QuantizedEmbedding)]
    return 4 * (floats - sum(math.prod(table.shape) for table in tables)) + sum(table.nbytes for table in tables)


def _count(config: BitLlamaConfig) -> tuple[int, int]:
    """Parameters, and ternary ones among them: by arithmetic, whatever num_layers."""
    return config.num_parameters, config.num_layers * sum(map(math.prod, _ternary(config).values()))


def _ternary(config: BitLlamaConfig) -> dict[str, tuple[int, ...]]:
    """The shapes of a layer's ternary matrices."""
    one = dataclasses.replace(config, num_layers=1).tensor_specs()
    return {name: spec.shape for name, spec in one.items() if spec.ternary}


def _soul_facts(soul: Soul) -> SoulInfo:
    meta = soul.meta
    return SoulInfo(
        name=meta.name,
        level=meta.level,
        created=meta.created,
        body=meta.body,
        id=meta.id,
        parent=meta.parent,
        layers=len(soul.layers),
        shape=soul.layers[0].shape,
        norms=[float(np.sqrt(np.sum(np.square(layer, dtype=np.float64)))) for layer in soul.layers],
        history=meta.history,
    )


def _format(body: ModelWeights) -> str:
    packed, infos = body.encoding == "packed", _stored(body).infos
    kinds = ", ".join(sorted({infos[name].dtype for name in body.tensors} - ({"U8"} if packed else set())))
    container = ".bitt" if body.path and is_bitt(body.path) else "checkpoint"
    embedding = {None: "", "int8": "embedding and head as bytes, ", "int5": "embedding as bytes, head of five bits, "}
    packing = Packing.of(body.tensors)
    linears = {"ternary2": "packed ternary weights, ", "ternary5in3": "ternary weights, three in five bits, "}
    held = (linears[packing.linears] if packed else "") + embedding[packing.embedding]
    return f"{container}, {held}float weights as {kinds}"


def _stored(body: ModelWeights) -> MappedTensors | PackedTensors:
    """The mapped tensors of a loaded model as its file holds them."""
    tensors = body.tensors
    assert isinstance(tensors, (MappedTensors, PackedTensors))
    return tensors


def _is_soul(path: Path) -> bool:
    if path.suffix.lower() == ".soul":
        return True
    if path.is_dir() or is_bitt(path) or is_gguf(path):
        return False
    return looks_like_soul(TensorFile.open(path).tensors)


def _size_on_disk(path: Path) -> int:
    files = [path / name for name in FILES] if path.is_dir() else [path]
    total = 0
    for file in files:
        try:
            total += file.stat().st_size
        except (OSError, ValueError):
            continue  # what is missing is said as a problem
    return total
