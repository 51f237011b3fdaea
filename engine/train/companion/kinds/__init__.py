"""All kinds of facts."""

from __future__ import annotations

from engine.train.companion.facts import Kind
from engine.train.companion.kinds.days import DAYS
from engine.train.companion.kinds.everyday import EVERYDAY
from engine.train.companion.kinds.liking import LIKING
from engine.train.companion.kinds.living import LIVING
from engine.train.companion.kinds.more import MORE
from engine.train.companion.kinds.outings import OUTINGS
from engine.train.companion.kinds.people import PEOPLE
from engine.train.companion.kinds.person import PERSON
from engine.train.companion.kinds.secrets import SECRETS
from engine.train.companion.kinds.tastes import TASTES
from engine.train.companion.kinds.things import THINGS
from engine.train.companion.values import CLOSED

_KINDS = (*PERSON, *LIVING, *LIKING, *TASTES, *THINGS, *SECRETS, *DAYS, *PEOPLE, *EVERYDAY, *OUTINGS)
KINDS: tuple[Kind, ...] = tuple(kind.widened(MORE[kind.key]) for kind in _KINDS)
OPEN_KINDS: tuple[Kind, ...] = tuple(kind for kind in KINDS if kind.value not in CLOSED)
"""The kinds whose values are so many that training and test never share one."""
BY_KEY: dict[str, Kind] = {kind.key: kind for kind in KINDS}
