"""Who computes: chosen once, with a reason that a person can read."""

from __future__ import annotations

from engine.errors import ConfigError
from engine.formats.body import Body
from engine.runtime.base import Runtime

RUNTIMES = ("auto", "torch")


def create_runtime(body: Body, device: str = "auto", runtime: str = "auto", threads: int | None = None) -> Runtime:
    """The runtime for `body`.

    Args:
        body: the slow weights.
        device: ``auto``, ``cpu``, ``cuda``, ``cuda:1`` or ``mps``.
        runtime: ``auto`` or ``torch``.
        threads: CPU threads, None for the runtime's own choice.

    Raises `DeviceError` where the device or the runtime is absent, `ConfigError` for names that mean nothing.
    """
    if runtime not in RUNTIMES:
        raise ConfigError(f"There is no runtime called {runtime!r}; use {' or '.join(RUNTIMES)}.")
    from engine.runtime.torch_runtime import TorchRuntime  # torch is imported here, by whoever needs it

    return TorchRuntime(body, device, threads)
