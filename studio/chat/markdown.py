"""Markdown of a reply, parsed into top-level blocks that can be shown while the reply is still coming.

CommonMark (markdown-it-py) with tables and strikethrough. HTML is text, images are their description, nothing is ever
fetched. A single line break is kept, as chats do. A block that is followed by another one is final whatever comes,
which is what lets a growing reply be drawn without drawing it anew.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
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


def _formula(state: StateInline, silent: bool) -> bool:
    """Formulas stay as they were written: a backslash or a star in them is not Markdown."""
    found = _FORMULA.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        state.push("code_inline", "code", 0).content = found[0]
    state.pos = found.end()
    return True


_PARSER = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
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
