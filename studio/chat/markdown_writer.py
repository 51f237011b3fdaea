"""Writes parsed Markdown into a `QTextDocument`, in the sizes and colours of the theme.

Code and quotations are ordinary text blocks that carry a mark (`CODE`, `QUOTE`); the widget paints the card and the bar
behind them. So all of a reply stays one text that can be selected from end to end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from markdown_it.token import Token
from PySide6.QtGui import (
    QFont,
    QFontDatabase,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFrameFormat,
    QTextLength,
    QTextList,
    QTextListFormat,
    QTextTableFormat,
)

from studio import theme
from studio.chat.markdown import coloured
from studio.widgets import style

CODE = QTextFormat.Property.UserProperty + 1
"""On a block: program text; the value is its language."""
QUOTE = QTextFormat.Property.UserProperty + 2
"""On a block: a quotation; the value is how deep."""
RULE = QTextFormat.Property.UserProperty + 3
"""On a block: a line across."""

CODE_HEAD = 30
"""Height of the head of a code card, where its language and its button stand."""
CODE_PAD = 12
QUOTE_STEP = 16
_INDENT = 22
_BREAK = "\u2028"
_FIXED = QTextBlockFormat.LineHeightTypes.FixedHeight.value


@dataclass
class _List:
    """A list that is being written."""

    shape: QTextListFormat
    made: QTextList | None = None
    """None until its first item."""


class MarkdownWriter:
    """Writes blocks at the end of a document."""

    def __init__(self, document: QTextDocument) -> None:
        self._document = document
        document.setIndentWidth(_INDENT)
        self._cursor = QTextCursor(document)
        self._quote = 0
        self._lists: list[_List] = []
        self._item_begins = False
        self._reuse = True  # the block at the end is empty and takes the next text

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """What is done in this block is laid out once, at its end."""
        self._cursor.beginEditBlock()
        try:
            yield
        finally:
            self._cursor.endEditBlock()

    def cut(self, position: int) -> None:
        """Remove all from a character position on."""
        self._cursor.setPosition(position)
        self._cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        self._cursor.removeSelectedText()
        self._reuse = self._cursor.block().length() <= 1 and position == self._cursor.block().position()
        if position == 0:
            self._cursor.setBlockFormat(QTextBlockFormat())
            self._cursor.setBlockCharFormat(QTextCharFormat())

    def end(self) -> int:
        """The position after the last character."""
        self._cursor.movePosition(QTextCursor.MoveOperation.End)
        return self._cursor.position()

    def write(self, tokens: Sequence[Token]) -> None:
        """Add one top-level block."""
        self._cursor.movePosition(QTextCursor.MoveOperation.End)
        place = 0
        while place < len(tokens):
            token = tokens[place]
            if token.type == "table_open":
                end = next(i for i in range(place, len(tokens)) if tokens[i].type == "table_close")
                self._table(tokens[place + 1 : end])
                place = end
            elif token.type == "heading_open":
                self._begin(size := _heading_size(token.tag), above=theme.GAP_M)
                self._inline(tokens[place + 1], _font(size, bold=True))
                place += 2
            elif token.type == "paragraph_open":
                self._begin(theme.TEXT_BODY, above=theme.GAP_XS if token.hidden else theme.GAP_S)
                self._inline(tokens[place + 1], self._ink())
                place += 2
            else:
                self._other(token)
            place += 1

    def _other(self, token: Token) -> None:
        if token.type in ("fence", "code_block"):
            self._code(token.content.rstrip("\n"), token.info.split()[0] if token.info.strip() else "")
        elif token.type == "hr":
            self._begin(theme.TEXT_SMALL, above=theme.GAP_S, mark=(RULE, 1))
        elif token.type in ("bullet_list_open", "ordered_list_open"):
            shape = QTextListFormat()
            if token.type == "ordered_list_open":
                shape.setStyle(QTextListFormat.Style.ListDecimal)
                shape.setStart(int(token.attrGet("start") or 1))
            else:
                shape.setStyle(QTextListFormat.Style.ListDisc)
            shape.setIndent(len(self._lists) + 1)
            self._lists.append(_List(shape))
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            self._lists.pop()
        elif token.type == "list_item_open":
            self._item_begins = True
        elif token.type == "list_item_close" and self._item_begins:
            self._begin(theme.TEXT_BODY, above=theme.GAP_XS)  # an item with nothing in it yet
        elif token.type == "blockquote_open":
            self._quote += 1
        elif token.type == "blockquote_close":
            self._quote -= 1

    # Blocks

    def _begin(self, size: int, above: int, mark: tuple[int, object] | None = None) -> None:
        """A fresh text block in the present list and quotation."""
        shape = QTextBlockFormat()
        shape.setLineHeight(line_height(size), _FIXED)
        if self._quote:
            shape.setLeftMargin(self._quote * QUOTE_STEP)
            shape.setProperty(QUOTE, self._quote)
        if mark is not None:
            shape.setProperty(*mark)
        if not self._reuse:
            self._cursor.insertBlock()
        first = self._cursor.position() == 0
        self._reuse = False
        shape.setTopMargin(0 if first else above)
        if self._lists and not self._item_begins:
            shape.setIndent(len(self._lists))
        self._cursor.setBlockFormat(shape)
        self._cursor.setBlockCharFormat(self._ink())
        if self._lists and self._item_begins:
            self._join_list()
        self._item_begins = False

    def _join_list(self) -> None:
        level = self._lists[-1]
        if level.made is None:
            level.made = self._cursor.createList(level.shape)
        else:
            level.made.add(self._cursor.block())

    def _code(self, code: str, language: str) -> None:
        self._begin(theme.TEXT_SMALL, above=theme.GAP_S, mark=(CODE, language or " "))
        shape = self._cursor.blockFormat()
        first = self._cursor.block().position() == 0
        shape.setTopMargin((0 if first else theme.GAP_S) + CODE_HEAD)
        shape.setBottomMargin(CODE_PAD + theme.GAP_XS)
        shape.setLeftMargin(shape.leftMargin() + CODE_PAD + 2)
        shape.setRightMargin(CODE_PAD)
        self._cursor.setBlockFormat(shape)
        face = _mono()
        for piece, ink in coloured(code, language):
            face.setForeground(style.colour(ink))
            self._cursor.insertText(piece.replace("\n", _BREAK), face)

    def _table(self, tokens: Sequence[Token]) -> None:
        rows: list[list[Token]] = []
        for place, token in enumerate(tokens):
            if token.type == "tr_open":
                rows.append([])
            elif token.type in ("th_open", "td_open"):
                rows[-1].append(tokens[place + 1])
        self._begin(theme.TEXT_SMALL, above=theme.GAP_XS)
        thin = self._cursor.blockFormat()
        thin.setLineHeight(1, _FIXED)
        self._cursor.setBlockFormat(thin)
        shape = QTextTableFormat()
        shape.setBorderCollapse(True)
        shape.setBorder(1)
        shape.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        shape.setBorderBrush(style.colour("line"))
        shape.setCellPadding(6)
        shape.setTopMargin(theme.GAP_XS)
        shape.setBottomMargin(theme.GAP_M)
        shape.setWidth(QTextLength(QTextLength.Type.VariableLength, 0))
        table = self._cursor.insertTable(len(rows), max(len(row) for row in rows), shape)
        for i, row in enumerate(rows):
            for j, cell in enumerate(row):
                inner = table.cellAt(i, j).firstCursorPosition()
                self._inline(cell, _font(theme.TEXT_BODY, bold=i == 0), inner)
        self._cursor.movePosition(QTextCursor.MoveOperation.End)
        self._cursor.setBlockFormat(thin)
        self._reuse = True

    # Text

    def _inline(self, token: Token, base: QTextCharFormat, cursor: QTextCursor | None = None) -> None:
        """The words of a paragraph, heading or cell, with their emphasis."""
        cursor = cursor or self._cursor
        faces = [base]
        for child in token.children or ():
            face = QTextCharFormat(faces[-1])
            if child.nesting < 0:
                faces.pop()
            elif child.nesting > 0:
                _emphasise(face, child)
                faces.append(face)
            elif child.type in ("softbreak", "hardbreak"):
                cursor.insertText(_BREAK, face)
            elif child.type == "code_inline":
                face.merge(_mono())
                face.setBackground(style.colour("raised"))
                cursor.insertText(child.content, face)
            else:  # text, and the description of an image
                cursor.insertText(child.content, face)

    def _ink(self) -> QTextCharFormat:
        face = _font(theme.TEXT_BODY)
        if self._quote:
            face.setForeground(style.colour("muted"))
        return face


def line_height(size: int) -> int:
    """Height of a line of text, in pixels, for a size of the token table."""
    share = theme.LINE_HEIGHT if size <= theme.TEXT_BODY else theme.PROSE_HEIGHT
    return round(style.text_size(size) * share)


def _heading_size(tag: str) -> int:
    return theme.TEXT_FIGURE if tag == "h1" else theme.TEXT_BODY


def _font(size: int, bold: bool = False) -> QTextCharFormat:
    face = QTextCharFormat()
    face.setProperty(QTextFormat.Property.FontPixelSize, style.text_size(size))
    face.setForeground(style.colour("text"))
    if bold:
        face.setFontWeight(QFont.Weight.DemiBold)
    return face


def _mono() -> QTextCharFormat:
    face = QTextCharFormat()
    face.setFontFamilies([QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family(), "monospace"])
    face.setFontFixedPitch(True)
    face.setProperty(QTextFormat.Property.FontPixelSize, style.text_size(theme.TEXT_SMALL))
    return face


def _emphasise(face: QTextCharFormat, token: Token) -> None:
    if token.type == "strong_open":
        face.setFontWeight(QFont.Weight.DemiBold)
    elif token.type == "em_open":
        face.setFontItalic(True)
    elif token.type == "s_open":
        face.setFontStrikeOut(True)
    elif token.type == "link_open":
        face.setAnchor(True)
        face.setAnchorHref(str(token.attrGet("href") or ""))
        face.setForeground(style.colour("soul"))
        face.setFontUnderline(True)
