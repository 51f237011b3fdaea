"""All kinds of facts, from ``kinds/*.json``.

A file lists kinds, and templates for kinds that are told alike: of each instance and each body of a template comes one
kind, in which the placeholders that the instance names are filled. ``tell`` and ``ask`` are the wordings of which some
are held out for testing; those under ``more``, and all other wordings, are for training alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from engine.curricula.companion.data import table
from engine.curricula.companion.facts import Kind, Wordings
from engine.curricula.companion.values import CLOSED

_FILES = ("person", "living", "liking", "tastes", "things", "secrets", "days", "people", "everyday", "outings")
"""In the order in which kinds are drawn: another order gives other dialogues."""


def read_kind(entry: Mapping[str, Any]) -> Kind:
    """A kind from its JSON form."""
    more: Mapping[str, list[str]] = entry.get("more", {})

    def lines(name: str, of: Mapping[str, Any] = entry) -> tuple[str, ...]:
        return tuple(of.get(name, ()))

    return Kind(
        key=entry["key"],
        value=entry["value"],
        subject=entry.get("subject", ""),
        weight=entry.get("weight", 1.0),
        noun=entry["noun"],
        about=entry["about"],
        answer=entry["answer"],
        prompt=entry.get("prompt", ""),
        short=entry["short"],
        tell=Wordings.parted(lines("tell")).widened(lines("tell", more)),
        ask=Wordings.parted(lines("ask")).widened(lines("ask", more)),
        correct=lines("correct") + lines("correct", more),
        brief=lines("brief") + lines("brief", more),
        note=lines("note"),
    )


def _expanded(template: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The kinds of a template in their JSON form."""
    for instance in template["instances"]:

        def filled(text: str, given: Mapping[str, str] = instance["with"]) -> str:
            for name, words in given.items():
                text = text.replace(f"{{{name}}}", words)
            return text

        own: Mapping[str, Any] = instance.get("own", {})
        for body in template["bodies"]:
            entry = _joined(own, _mapped(body, filled))
            weight = entry.get("weight", 1.0) * instance.get("weight", 1.0)
            yield {**entry, "weight": weight, **{n: instance[n] for n in ("subject",) if n in instance}}


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    """The JSON value with every string changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_mapped(item, change) for item in value]
    return {name: _mapped(item, change) for name, item in value.items()} if isinstance(value, dict) else value


def _joined(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """Two JSON objects in one, lists of both one behind the other."""
    joined = dict(second)
    for name, value in first.items():
        joined[name] = value + second.get(name, []) if isinstance(value, list) else _joined(value, second.get(name, {}))
    return joined


def _all() -> Iterator[Kind]:
    for name in _FILES:
        content = table(f"kinds/{name}")
        yield from map(read_kind, content["kinds"])
        for template in content.get("templates", ()):
            yield from map(read_kind, _expanded(template))


KINDS: tuple[Kind, ...] = tuple(_all())
OPEN_KINDS: tuple[Kind, ...] = tuple(kind for kind in KINDS if kind.value not in CLOSED)
"""The kinds whose values are so many that training and test never share one."""
BY_KEY: dict[str, Kind] = {kind.key: kind for kind in KINDS}
(OWN_WORDS,) = map(read_kind, table("kinds/own_words")["kinds"])
"""Whatever a person says of a thing of theirs, in words that fit no other kind; dialogues are made without it."""
