"""The library's part in training (``src/training.cpp``), for the torch forms in `engine.ops` that call it."""

from __future__ import annotations

import ctypes
from typing import Any

import torch
from torch import Tensor

from engine import native

_I32, _I64, _Pointer = ctypes.c_int32, ctypes.c_int64, ctypes.c_void_p


class Heads(ctypes.Structure):
    """`bl_heads`: a float32 tensor ``[B, H, T, d]`` of any strides, but that the last is 1."""

    _fields_ = [("at", _Pointer), *[(name, _I64) for name in ("stream", "head", "token")]]


class Views(ctypes.Structure):
    """`bl_views`."""

    _fields_ = [
        *[(name, _I32) for name in ("batch", "tokens", "heads", "head_dim", "kernel")],
        *[(name, _Pointer) for name in ("x", "tail", "weight")],
    ]


def heads(*tensors: Tensor) -> Any:
    """An array of `Heads`, one for each tensor."""
    return (Heads * len(tensors))(*(Heads(x.data_ptr(), *x.stride()[:3]) for x in tensors))


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
