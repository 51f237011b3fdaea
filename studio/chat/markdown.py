"""Markdown of a reply, parsed into units that can be compared with what is drawn already, while it is still coming.

CommonMark (markdown-it-py) with tables and strikethrough. HTML is text, images are their description, nothing is ever
fetched. A single line break is kept, as chats do. A block that is followed by another one is final whatever comes,
which is what lets a growing reply be drawn without drawing it anew.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Scanned
from markdown_it.token import Token
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Keyword, Name, Number, Operator, String, _TokenType
from pygments.util import ClassNotFound

_FORMULA = re.compile(r"\\\(.+?\\\)|\\\[.+?\\\]|\$\$.+?\$\$", re.DOTALL)
_BLANK_LINE = re.compile(r"\n[ \t]*\n\s*\Z")
_MARKS = ("**", "~~", "`")
"""What is closed for the moment while a reply grows, so that a bold word is bold from its first letter."""


@dataclass(frozen=True)
class MarkdownBlock:
    """One top-level block: its tokens, and where it begins in the text."""

    tokens: tuple[Token, ...]
    start: int
    """Characters before it."""


@dataclass(frozen=True)
class ListItem:
    """Where a list item begins."""

    list_id: tuple[int, int]
    """Names its list within the reply."""
    first: int | None
    """The number that the list begins with; None for one of bullets."""


@dataclass(frozen=True)
class MarkdownUnit:
    """The least that is drawn as a whole: a paragraph, a heading, a piece of code, a rule, a table or an empty item.

    Two units with one `key` look the same wherever they stand behind the same units.
    """

    kind: str
    """Of its Markdown token: ``paragraph``, ``heading``, ``code``, ``hr``, ``table`` or ``empty``."""
    content: tuple[Any, ...]
    """What `MarkdownWriter` draws: the inline token of a text, the rows of a table, code and its language."""
    quote: int
    """How many quotations it stands in."""
    depth: int
    """How many lists it stands in."""
    item: ListItem | None
    """The item that begins with it."""
    tight: bool
    """Whether it stands in a list without blank lines."""
    start: int
    """Characters of the text before its top-level block."""
    key: tuple[Any, ...]


def _formula(state: StateInline, silent: bool) -> bool:
    """Formulas stay as they were written: a backslash or a star in them is not Markdown."""
    found = _FORMULA.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        state.push("code_inline", "code", 0).content = found[0]
    state.pos = found.end()
    return True


_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]")
"""Letters of scripts that put no space between words."""


class _InlineState(StateInline):
    """Emphasis that also begins and ends beside such a letter: CommonMark wants a space there, which nobody writes."""

    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:
        found = super().scanDelims(start, canSplitWord)
        if not canSplitWord:  # underscores stay within words
            return found
        end = start + found.length
        before = self.src[start - 1] if start else " "
        after = self.src[end] if end < self.posMax else " "
        return Scanned(
            found.can_open or (_CJK.match(before) is not None and not after.isspace()),
            found.can_close or (_CJK.match(after) is not None and not before.isspace()),
            found.length,
        )


class _InlineParser(ParserInline):
    def parse(self, src: str, md: MarkdownIt, env: MutableMapping[str, Any], tokens: list[Token]) -> list[Token]:
        state = _InlineState(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False})
    inline = _InlineParser()
    inline.ruler, inline.ruler2 = parser.inline.ruler, parser.inline.ruler2
    parser.inline = inline
    return parser


_PARSER = _parser().enable(["table", "strikethrough"])
_PARSER.disable(["html_block", "html_inline"])
_PARSER.inline.ruler.before("escape", "formula", _formula)


def parse(text: str, references: MutableMapping[str, Any]) -> list[MarkdownBlock]:
    """The top-level blocks of `text`. `references` collects link definitions; give the same one for all of a reply."""
    tokens = _PARSER.parse(text, references)
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    blocks: list[MarkdownBlock] = []
    begin = 0
    for place, token in enumerate(tokens):
        if token.level == 0 and token.nesting <= 0:
            first = tokens[begin].map
            blocks.append(MarkdownBlock(tuple(tokens[begin : place + 1]), starts[first[0]] if first else 0))
            begin = place + 1
    return blocks


def units(blocks: Sequence[MarkdownBlock], before: int = 0) -> Iterator[MarkdownUnit]:
    """What is to be drawn of top-level blocks, one after the other.

    Args:
        blocks: as `parse` returns them.
        before: characters of the reply before the text that was parsed.
    """
    for block in blocks:
        yield from _Flattened(block, before + block.start)


class _Flattened:
    """The units of one top-level block."""

    def __init__(self, block: MarkdownBlock, start: int) -> None:
        self._tokens, self._start = block.tokens, start
        self._quote, self._count = 0, 0
        self._lists: list[ListItem] = []
        self._item: ListItem | None = None

    def __iter__(self) -> Iterator[MarkdownUnit]:
        tokens = self._tokens
        for place, token in enumerate(tokens):
            kind, _, end = token.type.rpartition("_")
            if kind in ("paragraph", "heading") and end == "open":
                yield self._unit(kind, (token.tag, tokens[place + 1]), token.hidden)
            elif token.type in ("fence", "code_block"):
                language = token.info.split()[0] if token.info.strip() else ""
                yield self._unit("code", (token.content.rstrip("\n"), language))
            elif token.type == "hr":
                yield self._unit("hr", ())
            elif token.type == "table_open":
                yield self._unit("table", _rows(tokens, place))
            elif token.type == "list_item_close" and self._item is not None:
                yield self._unit("empty", ())
            else:
                self._enter(token)

    def _enter(self, token: Token) -> None:
        """Keep account of the lists and quotations that a token opens or closes."""
        if token.type in ("bullet_list_open", "ordered_list_open"):
            first = token.attrGet("start")
            number = None if token.type == "bullet_list_open" else 1 if first is None else int(first)
            self._lists.append(ListItem((self._start, self._count), number))
            self._count += 1
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            self._lists.pop()
        elif token.type == "list_item_open":
            self._item = self._lists[-1]
        elif token.type in ("blockquote_open", "blockquote_close"):
            self._quote += token.nesting

    def _unit(self, kind: str, content: tuple[Any, ...], tight: bool = False) -> MarkdownUnit:
        item, self._item = self._item, None
        look = tuple(_look(part) for part in content)
        key = (kind, look, self._quote, len(self._lists), item, tight)
        return MarkdownUnit(kind, content, self._quote, len(self._lists), item, tight, self._start, key)


def _rows(tokens: Sequence[Token], opened: int) -> tuple[tuple[Token, ...], ...]:
    """The inline tokens of a table's cells, row by row."""
    rows: list[list[Token]] = []
    for place in range(opened, len(tokens)):
        token = tokens[place]
        if token.type == "tr_open":
            rows.append([])
        elif token.type in ("th_open", "td_open"):
            rows[-1].append(tokens[place + 1])
        elif token.type == "table_close":
            break
    return tuple(map(tuple, rows))


