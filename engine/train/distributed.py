"""Ranks that train one model together: streams are dealt to them, gradients are summed, one of them writes.

Every rank draws the same order of streams, reads its part of each micro-batch and carries the states of those streams.
So the world size decides nothing but who computes what, and a checkpoint, which holds all streams, can be dealt anew.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
import torch.distributed as dist
from torch import Tensor, nn

from engine.errors import ConfigError, TrainingError
from engine.io.model_file import ModelWeights
from engine.models.bitllama import BitLlama, ModelState, pick_device
from engine.train.rendezvous import PATIENCE, check_share, rendezvous

if TYPE_CHECKING:
    from torch.distributed.device_mesh import DeviceMesh

_BACKENDS = {"cpu": "gloo", "cuda": "nccl"}
_BROKEN = re.compile(r"gloo|nccl|connection (closed|reset)|timed out", re.IGNORECASE)
"""What torch says, in an exception of no particular type, when a rank is gone."""


@dataclass(frozen=True)
class Ranks:
    """One rank among `world`; the default is a process by itself, for which every method is the identity."""

    rank: int = 0
    world: int = 1
    device: str = "cpu"
    """Kind of device over which they speak."""
    mesh: DeviceMesh | None = None
    """Set where the model is divided among the ranks; otherwise each has a copy of it."""

    @property
    def leads(self) -> bool:
        """Whether this rank writes checkpoints and metrics and speaks."""
        return self.rank == 0

    def share(self, streams: int) -> int:
        """How many of a micro-batch's streams each rank takes. Raises `ConfigError` where they cannot be dealt."""
        check_share(streams, self.world)
        return streams // self.world

    def rows(self, micro_batch: int, streams: int) -> slice:
        """This rank's streams of a micro-batch of `streams`, as rows of the whole segment."""
        mine = self.share(streams)
        start = micro_batch * streams + self.rank * mine
        return slice(start, start + mine)

    def streams(self, batch_size: int, grad_accum: int) -> np.ndarray:
        """This rank's streams of all micro-batches, int64 ``[R]``."""
        everything = np.arange(batch_size * grad_accum)
        return np.concatenate([everything[self.rows(m, batch_size)] for m in range(grad_accum)])

    def wrap(self, learner: nn.Module, model: BitLlama) -> nn.Module:
        """`learner`, which holds `model`, whose gradients are averaged over the ranks during backward: with a copy of
        the model on each (DistributedDataParallel), or with the model divided among them (FSDP2)."""
        if self.mesh is not None:
            from engine.train.sharding import shard

            shard(learner, model, self.mesh)
            return learner
        return learner if self.world == 1 else nn.parallel.DistributedDataParallel(learner)

    def totals(self, values: np.ndarray) -> np.ndarray:
        """The sums of float64 `values` over all ranks, on each of them."""
        if self.world > 1:
            summed = torch.from_numpy(values.copy()).to(self.device)
            dist.all_reduce(summed)
            values = summed.cpu().numpy()
        return values

    def wait(self) -> None:
        """Until all ranks are here."""
        self.totals(np.zeros(1))

    def any(self, flag: bool) -> bool:
        """Whether `flag` is set on some rank; all ranks get the same answer."""
        return bool(self.totals(np.array([float(flag)]))[0])

    def whole(self, tensor: Tensor) -> Tensor:
        """All of a tensor of the model; every rank must ask."""
        return tensor if self.mesh is None else tensor.full_tensor()  # type: ignore[attr-defined]

    def body(self, model: BitLlama, tokenizer: str) -> ModelWeights | None:
        """The trained model, on the leading rank; every rank must ask."""
        parameters = ((name, self.whole(parameter.detach())) for name, parameter in model.named_parameters())
        if not self.leads:
            for _ in parameters:
                pass
            return None
        return ModelWeights(model.config, {name: p.float().cpu().numpy().copy() for name, p in parameters}, tokenizer)

    def gather(self, state: ModelState) -> ModelState:
        """The states of a micro-batch's streams, of all ranks in their order."""
        if self.world == 1:
            return state

        return ModelState([layer.map(self._side_by_side) for layer in state.layers])

    def _side_by_side(self, part: Tensor) -> Tensor:
        """The parts of all ranks, of one shape, along their first axis."""
        parts = [torch.empty_like(part, memory_format=torch.contiguous_format) for _ in range(self.world)]
        dist.all_gather(parts, part.contiguous())
        return torch.cat(parts)

    def divided(self, work: Callable[[Tensor], Tensor], batch: Tensor) -> Tensor:
        """``work(batch)``, of which every rank computes its part and all get the whole; `batch` is the same on all of
        them, and each item of its first axis becomes one of the same shape."""
        if self.world == 1:
            return work(batch)
        size = -(-len(batch) // self.world)
        mine = batch.new_zeros(size, *batch.shape[1:])
        part = batch[self.rank * size : (self.rank + 1) * size]
        mine[: len(part)] = work(part)
        return self._side_by_side(mine)[: len(batch)]

    def together(self, state: ModelState) -> ModelState:
        """As `gather`, in the form in which a checkpoint takes it: where the model is divided, this is too."""
        if self.mesh is None:
            return self.gather(state)
        from torch.distributed.tensor import DTensor, Shard

        return ModelState([layer.map(lambda x: DTensor.from_local(x, self.mesh, [Shard(0)])) for layer in state.layers])

    def mine(self, state: ModelState) -> ModelState:
        """This rank's part of what `together` put together."""
        if self.mesh is not None:
            return ModelState([layer.map(lambda x: x.to_local()) for layer in state.layers])  # type: ignore[attr-defined]
        if self.world == 1:
            return state
        rows = self.rows(0, state.batch)
        return ModelState([layer.map(lambda x: x[rows].clone()) for layer in state.layers])


ALONE = Ranks()


def without_exchange(module: nn.Module, skip: bool) -> Any:
    """A context in which gradients gather on each rank alone, for all micro-batches of a step but the last."""
    return module.no_sync() if skip and isinstance(module, nn.parallel.DistributedDataParallel) else nullcontext()


@contextmanager
def joined(device: str, patience: float = PATIENCE, sharded: bool = False) -> Iterator[Ranks]:
    """Join the ranks that this process was started with; `ALONE` where it was started by itself.

    Args:
        device: as `TrainArgs` has it. Ranks on ``cpu`` speak over gloo; on ``cuda`` each has the card of its number on
            its machine, and they speak over NCCL.
        patience: seconds that a rank waits for the others.
        sharded: divide the model among the ranks.

    Raises:
        ConfigError: a device that ranks cannot train on together, or a single process to divide a model among.
        TrainingError: another rank ended, or did not answer in time.
    """
    place = rendezvous()
    if place.world == 1:
        if sharded:
            raise ConfigError("--shard divides the model among several processes; start them with --distributed.")
        yield ALONE
        return
    kind = pick_device(device).type
    if kind not in _BACKENDS:
        raise ConfigError(f"Several ranks cannot train on --device {kind}; use cpu or cuda.")
    if kind == "cuda":
        torch.cuda.set_device(place.local_rank)
    wait = timedelta(seconds=patience)
    try:
        store = None if place.store is None else dist.FileStore(str(place.store), place.world)
        dist.init_process_group(_BACKENDS[kind], store=store, rank=place.rank, world_size=place.world, timeout=wait)
        try:
            mesh = dist.init_device_mesh(kind, (place.world,)) if sharded else None
            yield Ranks(place.rank, place.world, kind, mesh)
            dist.barrier()  # one that leaves while another still writes would break the connection under it
        finally:
            dist.destroy_process_group()
    except RuntimeError as error:
        if isinstance(error, dist.DistError) or _BROKEN.search(str(error)):
            raise TrainingError(
                f"Another process of this run ended, or did not answer for {patience:g} s, so this one ended too. "
                "What was saved last is whole: go on from there with --resume."
            ) from error
        raise
