"""Markdown in replies: the same whether it comes at once or letter by letter, readable, and never more than text."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QObject, QPoint, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QFontMetrics, QGuiApplication, QTextBlock, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.chat.markdown import closed, coloured
from studio.chat.markdown_writer import CODE, RULE
from studio.chat.reply_text import ReplyText
from studio.theme import DARK, LIGHT
from studio.widgets import style

EVERYTHING = """# A heading
Here is **bold**, *slanted*, `code`, ~~gone~~ and a [link](https://example.org).
A second line.

```python
def greet(name: str) -> str:
    return f"Hello, {name}"  # a comment
```

- first
- second with **bold**
  - nested

1. one

   more of one
2. two

> A quotation
>
> of two paragraphs.

| name | kind |
|---|---|
| Bramble | dog |

---
日本語 🙂 and \\(a_1 * b_2\\) and [a name][ref].

    indented code

[ref]: https://example.org/ref

```
left open"""


@pytest.fixture
def reply(qtbot: QtBot, qapp: QApplication) -> ReplyText:
    style.apply("dark", 14)
    made = ReplyText(None)  # type: ignore[arg-type]
    qtbot.addWidget(made)
    made.resize(580, 800)
    made.show()
    return made


def blocks_with(reply: ReplyText, mark: int) -> list[QTextBlock]:
    """The blocks of the document that carry a mark."""
    found, block = [], reply.document().begin()
    while block.isValid():
        if block.blockFormat().hasProperty(mark):
            found.append(block)
        block = block.next()
    return found


def picture_of(text: str, qtbot: QtBot) -> str:
    made = ReplyText(None)  # type: ignore[arg-type]
    qtbot.addWidget(made)
    made.show_text(text, writing=False)
    return made.document().toHtml()


@pytest.mark.parametrize("seed", range(3))
def test_a_reply_that_grows_ends_as_one_that_came_at_once(seed: int, reply: ReplyText, qtbot: QtBot) -> None:
    rng = random.Random(seed)
    place = 0
    while place < len(EVERYTHING):
        place += rng.choice((1, 2, 3, 7, 40))
        reply.show_text(EVERYTHING[:place], writing=True)
    reply.show_text(EVERYTHING, writing=False)
    assert reply.document().toHtml() == picture_of(EVERYTHING, qtbot)


MARKS = (
    r"""- |1. |0. |2) |> |# |## |  |   |    |```N|```pyN|~~~N|---N|***|===N|a|b c|日本|🙂|**|*|_|`|~~|\(|\)|$$|\|N|NN"""
)
MARKS += r"""|[r]|[r]: http://x N|![x](y)|<b>|&amp;|&#0;"""
PARTS = [*MARKS.replace("N", "\n").split("|"), "|", "| a | b |\n", "|---|---|\n", "\t", "\r\n", "\u2028", "\0"]
"""What Markdown is made of."""


@settings(
    max_examples=400, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(parts=st.lists(st.sampled_from(PARTS), min_size=1, max_size=16), cuts=st.randoms(use_true_random=False))
def test_any_text_ends_the_same_however_it_came(parts: list[str], cuts: random.Random, reply: ReplyText) -> None:
    text = "".join(parts)
    reply.show_text("", writing=False)
    reply.show_text(text, writing=False)
    at_once = reply.document().toHtml()
    reply.show_text("", writing=True)
    pace, place = cuts.choice((1, 1, 3, 9)), 0
    while place < len(text):
        place += cuts.randint(1, pace)
        reply.show_text(text[:place], writing=True)
    reply.show_text(text, writing=False)
    assert reply.document().toHtml() == at_once


@pytest.mark.parametrize(
    "text",
    [
        "One.\n\n---\n\nTwo.\n\n---\n\nThe end.",
        "1. Fetch it:\n\n   ```bash\n   fetch x\n   ```\n\n2. Run it:\n\n   ```bash\n   run x\n   ```\n\nDone.",
        "- a\n  ```\n  x\n  ```\n- b\n\n  > c\n\n| a |\n|---|\n| b |",
    ],
)
def test_rules_and_code_in_lists_come_letter_by_letter(text: str, reply: ReplyText, qtbot: QtBot) -> None:
    for place in range(1, len(text) + 1):
        reply.show_text(text[:place], writing=True)
    reply.show_text(text, writing=False)
    assert reply.document().toHtml() == picture_of(text, qtbot)
    rules = [line for line in text.split("\n") if line == "---"]
    assert len(blocks_with(reply, RULE)) == len(rules)
    assert len(blocks_with(reply, CODE)) == text.count("```") // 2


def test_a_list_that_begins_with_nothing_counts_from_nothing(reply: ReplyText) -> None:
    reply.show_text("0. zero\n1. one", writing=False)
    made = reply.document().begin().textList()
    assert [made.itemText(made.item(n)) for n in range(made.count())] == ["0.", "1."]


@pytest.mark.parametrize("kind", ["table", "list"])
def test_of_a_long_table_or_list_only_the_new_row_is_drawn(kind: str, reply: ReplyText) -> None:
    rows = ["| a | b |\n|---|---|\n"] if kind == "table" else []
    rows += [f"| {n} | x |\n" if kind == "table" else f"- {n} **x**\n" for n in range(40)]
    text = ""
    for row in rows:
        text += row
        reply.show_text(text, writing=True)
    marked = QTextCursor(reply.document().firstBlock().next() if kind == "list" else reply.document().begin().next())
    marked.movePosition(QTextCursor.MoveOperation.NextCharacter, QTextCursor.MoveMode.KeepAnchor)
    mark = QTextCharFormat()
    mark.setFontOverline(True)
    marked.mergeCharFormat(mark)
    reply.show_text(text + rows[-1], writing=True)
    assert marked.charFormat().fontOverline(), "a mark of ours would be gone"
    reply.show_text(text + rows[-1], writing=False)
    assert reply.toPlainText().count("39") == 2


def test_what_is_above_the_last_block_is_not_written_again(reply: ReplyText) -> None:
    reply.show_text("First.\n\nSecond", writing=True)
    marked = QTextCursor(reply.document())
    marked.movePosition(QTextCursor.MoveOperation.NextWord, QTextCursor.MoveMode.KeepAnchor)
    mark = QTextCharFormat()
    mark.setFontOverline(True)
    marked.mergeCharFormat(mark)
    for text in (" goes", " on and", " on.\n\nThird"):
        reply.show_text(reply._text + text, writing=True)
    marked.setPosition(1)
    assert marked.charFormat().fontOverline(), "a mark of ours would be gone"
    assert reply.toPlainText() == "First.\nSecond goes on and on.\nThird"


def test_html_and_pictures_are_words(reply: ReplyText) -> None:
    reply.show_text(
        "<b>a</b> <script>x</script> ![a cat](https://example.org/cat.png) & <|end|>\n\n<div>\nb", writing=False
    )
    assert reply.toPlainText() == "<b>a</b> <script>x</script> a cat & <|end|>\n<div>\nb"


def test_code_stands_in_monospace_and_colours(reply: ReplyText) -> None:
    reply.show_text(EVERYTHING, writing=False)
    block = reply.code_blocks()[0]
    assert block.blockFormat().property(CODE) == "python"
    cursor = QTextCursor(block)
    cursor.movePosition(QTextCursor.MoveOperation.Right)
    face = cursor.charFormat()
    assert face.foreground().color().name() == DARK.soul, "def is a keyword"
    metrics = QFontMetrics(face.font())
    assert metrics.horizontalAdvance("iiii") == metrics.horizontalAdvance("WWWW")
    style.apply("light", 20)
    QApplication.processEvents()
    cursor = QTextCursor(reply.code_blocks()[0])
    cursor.movePosition(QTextCursor.MoveOperation.Right)
    assert cursor.charFormat().foreground().color().name() == LIGHT.soul
    assert cursor.charFormat().font().pixelSize() == style.text_size(12) > 12, "zoom reaches code too"


@pytest.mark.parametrize("language", ["python", "no such language", ""])
def test_colouring_loses_nothing(language: str) -> None:
    code = "\n\nif x:\n\treturn 'ü' # 日本\n\n"
    assert "".join(piece for piece, _ in coloured(code, language)) == code


def test_each_code_card_has_its_button(reply: ReplyText, qtbot: QtBot) -> None:
    reply.show_text("```\none\n```\n\nwords\n\n```python\nx = 1\n\ny = 2\n```", writing=False)
    reply.height_for(580)
    assert [control.isVisible() for control in reply.copy_buttons] == [True, True]
    tops = [control.y() for control in reply.copy_buttons]
    assert tops == sorted(tops)
    assert tops[1] > tops[0] + 40
    qtbot.mouseClick(reply.copy_buttons[1], Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "x = 1\n\ny = 2"
    assert reply.copy_buttons[1].text() == "Copied"
    qtbot.waitUntil(lambda: reply.copy_buttons[1].text() == "Copy")
    reply.show_text("no code at all", writing=False)
    assert not any(control.isVisible() for control in reply.copy_buttons)


def test_a_selection_is_copied_as_words(reply: ReplyText, qtbot: QtBot) -> None:
    reply.show_text("**Bold** and `code`\nsecond line\n\nlast", writing=False)
    reply.selectAll()
    qtbot.keyClick(reply, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    clipboard = QGuiApplication.clipboard()
    assert clipboard.text() == "Bold and code\nsecond line\nlast"
    assert not clipboard.mimeData().hasHtml()


@pytest.mark.parametrize(
    ("growing", "shown"),
    [
        ("a **bol", "a **bol**"),
        ("a **", "a "),
        ("run `ls -", "run `ls -`"),
        ("```py\nx = `", "```py\nx = `"),
        ("*", ""),
    ],
)
def test_open_marks_are_closed_while_a_reply_grows(growing: str, shown: str) -> None:
    assert closed(growing) == shown


class Browser(QObject):
    """Takes the place of the person's browser."""

    def __init__(self) -> None:
        super().__init__()
        self.urls: list[str] = []

    @Slot(QUrl)
    def take(self, url: QUrl) -> None:
        self.urls.append(url.toString())


def test_links_open_only_what_is_an_address(reply: ReplyText, qtbot: QtBot) -> None:
    browser = Browser()
    for scheme in ("https", "file"):
        QDesktopServices.setUrlHandler(scheme, browser, "take")
    try:
        reply.show_text("[there](https://example.org/a) [bad](file:///etc/passwd) [js](javascript:alert(1))", False)
        reply.height_for(580)
        place = reply.cursorRect(QTextCursor(reply.document())).center() + QPoint(6, 0)
        qtbot.mouseClick(reply.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert not reply.follow("file:///etc/passwd")
        assert not reply.follow("")
    finally:
        for scheme in ("https", "file"):
            QDesktopServices.unsetUrlHandler(scheme)
    assert browser.urls == ["https://example.org/a"]


@pytest.mark.parametrize(
    ("text", "bold"),
    [
        ("これは**「重要」**です。", "「重要」"),
        ("**注意。**読んでください", "注意。"),
        ("名前は**ミア(猫)**と言います", "ミア(猫)"),
        ("한국어**(강조)**입니다", "(강조)"),
        ("2 ** 3 and 4**5 stay", ""),
        ("a * b * c", ""),
    ],
)
def test_bold_beside_letters_without_spaces(text: str, bold: str, reply: ReplyText) -> None:
    reply.show_text(text, writing=False)
    found, cursor = "", QTextCursor(reply.document())
    while not cursor.atEnd():
        cursor.movePosition(QTextCursor.MoveOperation.NextCharacter, QTextCursor.MoveMode.KeepAnchor)
        found += cursor.selectedText() if cursor.charFormat().fontWeight() > 500 else ""
        cursor.clearSelection()
    assert found == bold
    assert ("*" in reply.toPlainText()) == (not bold)
