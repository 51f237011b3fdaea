"""Who computes: chosen once, with a reason that a person can read."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import ConfigError, DeviceError, Message
from engine.io.model_file import AnyWeights, ModelWeights, TransformerWeights
from engine.models.config import BitLlamaConfig
from engine.runtime.base import Runtime
from engine.runtime.native_runtime import NativeRuntime, why_not_native
from engine.runtime.native_transformer import NativeTransformerRuntime, why_not_native_transformer

if TYPE_CHECKING:
    import torch

RUNTIMES = ("auto", "native", "torch", "cuda")

RUNTIME_VARIABLE = "BIT_LLAMA_RUNTIME"
"""An environment variable that stands for `runtime` where that is ``auto``: for comparing, and for finding faults."""


def create_runtime(
    body: AnyWeights, device: str = "auto", runtime: str = "auto", threads: int | None = None
) -> Runtime:
    """The runtime for `body`.

    On the processor the native library computes where it can, without torch being imported; on a CUDA card the Triton
    kernels where they can; torch does everywhere else. With ``auto``, a card that has no room is left alone.

    Args:
        body: the slow weights.
        device: ``auto``, ``cpu``, ``cuda``, ``cuda:1`` or ``mps``.
        runtime: ``auto``, ``native``, ``torch`` or ``cuda``; ``auto`` heeds `RUNTIME_VARIABLE`.
        threads: CPU threads, None for the runtime's own choice.

    Raises `DeviceError` where the device or the runtime is absent, `ConfigError` for names that mean nothing.
    """
    where = "" if runtime != "auto" else f" (from {RUNTIME_VARIABLE})"
    if runtime == "auto":
        runtime = os.environ.get(RUNTIME_VARIABLE) or "auto"
    if runtime not in RUNTIMES:
        raise ConfigError(f"There is no runtime called {runtime!r}{where}; use {', '.join(RUNTIMES)}.")
    if isinstance(body, TransformerWeights):
        return _for_transformer(body, device, runtime, threads)
    why_not = _why_not_native(body.config, device, runtime)
    if why_not is None:
        return NativeRuntime(body, threads)
    if runtime == "native":
        raise DeviceError("The native runtime cannot be used, since {reason}.", reason=why_not)
    try:
        return _with_torch(body, device, runtime, threads, why_not)
    except DeviceError as error:
        if device != "auto" or not _has_cuda_driver():
            raise
        chosen = create_runtime(body, "cpu", "auto" if runtime == "cuda" else runtime, threads)
        chosen.reason = Message("{reason}. {error}", reason=chosen.reason, error=error)
        return chosen


def _for_transformer(weights: TransformerWeights, device: str, runtime: str, threads: int | None) -> Runtime:
    """The native library where it can on the processor, else torch, with the reason."""
    if runtime == "cuda":
        raise DeviceError("The CUDA runtime cannot be used, since it computes no transformers; use torch.")
    why_not = _why_not_processor(device, runtime) or why_not_native_transformer(weights)
    if why_not is None:
        return NativeTransformerRuntime(weights, threads)
    if runtime == "native":
        raise DeviceError("The native runtime cannot be used, since {reason}.", reason=why_not)
    from engine.models.bitllama import pick_device
    from engine.runtime.torch_transformer import TorchTransformer

    place = pick_device(device)
    if place.type == "cpu" and runtime == "auto" and why_not_native_transformer(weights) is None:
        return NativeTransformerRuntime(weights, threads)  # there is a driver without a card
    chosen = TorchTransformer(weights, device, threads)
    if place.type == "cpu":
        chosen.reason = Message(
            "{reason}; with torch and not the native library, since {why}", reason=chosen.reason, why=why_not
        )
    return chosen


def _with_torch(body: ModelWeights, device: str, runtime: str, threads: int | None, why_not: str) -> Runtime:
    """The Triton kernels where they can compute, else torch, with the reason."""
    from engine.models.bitllama import pick_device  # torch is imported here, by whoever needs it

    place = pick_device(device)
    if place.type == "cpu" and runtime == "auto" and why_not_native(body.config) is None:
        return NativeRuntime(body, threads)  # there is a driver without a card
    why_not_card = _why_not_cuda(body.config, place, runtime)
    if why_not_card is None:
        from engine.runtime.cuda_device import CudaDevice
        from engine.runtime.cuda_runtime import CudaRuntime

        return CudaRuntime(body, CudaDevice(place), threads)
    if runtime == "cuda":
        raise DeviceError("The CUDA runtime cannot be used, since {reason}.", reason=why_not_card)
    from engine.runtime.torch_runtime import TorchRuntime

    torch_runtime = TorchRuntime(body, device, threads)
    if torch_runtime.device == "cpu":
        torch_runtime.reason = Message(
            "{reason}; with torch and not the native library, since {why}", reason=torch_runtime.reason, why=why_not
        )
    elif place.type == "cuda":
        torch_runtime.reason = Message(
            "{reason}, with torch and not the Triton kernels, since {why}",
            reason=torch_runtime.reason,
            why=why_not_card,
        )
    return torch_runtime


def _why_not_cuda(config: BitLlamaConfig, place: torch.device, runtime: str) -> str | None:
    """Why the Triton kernels are not taken, as the end of a sentence, or None where they are."""
    if runtime == "torch":
        return Message("torch was asked for")
    if place.type != "cuda":
        return Message("the device is {device!r} and not a CUDA card", device=str(place))
    from engine.ops.kernel_check import why_not_kernels

    why = why_not_kernels(place)
    if why is not None:
        return why
    from engine.runtime.cuda_runtime import why_not_cuda

    return why_not_cuda(config)


def _why_not_native(config: BitLlamaConfig, device: str, runtime: str) -> str | None:
    """Why the native runtime is not taken, as the end of a sentence, or None where it is."""
    return _why_not_processor(device, runtime) or why_not_native(config)


def _why_not_processor(device: str, runtime: str) -> str | None:
    """Why what was asked for is not the native library on the processor, as the end of a sentence, or None."""
    if runtime == "torch":
        return Message("torch was asked for")
    if runtime == "cuda":
        return Message("the CUDA runtime was asked for")
    if device not in ("auto", "cpu"):
        return Message("it computes on the processor and {device!r} was asked for", device=device)
    if runtime == "auto" and device == "auto" and _has_cuda_driver():
        return Message("there may be a CUDA card")
    return None


def _has_cuda_driver() -> bool:
    """Whether it is worth importing torch to look for a CUDA card."""
    if sys.platform == "win32":
        return (Path(os.environ.get("SYSTEMROOT", r"C:\Windows")) / "System32" / "nvcuda.dll").exists()
    return Path("/proc/driver/nvidia/version").exists() or Path("/dev/nvidiactl").exists()
