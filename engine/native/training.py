"""The library's part in training (``src/training.cpp``), for the torch forms in `engine.ops` that call it."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from engine import native


def in_rows(x: Tensor) -> Tensor:
    """`x`, or a copy of it, such that its last dimension lies together in memory."""
    return x if x.stride(-1) == 1 else x.contiguous()


def heads(*tensors: Tensor) -> Any:
    """An array of `Heads`, one for each tensor."""
    return (native.Heads * len(tensors))(*(native.Heads(x.data_ptr(), *x.stride()[:3]) for x in tensors))


def rows(x: Tensor) -> tuple[int, int]:
    """How many rows `x` has, and their width."""
    return x.numel() // x.shape[-1], x.shape[-1]


def takes(*tensors: Tensor) -> bool:
    """Whether the library is there and the tensors are such as it computes with, of which one wants a gradient."""
    return (
        torch.is_grad_enabled()
        and any(x.requires_grad for x in tensors)
        and all(x.device.type == "cpu" and x.dtype == torch.float32 for x in tensors)
        and native.why_not() is None
    )


def call(name: str, instructions: str | None, *arguments: Any) -> None:
    """Call a function of training with as many threads as torch has. Raises `MemoryError` where it cannot."""
    named = None if instructions is None else instructions.encode()
    if getattr(native.library(), name)(named, torch.get_num_threads(), *arguments):
        raise MemoryError(f"There is not enough memory for {name}, or {instructions!r} cannot run here.")
