"""Which architectures there are: what ``model_type`` of a config may say, and who reads such a model.

Modules are named and imported when they are needed, so that asking costs no torch. A new architecture is a file in
`engine.models`, a reader in `engine.io` where its files have a layout of their own, and an entry here.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import ConfigError

DEFAULT = "bitllama"
"""The architecture of a config that does not say one: files from before there was a choice."""


@dataclass(frozen=True)
class Architecture:
    """One kind of model. Classes and functions are named ``module:name``."""

    name: str
    """How this project calls it."""
    model_types: tuple[str, ...]
    """What ``model_type`` may say for it."""
    config: str
    """Its config: a dataclass with ``from_dict(data, where)``, ``to_dict`` and ``tensor_specs``."""
    folder: str
    """Reads a model folder, or a weights file that lies in one: ``load(path, check)`` gives its weights."""

    def load(self, part: str) -> Any:
        """The object that `part`, ``config`` or ``folder``, names."""
        module, _, name = getattr(self, part).partition(":")
        return getattr(importlib.import_module(module), name)


ARCHITECTURES: tuple[Architecture, ...] = (
    Architecture(
        name="bitllama",
        model_types=("bitllama",),
        config="engine.models.config:BitLlamaConfig",
        folder="engine.io.checkpoint:load_checkpoint",
    ),
    Architecture(
        name="transformer",
        model_types=("llama", "mistral", "qwen2", "qwen3", "gemma3", "gemma3_text", "bitnet"),
        config="engine.models.transformer_config:TransformerConfig",
        folder="engine.io.transformer_weights:load_transformer",
    ),
)


def architecture_of(data: Mapping[str, Any], where: str = "the config") -> Architecture:
    """The architecture that the keys of a ``config.json`` ask for; `where` names the file in errors.

    Raises `ConfigError`, naming what is known, for one that is not.
    """
    kind = data.get("model_type", DEFAULT)
    for architecture in ARCHITECTURES:
        if kind in architecture.model_types:
            return architecture
    raise ConfigError(
        "{where}: the model_type is {kind!r}; this version knows {known}.",
        where=where,
        kind=kind if isinstance(kind, str) else str(kind)[:40],
        known=", ".join(sorted(kind for architecture in ARCHITECTURES for kind in architecture.model_types)),
    )


def read_config(data: Any, where: str = "the config") -> Any:
    """The config of whichever architecture the keys of a ``config.json`` ask for. Raises `ConfigError`."""
    if not isinstance(data, Mapping):
        raise ConfigError("{where} does not hold a JSON object.", where=where)
    return architecture_of(data, where).load("config").from_dict(data, where)
