"""torch.distributed.checkpoint over safetensors, so that nothing is pickled.

torch plans which rank writes what, and which needs what part of which file; files are written and read here. Its own
file format keeps its metadata in a pickle, and its safetensors format (`HuggingFaceStorageWriter`) neither writes
atomically nor checks what it reads. What ranks tell each other while they plan is pickled by torch, on the wire alone.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.distributed import checkpoint as dcp
from torch.distributed.checkpoint.metadata import MetadataIndex, TensorProperties
from torch.futures import Future

from engine.errors import BitLlamaError
from engine.io.tensors import Array, save_tensors
from engine.train.shard_files import FORMAT, OFFSETS, SAVED, Chunk, Shards, shard_name


class _Writer(dcp.StorageWriter):
    """Each rank writes one file, atomically."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def reset(self, checkpoint_id: str | os.PathLike[str] | None = None) -> None:
        """Nothing is kept between two checkpoints."""

    def set_up_storage_writer(self, is_coordinator: bool, *args: Any, **kwargs: Any) -> None:
        """All ranks are alike."""

    def prepare_local_plan(self, plan: dcp.SavePlan) -> dcp.SavePlan:
        return plan

    def prepare_global_plan(self, plans: list[dcp.SavePlan]) -> list[dcp.SavePlan]:
        return [replace(plan, storage_data=shard_name(rank, len(plans))) for rank, plan in enumerate(plans)]

    def write_data(self, plan: dcp.SavePlan, planner: dcp.SavePlanner) -> Future[list[Any]]:
        arrays: dict[str, Array] = {}
        places: dict[str, dict[str, list[int]]] = {}
        for item in plan.items:
            value = planner.resolve_data(item)
            assert isinstance(value, Tensor), f"{item.index.fqn} is not a tensor"
            if not value.numel():  # a rank may have no row of a small tensor
                continue
            name = item.index.fqn
            arrays[name] = np.ascontiguousarray(value.detach().cpu().numpy())
            places[name] = {SAVED: list(item.index.offset or [0] * value.dim())}
        metadata = {"format": str(FORMAT), OFFSETS: json.dumps(places, separators=(",", ":"))}
        save_tensors(self.folder / plan.storage_data, arrays, metadata)
        return _done([])

    def finish(self, metadata: dcp.Metadata, results: list[list[Any]]) -> None:
        """The files speak for themselves; ``loop.json``, which makes a checkpoint, is written by the loop."""

    @classmethod
    def validate_checkpoint_id(cls, checkpoint_id: str | os.PathLike[str]) -> bool:
        return True


class _Reader(dcp.StorageReader):
    """Each rank reads what it needs from the maps of the files."""

    def __init__(self, shards: Shards) -> None:
        self.shards = shards

    def reset(self, checkpoint_id: str | os.PathLike[str] | None = None) -> None:
        """Nothing is kept between two checkpoints."""

    def read_metadata(self, *args: Any, **kwargs: Any) -> dcp.Metadata:
        found = {}
        for name, chunks in self.shards.chunks.items():
            boxes = [
                dcp.metadata.ChunkStorageMetadata(torch.Size(chunk.offsets), torch.Size(chunk.values.shape))
                for chunk in chunks
            ]
            dtype = torch.from_numpy(np.empty(0, chunks[0].values.dtype)).dtype
            size = torch.Size(self.shards.shapes[name])
            found[name] = dcp.TensorStorageMetadata(TensorProperties(dtype=dtype), size, boxes)
        return dcp.Metadata(found)  # type: ignore[arg-type]  # dict is invariant

    def set_up_storage_reader(self, metadata: dcp.Metadata, is_coordinator: bool, *args: Any, **kwargs: Any) -> None:
        """All is known already."""

    def prepare_local_plan(self, plan: dcp.LoadPlan) -> dcp.LoadPlan:
        return plan

    def prepare_global_plan(self, plans: list[dcp.LoadPlan]) -> list[dcp.LoadPlan]:
        return plans

    def read_data(self, plan: dcp.LoadPlan, planner: dcp.LoadPlanner) -> Future[None]:
        for item in plan.items:
            chunk = self._chunk(item.storage_index)
            box = tuple(slice(at, at + n) for at, n in zip(item.storage_offsets, item.lengths, strict=True))
            target = planner.resolve_tensor(item).detach()
            target.copy_(torch.from_numpy(np.array(chunk.values[box])))
            planner.commit_tensor(item, target)
        return _done(None)

    def _chunk(self, index: MetadataIndex) -> Chunk:
        offsets = tuple(index.offset or ())
        return next(chunk for chunk in self.shards.chunks[index.fqn] if chunk.offsets == offsets)

    @classmethod
    def validate_checkpoint_id(cls, checkpoint_id: str | os.PathLike[str]) -> bool:
        return True


def save_shards(folder: Path, tensors: Mapping[str, Tensor]) -> None:
    """Write the DTensors and plain tensors of a checkpoint; all ranks call it, and each writes a file of its own.

    Args:
        folder: there already, and empty.
        tensors: by name, the same names on all ranks; plain ones are alike on all.

    Raises `FileFormatError` when writing fails, on all ranks.
    """
    with _plain_errors():
        dcp.save(dict(tensors), storage_writer=_Writer(folder))


def load_shards(shards: Shards, tensors: Mapping[str, Tensor]) -> None:
    """Fill DTensors and plain tensors in place; all ranks call it, each reads its part. Names and shapes must fit."""
    with _plain_errors():
        dcp.load(dict(tensors), storage_reader=_Reader(shards))


@contextmanager
def _plain_errors() -> Iterator[None]:
    """What failed on some rank, in place of torch's collection of all failures."""
    try:
        yield
    except dcp.CheckpointException as error:
        causes = [cause for cause, _ in error.failures.values()]
        raise next((cause for cause in causes if isinstance(cause, BitLlamaError)), causes[0]) from error


def _done(value: Any) -> Future[Any]:
    future: Future[Any] = Future()
    future.set_result(value)
    return future
