"""The soul that is awake and the file that holds it, always moved together."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from engine.formats.soul import Soul
from engine.llama import Llama
from engine.memory.souls import Event, SoulStore


class LivingSoul:
    """The live state of a `Llama` and its `SoulStore`. What cannot be written does not happen.

    Attributes:
        llama: the body and the live state.
        store: where this soul is kept.
    """

    def __init__(self, llama: Llama, store: SoulStore) -> None:
        self.llama, self.store = llama, store

    def wake(self) -> None:
        """Go on as the soul that the store holds, newborn where it holds none. Raises what `load_active` does."""
        active = self.store.load_active()
        if active is None:
            self.llama.reset_state()
        else:
            self.llama.set_soul(active)

    def save(self) -> None:
        """Write the soul as it lives; nothing is added to its history."""
        self.llama.adopt(self.store.autosave(self.llama.soul()).meta)

    def commit(self, event: Event, note: str = "", facts: dict[str, Any] | None = None, root: bool = False) -> Soul:
        """Write the soul as it lives as the outcome of `event`, the former one kept; see `SoulStore.save_active`."""
        kept = self.store.save_active(self.llama.soul(), event, note, facts, root)
        self.llama.adopt(kept.meta)
        return kept

    def become(self, soul: Soul, event: Event, note: str, facts: dict[str, Any] | None = None) -> Soul:
        """Go on as `soul`, with nothing transient; the present one is kept."""
        self.save()
        with self.whole():
            self.llama.set_soul(soul)
            return self.commit(event, note, facts)

    def reset(self, facts: dict[str, Any] | None = None) -> Soul:
        """Be newborn; the present soul is kept."""
        self.save()
        with self.whole():
            self.llama.reset_state()
            return self.commit("reset", "newborn", facts, root=True)

    @contextlib.contextmanager
    def whole(self) -> Iterator[None]:
        """What is done in this block is done wholly: after an exception the live state is the one of before."""
        before = self.llama.snapshot()
        try:
            yield
        except BaseException:
            self.llama.restore(before)
            raise
