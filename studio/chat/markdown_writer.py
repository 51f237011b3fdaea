"""Writes parsed Markdown into a `QTextDocument`, in the sizes and colours of the theme.

Code and quotations are ordinary text blocks that carry a mark (`CODE`, `QUOTE`); the widget paints the card and the bar
behind them. So all of a reply stays one text that can be selected from end to end.
"""

from __future__ import annotations

from collections.abc import Sequence
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
    QTextListFormat,
    QTextTable,
    QTextTableFormat,
)

from studio import theme
from studio.chat.markdown import ListItem, MarkdownUnit, coloured
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
class _Written:
    """A unit that stands in the document, and how the document ended before it."""

    unit: MarkdownUnit
    before: int
    """Position at which its writing began."""
    shape: QTextBlockFormat
    ink: QTextCharFormat
    """Formats of the block that was the last one then."""
    reuse: bool
    """Whether that block was empty and took the unit's text."""
    place: int = 0
    """Position in the unit's first block."""
    table: QTextTable | None = None


class MarkdownWriter:
    """Keeps a document in step with a list of units: what stands there already is not drawn again."""

    def __init__(self, document: QTextDocument) -> None:
        self._document = document
        document.setIndentWidth(_INDENT)
        self._cursor = QTextCursor(document)
        self._written: list[_Written] = []
        self._reuse = True  # the block at the end is empty and takes the next text

    def clear(self) -> None:
        """Empty the document: everything looks otherwise from now on."""
        self._show((), 0)

    def show(self, units: Sequence[MarkdownUnit], kept: int = 0) -> None:
        """Have the document show its first `kept` units and then `units`, laid out once."""
        same = kept
        while same < min(len(self._written), kept + len(units)):
            if self._written[same].unit.key != units[same - kept].key:
                break
            same += 1
        self._show(units[same - kept :], same)

    def count_before(self, start: int) -> int:
        """How many of the units written stand in blocks that begin before the character `start` of the reply."""
        return sum(written.unit.start < start for written in self._written)

    def _show(self, units: Sequence[MarkdownUnit], kept: int) -> None:
        if not units and kept == len(self._written):
            return
        self._cursor.beginEditBlock()
        try:
            if units and self._grow_table(units[0], kept):
                units, kept = units[1:], kept + 1
            self._cut(kept)
            for unit in units:
                self._write(unit)
        finally:
            self._cursor.endEditBlock()

    def _cut(self, kept: int) -> None:
        """Remove all units but the first `kept`. Qt gives a block that was cut the format of the one that is gone, so
        the formats of before are put back."""
        if kept == len(self._written):
            return
        first = self._written[kept]
        del self._written[kept:]
        self._cursor.setPosition(first.before)
        self._cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        self._cursor.removeSelectedText()
        self._cursor.setBlockFormat(first.shape)
        self._cursor.setBlockCharFormat(first.ink)
        self._reuse = first.reuse

    def _write(self, unit: MarkdownUnit) -> None:
        self._cursor.movePosition(QTextCursor.MoveOperation.End)
        shape, ink = self._cursor.blockFormat(), self._cursor.blockCharFormat()
        written = _Written(unit, self._cursor.position(), shape, ink, self._reuse)
        if unit.kind == "table":
            written.place = self._begin(unit, theme.TEXT_SMALL, above=theme.GAP_XS)
            written.table = self._table(unit.content)
        elif unit.kind == "heading":
            tag, inline = unit.content
            written.place = self._begin(unit, size := _heading_size(tag), above=theme.GAP_M)
            self._inline(inline, _font(size, bold=True))
        elif unit.kind == "code":
            written.place = self._code(unit)
        elif unit.kind == "hr":
            written.place = self._begin(unit, theme.TEXT_SMALL, above=theme.GAP_S, mark=(RULE, 1))
        else:
            close = unit.tight or unit.kind == "empty"
            written.place = self._begin(unit, theme.TEXT_BODY, above=theme.GAP_XS if close else theme.GAP_S)
            if unit.kind == "paragraph":
                self._inline(unit.content[1], _ink(unit))
        self._written.append(written)

    # Blocks

    def _begin(self, unit: MarkdownUnit, size: int, above: int, mark: tuple[int, object] | None = None) -> int:
        """A fresh text block in the unit's list and quotation; returns its position."""
        shape = QTextBlockFormat()
        shape.setLineHeight(line_height(size), _FIXED)
        if unit.quote:
            shape.setLeftMargin(unit.quote * QUOTE_STEP)
            shape.setProperty(QUOTE, unit.quote)
        if mark is not None:
            shape.setProperty(*mark)
        if not self._reuse:
            self._cursor.insertBlock()
        place = self._cursor.position()
        self._reuse = False
        shape.setTopMargin(above if place else 0)
        if unit.depth and unit.item is None:
            shape.setIndent(unit.depth)
        self._cursor.setBlockFormat(shape)
        self._cursor.setBlockCharFormat(_ink(unit))
        if unit.item is not None:
            self._join_list(unit.item, unit.depth)
        return place

    def _join_list(self, item: ListItem, depth: int) -> None:
        for written in reversed(self._written):
            if written.unit.item is not None and written.unit.item.list_id == item.list_id:
                made = self._document.findBlock(written.place).textList()
                made.add(self._cursor.block())
                return
        shape = QTextListFormat()
        shape.setStyle(QTextListFormat.Style.ListDisc if item.first is None else QTextListFormat.Style.ListDecimal)
        if item.first is not None:
            shape.setStart(item.first)
        shape.setIndent(depth)
        self._cursor.createList(shape)

    def _code(self, unit: MarkdownUnit) -> int:
        code, language = unit.content
        place = self._begin(unit, theme.TEXT_SMALL, above=theme.GAP_S, mark=(CODE, language or " "))
        shape = self._cursor.blockFormat()
        shape.setTopMargin((theme.GAP_S if place else 0) + CODE_HEAD)
        shape.setBottomMargin(CODE_PAD + theme.GAP_XS)
        shape.setLeftMargin(shape.leftMargin() + CODE_PAD + 2)
        shape.setRightMargin(CODE_PAD)
        self._cursor.setBlockFormat(shape)
        face = _mono()
        for piece, ink in coloured(code, language):
            face.setForeground(style.colour(ink))
            self._cursor.insertText(piece.replace("\n", _BREAK), face)
        return place

    def _table(self, rows: Sequence[Sequence[Token]]) -> QTextTable:
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
        table = self._cursor.insertTable(len(rows), len(rows[0]), shape)
        for number, row in enumerate(rows):
            self._fill_row(table, number, row)
        self._cursor.movePosition(QTextCursor.MoveOperation.End)
        self._cursor.setBlockFormat(thin)
        self._reuse = True
        return table

    def _fill_row(self, table: QTextTable, number: int, cells: Sequence[Token]) -> None:
        for column, cell in enumerate(cells):
            inner = table.cellAt(number, column).firstCursorPosition()
            self._inline(cell, _font(theme.TEXT_BODY, bold=number == 0), inner)

    def _grow_table(self, unit: MarkdownUnit, number: int) -> bool:
        """Change the last unit, a table, into `unit`, where that is the same with other last rows."""
        if number != len(self._written) - 1 or unit.kind != "table":
            return False
        written = self._written[number]
        old, new = written.unit, unit
        if written.table is None or (old.key[0], *old.key[2:]) != (new.key[0], *new.key[2:]):
            return False
        had, wanted = old.key[1], new.key[1]
        same = 0
        while same < min(len(had), len(wanted)) and had[same] == wanted[same]:
            same += 1
        if not same:
            return False
        if same < len(had):
            written.table.removeRows(same, len(had) - same)
        if same < len(wanted):
            written.table.appendRows(len(wanted) - same)
        for row in range(same, len(wanted)):
            self._fill_row(written.table, row, unit.content[row])
        written.unit = unit
        return True

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


def line_height(size: int) -> int:
    """Height of a line of text, in pixels, for a size of the token table."""
    share = theme.LINE_HEIGHT if size <= theme.TEXT_BODY else theme.PROSE_HEIGHT
    return round(style.text_size(size) * share)


def _ink(unit: MarkdownUnit) -> QTextCharFormat:
    face = _font(theme.TEXT_BODY)
    if unit.quote:
        face.setForeground(style.colour("muted"))
    return face


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
