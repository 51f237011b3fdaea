"""Characters that stand for letters of special tokens in what people write, while a chat template works on it.

A template may do anything with a message: trim it, cut it at a mark, write it as JSON, put the system prompt into the
first message of the user. None of this may turn what a person typed into a special token. So the letters that special
tokens begin and end with are replaced in messages before the template sees them, and put back once the special tokens
that the template wrote have been found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from engine.errors import ConfigError

# Unicode sets 66 characters aside for a program's own use: no text holds them. The first two mark, together with one
# that says which message it is, where the content of a message starts and ends.
_NONCHARACTERS = [chr(0xFDD0 + i) for i in range(32)] + [chr(p << 16 | 0xFFFE | i) for p in range(17) for i in (0, 1)]
OPEN, CLOSE = _NONCHARACTERS[:2]
FIRST_NUMBER = 0xF0000
"""Of the characters behind a mark that say which message it is."""
MARK = re.compile(f"([{OPEN}{CLOSE}].)", re.DOTALL)


class StandIns:
    """Replaces letters of messages and puts them back.

    A special token in what the template wrote then has no letter of a message at either end, however the template has
    put it together. A word that the template itself looks for, such as ``</think>``, is left as it is, unless it could
    be a part of a special token.

    Args:
        special: the special tokens.
        constants: the words that the template looks for.
    """

    def __init__(self, special: Iterable[str], constants: Iterable[str]) -> None:
        special = list(special)
        first, last = {token[0] for token in special}, {token[-1] for token in special}
        edges = sorted(first | last)
        spare = [c for c in _NONCHARACTERS if c not in (OPEN, CLOSE)]
        if len(edges) > len(spare):
            raise ConfigError("The tokenizer's special tokens begin and end with too many different letters.")
        self._stand_ins = dict(zip(edges, spare, strict=False))
        self._letters = str.maketrans({stand_in: edge for edge, stand_in in self._stand_ins.items()})
        own = {ord(c): None for c in (OPEN, CLOSE, *self._stand_ins.values())}
        self._own = own
        kept = [
            word
            for word in sorted(constants, key=len, reverse=True)
            if word[-1] not in first
            and word[0] not in last
            and not any(word in token or token in word for token in special)
            and any(edge in word for edge in edges)
        ]
        letters = "".join(map(re.escape, edges))
        pattern = [re.escape(word) for word in kept] + ([f"[{letters}]"] if edges else [])
        self._pattern = re.compile("|".join(pattern)) if pattern else None

    def replace(self, text: str) -> str:
        """A message as the template may see it, without outer white space."""
        text = text.translate(self._own).strip()
        if self._pattern is None:
            return text
        return self._pattern.sub(lambda match: self._stand_ins.get(match[0], match[0]), text)

    def put_back(self, text: str) -> str:
        """`text` with the letters that were replaced."""
        return text.translate(self._letters)


@lru_cache(maxsize=16)
def stand_ins_for(special: frozenset[str], constants: frozenset[str]) -> StandIns:
    """`StandIns` for a tokenizer and a template."""
    return StandIns(special, constants)
