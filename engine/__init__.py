"""BitLlama: ternary weights, fast weights that learn at every token, souls that remember.

Names are imported when they are first used, so that ``import engine`` is quick and needs no torch.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from engine.version import __version__

if TYPE_CHECKING:
    from engine.errors import (
        BitLlamaError,
        ConfigError,
        DataError,
        DeviceError,
        FileFormatError,
        SoulMismatchError,
        TrainingError,
        WorkspaceError,
    )
    from engine.layers import BitLinear, RMSNorm, SwiGLU, TTTLayer
    from engine.llama import Completion, Llama
    from engine.models.bitllama import BitLlama, BitLlamaBlock
    from engine.models.config import BitLlamaConfig
    from engine.session.memory_session import MemorySession

__all__ = [
    "BitLinear",
    "BitLlama",
    "BitLlamaBlock",
    "BitLlamaConfig",
    "BitLlamaError",
    "Completion",
    "ConfigError",
    "DataError",
    "DeviceError",
    "FileFormatError",
    "Llama",
    "MemorySession",
    "RMSNorm",
    "SoulMismatchError",
    "SwiGLU",
    "TTTLayer",
    "TrainingError",
    "WorkspaceError",
    "__version__",
]

_HOMES = {
    "engine.models.config": ("BitLlamaConfig",),
    "engine.errors": tuple(name for name in __all__ if name.endswith("Error")),
    "engine.layers": ("BitLinear", "RMSNorm", "SwiGLU", "TTTLayer"),
    "engine.llama": ("Completion", "Llama"),
    "engine.session.memory_session": ("MemorySession",),
    "engine.models.bitllama": ("BitLlama", "BitLlamaBlock"),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}
_RENAMED = {"Mind": "MemorySession"}
"""Names of earlier versions, which scripts of before still import."""


def __getattr__(name: str) -> Any:
    name = _RENAMED.get(name, name)
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
