"""The soul that is awake and the file that holds it, always moved together."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any, Literal, get_args

from engine.errors import BitLlamaError, ConfigError
from engine.io.conversation_log import ConversationLog, Entry
from engine.io.soul import Soul, SoulMeta, save_soul, successor
from engine.llama import Llama
from engine.session.history import event_note, heard_by, last_lived, not_learned, slept_until
from engine.session.soul_store import EventKind, SoulStore
from engine.session.timeline import Timeline

MILESTONE = 2000
"""Tokens lived after which a new conversation keeps the soul as it stands: forgetting goes back to such moments."""

Dial = Literal["learn", "use", "temporary"]
"""``learn``: the soul lives the conversation, and it is in the log.

``use``: the soul is there and follows the conversation, but keeps nothing: afterwards it is, bit for bit, the one of
before, and nothing of the conversation was written.

``temporary``: the same without the soul: a newborn talks, and nothing is written.
"""

DIALS: tuple[Dial, ...] = get_args(Dial)


def check_dial(value: str) -> Dial:
    """`value` where it is a dial, else `ConfigError`."""
    for dial in DIALS:
        if value == dial:
            return dial
    raise ConfigError(f"The dial cannot be set to {value!r}; it is one of {', '.join(DIALS)}.")


class Suspended:
    """A soul that stands aside while its model holds a conversation that shall leave no trace.

    Args:
        llama: its live state is set aside; a conversation begins in it.
        dial: ``use`` lets the conversation begin with the soul's fast weights, ``temporary`` with none.
    """

    def __init__(self, llama: Llama, dial: Dial) -> None:
        self.dial = dial
        self.meta = llama.meta
        self._llama, self._before = llama, llama.snapshot()
        if dial == "temporary":
            llama.reset_state()
        else:
            llama.new_conversation()

    def end(self) -> None:
        """Put the soul back, bit for bit."""
        self._llama.restore(self._before)


class ActiveSoul:
    """The live state of a `Llama` and its `SoulStore`. What cannot be written does not happen.

    Attributes:
        llama: the model and the live state.
        store: where this soul is kept.
        log: where it is written what it hears.
    """

    def __init__(self, llama: Llama, store: SoulStore, log: ConversationLog) -> None:
        self.llama, self.store, self.log = llama, store, log
        self._aside: Suspended | None = None
        self._milestone = 0

    @property
    def meta(self) -> SoulMeta:
        """What the soul says of itself now; of one that stands aside, as it stands there."""
        return self.llama.meta if self._aside is None else self._aside.meta

    @property
    def is_suspended(self) -> bool:
        """Whether a conversation is going on that the soul does not live."""
        return self._aside is not None

    def waiting(self) -> list[Entry]:
        """All entries of the log that this soul heard and has not slept on."""
        history = self.meta.history
        return heard_by(self.log.entries(after=slept_until(history)), self.store.key, history)

    def not_learned(self) -> list[Entry]:
        """All entries that it slept on last and could not be taught."""
        history = self.meta.history
        ids = not_learned(history)
        return [e for e in heard_by(self.log.entries(), self.store.key, history) if e.id in ids] if ids else []

    def wake(self) -> None:
        """Go on as the soul that the store holds, newborn where it holds none. Raises what `load_active` does."""
        active = self.store.load_active()
        if active is None:
            self.llama.reset_state()
        else:
            self.llama.set_soul(active)
            self.lived(last_lived(active.meta))
        self._milestone = self.llama.level

    def lived(self, entry_id: str) -> None:
        """Note the log entry that was lived last."""
        self.llama.adopt(replace(self.llama.meta, lived=entry_id))

    def suspend(self, dial: Dial) -> None:
        """Keep the soul out of the conversation that begins now; `resume` ends that conversation."""
        self.resume()
        self._aside = Suspended(self.llama, dial)

    def resume(self) -> None:
        """Be the soul again that stood aside, bit for bit; what was lived meanwhile is gone."""
        if self._aside is not None:
            self._aside.end()
            self._aside = None

    def save(self) -> bool:
        """Write the soul as it lives (a conversation that it stood aside from is over); its history stays.

        Returns False where that was not needed: it lived nothing since, is newborn and was never written, or the model
        has no memory.
        """
        self.resume()
        if not self.llama.learns:
            return False
        meta = self.llama.meta
        unwritten = not meta.level and not meta.history and not self.store.active.exists()
        if unwritten or self.store.holds(meta):
            return False
        self.llama.adopt(self.store.autosave(self.llama.soul()).meta)
        return True

    def milestone(self) -> None:
        """Keep this moment where much was lived since the last one. Call it when nothing is transient."""
        if self.llama.learns and self.llama.level - self._milestone >= MILESTONE:
            self.save()
            self.store.keep_moment()
            self._milestone = self.llama.level
            self._prune()

    def commit(self, event: EventKind, note: str = "", facts: dict[str, Any] | None = None, root: bool = False) -> Soul:
        """Write the soul as it lives as the outcome of `event`, the former one kept; see `SoulStore.save_active`."""
        self.resume()
        facts = {"heard": self.log.newest(), **(facts or {})}
        kept = self.store.save_active(self.llama.soul(), event, note, facts, root)
        self.llama.adopt(kept.meta)
        self._prune()
        return kept

    def _prune(self) -> None:
        """Thin out old autosaves. Where that fails, what happened stands all the same, with more files than needed."""
        with contextlib.suppress(BitLlamaError):
            Timeline(self.store).prune()

    def replace_state(self, soul: Soul, event: EventKind, note: str, facts: dict[str, Any] | None = None) -> Soul:
        """Go on as `soul`, with nothing transient; the present one is kept."""
        self.save()
        with self.whole():
            self.llama.set_soul(soul)
            kept = self.commit(event, note, facts)
        self._milestone = self.llama.level
        return kept

    def reset(self, facts: dict[str, Any] | None = None) -> Soul:
        """Be newborn; the present soul is kept."""
        self.save()
        with self.whole():
            self.llama.reset_state()
            kept = self.commit("reset", event_note("reset"), facts, root=True)
        self._milestone = 0
        return kept

    def move(self, store: SoulStore) -> None:
        """Be the soul of another store from now on; this one is saved. Raises what `wake` does, changing nothing."""
        self.save()
        former = self.store
        try:
            with self.whole():
                self.store = store
                self.wake()
        except BaseException:
            self.store = former
            raise

    def copy_to(self, path: str | PathLike[str]) -> Soul:
        """Write a copy with an id of its own, whose parent is the soul as it lives; returns it."""
        self.resume()
        soul = copied(self.llama.soul(), self.store.name)
        save_soul(Path(path), soul)
        return soul

    @contextlib.contextmanager
    def whole(self) -> Iterator[None]:
        """What is done in this block is done wholly: after an exception the live state is the one of before."""
        before = self.llama.snapshot()
        try:
            yield
        except BaseException:
            self.llama.restore(before)
            raise


def copied(soul: Soul, name: str) -> Soul:
    """`soul` under an id of its own, with the former one as parent: what lives on as two is two."""
    return replace(soul, meta=successor(soul.meta, name))
