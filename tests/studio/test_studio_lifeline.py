"""Where the entries of a timeline stand in its picture."""

from __future__ import annotations

from studio.lab.timeline_layout import NOW, lay_out
from studio.protocol import SoulTimeline, TimelineEntry


def moment(name: str, grew_from: str = "", soul: str = "main") -> TimelineEntry:
    return TimelineEntry(name, soul, "save", 0.0, 10, "", "", "", False, False, 100, grew_from)


def lanes(now: str, *moments: TimelineEntry, lives_on: bool = True) -> dict[str, int]:
    timeline = SoulTimeline(moments, (), "main", now, lives_on, "")
    nodes = lay_out(timeline)
    assert [node.column for node in nodes] == list(range(len(nodes)))
    assert sum(node.is_now for node in nodes) == 1
    return {node.id: node.lane for node in nodes}


def test_a_life_without_turns_is_one_line() -> None:
    assert lanes("c", moment("a"), moment("b", "a"), moment("c", "b")) == {"a": 0, "b": 0, "c": 0, NOW: 0}


def test_a_newborn_is_one_point() -> None:
    assert lanes("") == {NOW: 0}


def test_the_entry_that_was_kept_just_now_is_the_soul_of_now() -> None:
    nodes = lay_out(SoulTimeline((moment("a"), moment("b", "a")), (), "main", "b", False, ""))
    assert [(node.id, node.is_now) for node in nodes] == [("a", False), ("b", True)]


def test_what_was_left_behind_hangs_below() -> None:
    found = lanes("d", moment("a"), moment("b", "a"), moment("c", "b"), moment("d", "a"))
    assert found == {"a": 0, "b": 1, "c": 1, "d": 0, NOW: 0}


def test_lines_that_overlap_are_in_lanes_of_their_own_and_a_free_lane_is_used_again() -> None:
    found = lanes(
        "h",
        moment("a"), moment("b", "a"), moment("c", "a"), moment("d", "b"), moment("e", "a"),
        moment("f", "e"), moment("g", "f"), moment("h", "e"), moment("i", "h"),
    )  # fmt: skip
    assert found["b"] == found["d"] == 1
    assert found["c"] == 2
    assert found["e"] == found["h"] == 0
    assert found["f"] == found["g"] == 2, "the lane of c is free again"
    assert found["i"] == 1


def test_a_line_that_forks_goes_on_and_the_fork_gets_another_lane() -> None:
    found = lanes("a", moment("a"), moment("b", "a"), moment("c", "b"), moment("d", "b"), lives_on=False)
    assert found == {"a": 0, "b": 1, "c": 1, "d": 2}


def test_another_soul_stands_where_it_began() -> None:
    nodes = {node.id: node for node in lay_out(SoulTimeline(
        (moment("a"), moment("l", "a", "luna"), moment("x", "", "stranger")), (), "main", "a", True, ""
    ))}  # fmt: skip
    assert (nodes["l"].parent, nodes["l"].lane) == ("a", 1)
    assert (nodes["x"].parent, nodes["x"].lane) == ("", 1 if nodes["x"].lane == 1 else 2)
    assert nodes[NOW].parent == "a"
