"""Souls as models: what the name of a model says of the soul and of what a conversation leaves behind."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote

from engine.server.errors import ApiError
from engine.session.active_soul import Dial, check_dial
from engine.session.memory_session import MemorySession

SOUL_HEADER, DIAL_HEADER = "x-bit-llama-soul", "x-bit-llama-dial"
"""Headers that say otherwise what the name of the model says; the name of a soul is percent-encoded."""


@dataclass(frozen=True)
class Target:
    """Whom a request is for."""

    soul: str | None
    """The soul, None for none."""
    dial: Dial


class ModelNames:
    """The names under which a mind is listed: ``NAME:SOUL``, ``NAME:SOUL:use``, and ``NAME`` for no soul.

    Args:
        mind: whose souls.
    """

    def __init__(self, mind: MemorySession) -> None:
        self._mind = mind
        path = mind.llama.body.path
        shown = "model" if path is None else path.name if path.is_dir() else path.stem
        self.name = shown.replace(":", "-")

    def souls(self) -> list[str]:
        """The souls of the model, that which is awake among them."""
        if not self._mind.llama.learns:
            return []
        return sorted({soul.name for soul in self._mind.registry.all()} | {self._mind.soul_name})

    def all(self) -> list[str]:
        """Every name that can be asked for."""
        names = [self.name]
        for soul in self.souls():
            names += [f"{self.name}:{soul}", f"{self.name}:{soul}:use"]
        return names

    def target(self, model: str, soul: str | None = None, dial: str | None = None) -> Target:
        """Whom the name of a model means, and the headers where they were given.

        Raises `ApiError` for a name that is not listed, `ConfigError` for a dial that is none.
        """
        name, *rest = model.split(":")
        if name != self.name or len(rest) > 2 or (len(rest) == 2 and rest[1] not in ("use", "learn")):
            raise self._unknown()
        told = unquote(soul) if soul else rest[0] if rest else None
        chosen: Dial = check_dial(dial or (rest[1] if len(rest) == 2 else "learn" if told else "temporary"))
        if told is None and chosen != "temporary":
            told = self._mind.soul_name
        if chosen == "temporary":
            return Target(None, chosen)
        if told not in self.souls():
            raise self._unknown()
        return Target(told, chosen)

    def _unknown(self) -> ApiError:
        return ApiError(404, "model_not_found", "There is no such model or soul; /v1/models lists them.", "model")
