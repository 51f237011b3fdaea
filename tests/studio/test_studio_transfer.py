"""Conversations out to files and in again, without loss; files that are none are refused in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import FileFormatError
from studio.chat.transfer import FORMATS, ExportedChat, read, written
from studio.protocol import LogLine

WORDS = (
    "My dog is called Bramble.",
    "# A heading\n\n<!-- user 2026 -->\n\\<!-- assistant x -->\n```\ncode\n```\n\n  ends in lines\n\n",
    "日本語 🙂 \u2028 <b>&amp;</b>",
    "**You**\n\n\nthree empty lines\n\n\n\nend",
)
CHATS = (
    ExportedChat("a", "Bramble", tuple(LogLine(("user", "assistant")[i % 2], w, f"2026-11-2{i}T08:00:00.123+00:00", "a")  # type: ignore[arg-type]
                               for i, w in enumerate(WORDS))),
    ExportedChat("b", "A # title", (LogLine("user", "Hello", "", "b"), LogLine("assistant", "Hi", "", "b"))),
)  # fmt: skip


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("count", [1, 2])
def test_what_went_out_comes_in_again(suffix: str, count: int, tmp_path: Path) -> None:
    path = tmp_path / f"chats{suffix}"
    path.write_text(written(CHATS[:count], suffix), encoding="utf-8")
    again = read(path)
    assert [chat.title for chat in again] == [chat.title for chat in CHATS[:count]]
    for chat, original in zip(again, CHATS, strict=False):
        assert [(line.role, line.text, line.timestamp) for line in chat.lines] == [
            (line.role, line.text, line.timestamp) for line in original.lines
        ]


def test_markdown_is_good_to_read() -> None:
    text = written(CHATS, ".md")
    assert "\n# Bramble\n" in text
    assert "**You**\n\nMy dog is called Bramble.\n" in text
    assert "\n# A heading\n" in text, "what was said stays Markdown"


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.json", "{", "no JSON"),
        ("a.json", "[]", "no list of conversations"),
        ("a.json", '{"conversations": [{"messages": [{"role": "robot", "text": "x"}]}]}', "conversation 1, message 1"),
        ("a.json", '{"conversations": []}', "no conversation"),
        ("a.jsonl", '{"role": "user", "text": "x"}\nnonsense', "line 2"),
        ("a.jsonl", '{"role": "user"}', "line 1"),
        ("a.json", "[" * 100_000, "no JSON"),
        ("a.md", "just a text", "no conversation"),
        ("a.txt", "hello", "none of"),
        ("a.md", b"\xff\xfe\x00", "UTF-8"),
    ],
)
def test_what_is_no_export_is_refused(name: str, content: str | bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(FileFormatError, match=says) as refused:
        read(path)
    assert name in str(refused.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=r"gone\.json cannot be read"):
        read(tmp_path / "gone.json")
