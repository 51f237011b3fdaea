"""Replay: what is lived again, at which rate, in which order, and that it is never half."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
import tiny

from engine import Llama
from engine.errors import ConfigError
from engine.io.conversation_log import Entry
from engine.runtime.select import create_runtime
from engine.sleep import SleepProgress, SleepReport, SleepSettings, consolidate, make_settings, repeat_sleep, sleep
from engine.text.template import ChatMessage


def llama(variant: str = "linear") -> Llama:
    body = tiny.body(variant)
    one = Llama(body, create_runtime(body, device="cpu"))
    one.learn("What it lived before tonight.")
    return one


def entries(*lines: str) -> list[Entry]:
    """``conversation role text`` each."""
    out = []
    for n, line in enumerate(lines):
        conversation, role, text = line.split(" ", 2)
        out.append(Entry(role, text, datetime.now(UTC).isoformat(), conversation, "main", f"{n:012x}-0"))  # type: ignore[arg-type]
    return out


REPLAY = SleepSettings(method="replay", rate=2.0, passes=1, older=0.0)

DAY = entries(
    "a user My cat is Miso.",
    "a assistant Cats are dogs.",
    "b user I live in Oslo.",
    "a user She is three.",
    "b assistant Oslo is a cat.",
    "c system Be brief.",
    "c user Goodbye.",
)


def fast(one: Llama) -> np.ndarray:
    return np.stack(one.runtime.read_fast())


def by_hand(messages: Sequence[Sequence[tuple[str, str]]], rate: float) -> Llama:
    """The same night told as conversations of messages."""
    one = llama()
    one.rate_scale = rate
    for talk in messages:
        one.new_conversation()
        for role, text in talk:
            one.feed(one.template.render_ids(one.tokenizer, [ChatMessage(role, text)], reply=False))  # type: ignore[arg-type]
    one.rate_scale = 1
    return one


USER_TALKS = [
    [("user", "My cat is Miso."), ("user", "She is three.")],
    [("user", "I live in Oslo.")],
    [("user", "Goodbye.")],
]


@pytest.mark.slow
def test_what_the_user_said_is_lived_again_at_the_raised_rate() -> None:
    one = llama()
    level = one.level
    report = sleep(one, DAY, settings=REPLAY, rate=3)
    expected = by_hand(USER_TALKS, 3)
    assert (fast(one) == fast(expected)).all()
    assert (fast(one) != fast(by_hand(USER_TALKS, 1))).any()
    assert (report.entries, report.conversations, report.passes, report.rate) == (4, 3, 1, 3)
    assert (report.kept, report.woken, report.until) == (True, False, DAY[-1].id)
    assert report.level == one.level == level + report.tokens == expected.level
    assert one.rate_scale == 1


def test_its_own_answers_are_replayed_only_when_asked_for() -> None:
    one = llama()
    report = sleep(one, DAY[:2], settings=REPLAY, replies="learn")
    expected = by_hand([[("user", "My cat is Miso."), ("assistant", "Cats are dogs.")]], 2)
    assert report.entries == 2
    assert (fast(one) == fast(expected)).all()


def test_for_context_its_answers_are_read_at_the_waking_rate() -> None:
    one = llama()
    sleep(one, DAY[:2], settings=REPLAY, replies="context", rate=3)
    expected = llama()
    expected.new_conversation()
    for role, text, rate in (("user", "My cat is Miso.", 3.0), ("assistant", "Cats are dogs.", 1.0)):
        expected.rate_scale = rate
        expected.feed(expected.template.render_ids(expected.tokenizer, [ChatMessage(role, text)], reply=False))  # type: ignore[arg-type]
    assert (fast(one) == fast(expected)).all()


def test_passes_live_everything_again() -> None:
    one = llama()
    once, twice = sleep(llama(), DAY, settings=REPLAY), sleep(one, DAY, settings=REPLAY, passes=2)
    assert twice.tokens == 2 * once.tokens
    assert twice.entries == once.entries
    assert (fast(one) == fast(by_hand(USER_TALKS * 2, 2))).all()


def test_the_new_day_begins_with_nothing_transient() -> None:
    one, other = llama(), llama()
    sleep(one, DAY, settings=REPLAY)
    other.set_soul(one.soul())
    assert one.stream_completion("x", 5, 0).text == other.stream_completion("x", 5, 0).text


def test_progress_rises_to_the_end_and_says_what_is_replayed() -> None:
    told: list[SleepProgress] = []
    one = llama()
    one.runtime.chunk = 8
    sleep(one, DAY, settings=REPLAY, progress=told.append)
    fractions = [progress.fraction for progress in told]
    assert fractions == sorted(set(fractions))
    assert fractions[-1] == 1
    assert told[-1].seconds_left == 0
    assert {progress.line for progress in told} == {"My cat is Miso.", "She is three.", "I live in Oslo.", "Goodbye."}
    assert all(progress.tokens_per_second > 0 for progress in told)


def woken_after(chunks: int, one: Llama, keep: bool = True, passes: int = 1) -> SleepReport:
    one.runtime.chunk = 8
    asked = [0]

    def cancel() -> bool:
        asked[0] += 1
        return asked[0] > chunks

    return sleep(one, DAY, settings=REPLAY, cancel=cancel, keep=keep, passes=passes)


def test_woken_at_any_chunk_it_has_lived_whole_conversations() -> None:
    whole = [llama() for _ in range(4)]
    for done, one in enumerate(whole):
        one.runtime.chunk = 8
        for talk in USER_TALKS[:done]:
            one.new_conversation()
            one.rate_scale = 2
            for role, text in talk:
                one.feed(one.template.render_ids(one.tokenizer, [ChatMessage(role, text)], reply=False))  # type: ignore[arg-type]
            one.rate_scale = 1
    states = [fast(one) for one in whole]
    seen = set()
    for chunks in range(30):
        one = llama()
        report = woken_after(chunks, one)
        assert (fast(one) == states[report.conversations]).all()
        assert report.kept == (report.conversations > 0)
        assert one.level == whole[report.conversations].level
        assert one.rate_scale == 1
        seen.add(report.conversations)
        if not report.woken:
            break
    assert seen == {0, 1, 2, 3}


def test_woken_with_keep_off_it_is_the_one_of_before_bit_for_bit() -> None:
    one = llama()
    here, before, level = one.snapshot(), fast(one), one.level
    report = woken_after(6, one, keep=False)
    assert (report.woken, report.kept, report.until, report.tokens) == (True, False, None, 0)
    assert (fast(one) == before).all()
    assert one.level == level
    after = one.stream_completion("x", 5, 0).text
    one.restore(here)
    assert one.stream_completion("x", 5, 0).text == after


def test_the_mark_never_passes_what_still_has_to_be_replayed() -> None:
    one = llama()
    report = woken_after(7, one)  # after conversation a, within b
    assert report.conversations == 1
    assert report.until == DAY[1].id  # b begins at DAY[2]


def test_woken_in_a_later_pass_nothing_waits_any_more() -> None:
    one = llama()
    report = woken_after(16, one, passes=3)
    assert report.woken
    assert report.until == DAY[-1].id


def test_an_exception_leaves_the_one_of_before() -> None:
    one = llama()
    before, level = fast(one), one.level

    def fail(progress: SleepProgress) -> None:
        if progress.fraction > 0.5:
            raise RuntimeError("the window went away")

    with pytest.raises(RuntimeError):
        sleep(one, DAY, settings=REPLAY, progress=fail)
    assert (fast(one) == before).all()
    assert (one.level, one.rate_scale) == (level, 1)


def test_nothing_to_replay_changes_nothing() -> None:
    one = llama()
    before = fast(one)
    report = sleep(one, DAY[1:2], settings=REPLAY)
    assert (report.kept, report.entries, report.tokens) == (False, 0, 0)
    assert (fast(one) == before).all()


def test_a_rate_that_would_be_unstable_is_cut_and_the_report_says_so() -> None:
    one = llama("tied")
    report = sleep(one, DAY, settings=REPLAY, rate=1000, passes=20)
    assert report.rate_asked == 1000
    assert report.rate == pytest.approx(0.95 * 2 / 0.2)
    assert np.isfinite(fast(one)).all()
    assert np.abs(fast(one)).max() < 100


@pytest.mark.parametrize(
    "bad",
    [
        {"rate": 0.5},
        {"rate": float("nan")},
        {"rate": True},
        {"passes": 0},
        {"passes": 101},
        {"passes": 1.5},
        {"method": "hypnosis"},
        {"replies": "some"},
        {"older": -1},
        {"drift_limit": float("nan")},
        {"learning_rate": 0.0},
        {"rounds": 0},
        {"seed": "x"},
        {"depth": 3},
    ],
)
def test_settings_that_cannot_work_are_refused(bad: dict[str, object]) -> None:
    one = llama()
    before = fast(one)
    with pytest.raises(ConfigError):
        sleep(one, DAY, **bad)  # type: ignore[arg-type]
    assert (fast(one) == before).all()


def test_sleeping_on_it_makes_it_less_surprising() -> None:
    """The effect that sleep is for, seen in the inner loss of the message that was replayed."""
    one = llama("tied")
    one.runtime.chunk = 64

    def surprise() -> float:
        here = one.snapshot()
        one.new_conversation()
        one.feed(one.template.render_ids(one.tokenizer, [ChatMessage("user", "My cat is Miso.")], reply=False))
        loss = float(one.runtime.inner_losses.mean())
        one.restore(here)
        return loss

    before = surprise()
    sleep(one, DAY[:1], settings=REPLAY, rate=3, passes=3)
    assert surprise() < 0.8 * before


OLD = entries(*(f"old{n} user Long ago I had {n} geese." for n in range(8)))
NEW = [replace(entry, id=f"{n + 100:012x}-0") for n, entry in enumerate(DAY)]


def test_older_conversations_come_along_by_share_and_seed() -> None:
    assert sleep(llama(), NEW, OLD, REPLAY).older == 0
    half, whole = (sleep(llama(), NEW, OLD, REPLAY, older=share) for share in (0.5, 100))
    assert (half.older, whole.older) == (2, 8)
    assert half.entries == whole.entries == 4
    nights = {}
    for seed in range(5):
        first, again = llama(), llama()
        sleep(first, NEW, OLD, REPLAY, older=0.5, seed=seed)
        sleep(again, NEW, OLD, REPLAY, older=0.5, seed=seed)
        assert (fast(first) == fast(again)).all()
        nights[seed] = fast(first).tobytes()
    assert len(set(nights.values())) > 1


def test_the_last_pass_goes_in_the_order_of_the_log_and_those_between_do_not() -> None:
    """Of two words on one thing the later one is heard last."""
    seen: list[str] = []

    def note(progress: SleepProgress) -> None:
        if not seen or seen[-1] != progress.line:
            seen.append(progress.line)

    talks = entries(*(f"c{n} user Message {n} of the day." for n in range(6)))
    sleep(llama(), talks, settings=REPLAY, passes=6, progress=note)
    texts = [entry.text for entry in talks]
    assert seen[:6] == texts
    assert seen[-6:] == texts
    middle = seen[6:-6]
    assert set(middle) == set(texts)
    assert middle != texts * 4


def test_a_dream_leaves_the_one_who_sleeps_as_it_is() -> None:
    one = llama()
    one.feed(one.tokenizer.encode("in the middle of"))
    one.rate_scale = 1.5
    here, before, level = one.snapshot(), fast(one), one.level
    night = consolidate(one, DAY, settings=REPLAY)
    assert night.soul is not None
    assert (fast(one) == before).all()
    assert (one.level, one.rate_scale) == (level, 1.5)
    after = one.stream_completion(" x", 6, 0).text
    one.restore(here)
    assert one.stream_completion(" x", 6, 0).text == after
    assert any((a != b).any() for a, b in zip(night.soul.layers, before, strict=True))
    assert night.soul.meta.level == night.report.level > level


def test_a_second_sleep_on_the_same_material_is_no_loss() -> None:
    """With one fact a layer can hold whole, living it again changes nothing more: the delta rule's fixed point."""
    one = llama("tied")
    losses = []
    for _ in range(3):
        sleep(one, DAY[:1], settings=REPLAY, rate=3, passes=8)
        here = one.snapshot()
        one.new_conversation()
        one.feed(one.template.render_ids(one.tokenizer, [ChatMessage("user", "My cat is Miso.")], reply=False))
        losses.append(float(one.runtime.inner_losses.mean()))
        one.restore(here)
    assert losses[1] <= losses[0] * 1.001
    assert losses[2] <= losses[1] * 1.001