def _look(part: Any) -> Any:
    """What of a unit's content can be seen, as values that can be compared."""
    if isinstance(part, Token):
        return tuple((t.type, t.tag, t.content, t.attrGet("href")) for t in part.children or ())
    return tuple(map(_look, part)) if isinstance(part, tuple) else part


def final_part(text: str, blocks: list[MarkdownBlock]) -> int:
    """How many characters of a growing `text` are blocks that nothing can change any more.

    The last line may yet turn into anything, and a list or a quotation goes on after it. What stands before the block
    of the last whole line is final, and so is what cannot go on at all.
    """
    if len(blocks) < 2:
        return 0
    start, before = blocks[-1].start, blocks[-2].tokens[0].type
    ended = before == "paragraph_open" and _BLANK_LINE.search(text[:start]) is not None
    if ended or before in ("fence", "heading_open", "hr"):
        return start
    return max(block.start for block in blocks if block.start <= text.rfind("\n") or not block.start)


def closed(text: str) -> str:
    """The last block of a growing reply with its open marks closed, and a mark that says nothing yet left out."""
    if text.lstrip().startswith(("```", "~~~", "    ")):
        return text
    text = re.sub(r"(?:^|(?<=[\s(]))[*_~`]+$", "", text.rstrip(" "))
    line_start = text.rfind("\n\n") + 1
    for mark in _MARKS:
        if text.count(mark, line_start) % 2:
            text += mark
    return text


_INKS: dict[_TokenType, str] = {
    Comment: "muted",
    Keyword: "soul",
    Operator.Word: "soul",
    Name.Builtin: "body",
    Name.Decorator: "soul",
    Name.Tag: "soul",
    Name.Attribute: "body",
    Name.Function: "body",
    Name.Class: "body",
    Number: "body",
    String: "good",
}


@functools.lru_cache(maxsize=32)
def _lexer(language: str) -> Lexer | None:
    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None


def coloured(code: str, language: str) -> Iterator[tuple[str, str]]:
    """Pieces of `code`, each with the token of the theme that it is written in; all plain for an unknown language."""
    lexer = _lexer(language.lower()) if language else None
    if lexer is None:
        yield code, "text"
        return
    for kind, piece in lexer.get_tokens(code):
        while kind not in _INKS and kind.parent is not None:
            kind = kind.parent
        yield piece, _INKS.get(kind, "text")
