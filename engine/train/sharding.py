"""A model divided among ranks (FSDP2): each holds a part of every tensor, and borrows the rest to compute a layer.

Zhao et al. 2023, "PyTorch FSDP", arXiv 2304.11277; `torch.distributed.fsdp.fully_shard`. Weights, gradients and moments
are divided evenly. The layers are computed anew during backward: a layer that kept what it computed would keep its
quantised weights too, a whole copy of them, and nothing would be gained.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

from torch import Tensor, nn
from torch.distributed.device_mesh import DeviceMesh
from torch.distributed.fsdp import fully_shard
from torch.utils.checkpoint import checkpoint

from engine.layers.ttt import LayerState
from engine.models.bitllama import BitLlama


def shard(root: nn.Module, model: BitLlama, mesh: DeviceMesh) -> None:
    """Divide the parameters of `model` among the ranks of `mesh`, in place; `root` holds it and nothing else.

    Its modules must be called, as `BitLlama.hidden` and `head` do, since what is borrowed comes with the call.
    """
    for block in model.layers:
        block.forward = functools.partial(_computed_anew, block.forward)
        fully_shard(block, mesh=mesh)
    fully_shard(model.embed, mesh=mesh)
    fully_shard([model.norm_f, model.lm_head], mesh=mesh)
    fully_shard(root, mesh=mesh)


def _computed_anew(
    forward: Callable[..., tuple[Tensor, LayerState, Tensor]], h: Tensor, state: LayerState, rate_scale: float = 1.0
) -> tuple[Tensor, LayerState, Tensor]:
    """A block that keeps nothing for backward but its input. The state behind it is cut from the graph, since the next
    segment begins without gradient."""
    h, state, loss = checkpoint(forward, h, state, rate_scale, use_reentrant=False, preserve_rng_state=False)
    return h, state.map(Tensor.detach), loss