@pytest.mark.slow
def test_a_night_is_slept_again_from_what_the_history_says_bit_for_bit() -> None:
    for method in ("replay", "both"):
        one, other = llama(), llama()
        report = sleep(one, NEW, OLD, make_settings(method=method, rounds=2, passes=3, seed=4))
        repeat_sleep(other, NEW, OLD, report.facts(), None)
        assert (fast(one) == fast(other)).all()
        assert other.level == one.level


def test_a_night_that_was_woken_is_slept_again_to_where_it_came() -> None:
    for chunks in (3, 9, 30):
        one, other = llama(), llama()
        one.runtime.chunk = other.runtime.chunk = 8
        asked = [0]

        def cancel(most: int = chunks, asked: list[int] = asked) -> bool:
            asked[0] += 1
            return asked[0] > most

        report = sleep(one, NEW, OLD, make_settings(method="both", rounds=6, passes=2), cancel=cancel)
        assert report.woken
        if report.kept:
            repeat_sleep(other, NEW, OLD, report.facts(), None)
        assert (fast(one) == fast(other)).all()


def test_a_night_of_few_facts_is_shorter_and_goes_in_shorter_steps() -> None:
    settings = SleepSettings()
    assert (settings.all_rounds(4), settings.all_rounds(5)) == (10, 20)
    assert settings.step(50) == settings.step(500) == settings.learning_rate
    assert settings.step(8) == pytest.approx(0.4 * settings.learning_rate)
    assert settings.step(1) == settings.step(0) > 0
