"""Where the entries of a timeline stand in its picture: time from left to right, the life that goes on as the top line.

The trunk is everything that the soul that is awake grew from. What was left behind by going back, and other souls, hang
on the entry that they grew from, each line in the highest lane that is free for its length.
"""

from __future__ import annotations

from dataclasses import dataclass

from studio.protocol import SoulTimeline, TimelineEntry

NOW = "now"
"""The id of the node that stands for the soul as it lives, where that is no entry."""


@dataclass(frozen=True)
class TimelineNode:
    """One point of the picture."""

    id: str
    column: int
    lane: int
    """0 for the trunk."""
    parent: str
    """Id of the node that it hangs on, "" for none."""
    moment: TimelineEntry | None
    """None for `NOW`."""
    second: str
    """Id of the node that was blended in, "" for none."""
    is_now: bool
    """Whether the soul that is awake is this."""


def lay_out(timeline: SoulTimeline) -> tuple[TimelineNode, ...]:
    """The nodes of a timeline, from left to right."""
    moments = {moment.id: moment for moment in timeline.moments}
    columns = {moment_id: column for column, moment_id in enumerate(moments)}
    trunk = _trunk(timeline.now, moments)
    lanes = _lanes(moments, columns, trunk, len(columns))
    nodes = [
        TimelineNode(
            id=moment.id,
            column=columns[moment.id],
            lane=lanes[moment.id],
            parent=moment.grew_from if moment.grew_from in moments else "",
            moment=moment,
            second=moment.second.id if moment.second else "",
            is_now=moment.id == timeline.now and not timeline.lives_on,
        )
        for moment in moments.values()
    ]
    if timeline.lives_on or not timeline.now:
        nodes.append(TimelineNode(NOW, len(columns), 0, timeline.now, None, "", True))
    return tuple(nodes)


def _trunk(now: str, moments: dict[str, TimelineEntry]) -> set[str]:
    found: set[str] = set()
    while now in moments and now not in found:
        found.add(now)
        now = moments[now].grew_from
    return found


def _lanes(moments: dict[str, TimelineEntry], columns: dict[str, int], trunk: set[str], end: int) -> dict[str, int]:
    lines: dict[str, list[str]] = {}
    """The entries of each line beside the trunk, by its first entry."""
    line_of: dict[str, str] = {}
    for moment in moments.values():  # parents are older, so their line is known
        if moment.id in trunk:
            continue
        before = line_of.get(moment.grew_from)
        goes_on = before is not None and lines[before][-1] == moment.grew_from
        line_of[moment.id] = before if before is not None and goes_on else moment.id
        lines.setdefault(line_of[moment.id], []).append(moment.id)
    taken: list[list[tuple[int, int]]] = []
    lanes = dict.fromkeys(trunk, 0)
    for first, line in lines.items():
        start = columns.get(moments[first].grew_from, columns[first])
        stop = columns[line[-1]] + 1  # room for the name of the line behind it
        lane = next((n for n, spans in enumerate(taken) if all(stop < a or b < start for a, b in spans)), len(taken))
        taken += [[]] * (lane == len(taken))
        taken[lane] = [*taken[lane], (start, min(stop, end))]
        lanes |= dict.fromkeys(line, lane + 1)
    return lanes
