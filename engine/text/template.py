"""From messages to tokens: chat templates, whose special tokens no message can forge (`engine.text.stand_ins`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from weakref import WeakKeyDictionary

from jinja2 import nodes

from engine.errors import ConfigError
from engine.text.chat_message import UNJUDGED, ChatMessage, Rendered, worth_of
from engine.text.roles import RoledTokens, TokenRole
from engine.text.sandbox import TemplateEnvironment
from engine.text.stand_ins import CLOSE, FIRST_NUMBER, MARK, OPEN, stand_ins_for
from engine.text.step_budget import Check, StepBudget
from engine.text.template_parts import (
    TemplatePart,
    behind,
    common_start,
    cut_at_the_last_special,
    joined_runs,
    without_folded,
    without_system,
)
from engine.text.tokenizer import END, Tokenizer

BUILT_IN = (
    "{% for message in messages %}<|{{ message.role }}|>{{ message.content }}<|end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
"""No space after the role, and each message ends with ``<|end|>`` and a line end."""

MOST_MESSAGES = 60_000
"""In one rendering."""

_MAX_GROWTH = 1 << 20
_STEPS = 1_000_000
"""About a second. A stock template takes some 50 steps a message."""
_STEPS_PER_MESSAGE = 2_000
_STEPS_PER_CHARACTER = 8


class ChatTemplate:
    """Turns messages into tokens; what was rendered before is not rendered again, since the state remembers it.

    `source` is Jinja2 as chat models carry it, in the dialect of ``transformers``: it sees ``messages`` (each with
    ``role`` and ``content``), ``add_generation_prompt``, ``bos_token``, ``eos_token``, and no ``tools``. It must write
    each message once and in order; a system prompt may stand anywhere, and is put at the head of the user's message
    where the template refuses it or leaves it out.

    Args:
        source: of the template; None for the built-in one.
        bos_token, eos_token: what it sees under these names.
        joined: whether what the template writes and the content beside it are one text for the tokenizer, as models
            from elsewhere have learned it. Otherwise each is encoded for itself.

    Raises `ConfigError` for a source that does not parse. Every method raises it for a template that fails on the
    messages, that does not end, or that takes far too much memory.
    """

    def __init__(
        self, source: str | None = None, *, bos_token: str = "", eos_token: str = END, joined: bool = False
    ) -> None:
        self.source = BUILT_IN if source is None else source
        self._environment = TemplateEnvironment()
        self._template = self._environment.compile_source(self.source)
        self._constants = frozenset(
            node.value
            for node in self._environment.parse(self.source).find_all(nodes.Const)
            if isinstance(node.value, str) and len(node.value) > 1
        )
        self._tokens = {"bos_token": bos_token, "eos_token": eos_token}
        self._joined = joined
        self._closings: WeakKeyDictionary[Tokenizer, list[int]] = WeakKeyDictionary()

    def render_ids(
        self,
        tokenizer: Tokenizer,
        messages: Sequence[ChatMessage],
        reply: bool = True,
        *,
        begins: bool = True,
        check: Check | None = None,
    ) -> list[int]:
        """Tokens of `messages`, stripped of outer white space, then of the opening of a reply if one is wanted.

        Only the template can write special tokens; the text of a message is always encoded as plain text.

        Args:
            tokenizer: of the model.
            messages: what is new.
            reply: whether the model is to answer.
            begins: whether they begin a conversation. Otherwise they go on with one that the state already holds, up to
                the closing of a message: no beginning of a text, no default system prompt.
            check: called now and then; may raise something to stop the rendering.

        Raises `ConfigError` when the template fails on these messages, or cannot go on with a conversation.
        """
        parts, _ = self._turn(tokenizer, messages, reply, begins, check)
        return [i for ids, _ in self._encoded(tokenizer, parts, begins) for i in ids]

    def render_runs(
        self, tokenizer: Tokenizer, messages: Sequence[ChatMessage], reply: bool = True, *, begins: bool = True
    ) -> list[tuple[list[int], int | None]]:
        """`render_ids` in runs: ids, and the message whose content they are, None where the template speaks.

        Raises `ConfigError` as `render_ids` does, and where the template puts a system prompt into another message.
        """
        parts, shown = self._turn(tokenizer, messages, reply, begins, None)
        if len(shown) != len(messages):
            raise ConfigError("The chat template has no place for a system prompt.")
        return list(self._encoded(tokenizer, parts, begins))

    def render_roles(
        self,
        tokenizer: Tokenizer,
        messages: Sequence[ChatMessage],
        reply: bool = True,
        *,
        new: int | None = None,
        begins: bool = True,
        check: Check | None = None,
    ) -> RoledTokens:
        """`render_ids` with the role of each token: the content of the person's messages is heard, and what follows
        the last of them belongs to the reply.

        Args:
            new: how many messages, counted from the last, are not read again; None: all of them.
            tokenizer, messages, reply, begins, check: as in `render_ids`, which also says what is raised.
        """
        parts, shown = self._turn(tokenizer, messages, reply, begins, check)
        count = len(messages) if new is None else new
        said = [message for message in messages[len(messages) - count :] if message.role == "user"]
        users = [number for number, message in enumerate(shown) if message.role == "user"]
        heard = dict(zip(users[len(users) - len(said) :], said, strict=True))
        if len(shown) != len(messages) and self._joined:
            parts = without_folded(parts, heard)
        out, left = RoledTokens(), set(heard)
        for ids, owner in self._encoded(tokenizer, parts, begins):
            if owner in heard:
                left.discard(owner)
                role = TokenRole.HEARD
            else:
                role = TokenRole.SILENT if left or not heard else TokenRole.REPLY
            out += RoledTokens.of(ids, role)
        return out

    def render_masked(self, tokenizer: Tokenizer, messages: Sequence[ChatMessage]) -> Rendered:
        """Tokens of a finished conversation, how much each counts, and which are worth remembering: see `Rendered`."""
        parts, messages = self._turn(tokenizer, messages, reply=False, begins=True, check=None)
        ends = self.end_ids(tokenizer)
        out = Rendered([], [], [])
        closing = 0  # weight of the reply that is to be closed
        for ids, owner in self._encoded(tokenizer, parts, begins=True):
            counts = [0] * len(ids)
            worth = [UNJUDGED] * len(ids)
            if owner is not None:
                message = messages[owner]
                closing = message.weight if message.role == "assistant" else 0
                counts = [closing] * len(ids)
                worth = worth_of(tokenizer, ids, message.keep)
            elif closing:
                last = next((n for n, i in enumerate(ids) if i in ends), None)
                if last is not None:
                    counts[: last + 1] = [closing] * (last + 1)
                closing = 0
            out.ids.extend(ids)
            out.mask.extend(counts)
            out.worth.extend(worth)
        return out

    def closing(self, tokenizer: Tokenizer) -> list[int]:
        """What the template writes behind a reply before the user's next message: for the built-in ``<|end|>`` and a
        line end. The model at most says the first of it, so whoever generates a reply feeds it."""
        if tokenizer not in self._closings:
            parts = self._closing_parts(tokenizer)
            ids = [i for found, _ in self._encoded(tokenizer, parts, begins=False) for i in found]
            special = set(tokenizer.special_tokens.values())
            self._closings[tokenizer] = ids if special & set(ids) else [tokenizer.end_id]
        return list(self._closings[tokenizer])

    def closing_ids(self, tokenizer: Tokenizer) -> list[int]:
        """`closing` without the token that ends the reply, which the model says itself."""
        ids, ends = self.closing(tokenizer), self.end_ids(tokenizer)
        return ids[next(n for n, i in enumerate(ids) if i in ends) + 1 :]

    def end_ids(self, tokenizer: Tokenizer) -> frozenset[int]:
        """The token with which the template ends a reply, as a set of one."""
        special = set(tokenizer.special_tokens.values())
        closing = self.closing(tokenizer)
        return frozenset([next((i for i in closing if i in special), closing[0])])

    def default_system(self, tokenizer: Tokenizer) -> str:
        """The system prompt that the template writes where a conversation brings none, "" where it writes none."""
        user = ChatMessage("user", "x")
        try:
            before, between, _ = self._literals(tokenizer, [ChatMessage("system", "x"), user])
            alone, _ = self._literals(tokenizer, [user])
        except (ConfigError, ValueError):  # it takes no system prompt, or not as a message of its own
            return ""
        written = alone.removeprefix(before).removesuffix(between)
        return written.strip() if alone == f"{before}{written}{between}" else ""

    def control_tokens(self, tokenizer: Tokenizer) -> frozenset[str]:
        """Added tokens with which the template opens and closes messages. They must be special, or could be typed."""
        known = tokenizer.added_tokens
        found: set[str] = set()
        user, assistant = _dialogue(2)
        texts = self._literals(tokenizer, [user, assistant, user])
        for at, text in enumerate(texts[:-1]):
            tokens = [text[s:e] for s, e in _found(text, known)]
            found.update(tokens if at != 1 else tokens[:2])  # a reply may open with a thought: these tokens are said
        return frozenset(found)

    def _literals(self, tokenizer: Tokenizer, messages: Sequence[ChatMessage]) -> list[str]:
        """What the template writes before, between and after these messages."""
        out = [""]
        for part in self._parts(tokenizer, messages, False, None):
            if part.message is None:
                out[-1] += part.text
            elif out[-1] or len(out) == 1:
                out.append("")
        return out

    def _closing_parts(self, tokenizer: Tokenizer) -> list[TemplatePart]:
        """What stands behind a reply whether or not the user goes on."""
        user, assistant = _dialogue(2)
        last = behind(self._parts(tokenizer, [user, assistant], False, None), 1)
        between = behind(self._parts(tokenizer, [user, assistant, user], False, None), 1)
        return common_start(last, between)

    def _turn(
        self, tokenizer: Tokenizer, messages: Sequence[ChatMessage], reply: bool, begins: bool, check: Check | None
    ) -> tuple[list[TemplatePart], Sequence[ChatMessage]]:
        """The parts of a turn, and the messages that they are numbered by: a system prompt may be folded into one."""
        try:
            return self._new_parts(tokenizer, messages, reply, begins, check), messages
        except ConfigError:
            folded = without_system(messages)
            if folded == list(messages):
                raise
            try:
                return self._new_parts(tokenizer, folded, reply, begins, check), folded
            except ConfigError:
                pass
            raise

    def _new_parts(
        self, tokenizer: Tokenizer, messages: Sequence[ChatMessage], reply: bool, begins: bool, check: Check | None
    ) -> list[TemplatePart]:
        if begins:
            return self._parts(tokenizer, messages, reply, check)
        earlier = _dialogue(1 if not messages or messages[0].role == "assistant" else 2)
        number = len(earlier) - 1
        try:
            closed = behind(self._parts(tokenizer, earlier, False, check), number)
            going_on = behind(self._parts(tokenizer, [*earlier, *messages], reply, check), number)
        except ConfigError as error:
            self._parts(tokenizer, messages, reply, check)  # fails by itself where the messages are to blame
            raise ConfigError(
                "The chat template cannot go on with a conversation; begin a new one, or use another template. {error}",
                error=error,
            ) from error
        shared = common_start(closed, going_on)
        parts = going_on[len(shared) :]
        if shared and going_on[len(shared) - 1] != shared[-1]:  # which is the beginning of a longer text
            cut = going_on[len(shared) - 1]
            parts.insert(0, replace(cut, text=cut.text[len(shared[-1].text) :]))
        return [p if p.message is None else replace(p, message=p.message - len(earlier)) for p in parts]

    def _encoded(
        self, tokenizer: Tokenizer, parts: Sequence[TemplatePart], begins: bool
    ) -> Iterator[tuple[list[int], int | None]]:
        """Runs of ids that are the content of one message, or of none, from left to right."""
        if not self._joined:
            plain = iter(tokenizer.encode_all([part.text for part in parts if part.special is None]))
            yield from joined_runs((next(plain) if p.special is None else [p.special], p.message) for p in parts)
            return
        tokens: list[tuple[list[int], int | None]] = []
        at = 0
        while at < len(parts):
            if (token := parts[at].special) is not None:
                tokens.append(([token], parts[at].message))
                at += 1
                continue
            end = next((n for n in range(at, len(parts)) if parts[n].special is not None), len(parts))
            text = "".join(part.text for part in parts[at:end])
            ids, ends = tokenizer.encode_aligned(text, "start" if begins and not at else "section")
            reached, owner = 0, at
            for i, last in zip(ids, ends, strict=True):
                while owner < end - 1 and last > reached + len(parts[owner].text):
                    reached += len(parts[owner].text)
                    owner += 1
                tokens.append(([i], parts[owner].message))
            at = end
        yield from joined_runs(tokens)

    def _parts(
        self, tokenizer: Tokenizer, messages: Sequence[ChatMessage], reply: bool, check: Check | None
    ) -> list[TemplatePart]:
        """What the template writes, from left to right, each message's content once and in order."""
        if len(messages) > MOST_MESSAGES:
            raise ConfigError(
                "A conversation of {count} messages is too long; {most} is the most.",
                count=len(messages),
                most=MOST_MESSAGES,
            )
        stand_ins = stand_ins_for(frozenset(tokenizer.special_tokens), self._constants)
        written = self._render([stand_ins.replace(m.text) for m in messages], messages, reply, check)
        out: list[TemplatePart] = []
        owner: int | None = None
        seen: list[int] = []
        for piece in MARK.split(written):
            if piece[:1] in (OPEN, CLOSE) and len(piece) == 2:
                number = ord(piece[1]) - FIRST_NUMBER
                if piece[0] == OPEN or number != owner:
                    seen.append(number)
                if piece[0] == CLOSE and number != owner:  # a template that cuts messages lost where it begins
                    out += cut_at_the_last_special(out, number) or [TemplatePart("", None, number)]
                owner = number if piece[0] == OPEN else None
                if owner is not None:
                    out.append(TemplatePart("", None, owner))
                continue
            for text, token in tokenizer.split_special(piece):
                out.append(TemplatePart(stand_ins.put_back(text) if token is None else text, token, owner))
        spoken = [number for number in seen if messages[number].role != "system"]
        if sorted(seen) != list(range(len(messages))) or spoken != sorted(spoken):
            raise ConfigError("The chat template does not write each message once; it is not usable.")
        return out

    def _render(self, texts: Sequence[str], messages: Sequence[ChatMessage], reply: bool, check: Check | None) -> str:
        shown = []
        for number, (text, message) in enumerate(zip(texts, messages, strict=True)):
            mark = chr(FIRST_NUMBER + number)
            shown.append({"role": message.role, "content": f"{OPEN}{mark}{text}{CLOSE}{mark}"})
        characters = sum(len(m["content"]) for m in shown)
        allowed = _MAX_GROWTH + 16 * characters
        steps = _STEPS + _STEPS_PER_MESSAGE * len(shown) + _STEPS_PER_CHARACTER * characters
        budget = StepBudget(steps, check)
        variables = {"messages": shown, "add_generation_prompt": reply, "tools": None, "documents": None}
        out: list[str] = []
        try:
            with self._environment.spending(budget):
                for part in self._template.generate(variables | self._tokens):
                    out.append(part)
                    allowed -= len(part)
                    if allowed < 0:
                        raise ConfigError("The chat template writes far more than its messages hold; it is not usable.")
        except ConfigError:
            raise
        except RecursionError as error:
            raise ConfigError("The chat template calls itself without end; use another template.") from error
        except Exception as error:  # a template can fail in any way that an expression can
            if budget.stopped_by is error:
                raise
            raise ConfigError(
                "The chat template fails on these messages: {error}.", error=str(error).rstrip(".")
            ) from error
        return "".join(out)


def _dialogue(count: int) -> list[ChatMessage]:
    """A conversation that a state might hold."""
    return [ChatMessage("user", "x"), ChatMessage("assistant", "x")][:count]


def _found(text: str, tokens: Iterable[str]) -> list[tuple[int, int]]:
    longest_first = sorted(tokens, key=len, reverse=True)
    pattern = "|".join(map(re.escape, longest_first)) or r"(?!)"
    return [match.span() for match in re.finditer(pattern, text)]
