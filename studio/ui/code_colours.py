"""Colours of program text, from Pygments' tokens to ours. Amber is for learning and not among them."""

from __future__ import annotations

import functools
from collections.abc import Iterator

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Keyword, Name, Number, Operator, String, _TokenType
from pygments.util import ClassNotFound

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
