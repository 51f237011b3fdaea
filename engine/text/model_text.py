"""What a model reads and writes: its tokenizer, its chat template, and the tokens that begin and end its text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from engine.errors import ConfigError
from engine.text.template import ChatTemplate
from engine.text.tokenizer import END, Tokenizer

T = TypeVar("T", str, int)


@dataclass(frozen=True)
class TextConfig:
    """What the files of a model say about its text, beside the tokenizer.

    The defaults are those of a BitLlama whose files say nothing.
    """

    chat_template: str | None = None
    """Jinja2; None for the built-in one."""
    bos_id: int | None = None
    """The token that comes before every text."""
    eos_id: int | None = None
    """The token that a template sees as ``eos_token``; None for the first of `end_ids`, or else ``<|end|>``."""
    end_ids: tuple[int, ...] = ()
    """Tokens that end a reply, from ``generation_config.json``, ``config.json`` or the metadata of a GGUF. The one that
    the template ends a reply with counts, too."""
    joined: bool = False
    """Whether content and template are one text for the tokenizer: see `ChatTemplate`."""

    @classmethod
    def of(cls, config: Any) -> TextConfig:
        """From the config of a model. That of a BitLlama may name end tokens as Hugging Face does: ``eos_token_id``."""
        ends = getattr(config, "end_ids", None)
        if ends is not None:
            bos, eos = getattr(config, "bos_id", None), getattr(config, "eos_id", None)
            return cls(config.chat_template, bos, eos, tuple(ends), joined=True)
        given = config.extra.get("eos_token_id", ())
        ids = given if isinstance(given, (list, tuple)) else (given,)
        if not all(type(i) is int and i >= 0 for i in ids):
            raise ConfigError("eos_token_id is {value!r}; it must be a token's number, or a list of them.", value=given)
        return cls(config.chat_template, end_ids=tuple(ids))


@dataclass(frozen=True)
class ModelText:
    """Tokenizer and template that belong together.

    Attributes:
        tokenizer: its `Tokenizer.end_token` closes a message of this model.
        template: how messages become tokens.
        turn_ends: tokens behind which a reply is over: all special ones, since who names the next speaker has finished.
        text_ends: tokens behind which a text is over.
        opening: what comes before every text.
        resumes: whether a conversation of a soul that has lived begins behind the end of a turn, as one that goes on.
            Models from elsewhere have learned that it begins with nothing.
    """

    tokenizer: Tokenizer
    template: ChatTemplate
    turn_ends: frozenset[int]
    text_ends: frozenset[int]
    opening: tuple[int, ...]
    resumes: bool

    @classmethod
    def open(cls, tokenizer: str, config: TextConfig, where: str = "the tokenizer") -> ModelText:
        """From the content of a ``tokenizer.json``; `where` names it in errors.

        Raises `FileFormatError` for what is no tokenizer, `ConfigError` for a template that is not valid or for ids
        that the tokenizer lacks.
        """
        made = Tokenizer.from_json(tokenizer, where)
        ids = [*config.end_ids] if config.eos_id is None else [config.eos_id, *config.end_ids]
        ends = [made.token_of(i) for i in dict.fromkeys(ids)]
        bos = "" if config.bos_id is None else made.token_of(config.bos_id)
        template = ChatTemplate(
            config.chat_template, bos_token=bos, eos_token=ends[0] if ends else END, joined=config.joined
        )
        typeable = made.added_tokens - made.special_tokens.keys()
        if typeable:
            control = {*_written_by(template.control_tokens, made), *ends, bos} & typeable
            if control:
                made = Tokenizer.from_json(tokenizer, where, control)
        special = made.special_tokens
        if ends and END not in special:
            made.end_token = ends[0]
        turn_ends = frozenset(special.values()) | frozenset(ids)
        written = _written_by(template.end_ids, made)
        if written:
            made.end_token = made.token_of(next(iter(written)))
        known = {special[END]} if END in special else set()
        text_ends = frozenset({*known, *ids, *written})
        opening = () if config.bos_id is None else (config.bos_id,)
        return cls(made, template, turn_ends, text_ends, opening, resumes=not config.joined)


def _written_by(ask: Callable[[Tokenizer], frozenset[T]], tokenizer: Tokenizer) -> frozenset[T]:
    """What a template says of itself; nothing where it cannot, which is told when it is used."""
    try:
        return ask(tokenizer)
    except ConfigError:
        return frozenset()
