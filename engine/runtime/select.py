"""Who computes: chosen once, with a reason that a person can read."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from engine.config import BitLlamaConfig
from engine.errors import ConfigError, DeviceError
from engine.formats.body import Body
from engine.runtime.base import Runtime
from engine.runtime.native_runtime import NativeRuntime, why_not_native

RUNTIMES = ("auto", "native", "torch")

RUNTIME_VARIABLE = "BIT_LLAMA_RUNTIME"
"""An environment variable that stands for `runtime` where that is ``auto``: for comparing, and for finding faults."""


def create_runtime(body: Body, device: str = "auto", runtime: str = "auto", threads: int | None = None) -> Runtime:
    """The runtime for `body`.

    On the processor the native library computes where it can, without torch being imported; torch does everywhere else.

    Args:
        body: the slow weights.
        device: ``auto``, ``cpu``, ``cuda``, ``cuda:1`` or ``mps``.
        runtime: ``auto``, ``native`` or ``torch``; ``auto`` heeds `RUNTIME_VARIABLE`.
        threads: CPU threads, None for the runtime's own choice.

    Raises `DeviceError` where the device or the runtime is absent, `ConfigError` for names that mean nothing.
    """
    where = "" if runtime != "auto" else f" (from {RUNTIME_VARIABLE})"
    if runtime == "auto":
        runtime = os.environ.get(RUNTIME_VARIABLE) or "auto"
    if runtime not in RUNTIMES:
        raise ConfigError(f"There is no runtime called {runtime!r}{where}; use {', '.join(RUNTIMES)}.")
    why_not = _why_not_native(body.config, device, runtime)
    if why_not is None:
        return NativeRuntime(body, threads)
    if runtime == "native":
        raise DeviceError(f"The native runtime cannot be used, since {why_not}.")
    from engine.runtime.torch_runtime import TorchRuntime  # torch is imported here, by whoever needs it

    chosen = TorchRuntime(body, device, threads)
    if chosen.device == "cpu":
        chosen.reason += f"; with torch and not the native library, since {why_not}"
    return chosen


def _why_not_native(config: BitLlamaConfig, device: str, runtime: str) -> str | None:
    """Why the native runtime is not taken, as the end of a sentence, or None where it is."""
    if runtime == "torch":
        return "torch was asked for"
    if device not in ("auto", "cpu"):
        return f"it computes on the processor and {device!r} was asked for"
    if runtime == "auto" and device == "auto" and _has_cuda_driver():
        return "there may be a CUDA card"
    return why_not_native(config)


def _has_cuda_driver() -> bool:
    """Whether it is worth importing torch to look for a CUDA card."""
    if sys.platform == "win32":
        return (Path(os.environ.get("SYSTEMROOT", r"C:\Windows")) / "System32" / "nvcuda.dll").exists()
    return Path("/proc/driver/nvidia/version").exists() or Path("/dev/nvidiactl").exists()
