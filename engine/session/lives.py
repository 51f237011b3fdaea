"""Everything by which a mind goes on as another soul than the one that was awake, or as an earlier one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.io.soul import Soul, SoulMeta, load_soul
from engine.session import notes
from engine.session.active_soul import ActiveSoul
from engine.session.blend import blend, blend_facts, find_second
from engine.session.history import ELSEWHERE
from engine.session.soul_registry import SoulRegistry
from engine.session.soul_store import SoulStore
from engine.session.timeline import Timeline


class Lives:
    """The souls of one body and the one of them that is awake. Whatever fails changes nothing."""

    def __init__(self, registry: SoulRegistry, soul: ActiveSoul) -> None:
        self.registry, self.soul = registry, soul

    @property
    def timeline(self) -> Timeline:
        """The kept moments of the soul that is awake."""
        return Timeline(self.soul.store)

    def load(self, path: Path) -> Soul:
        """Go on as the soul in a file. What was said here to another soul does not wait for its sleep."""
        soul = load_soul(path)
        facts: dict[str, Any] = {}
        if not self._was_lived_here(soul.meta):
            soul = replace(soul, meta=replace(soul.meta, lived=ELSEWHERE))
            facts = {"until": self._newest_entry()}
        return self.soul.replace_state(soul, "import", notes.of("import", path.name), facts)

    def restore(self, which: str) -> Soul:
        """Go on as a kept moment, by its id or label."""
        moment = self.timeline.find(which)
        return self.soul.replace_state(self.timeline.read(moment.id), "restore", notes.of("restore", moment.called))

    def undo(self) -> Soul:
        """Go back to before the last event. Raises `ConfigError` as `Timeline.before_last_event`."""
        self.soul.save()
        return self.restore(self.timeline.before_last_event(self.soul.meta).id)

    def reset(self) -> Soul:
        """Be newborn; what was said so far was said to another soul."""
        return self.soul.reset({"until": self._newest_entry()})

    def branch(self, name: str, which: str | None = None) -> SoulStore:
        """Begin a soul called `name` from a kept moment, or from the soul as it is."""
        self.soul.save()
        soul = self.soul.llama.soul() if which is None else self.timeline.read(which)
        return self.registry.branch(self.soul.store, soul, name)

    def blend(self, second: str | Path, share: float, first: str = "") -> Soul:
        """Go on as a kept moment (the soul as it is where `first` is empty) with a share of another soul in it.

        Raises what `find_second` and `blend` raise.
        """
        self.soul.save()
        soul = self.timeline.read(first) if first else self.soul.llama.soul()
        other = find_second(second, self.registry, self.soul.store, self.soul.log)
        blended = blend(soul, other.soul, share)
        return self.soul.replace_state(blended, "blend", other.told(share), blend_facts(soul, other, share))

    def switch(self, name: str) -> None:
        """Go on as another soul of this body. Raises `ConfigError` for a name that none has."""
        self.soul.move(self.registry.existing(name))
        self.registry.choose(self.soul.store.name)

    def _newest_entry(self) -> str | None:
        newest = self.soul.log.entries(soul=self.soul.store.key)[-1:]
        return newest[0].id if newest else None

    def _was_lived_here(self, meta: SoulMeta) -> bool:
        """Whether it is a soul of this store, a copy of one, or heard last what was said here."""
        store = self.soul.store
        if store.knows(meta.id) or store.knows(meta.parent or ""):
            return True
        return bool(meta.lived) and any(entry.id == meta.lived for entry in self.soul.log.entries(soul=store.key))
