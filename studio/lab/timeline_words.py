"""What entries of a timeline are called, and when they were kept."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QCoreApplication, QDate, QLocale

from studio.protocol import SoulTimeline, TimelineEntry
from studio.session import UNNAMED
from studio.translation import sentence
from studio.widgets import wording


def _tr(text: str) -> str:
    return QCoreApplication.translate("Timeline", text)


def event(kind: str) -> str:
    """What an entry was kept for."""
    return {
        "save": _tr("Kept"),
        "sleep": _tr("Sleep"),
        "import": _tr("From a file"),
        "reset": _tr("Newborn"),
        "restore": _tr("Went back"),
        "branch": _tr("Branch"),
        "blend": _tr("Blend"),
        "move": _tr("Moved here"),
        "forget": _tr("Forgot"),
        "autosave": _tr("As it stood before"),
    }.get(kind, kind)


def called(name: str) -> str:
    """What a soul is called in a sentence: its name, unless nobody gave it one."""
    return _tr("The soul") if name == UNNAMED else name


def title(moment: TimelineEntry) -> str:
    """Its name, else what it was kept for."""
    return moment.label or event(moment.event)


def why(moment: TimelineEntry, timeline: SoulTimeline | None) -> str:
    """Why it was kept; of a blend, how much of what is in it."""
    if moment.second is None:
        return sentence(moment.why)
    name, kept = moment.second.name, timeline.moment(moment.second.id) if timeline else None
    if not name:
        name = f"{title(kept)} · {when(kept.when)}" if kept else "?"
    return _tr("{n} % of “{name}” in it").format(n=wording.number(100 * moment.second.share), name=name)


def when(seconds: float) -> str:
    """Day and time: Today 14:02."""
    moment = datetime.fromtimestamp(seconds).astimezone()
    return f"{wording.day(moment, datetime.now().astimezone())} {wording.clock(moment)}"


def short_day(seconds: float) -> str:
    """A day as it stands under a point: Tue within a week, else 12 Nov."""
    moment, now = datetime.fromtimestamp(seconds).astimezone(), datetime.now().astimezone()
    date = QDate(moment.year, moment.month, moment.day)
    days = (now.date() - moment.date()).days
    if days <= 0:
        return wording.clock(moment)
    if days < 7:
        return wording.locale().dayName(date.dayOfWeek(), QLocale.FormatType.ShortFormat)
    return wording.locale().toString(date, _tr("d MMM"))


def facts(moment: TimelineEntry) -> str:
    """When, how much it has lived, and what else holds for it."""
    parts = [when(moment.when), _tr("{tokens} lived").format(tokens=wording.tokens(moment.level))]
    parts.append(wording.size(moment.file_bytes))
    if moment.label:
        parts.insert(0, event(moment.event))
    if moment.pinned:
        parts.append(_tr("pinned"))
    if moment.stale:
        parts.append(_tr("has lived what was forgotten since"))
    return " · ".join(parts)
