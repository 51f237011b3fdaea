"""A CUDA card as the runtime uses it: what goes there, what comes back, and a captured graph."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import numpy as np
import torch
from torch import Tensor


class CudaDevice:
    """One CUDA device.

    Args:
        device: ``cuda:0``, or ``cuda`` for the current one.
    """

    def __init__(self, device: torch.device) -> None:
        self.device = torch.device("cuda", torch.cuda.current_device() if device.index is None else device.index)
        self.name = torch.cuda.get_device_name(device)
        self._staging: dict[tuple[int, ...], Tensor] = {}

    def free_bytes(self) -> int:
        """Free memory."""
        return int(torch.cuda.mem_get_info(self.device)[0])

    def current(self) -> AbstractContextManager[object]:
        """Kernels are launched on this card inside."""
        return torch.cuda.device(self.device)

    def send(self, values: np.ndarray, target: Tensor) -> None:
        """Copy float32 values to a tensor on the card, through pinned memory; does not wait.

        The next `send` must come after a `fetch`, which waits until the pinned memory was read.
        """
        staging = self._pinned(target)
        staging.copy_(torch.from_numpy(values).view(staging.shape))
        target.copy_(staging, non_blocking=True)

    def fetch(self, source: Tensor) -> np.ndarray:
        """A tensor of the card as an array of its own, through pinned memory; waits until all before it is done."""
        staging = self._pinned(source)
        staging.copy_(source, non_blocking=True)
        torch.cuda.current_stream(self.device).synchronize()
        return staging.numpy().copy()

    def load(self, values: np.ndarray) -> Tensor:
        """A new tensor on the card with these values; for what is not done at every token."""
        return torch.from_numpy(values).to(self.device)

    def capture(self, work: Callable[[], None]) -> Callable[[], None]:
        """The replay of `work`, recorded as a CUDA graph. It runs once before, which compiles what it launches."""
        aside = torch.cuda.Stream(self.device)
        aside.wait_stream(torch.cuda.current_stream(self.device))
        with torch.cuda.stream(aside):
            work()
        torch.cuda.current_stream(self.device).wait_stream(aside)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, capture_error_mode="thread_local"):  # another thread may use the card meanwhile
            work()
        return graph.replay

    def _pinned(self, like: Tensor) -> Tensor:
        key = tuple(like.shape)
        if key not in self._staging:
            self._staging[key] = torch.empty(key, dtype=torch.float32, pin_memory=True)
        return self._staging[key]
