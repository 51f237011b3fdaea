"""Numbers, sizes and times as people read them."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QCoreApplication, QDate, QLocale


def _tr(text: str, count: int = -1) -> str:
    return QCoreApplication.translate("Wording", text, "", count)


def locale() -> QLocale:
    """The person's locale; English where the system names none, so that figures have their groups."""
    known = QLocale()
    return known if known.language() != QLocale.Language.C else QLocale(QLocale.Language.English)


def number(value: float) -> str:
    """A whole number with its groups: 41,208."""
    return locale().toString(round(value))


def decimal(value: float, digits: int = 2) -> str:
    """A number with fixed digits: 0.70."""
    return locale().toString(float(value), "f", digits)


def loss(value: float) -> str:
    """An inner loss, three figures or so: 0.31, 5.2, 63."""
    return decimal(value, 2 if value < 1 else 1 if value < 10 else 0)


def size(count: int) -> str:
    """Bytes: 2.1 MB."""
    return locale().formattedDataSize(count, 1, QLocale.DataSizeFormat.DataSizeSIFormat)


def parameters(count: int) -> str:
    """Weights: 10.4 million."""
    if count >= 1_000_000_000:
        return _tr("{n} billion").format(n=decimal(count / 1e9, 1))
    if count >= 1_000_000:
        return _tr("{n} million").format(n=decimal(count / 1e6, 1))
    return number(count)


def speed(tokens_per_second: float) -> str:
    """4,180 tok/s; one digit after the point where it is slow."""
    digits = 1 if tokens_per_second < 10 else 0
    return _tr("{n} tok/s").format(n=locale().toString(float(tokens_per_second), "f", digits))


def duration(seconds: float) -> str:
    """48 s, 2 min 10 s, 1 h 5 min."""
    if seconds < 1:
        return _tr("under 1 s")
    whole = round(seconds)
    if whole < 60:
        return _tr("{s} s").format(s=whole)
    if whole < 3600:
        return _tr("{m} min {s} s").format(m=whole // 60, s=whole % 60)
    return _tr("{h} h {m} min").format(h=whole // 3600, m=whole % 3600 // 60)


def ago(seconds: float) -> str:
    """How long ago, in one unit: 12 s ago, 14 h ago."""
    if seconds < 2:
        return _tr("just now")
    if seconds < 60:
        return _tr("{n} s ago").format(n=int(seconds))
    if seconds < 3600:
        return _tr("{n} min ago").format(n=int(seconds // 60))
    if seconds < 48 * 3600:
        return _tr("{n} h ago").format(n=int(seconds // 3600))
    return _tr("{n} days ago").format(n=int(seconds // 86400))


def local_time(timestamp: str) -> datetime:
    """A log timestamp in the time zone of the person; the epoch where it cannot be read."""
    try:
        return datetime.fromisoformat(timestamp).astimezone()
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0).astimezone()


def day(moment: datetime, now: datetime) -> str:
    """The heading of a day: Today, Yesterday, Tuesday, else the date."""
    days = (now.date() - moment.date()).days
    if days <= 0:
        return _tr("Today")
    if days == 1:
        return _tr("Yesterday")
    date = QDate(moment.year, moment.month, moment.day)
    if days < 7:
        return locale().dayName(date.dayOfWeek())
    return locale().toString(date, QLocale.FormatType.LongFormat)


def clock(moment: datetime) -> str:
    """14:02."""
    return f"{moment:%H:%M}"


def messages(count: int) -> str:
    """3 messages."""
    return _tr("1 message") if count == 1 else _tr("{n} messages").format(n=number(count))


def layers(count: int) -> str:
    """4 layers."""
    return _tr("1 layer") if count == 1 else _tr("{n} layers").format(n=number(count))


def conversations(count: int) -> str:
    """3 conversations."""
    return _tr("1 conversation") if count == 1 else _tr("{n} conversations").format(n=number(count))


def short(text: str, limit: int) -> str:
    """One line of at most `limit` characters."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def tokens(count: int) -> str:
    """4,112 tokens."""
    return _tr("1 token") if count == 1 else _tr("{n} tokens").format(n=number(count))
