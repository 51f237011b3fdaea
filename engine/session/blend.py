"""Two souls of one model made into one: the weighted mean of their fast weights.

A layer reads its fast weights linearly, so that for the same query the blend gives the mean of what both would give.
Means of weights that grew from one origin are those of "Model soups" (Wortsman et al. 2022, arXiv 2203.05482).

The blend goes on with the life of the first soul. What the second has lived stands in the event, so that forgetting
knows of it; the part of its history that both share is counted and not written twice.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeGuard

import numpy as np

from engine.errors import ConfigError, FileFormatError, Message, SoulMismatchError
from engine.io.conversation_log import ConversationLog
from engine.io.soul import Soul, SoulMeta, load_soul
from engine.session.history import ELSEWHERE, heard_upto, last_lived
from engine.session.soul_registry import SoulRegistry
from engine.session.soul_store import SoulStore
from engine.session.timeline import Timeline

_LONGEST = 1 << 20
"""Characters of a history that another one may hold: those of two souls that are blended in turn grow quickly."""


@dataclass(frozen=True, eq=False)
class Ingredient:
    """The soul that is blended into another one."""

    soul: Soul
    key: str
    """What the log calls it, `ELSEWHERE` where it was not lived here."""
    name: str
    """What a person calls it."""

    def told(self, share: float) -> str:
        """The words of the event, for a person."""
        return f"{share:.0%} of {self.name}"


def blend(first: Soul, second: Soul, share: float) -> Soul:
    """(1 - share) `first` + share `second`: the fast weights of every layer, and the level, rounded.

    Everything else is of the first. Raises `ConfigError` for a share that is not between 0 and 1,
    `SoulMismatchError` for souls of different models.
    """
    if isinstance(share, bool) or not isinstance(share, (int, float)) or not 0 < share < 1:
        raise ConfigError(
            f"The share is {share!r}; it must lie between 0 (the first soul alone) and 1 (the second alone)."
        )
    bodies = {soul.meta.body for soul in (first, second)} - {""}
    if len(bodies) > 1 or [layer.shape for layer in first.layers] != [layer.shape for layer in second.layers]:
        raise SoulMismatchError(
            "These two souls were lived in different models; only souls of one model can be blended."
        )
    layers = [
        ((1 - share) * np.asarray(a, np.float64) + share * np.asarray(b, np.float64)).astype(np.float32)
        for a, b in zip(first.layers, second.layers, strict=True)
    ]
    level = round((1 - share) * first.meta.level + share * second.meta.level)
    return Soul(layers, replace(first.meta, level=level))


def blend_facts(first: Soul, second: Ingredient, share: float) -> dict[str, Any]:
    """What the history of a blend says of it."""
    mine, other = first.meta.history, second.soul.meta.history
    shared = next((n for n, (a, b) in enumerate(zip(mine, other, strict=False)) if a != b), min(len(mine), len(other)))
    lived, upto = last_lived(second.soul.meta), heard_upto(other)
    heard_last = lived if lived == ELSEWHERE else max(lived, upto.get(second.key, ""))
    if len(json.dumps(other[shared:])) > _LONGEST:
        raise ConfigError(
            "The soul {name!r} was blended so often that its history is too long to be kept in "
            "another one; blend in an earlier one.",
            name=second.name,
        )
    return {
        "with": second.soul.meta.id,
        "of": second.key,
        "called": second.name,
        "share": share,
        "shared": shared,
        "second": {"lived": lived, "level": second.soul.meta.level, "history": other[shared:]},
        "upto": {**upto, second.key: heard_last},
    }


def second_of(history: Sequence[Mapping[str, Any]], number: int) -> tuple[str, SoulMeta, int]:
    """The soul that the event `number` of a history blended in: its key, what is known of its life, and how many of its
    events it shares with this history. Raises `FileFormatError` where the event does not say it."""
    event = history[number]
    key, shared, told = event.get("of"), event.get("shared"), event.get("second")
    if not isinstance(key, str) or type(shared) is not int or not 0 <= shared <= number or not _tells_a_life(told):
        raise FileFormatError(
            "The history of a soul does not say what was blended into it; go back to a soul of before that."
        )
    events = [dict(one) for one in [*history[:shared], *told["history"]]]
    return key, SoulMeta(level=told["level"], history=events, lived=told["lived"]), shared


def _tells_a_life(told: Any) -> TypeGuard[dict[str, Any]]:
    """Whether this, out of a file, is what `blend_facts` says of the second soul."""
    if not isinstance(told, dict) or not isinstance(told.get("lived"), str) or type(told.get("level")) is not int:
        return False
    return isinstance(told.get("history"), list) and all(isinstance(one, dict) for one in told["history"])


def find_second(which: str | Path, registry: SoulRegistry, store: SoulStore, log: ConversationLog) -> Ingredient:
    """The soul that is to be blended in.

    Args:
        which: a file; else the label of a kept moment, of `store` before those of others; else the name of a soul of
            this model, which is kept as it is, so that the blend has a parent that stays; else the beginning of an id.
        household: the souls of this model.
        store: of the soul that is awake.
        log: tells whether the soul of a file was lived here.

    Raises `ConfigError` where that is none or several, and what `load_soul` and `SoulStore.read` raise.
    """
    if isinstance(which, Path):
        return _from_file(load_soul(which), which, log)
    mates = sorted(registry.all(), key=lambda mate: mate.store.key != store.key)
    moments = [(mate, moment) for mate in mates for moment in Timeline(mate.store).moments() if which]
    found = [(mate, moment) for mate, moment in moments if moment.label == which][:1]
    for mate in mates:
        if not found and mate.name == which and (soul := mate.store.load_active()) is not None:
            mate.store.keep_moment()
            return Ingredient(soul, mate.store.key, mate.name)
    found = found or [(mate, moment) for mate, moment in moments if moment.id.startswith(which)]
    if len(found) != 1:
        many = (
            Message("no kept soul, and no soul of this model,")
            if not found
            else Message("{n} kept souls", n=len(found))
        )
        raise ConfigError(
            "There is {many} with the id or name {which!r}; `bit-llama soul list` shows them.", many=many, which=which
        )
    mate, moment = found[0]
    return Ingredient(mate.store.read(moment.id), mate.store.key, moment.label or moment.id[:8])


def _from_file(soul: Soul, path: Path, log: ConversationLog) -> Ingredient:
    heard = [entry.soul for entry in log.entries() if entry.id == soul.meta.lived]
    if not heard:
        soul = replace(soul, meta=replace(soul.meta, lived=ELSEWHERE))
    return Ingredient(soul, heard[0] if heard else ELSEWHERE, path.name)
