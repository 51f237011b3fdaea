"""The log of what was said: nothing that was taken is ever lost, whatever happens to the program or the disk."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.errors import WorkspaceError
from engine.io.conversation_log import ConversationLog

KEYS = {"role", "text", "timestamp", "conversation", "soul", "id"}

WRITE = """
import sys
from pathlib import Path
from engine.io.conversation_log import ConversationLog
log = ConversationLog(Path(sys.argv[1]))
for n in range(100000):
    print(log.append("user", f"message {n} " + "x" * 200, "c", "s").id, flush=True)
"""


@pytest.fixture
def log(tmp_path: Path) -> ConversationLog:
    return ConversationLog(tmp_path)


def day_file(log: ConversationLog) -> Path:
    (path,) = log.folder.glob("*.jsonl")
    return path


def test_what_is_said_is_one_json_line_in_the_file_of_its_day(log: ConversationLog) -> None:
    entry = log.append("user", "Hello\nworld\u2028 日本 <|end|>", "talk", "main")
    assert day_file(log).name == f"{datetime.now(UTC):%Y-%m-%d}.jsonl"
    (line,) = day_file(log).read_text(encoding="utf-8").removesuffix("\n").split("\n")
    data = json.loads(line)
    assert set(data) == KEYS
    assert data["text"] == "Hello\nworld\u2028 日本 <|end|>"
    assert abs((datetime.fromisoformat(data["timestamp"]) - datetime.now(UTC)).total_seconds()) < 5
    assert log.entries() == [entry]


def test_the_order_of_writing_is_the_order_of_reading_and_of_ids(log: ConversationLog) -> None:
    written = [log.append("user", str(n), "c", "s") for n in range(50)]
    read = ConversationLog(log.folder).entries()
    assert read == written
    assert [e.id for e in read] == sorted({e.id for e in read})


def test_entries_after_a_mark_and_of_one_soul(log: ConversationLog) -> None:
    written = [log.append("user", str(n), "c", "ab"[n % 2]) for n in range(10)]
    assert log.entries(after=written[3].id) == written[4:]
    assert log.entries(after=written[3].id, soul="a") == written[4::2]
    assert log.entries(after=written[-1].id) == []


def test_a_mark_whose_line_is_gone_still_divides_the_log(log: ConversationLog) -> None:
    written = [log.append("user", str(n), "c", "s") for n in range(6)]
    lines = day_file(log).read_text().splitlines(keepends=True)
    day_file(log).write_text("".join(lines[:2] + lines[3:]))
    assert log.entries(after=written[2].id) == written[3:]


def test_a_torn_last_line_is_told_and_costs_nothing_else(log: ConversationLog) -> None:
    first = log.append("user", "whole", "c", "s")
    log.append("user", "torn", "c", "s")
    path = day_file(log)
    path.write_bytes(path.read_bytes()[:-30])

    again = ConversationLog(log.folder)
    assert again.entries() == [first]
    (problem,) = again.problems
    assert str(path) in problem
    assert "line 2" in problem
    third = again.append("user", "after the crash", "c", "s")
    assert again.entries() == [first, third]
    assert ConversationLog(log.folder).entries() == [first, third]


@pytest.mark.parametrize("damage", [b"\xff\xfe", b"[1]", b'{"role": "user"}', b'{"role": 1}', b"[" * 100000, b"\x00"])
def test_a_damaged_line_is_told_and_costs_nothing_else(log: ConversationLog, damage: bytes) -> None:
    entries = [log.append("user", str(n), "c", "s") for n in range(3)]
    lines = day_file(log).read_bytes().splitlines()
    day_file(log).write_bytes(b"\n".join([lines[0], damage, *lines[1:]]) + b"\n")
    assert log.entries() == entries
    assert len(log.problems) == 1
    log.entries()
    assert len(log.problems) == 1


def test_keys_of_a_later_version_are_kept(log: ConversationLog) -> None:
    log.append("user", "x", "c", "s")
    data = json.loads(day_file(log).read_text()) | {"starred": True}
    day_file(log).write_text(json.dumps(data) + "\n")
    assert log.entries()[0].extra == {"starred": True}


def test_a_clock_that_was_set_back_does_not_change_the_order(log: ConversationLog) -> None:
    first = log.append("user", "first", "c", "s")
    day_file(log).rename(log.folder / "2999-01-01.jsonl")
    again = ConversationLog(log.folder)
    second = again.append("user", "second", "c", "s")
    assert again.entries() == [first, second]
    assert second.id > first.id


def test_other_files_in_the_folder_are_left_alone(log: ConversationLog) -> None:
    (log.folder / "notes.jsonl").write_text("mine")
    log.append("user", "x", "c", "s")
    assert len(log.entries()) == 1
    assert log.problems == []


def test_what_was_taken_survives_a_kill(tmp_path: Path) -> None:
    for _ in range(3):
        writer = subprocess.Popen([sys.executable, "-c", WRITE, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        assert writer.stdout is not None
        taken = [writer.stdout.readline().strip() for _ in range(20)]
        writer.kill()
        taken += [line.strip() for line in writer.stdout if line.endswith("\n")]
        writer.wait()
        writer.stdout.close()
        found = {entry.id for entry in ConversationLog(tmp_path).entries()}
        assert set(taken) <= found


def test_a_full_disk_refuses_the_message_and_harms_no_other(log: ConversationLog) -> None:
    resource = pytest.importorskip("resource", reason="a limit on file size stands for the full disk")
    first = log.append("user", "fits", "c", "s")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (day_file(log).stat().st_size + 60, before[1]))
        with pytest.raises(WorkspaceError, match="was not taken"):
            log.append("user", "x" * 500, "c", "s")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert log.entries() == [first]
    assert log.problems == []
    second = log.append("user", "fits again", "c", "s")
    assert log.entries() == [first, second]
