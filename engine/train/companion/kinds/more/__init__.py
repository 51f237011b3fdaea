"""Ways of telling and asking that are for training alone; what is held out for testing stays what it was."""

from __future__ import annotations

from engine.train.companion.facts import More
from engine.train.companion.kinds.more.days import DAYS_MORE
from engine.train.companion.kinds.more.everyday import EVERYDAY_MORE
from engine.train.companion.kinds.more.liking import LIKING_MORE
from engine.train.companion.kinds.more.living import LIVING_MORE
from engine.train.companion.kinds.more.outings import OUTINGS_MORE
from engine.train.companion.kinds.more.people import PEOPLE_MORE
from engine.train.companion.kinds.more.person import PERSON_MORE
from engine.train.companion.kinds.more.secrets import SECRETS_MORE
from engine.train.companion.kinds.more.tastes import TASTES_MORE
from engine.train.companion.kinds.more.things import THINGS_MORE

MORE: dict[str, More] = {
    **PERSON_MORE,
    **LIVING_MORE,
    **LIKING_MORE,
    **TASTES_MORE,
    **THINGS_MORE,
    **SECRETS_MORE,
    **DAYS_MORE,
    **PEOPLE_MORE,
    **EVERYDAY_MORE,
    **OUTINGS_MORE,
}
"""By the key of the kind; every kind has some."""
