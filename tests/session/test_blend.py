"""A blend is the weighted mean of two souls, an entry like any other, and forgetting knows what went into it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny
from assert_close import assert_close

from engine.errors import ConfigError, FileFormatError, SoulMismatchError
from engine.io.inspect import inspect_path
from engine.io.soul import Soul, load_soul, new_meta, save_soul
from engine.session.blend import Ingredient, blend, blend_facts, second_of
from engine.session.memory_session import MemorySession
from engine.session.timeline import digest
from engine.text.sampling import SamplingParams

Wake = Callable[[], MemorySession]
BODY = "b" * 64


def soul(seed: int, level: int = 0, **meta: Any) -> Soul:
    draw = np.random.default_rng(seed).standard_normal
    layers = [draw((2, 3, 3)).astype(np.float32) * 10.0**i for i in range(2)]
    return Soul(layers, replace(new_meta(BODY, level), **meta))


def say(mind: MemorySession, text: str, conversation: str | None = None) -> str:
    """Say something; returns the id of the message."""
    mind.say(text, conversation, sampling=SamplingParams(seed=len(text)), max_tokens=4)
    return next(entry.id for entry in reversed(mind.log.entries()) if entry.role == "user")


@pytest.fixture
def two(mind: MemorySession) -> tuple[MemorySession, dict[str, str]]:
    """A mind with the souls main and luna, which parted after the first message; main is awake."""
    ids = {"both": say(mind, "My cat is Miso.")}
    mind.branch("luna")
    mind.switch("luna")
    ids["luna"] = say(mind, "I live in Oslo.")
    mind.switch("main")
    ids["main"] = say(mind, "My dog is Bramble.")
    return mind, ids


@pytest.mark.parametrize("share", [0.001, 0.3, 0.5, 0.999])
def test_it_is_the_mean_by_its_share(share: float) -> None:
    first, second = soul(0, 100), soul(1, 300)
    made = blend(first, second, share)
    for number, (a, b, c) in enumerate(zip(first.layers, second.layers, made.layers, strict=True)):
        assert_close(f"layer {number}", c, np.float64(a) + share * (np.float64(b) - np.float64(a)), 1e-6)
        assert c.dtype == np.float32
    assert made.meta == replace(first.meta, level=round(100 + share * 200))
    other_way = blend(second, first, 1 - share)
    for number, (a, b) in enumerate(zip(made.layers, other_way.layers, strict=True)):
        assert_close(f"layer {number} the other way round", a, b, 1e-6)


def test_of_a_soul_and_itself_it_is_that_soul() -> None:
    assert digest(blend(soul(3), soul(3), 0.3)) == digest(soul(3))


@pytest.mark.parametrize("share", [0, 1, -0.5, 1.5, float("nan"), True, "0.5"])
def test_a_share_that_is_none_is_refused(share: Any) -> None:
    with pytest.raises(ConfigError, match="between 0"):
        blend(soul(0), soul(1), share)


def test_souls_of_two_bodies_are_refused() -> None:
    other = replace(soul(1), meta=replace(soul(1).meta, body="c" * 64))
    with pytest.raises(SoulMismatchError, match="one model"):
        blend(soul(0), other, 0.5)
    with pytest.raises(SoulMismatchError, match="one model"):
        blend(soul(0), Soul(soul(1).layers[:1], new_meta("")), 0.5)


@pytest.mark.slow
def test_it_is_an_entry_with_two_parents_and_undo_takes_it_back(two: tuple[MemorySession, dict[str, str]]) -> None:
    mind, _ = two
    before, level = mind.llama.soul(), mind.level
    made = mind.blend("luna", 0.25)
    (luna,) = [mate.store for mate in mind.registry.all() if mate.name == "luna"]
    second = luna.load_active()
    assert second is not None
    assert digest(made) == digest(blend(before, second, 0.25)) == digest(mind.llama.soul())
    assert digest(load_soul(mind.store.active)) == digest(made)
    entry = mind.timeline.moments()[-1]
    told = inspect_path(entry.path).render()
    assert "called luna" in told
    assert "second" not in told
    event = entry.meta.history[-1]
    assert (entry.event, entry.note, event["share"], event["called"]) == ("blend", "25% of luna", 0.25, "luna")
    assert (entry.parent, event["with"]) == (before.meta.id, second.meta.id)
    assert digest(mind.timeline.read(entry.parent)) == digest(before), "the first is kept"
    assert second.meta.id in {file.id for file in luna.kept()}, "so is the second"
    assert luna.load_active().meta == second.meta, "and luna goes on as it was"
    assert mind.level == round(0.75 * level + 0.25 * second.meta.level)
    mind.undo()
    assert digest(mind.llama.soul()) == digest(before)
    assert mind.level == level
    mind.undo()
    assert digest(mind.llama.soul()) == digest(made)


def test_it_comes_back_after_a_restart_and_lives_on(wake: Wake) -> None:
    mind = wake()
    say(mind, "My cat is Miso.")
    kept = mind.keep().meta.id
    say(mind, "I live in Oslo.")
    made = digest(mind.blend(kept))
    mind = wake()
    assert digest(mind.llama.soul()) == made
    say(mind, "Good morning.")
    assert mind.llama.soul_history[-1]["event"] == "blend"


def test_an_earlier_soul_can_be_the_first_and_a_file_the_second(mind: MemorySession, tmp_path: Path) -> None:
    say(mind, "My cat is Miso.")
    first = mind.keep()
    mind.timeline.rename(first.meta.id, "first")
    say(mind, "I live in Oslo.")
    second = mind.save_soul_as(tmp_path / "second.soul")
    made = mind.blend(tmp_path / "second.soul", 0.5, first="first")
    assert digest(made) == digest(blend(first, second, 0.5))
    assert made.meta.parent == first.meta.id
    assert made.meta.history[-1]["of"] == mind.store.key, "it was lived here"
    stranger = replace(second, meta=new_meta(second.meta.body, 7))
    save_soul(tmp_path / "stranger.soul", stranger)
    mind.blend(tmp_path / "stranger.soul", 0.5)
    assert mind.llama.soul_history[-1]["of"] == "?"


def test_a_soul_is_found_by_its_label_its_name_and_its_id(two: tuple[MemorySession, dict[str, str]]) -> None:
    mind, _ = two
    kept = mind.keep()
    mind.branch("abe")  # an id may begin so, too
    abe = mind.registry.store("abe").load_active()
    assert abe is not None
    assert mind.blend("abe").meta.history[-1]["with"] == abe.meta.id
    assert mind.blend(kept.meta.id[:12]).meta.history[-1]["with"] == kept.meta.id
    mind.timeline.rename(kept.meta.id, "luna")
    assert mind.blend("luna").meta.history[-1]["with"] == kept.meta.id, "a label stands before a name"
    with pytest.raises(ConfigError, match="no kept soul"):
        mind.blend("")


def test_a_soul_that_is_not_there_is_named_and_nothing_happens(two: tuple[MemorySession, dict[str, str]]) -> None:
    mind, _ = two
    before = (digest(mind.llama.soul()), mind.level)
    for what, error in (("nobody", "'nobody'"), (Path("nowhere.soul"), "nowhere")):
        with pytest.raises((ConfigError, FileFormatError), match=error):
            mind.blend(what)
    with pytest.raises(ConfigError, match="between 0"):
        mind.blend("luna", 1.0)
    assert (digest(mind.llama.soul()), mind.level) == before


def test_the_next_night_draws_on_what_the_second_heard(two: tuple[MemorySession, dict[str, str]]) -> None:
    mind, _ = two
    assert [entry.text for entry in mind.waiting()] == ["My cat is Miso.", "My dog is Bramble."]
    mind.blend("luna")
    assert [entry.text for entry in mind.waiting()] == ["My cat is Miso.", "I live in Oslo.", "My dog is Bramble."]
    mind.switch("luna")
    say(mind, "Said to Luna alone.")
    mind.switch("main")
    assert "Said to Luna alone." not in [entry.text for entry in mind.waiting()]


@pytest.mark.parametrize("name", ["both", "luna", "main"])
def test_what_either_lived_is_not_forgotten_by_halves(two: tuple[MemorySession, dict[str, str]], name: str) -> None:
    """A blend cannot be lived again: it is refused before anything happens, and the way that it names works."""
    mind, ids = two
    mind.blend("luna")
    say(mind, "Said to the blend.")
    before = {path: path.read_bytes() for path in mind.workspace.root.rglob("*") if path.is_file()}
    with pytest.raises(ConfigError, match=r"'main' is blended from two souls.*go back to before the blend"):
        mind.forget_plan(ids[name])
    assert before == {path: path.read_bytes() for path in mind.workspace.root.rglob("*") if path.is_file()}
    mind.undo()
    blended = [m.id for m in mind.timeline.moments() if any(e["event"] == "blend" for e in m.meta.history)]
    mind.forget(mind.forget_plan(ids[name]))
    assert not set(blended) & {m.id for m in mind.timeline.moments()}, "no kept soul has lived it any more"
    mind.blend("luna")


@pytest.mark.slow
def test_what_the_blend_itself_heard_is_forgotten_exactly(two: tuple[MemorySession, dict[str, str]]) -> None:
    mind, _ = two
    mind.blend("luna")
    say(mind, "First.", "one")
    mind.sleep(method="replay")
    expected = digest(mind.llama.soul()), mind.level
    plan = mind.forget_plan(say(mind, "A secret.", "two"))
    assert [one.start.event for one in plan.rebuilds if one.start] == ["sleep"]
    mind.forget(plan)
    assert (digest(mind.llama.soul()), mind.level) == expected
    (first,) = [entry.id for entry in mind.log.entries() if entry.text == "First."]
    plan = mind.forget_plan(first)
    assert [one.start.event for one in plan.rebuilds if one.start] == ["blend"], "it is lived again from the blend"
    mind.forget(plan)
    assert mind.llama.soul_history[-1]["event"] == "forget"


def test_a_blend_of_blends_knows_what_each_has_lived(two: tuple[MemorySession, dict[str, str]]) -> None:
    mind, ids = two
    mind.branch("stella")
    mind.switch("stella")
    secret = say(mind, "For Stella alone.")
    mind.switch("luna")
    mind.blend("stella")
    mind.switch("main")
    mind.blend("luna", 0.1)
    with pytest.raises(ConfigError, match=r"'(main|luna)' is blended"):
        mind.forget_plan(secret)
    mind.switch("luna")
    mind.undo()
    with pytest.raises(ConfigError, match="'main' is blended"):
        mind.forget_plan(secret)
    mind.switch("main")
    mind.undo()
    mind.forget(mind.forget_plan(secret))
    assert ids["both"] in {entry.id for entry in mind.log.entries()}


def test_a_history_is_not_written_twice() -> None:
    shared = [{"event": "sleep", "id": str(n), "lived": "a"} for n in range(5)]
    first = soul(0, 5, history=[*shared, {"event": "save", "id": "x", "lived": "b"}], lived="b")
    second = soul(1, 5, history=[*shared, {"event": "save", "id": "y", "lived": "c"}], lived="c")
    facts = blend_facts(first, Ingredient(second, "luna@b", "luna"), 0.5)
    assert (facts["shared"], facts["second"]["history"]) == (5, second.meta.history[5:])
    history = [*first.meta.history, {"event": "blend", **facts}]
    key, found, seen = second_of(history, 6)
    assert (key, found.history, found.lived, seen) == ("luna@b", second.meta.history, "c", 5)
    long = replace(second, meta=replace(second.meta, history=[{"event": "save", "note": "x" * (1 << 20)}]))
    with pytest.raises(ConfigError, match="too long"):
        blend_facts(first, Ingredient(long, "luna@b", "luna"), 0.5)


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"of": 3},
        {"shared": 2},
        {"shared": True},
        {"second": []},
        {"second": {"lived": "", "level": 0, "history": [1]}},
    ],
)
def test_an_event_that_does_not_say_what_it_must_is_refused_in_words(wrong: dict[str, Any]) -> None:
    told = {"event": "blend", "of": "x", "shared": 0, "second": {"lived": "", "level": 0, "history": []}}
    second_of([told], 0)
    with pytest.raises(FileFormatError, match="blended into"):
        second_of([told | wrong if wrong else {"event": "blend"}], 0)


def test_a_blend_is_never_lived_again_without_its_second(two: tuple[MemorySession, dict[str, str]]) -> None:
    from engine.session.history import history_of, turns_of
    from engine.session.replay import replay

    mind, _ = two
    mind.blend("luna")
    steps = history_of(mind.llama.meta, turns_of(mind.log.entries())).steps
    with mind.soul.whole(), pytest.raises(ConfigError, match="blended from two"):
        replay(mind.llama, None, steps, mind.log.entries())


def test_both_forms_of_layer_can_be_blended() -> None:
    for variant in ("tied", "linear"):
        shape = tiny.config(variant).fast_shape
        one, other = (Soul([np.full(shape, value, np.float32)] * 2, new_meta(BODY)) for value in (1, 3))
        assert all((layer == 2).all() for layer in blend(one, other, 0.5).layers)
