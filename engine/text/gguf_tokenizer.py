"""Tokenizers from the metadata of GGUF files, rebuilt as objects of the tokenizers library.

GGUF holds what a tokenizer knows, not what it does: its tokens, their kinds and scores, its merges, and a name for the
way in which it splits text into words. Two kinds are known: ``gpt2``, byte-level BPE, and ``llama``, SentencePiece's
BPE with bytes as a last resort. What each does is defined by llama.cpp (``src/llama-vocab.cpp``).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import tokenizers
from tokenizers import AddedToken, Regex, decoders, models, normalizers, pre_tokenizers

from engine.errors import FileFormatError
from engine.text.decoding import BYTE_OF_CHARACTER, MAX_VOCAB

_GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)"
_CONTRACTIONS = r"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])"
_WORDS = r"[^\r\n\p{L}\p{N}]?\p{L}+"
_SIGNS = r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
_CASED = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+CONTRACTIONS"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*CONTRACTIONS"
)
_CASED_SIGNS = r" ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
_CJK = "[一-龥\u0800-一가-\ud7ff]+"

_LLAMA3 = (rf"{_CONTRACTIONS}|{_WORDS}|\p{{N}}{{1,3}}|{_SIGNS}",)
_QWEN2 = (rf"{_CONTRACTIONS}|{_WORDS}|\p{{N}}|{_SIGNS}",)
_DIGITS_FIRST = (r"\p{N}", _GPT2)
_DEFAULT = (r"[\p{P}\$\+<=>\^~\|]+", _GPT2, r"\p{N}+", "[0-9][0-9][0-9]")

SPLITS: Mapping[str, tuple[str, ...]] = {
    "default": _DEFAULT,
    **dict.fromkeys(
        ("gpt-2", "phi-2", "mpt", "olmo", "jais", "trillion", "jina-es", "jina-de", "roberta-bpe"), (_GPT2,)
    ),
    **dict.fromkeys(("smollm", "starcoder", "refact", "command-r", "codeshell", "exaone", "minerva-7b"), _DIGITS_FIRST),
    **dict.fromkeys(
        ("llama-bpe", "llama3", "llama-v3", "falcon3", "falcon-h1", "pixtral", "lfm2", "midm-2.0"), _LLAMA3
    ),
    **dict.fromkeys(("dbrx", "smaug-bpe", "glm4", "chatglm-bpe"), _LLAMA3),
    **dict.fromkeys(("qwen2", "stablelm2", "deepseek-r1-qwen", "hunyuan", "megrez", "solar-open"), _QWEN2),
    "falcon": (r"[\p{P}\$\+<=>\^~\|`]+", _GPT2, "[0-9][0-9][0-9]"),
    "tekken": (rf"{_CASED.replace('CONTRACTIONS', '')}|\p{{N}}|{_CASED_SIGNS}",),
    **dict.fromkeys(
        ("gpt-4o", "llama4"),
        (rf"{_CASED.replace('CONTRACTIONS', _CONTRACTIONS + '?')}|\p{{N}}{{1,3}}|{_CASED_SIGNS}",),
    ),
    "deepseek-coder": (r"[\r\n]", r"\s?\p{L}+", r"\s?\p{P}+", _CJK, r"\p{N}"),
    "deepseek-v3": (
        r"\p{N}{1,3}",
        "[一-龥぀-ゟ゠-ヿ]+",
        r"[!-/:-@\[-`{-~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+"
        r"|\s+(?!\S)|\s+",
    ),
}
"""The value of ``tokenizer.ggml.pre``, and the patterns that cut text one after the other into words."""

_WHOLE_WORDS = frozenset(
    (
        "llama-bpe",
        "llama3",
        "llama-v3",
        "falcon3",
        "falcon-h1",
        "pixtral",
        "lfm2",
        "midm-2.0",
        "tekken",
        "gpt-4o",
        "llama4",
    )
)
"""Where a word that is a token is that token, whatever the merges make of it."""
_BEGINS_WITH_BOS = _WHOLE_WORDS - {"gpt-4o", "llama4"}
_SPACE = "\u2581"


class TokenType(IntEnum):
    """The kinds of ``tokenizer.ggml.token_type``."""

    NORMAL = 1
    UNKNOWN = 2
    CONTROL = 3
    USER_DEFINED = 4
    UNUSED = 5
    BYTE = 6


@dataclass(frozen=True)
class GGUFVocabulary:
    """What a GGUF file says of its tokenizer."""

    kind: str
    """``gpt2`` or ``llama``."""
    tokens: Sequence[str]
    """By id."""
    token_types: Sequence[int] = ()
    """`TokenType` of each; empty where all are normal."""
    scores: Sequence[float] = ()
    """Of each, for ``llama``: what is joined first has the highest."""
    merges: Sequence[str] = ()
    """For ``gpt2``: two tokens with a space between them, the first to be joined first."""
    pre: str = "default"
    """How text is cut into words, for ``gpt2``: a key of `SPLITS`."""
    add_space_prefix: bool = True
    """For ``llama``: whether a space is written before each text."""
    unknown_id: int | None = None
    where: str = field(default="the file", compare=False)
    """Names the file in errors."""

    @classmethod
    def of(cls, metadata: Mapping[str, Any], where: str = "the file") -> GGUFVocabulary:
        """From the values of a file under their names in GGUF. Raises `FileFormatError` for values of other types."""

        def value(name: str, kind: type, default: Any) -> Any:
            found = metadata.get(f"tokenizer.ggml.{name}", default)
            if found is not None and not isinstance(found, kind):
                raise FileFormatError(
                    "{where}: the tokenizer's {name} is of another type than GGUF says; the file is damaged.",
                    where=where,
                    name=name,
                )
            return found

        return cls(
            value("model", str, ""),
            value("tokens", list, []),
            value("token_type", list, []),
            value("scores", list, []),
            value("merges", list, []),
            value("pre", str, "default"),
            value("add_space_prefix", bool, True),
            value("unknown_token_id", int, None),
            where,
        )

    @property
    def begins_with_bos(self) -> bool:
        """Whether the token for the beginning comes before every text, where ``add_bos_token`` does not say."""
        return self.kind == "llama" or self.pre in _BEGINS_WITH_BOS


def build_tokenizer(vocabulary: GGUFVocabulary) -> tokenizers.Tokenizer:
    """The tokenizer that llama.cpp would make of the same values.

    Control tokens become special ones; the text of the user's own tokens is found anywhere. Raises `FileFormatError`
    for values that contradict each other, and for kinds that are not known.
    """
    checked = _Checked(vocabulary)
    inner = checked.byte_level() if vocabulary.kind == "gpt2" else checked.sentencepiece()
    control = (TokenType.CONTROL, TokenType.UNKNOWN)
    inner.add_special_tokens([AddedToken(t, normalized=False) for t in checked.of_types(*control)])
    inner.add_tokens([AddedToken(t, normalized=False) for t in checked.of_types(TokenType.USER_DEFINED)])
    return inner


class _Checked:
    """A vocabulary whose values fit together."""

    def __init__(self, vocabulary: GGUFVocabulary) -> None:
        self._given, self._where = vocabulary, vocabulary.where
        if vocabulary.kind not in ("gpt2", "llama"):
            raise FileFormatError(
                "{where}: a tokenizer of the kind {kind!r} is not known; gpt2 and llama are.",
                where=self._where,
                kind=vocabulary.kind[:40],
            )
        count = len(vocabulary.tokens)
        if not 0 < count <= MAX_VOCAB:
            self._refuse("tokens", "there are {count} of them", count=count)
        if not all(isinstance(token, str) for token in vocabulary.tokens):
            self._refuse("tokens", "some are no text")
        self.tokens = [token or f"[EMPTY_{i}]" for i, token in enumerate(vocabulary.tokens)]
        self._types = list(vocabulary.token_types) or [TokenType.NORMAL] * count
        if len(self._types) != count or not all(isinstance(kind, int) for kind in self._types):
            self._refuse("token types", "there must be one for each token")
        self.ids = {token: i for i, token in reversed(list(enumerate(self.tokens)))}

    def of_types(self, *types: TokenType) -> list[str]:
        """The tokens of these kinds, by id."""
        return [token for token, kind in zip(self.tokens, self._types, strict=True) if kind in types]

    def byte_level(self) -> tokenizers.Tokenizer:
        """Byte-level BPE, as GPT-2 has it."""
        patterns = SPLITS.get(self._given.pre)
        if patterns is None:
            raise FileFormatError(
                "{where}: its way of cutting text into words, {pre!r}, is not known; {known} are.",
                where=self._where,
                pre=self._given.pre[:40],
                known=", ".join(sorted(SPLITS)),
            )
        merges = []
        for merge in self._given.merges:
            if not isinstance(merge, str) or " " not in merge[1:]:
                self._refuse("merges", "some are no pair of tokens")
            left, right = merge.split(" ", 1) if merge[0] != " " else (" ", merge[2:])
            if left in self.ids and right in self.ids and left + right in self.ids:
                merges.append((left, right))
        model = models.BPE(vocab=self.ids, merges=merges, ignore_merges=self._given.pre in _WHOLE_WORDS)
        inner = tokenizers.Tokenizer(model)
        words: list[Any] = [pre_tokenizers.Split(Regex(pattern), "isolated") for pattern in patterns]
        if lost := self._lost():  # nothing is joined across them
            words.append(pre_tokenizers.Split(Regex(lost), "merged_with_next"))
        inner.pre_tokenizer = pre_tokenizers.Sequence(
            [*words, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
        )
        inner.decoder = decoders.ByteLevel()
        return inner

    def _lost(self) -> str:
        """A pattern of the characters whose first byte is no token; empty where there are none."""
        ranges = []
        for letter, byte in BYTE_OF_CHARACTER.items():
            if letter in self.ids or 0x80 <= byte < 0xC2 or byte > 0xF4:
                continue
            bits = 0 if byte < 0x80 else 6 if byte < 0xE0 else 12 if byte < 0xF0 else 18
            first = (byte if not bits else byte & (0x7F >> (bits // 6 + 1))) << bits
            ranges.append(f"\\x{{{first:X}}}-\\x{{{min(first + (1 << bits) - 1, 0x10FFFF):X}}}")
        return f"[{''.join(ranges)}]" if ranges else ""

    def sentencepiece(self) -> tokenizers.Tokenizer:
        """SentencePiece's BPE: of two neighbours those are joined first whose piece has the highest score."""
        unknown = self._unknown()
        model = models.BPE(
            vocab=self.ids, merges=self._merges_by_score(), unk_token=unknown, fuse_unk=True, byte_fallback=True
        )
        inner = tokenizers.Tokenizer(model)
        steps: list[Any] = [decoders.Replace(_SPACE, " "), decoders.ByteFallback(), decoders.Fuse()]
        if self._given.add_space_prefix:
            inner.normalizer = normalizers.Sequence([normalizers.Prepend(_SPACE), normalizers.Replace(" ", _SPACE)])
            steps.append(decoders.Strip(" ", 1, 0))
        else:
            inner.normalizer = normalizers.Replace(" ", _SPACE)
        inner.decoder = decoders.Sequence(steps)
        return inner

    def _merges_by_score(self) -> list[tuple[str, str]]:
        """All pairs of tokens that make a token, that with the highest score first; of equals the lower ids."""
        scores = self._given.scores
        if len(scores) != len(self.tokens) or not all(
            type(score) in (int, float) and math.isfinite(score) for score in scores
        ):
            self._refuse("scores", "there must be a number for each token")
        ids = self.ids
        parts = {
            t for t, i in ids.items() if self._types[i] in (TokenType.NORMAL, TokenType.USER_DEFINED, TokenType.UNUSED)
        }
        found = []
        for token in parts:
            for cut in range(1, len(token)):
                left, right = token[:cut], token[cut:]
                if left in parts and right in parts:
                    found.append((-scores[ids[token]], ids[left], ids[right], left, right))
        found.sort()
        return [(left, right) for *_, left, right in found]

    def _unknown(self) -> str | None:
        given = self._given.unknown_id
        if given is not None and not 0 <= given < len(self.tokens):
            self._refuse("unknown token", "it is none of the tokens")
        if given is not None:
            return self.tokens[given]
        return next(iter(self.of_types(TokenType.UNKNOWN)), None)

    def _refuse(self, what: str, why: str, **values: Any) -> None:
        raise FileFormatError(
            "{where}: the tokenizer's {what} do not fit ({why}); the file is damaged.",
            where=self._where,
            what=what,
            why=why.format(**values),
        )
