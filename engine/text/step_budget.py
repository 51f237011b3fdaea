"""Counting what a chat template does, before it does it.

A step is about what one round of an empty loop takes: half a microsecond, and at most a few dozen bytes that stay. So a
number of steps bounds both the time and the memory, and the same template stops at the same place on every machine.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from jinja2.utils import Namespace

from engine.errors import ConfigError

Check = Callable[[], None]
"""Called every few thousand steps; it ends the rendering by raising something."""

CHARACTERS_PER_STEP = 16
"""Copying so many characters counts as one step."""
MAX_INTEGER_BITS = 4096

_CHECK_EVERY = 4096
_DIGITS = re.compile(r"\d{4,}")


class StepBudget:
    """The steps that a rendering may still take. Raises `ConfigError` from `spend` when there are none left.

    Attributes:
        left: steps that may still be taken.
        stopped_by: what `check` raised.
    """

    def __init__(self, steps: int, check: Check | None = None) -> None:
        self.left = steps
        self.stopped_by: Exception | None = None
        self._check = check
        self._check_at = steps - _CHECK_EVERY

    def spend(self, steps: int = 1) -> None:
        """Count `steps` more."""
        self.left -= steps
        if self.left < 0:
            raise ConfigError(
                "The chat template does not end or takes far too much memory, so it was stopped; use another template."
            )
        if self.left <= self._check_at:
            self._check_at = self.left - _CHECK_EVERY
            if self._check is not None:
                try:
                    self._check()
                except Exception as error:
                    self.stopped_by = error
                    raise

    def spend_characters(self, count: int) -> None:
        """Count the copying of `count` characters."""
        self.spend(count // CHARACTERS_PER_STEP + 1)

    def spend_shallow(self, value: Any) -> None:
        """Count a copy of `value` that shares what it contains."""
        if isinstance(value, (str, bytes)):
            self.spend_characters(len(value))
        elif isinstance(value, (list, tuple, dict, range)):
            self.spend(len(value) + 1)
        else:
            self.spend()

    def spend_deep(self, value: Any) -> int:
        """Count all that `value` contains, as writing it out or comparing it takes; returns how many steps."""
        before = self.left
        waiting = [value]
        while waiting:
            item = waiting.pop()
            self.spend_shallow(item)
            if isinstance(item, Mapping):
                waiting += item.keys()
                waiting += item.values()
            elif isinstance(item, (list, tuple)):
                waiting += item
            elif isinstance(item, Namespace):
                attributes = item._Namespace__attrs
                self.spend(len(attributes))
                waiting += attributes.values()
        return before - self.left

    def counted(self, items: Iterable[Any], steps: int = 1) -> Iterator[Any]:
        """The items, each counted as `steps` when it is asked for."""
        for item in items:
            self.spend(steps)
            yield item

    def gathered(self, items: Any) -> Any:
        """An iterator as a list, so that it can be measured; anything else as it is."""
        return list(self.counted(items)) if hasattr(items, "__next__") else items


def count_filter(budget: StepBudget, name: str, value: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Count a filter that reads all that it is given, before it does."""
    cost = budget.spend_deep([value, *args, *kwargs.values()])
    if name == "join":
        separator = args[0] if args else kwargs.get("d", "")
        budget.spend_characters(len(value) * len(str(separator)) if hasattr(value, "__len__") else 0)
    elif name == "replace":
        _count_replace(budget, str(value), args, kwargs)
    elif name == "format":
        count_printf(budget, str(value), args or kwargs)
    elif name == "indent":
        width = args[0] if args else kwargs.get("width", 4)
        budget.spend_characters((str(value).count("\n") + 1) * (width if isinstance(width, int) else len(str(width))))
    elif name == "tojson":
        indent = args[1] if len(args) > 1 else kwargs.get("indent")
        budget.spend(cost * (indent if isinstance(indent, int) else len(indent or "")))
    elif name in ("sort", "unique", "groupby", "dictsort"):
        budget.spend(8 * cost)
    elif name == "sum" and any(isinstance(item, (list, tuple, dict)) for item in (*args, *kwargs.values())):
        budget.spend(cost * cost)  # lists are added one after the other


def count_method(budget: StepBudget, obj: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Count a method of a text, a list or a dict before it is called."""
    owner = getattr(obj, "__self__", None)
    for arg in (owner, *args, *kwargs.values()):
        budget.spend_shallow(arg)
    if isinstance(owner, str):
        name = obj.__name__
        if name == "replace":
            _count_replace(budget, owner, args, kwargs)
        elif name == "join" and args and isinstance(args[0], (list, tuple, dict)):
            budget.spend_characters(sum(len(str(s)) for s in args[0] if isinstance(s, str)) + len(owner) * len(args[0]))
        elif name in ("center", "ljust", "rjust", "zfill", "expandtabs"):
            number = next((n for n in (*args, *kwargs.values()) if isinstance(n, int)), 8)
            budget.spend_characters(abs(number) * (owner.count("\t") if name == "expandtabs" else 1))
    elif isinstance(owner, (list, tuple, dict)):  # they compare or hash what they are asked for
        for arg in args:
            budget.spend_deep(arg)
        if not isinstance(owner, dict) and args:
            budget.spend_deep(owner)


def _count_replace(budget: StepBudget, text: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    old, new = (str(part) for part in (*args, *kwargs.values(), "", "")[:2])
    budget.spend_characters(len(text) + text.count(old) * len(new))


def count_printf(budget: StepBudget, form: str, values: Any) -> None:
    """Count ``form % values``: each field may hold all values, and be as wide as a number in it or given for ``*``."""
    values = values if isinstance(values, (tuple, dict)) else (values,)
    fields = form.count("%")
    cost = budget.spend_deep(values)
    budget.spend(cost * fields)
    budget.spend_characters(len(form))
    count_numbers_in(budget, form)
    if "*" in form:
        budget.spend(sum(abs(n) for n in values if isinstance(n, int)))


def count_numbers_in(budget: StepBudget, text: str) -> None:
    """Count the characters that numbers in a format may ask for."""
    for digits in _DIGITS.findall(text):
        budget.spend_characters(int(digits[:12]))


def check_integers(operator: str, left: int, right: int) -> None:
    """Raises `ConfigError` where the result of ``left operator right`` would be absurdly long."""
    bits = max(left.bit_length(), right.bit_length())
    if operator == "**":
        bits = left.bit_length() * max(right, 1)
    elif operator == "*":
        bits = left.bit_length() + right.bit_length()
    if bits > MAX_INTEGER_BITS:
        raise ConfigError("The chat template reckons with numbers of more than {bits} bits.", bits=MAX_INTEGER_BITS)
