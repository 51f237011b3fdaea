"""Conversations out to files and in again, without loss; files that are none are refused in words."""

from __future__ import annotations

import json
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
        (
            "a.json",
            '{"format": "bit-llama-conversations", "conversations": [{"messages": [{"role": "robot", "text": "x"}]}]}',
            "conversation 1, message 1",
        ),
        ("a.json", '{"conversations": []}', "no conversation"),
        ("a.jsonl", '{"role": "user", "text": "x"}\nnonsense', "line 2"),
        ("a.jsonl", '{"role": "user"}', "line 1"),
        ("a.json", "[" * 100_000, "no JSON"),
        ("a.md", "just a text", "no conversation"),
        ("a.txt", "hello", "none of"),
        ("a.md", b"\xff\xfe\x00", "UTF-8"),
        ("a.json", b"\xe9", "UTF-8"),
        ("a.json", "[1, {}, null]", "no list of conversations"),
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


SAID = [("user", "My dog is called Rex."), ("assistant", "Good name.")]


def node(key: str, parent: str | None, role: str, *parts: object, **more: object) -> dict[str, object]:
    message = {
        "author": {"role": role},
        "create_time": 1700000000.5,
        "content": {"content_type": "text", "parts": parts},
    }
    return {"id": key, "parent": parent, "message": message | more}


TREE = {
    "root": {"id": "root", "parent": None, "message": None},
    "s": node("s", "root", "system", "Be kind.", metadata={"is_visually_hidden_from_conversation": True}),
    "q": node("q", "s", "user", "My dog is called Rex."),
    "other": node("other", "q", "assistant", "An answer that was replaced."),
    "tool": node("tool", "q", "tool", "a web page"),
    "a": node("a", "tool", "assistant", "Good name."),
}


@pytest.mark.parametrize(
    "exported",
    [
        [{"title": "T", "mapping": TREE, "current_node": "a"}],
        {"title": "T", "mapping": {key: value for key, value in TREE.items() if key != "other"}},
        [{"name": "T", "chat_messages": [{"sender": "human", "text": "My dog is called Rex."},
                                         {"sender": "assistant", "text": "", "content": [
                                             {"type": "thinking", "thinking": "hm"},
                                             {"type": "text", "text": "Good name."}]}]}],
        [{"id": "1", "title": "T", "chat": {"messages": [{"role": "user", "content": "My dog is called Rex."},
                                                         {"role": "assistant", "content": "Good name."}]}}],
        [{"title": "T", "chat": {"history": {"currentId": "2", "messages": {
            "1": {"id": "1", "parentId": None, "role": "user", "content": "My dog is called Rex."},
            "3": {"id": "3", "parentId": "1", "role": "assistant", "content": "Another."},
            "2": {"id": "2", "parentId": "1", "role": "assistant", "content": "Good name."}}}}}],
        [{"title": "T", "conversations": [{"from": "human", "value": "My dog is called Rex."},
                                          {"from": "gpt", "value": "Good name."}]}],
        {"name": "T", "messages": [
            {"versions": [{"role": "user", "content": [{"type": "text", "text": "My dog is called Rex."}]}]},
            {"versions": [{"role": "assistant", "content": "No."}, {"role": "assistant", "content": "Good name."}],
             "currentlySelected": 1}]},
        [{"role": "user", "content": "My dog is called Rex."}, {"role": "assistant", "content": "Good name."}],
    ],
)  # fmt: skip
@pytest.mark.parametrize("suffix", [".json", ".jsonl"])
def test_what_other_programs_export_is_read(exported: object, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"export{suffix}"
    rows = exported if suffix == ".jsonl" and isinstance(exported, list) else [exported]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    (chat,) = read(path)
    assert [(line.role, line.text) for line in chat.lines] == SAID


def test_the_time_of_a_message_and_what_is_no_text_are_told(tmp_path: Path) -> None:
    picture = {"content_type": "image_asset_pointer", "asset_pointer": "file://x"}
    path = tmp_path / "a.json"
    path.write_text(json.dumps([{"title": "T", "mapping": {"q": node("q", None, "user", picture, "Look!")}}]))
    (chat,) = read(path)
    assert [(line.text, line.timestamp) for line in chat.lines] == [("[image]\nLook!", "2023-11-14T22:13:20.500+00:00")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("suffix", FORMATS)
def test_a_file_that_another_editor_saved_is_read(encoding: str, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"chats{suffix}"
    path.write_text(written(CHATS[1:], suffix).replace("\n", "\r\n") + "\0", encoding=encoding, newline="")
    (chat,) = read(path)
    assert [line.text for line in chat.lines] == ["Hello", "Hi"]


def test_half_a_character_is_replaced_out_and_in(tmp_path: Path) -> None:
    path = tmp_path / "chats.json"
    path.write_text('[{"role": "user", "content": "hi \\ud83d there"}]')
    (chat,) = read(path)
    assert chat.lines[0].text == "hi \ufffd there"
    torn = ExportedChat("a", "T\udc00", (LogLine("user", "x\ud800", "", "a"),))
    for suffix in FORMATS:
        written([torn], suffix).encode("utf-8")
