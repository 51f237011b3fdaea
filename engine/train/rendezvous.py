"""How a process knows that it is one rank of several: the environment that ``torchrun`` and ``--distributed`` set."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from engine.errors import ConfigError

PATIENCE = 600.0
"""Seconds that a rank waits for the others before it takes them for lost: longer than one of them writes."""

STORE = "BIT_LLAMA_STORE"
"""Names the file over which ranks of one machine find each other; without it they use torchrun's address and port."""


@dataclass(frozen=True)
class Rendezvous:
    """Where one rank stands among the others."""

    rank: int = 0
    world: int = 1
    local_rank: int = 0
    """Its number on its machine, which is that of its card."""
    store: Path | None = None


def rendezvous() -> Rendezvous:
    """What the environment says; a process by itself where it says nothing. Raises `ConfigError` for nonsense."""
    environment = os.environ
    if "WORLD_SIZE" not in environment:
        return Rendezvous()
    try:
        world, rank = int(environment["WORLD_SIZE"]), int(environment.get("RANK", "0"))
        local_rank = int(environment.get("LOCAL_RANK", "0"))
    except ValueError as error:
        raise ConfigError(f"WORLD_SIZE, RANK and LOCAL_RANK must be whole numbers: {error}.") from error
    if not 0 <= rank < world:
        raise ConfigError(
            f"RANK is {rank} of WORLD_SIZE {world}; start the ranks with torchrun, or with --distributed."
        )
    store = environment.get(STORE)
    return Rendezvous(rank, world, local_rank, Path(store) if store else None)


def check_share(streams: int, world: int) -> None:
    """Raise `ConfigError` where a micro-batch's streams cannot be dealt evenly."""
    if streams % world:
        raise ConfigError(
            f"--batch-size {streams} cannot be dealt evenly to {world} ranks; make it a multiple of them, "
            "or start as many "
            "ranks as divide it."
        )
