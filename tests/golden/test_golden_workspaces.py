"""Workspaces of an earlier version: everything in them is there, and life goes on from them as it did."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import golden
import pytest
from golden import TALKERS, VARIANTS, WORKSPACES, log_of, standing, timeline_of
from native_bodies import needs_library

from engine.io.soul import load_soul
from engine.session.memory_session import MemorySession
from engine.session.timeline import digest

pytestmark = needs_library
RESULTS = golden.results()
needs_glibc = pytest.mark.skipif(not golden.IS_EXACT, reason="hashes are those of computations with glibc")


@pytest.fixture(params=VARIANTS)
def variant(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def expected(variant: str) -> dict[str, Any]:
    return RESULTS["workspaces"][variant]


@pytest.fixture
def mind(variant: str, tmp_path: Path) -> Iterator[MemorySession]:
    """The soul of a copy of the workspace, awake."""
    workspace = Path(shutil.copytree(WORKSPACES / variant, tmp_path / "workspace"))
    with golden.open_mind(workspace, TALKERS / f"{variant}.bitt") as awake:
        yield awake


def test_the_log_the_souls_and_the_timeline_are_read(mind: MemorySession, expected: dict[str, Any]) -> None:
    assert standing(mind) == expected["standing"]
    assert log_of(mind) == expected["log"]
    assert timeline_of(mind) == expected["timeline"]
    assert sorted(mate.name for mate in mind.registry.all()) == expected["souls"]
    assert mind.log.problems == []


def test_waking_and_closing_changes_no_soul(mind: MemorySession, variant: str) -> None:
    mind.close()
    source, copy = WORKSPACES / variant, mind.workspace.root
    souls = {path.relative_to(copy) for path in copy.rglob("*.soul")}
    assert souls == {path.relative_to(source) for path in source.rglob("*.soul")}
    assert all(digest(load_soul(copy / path)) == digest(load_soul(source / path)) for path in souls)


@needs_glibc
def test_it_answers_as_it_did(mind: MemorySession, expected: dict[str, Any]) -> None:
    assert golden.greet(mind) == expected["greet"]


@needs_glibc
def test_a_restored_moment_answers_as_it_did(mind: MemorySession, expected: dict[str, Any]) -> None:
    mind.restore("second night")
    assert golden.greet(mind) == expected["restore"]


@needs_glibc
def test_a_blend_is_the_same(mind: MemorySession, expected: dict[str, Any]) -> None:
    mind.blend("luna", 0.25)
    assert standing(mind) == expected["blend"]


@needs_glibc
@pytest.mark.parametrize("variant", ["tied"], indirect=False)
def test_a_night_gives_the_same_soul(mind: MemorySession, expected: dict[str, Any]) -> None:
    assert golden.night(mind) == expected["night"]


@needs_glibc
def test_forgetting_is_the_same(mind: MemorySession, expected: dict[str, Any]) -> None:
    assert golden.forget(mind, RESULTS["to_forget"]) == expected["forget"]
