"""`Llama`: a model, a tokenizer and a living state, in text."""

from __future__ import annotations

import contextlib
import functools
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from engine.context import ContextWindow
from engine.errors import ConfigError, SoulMismatchError
from engine.generate import BeamSearch, sample_tokens, stream_text
from engine.io.model_file import ANY_MEMORY, AnyWeights, ModelWeights, open_model, open_text
from engine.io.soul import Soul, SoulMeta, check_fits, load_soul, new_meta, save_soul
from engine.runtime.base import Cancel, Cancelled, LearningRuntime, Runtime, learns, looks_back
from engine.runtime.checks import check_rate_scale
from engine.runtime.exclusive import Exclusive, exclusively
from engine.runtime.select import create_runtime
from engine.text.roles import RoledTokens, TokenRole
from engine.text.sampling import Sampler, SamplingParams
from engine.text.stopping import Callback, Completion, Progress, StopMatcher, Stopped
from engine.text.template import ChatMessage

__all__ = ["Callback", "Completion", "Llama", "Progress", "Stopped"]


class Llama:
    """A model that reads and writes text. One with fast weights learns from all of it: every token fed changes them.

    There is one state, so one thread at a time is in it: what another one asks for meanwhile waits until the first is
    done. In a process forked from the one that loaded it, everything raises `DeviceError`.

    Attributes:
        body: the slow weights, as loaded.
        text: what it reads and writes: its tokenizer, its template, what ends a reply.
        tokenizer: text to tokens and back.
        runtime: who computes, and the live state.
        template: how messages become tokens.
        level: tokens lived by the soul, kept in its file.
        fresh: nothing was fed since a conversation began: the fast weights are all of the state.
        exclusive: what a thread holds while it is in the state; to do several things with nobody in between.
        context: what attention can still see of the conversation; None where all of the past is in the fast weights.
    """

    def __init__(self, body: AnyWeights, runtime: Runtime) -> None:
        self.body, self._name = body, str(body.path or "This model")
        self.text = open_text(body)
        self.tokenizer, self.template = self.text.tokenizer, self.text.template
        self.runtime = runtime
        self.exclusive = Exclusive(self._name)
        self.context = ContextWindow(self.text, runtime) if looks_back(runtime) else None
        self.level = 0
        self.fresh = True
        self._meta: SoulMeta = self._newborn()

    @classmethod
    def load_auto(
        cls,
        path: str | PathLike[str],
        device: str = "auto",
        threads: int | None = None,
        memory: str | PathLike[str] | None = ANY_MEMORY,
    ) -> Llama:
        """Load a GGUF file, a Hugging Face or checkpoint folder, a ``.safetensors`` file in one, or a ``.bitt``, and
        the memory of a transformer: see `open_model`.

        Raises `FileFormatError` or `ConfigError` for files that cannot be used, `DeviceError` for an absent device.
        """
        body = open_model(Path(path), memory=memory)
        return cls(body, create_runtime(body, device=device, threads=threads))

    @exclusively
    def stream_completion(
        self,
        prompt: str,
        max_tokens: int = 100,
        temp: float = 0.7,
        callback: Callback | None = None,
        *,
        top_k: int = 0,
        top_p: float = 1.0,
        repetition_penalty: float = 1.0,
        beams: int = 1,
        seed: int | None = None,
        stop: Sequence[str] = (),
        cancel: Cancel | None = None,
    ) -> Completion:
        """Read `prompt` where the state stands and go on writing; an empty prompt begins a new document.

        Args:
            prompt: plain text; special tokens in it are text too.
            max_tokens: the most tokens to generate, at least 1.
            temp: 0 always takes the likeliest token, 1 samples as the model believes, more is wilder.
            callback: gets the text as it comes, never a split character; returns False to stop.
            top_k, top_p, repetition_penalty, beams, seed: see `SamplingParams`.
            stop: sequences that end the text and are not part of it.
            cancel: asked before every chunk of the prompt and every token; what was read by then stays lived.

        Raises `ConfigError` for arguments that cannot work.
        """
        sampling = SamplingParams(
            temperature=temp, top_k=top_k, top_p=top_p, repetition_penalty=repetition_penalty, beams=beams, seed=seed
        )
        opening = self.text.opening if self.fresh else ()
        ids = [*opening, *self.tokenizer.encode(prompt)] or [self.tokenizer.end_id]
        return self._complete(ids, max_tokens, sampling, callback, stop, cancel, closing=())

    @exclusively
    def stream_chat(
        self,
        messages: Sequence[ChatMessage],
        max_tokens: int = 256,
        sampling: SamplingParams | None = None,
        callback: Callback | None = None,
        stop: Sequence[str] = (),
        cancel: Cancel | None = None,
    ) -> Completion:
        """Read one turn's messages in the chat template and answer.

        The state holds what was said before: give only what is new. However the answer ends, the state sees the turn
        closed as the template closes it. Where the context is full, the oldest exchanges leave it. `cancel` while the
        messages are being read takes the state back to before them, and the completion is empty; so does an exception
        at any time.
        """
        began, before = time.monotonic(), self.snapshot()
        sampling = sampling or SamplingParams()
        try:
            ids = self._turn(messages, cancel, max_tokens)
            done = self._complete(ids, max_tokens, sampling, callback, stop, cancel, self.closing())
        except BaseException as error:
            self.restore(before)
            if not isinstance(error, Cancelled):
                raise
            return Completion("", 0, 0, time.monotonic() - began, "callback")
        if self.context is not None:
            self.context.add(messages, done.text)
        return done

    @exclusively
    def replay(
        self,
        messages: Sequence[ChatMessage],
        reply: Sequence[int],
        cancel: Cancel | None = None,
        text: str | None = None,
        max_tokens: int = 256,
    ) -> None:
        """Live through a turn as `stream_chat` did when it generated the tokens `reply`: the same steps, the same bits.

        `text` is the reply as it was shown, None for what its tokens say; on `max_tokens` depends what left a full
        context. Raises `Cancelled` when `cancel` answers True before a chunk or a token; what was fed by then stays.
        """
        self._prefill(self._turn(messages, cancel, max_tokens), logits=False, cancel=cancel)
        for fed, token in enumerate(reply[:-1]):
            if cancel is not None and cancel():
                raise Cancelled(fed)
            self.runtime.step(token)
            self.level += 1
        self._prefill(self._end_of_turn(reply[-1:]), logits=False)
        if self.context is not None:
            self.context.add(messages, self.tokenizer.decode(reply) if text is None else text)

    @exclusively
    def read(self, messages: Sequence[ChatMessage], cancel: Cancel | None = None) -> int:
        """Begin a conversation with whole exchanges that were had before; a system prompt may stand before them.

        Where the context cannot hold them, the oldest are left out. Returns the tokens read. Raises `Cancelled` when
        `cancel` answers True; after any exception the state is the one of before.
        """

        def check() -> None:
            if cancel is not None and cancel():
                raise Cancelled(0)

        before = self.snapshot()
        try:
            self.new_conversation()
            if not messages:
                return 0
            if self.context is not None:
                ids = self.context.hold(messages, check)
            else:
                ids = self.template.render_roles(self.tokenizer, messages, reply=False, check=check)
                if ids and self.level and self.text.resumes:
                    ids = RoledTokens.of(self.closing(), TokenRole.SILENT) + ids
            self._prefill(ids, logits=False, cancel=cancel)
        except BaseException:
            self.restore(before)
            raise
        return len(ids)

    def learn(self, text: str, cancel: Cancel | None = None, progress: Progress | None = None) -> int:
        """Read a text without answering; returns the number of tokens lived, less than all when cancelled."""
        return self.feed(self.tokenizer.encode(text), cancel, progress)

    @exclusively
    def feed(self, ids: Sequence[int], cancel: Cancel | None = None, progress: Progress | None = None) -> int:
        """`learn` for tokens, all of them heard unless they say otherwise."""
        level = self.level
        with contextlib.suppress(Cancelled):
            self._prefill(RoledTokens.of(ids, TokenRole.HEARD), logits=False, cancel=cancel, progress=progress)
        return self.level - level

    @property
    def learns(self) -> bool:
        """Whether what is fed changes fast weights: whether there is a soul."""
        return learns(self.runtime)

    @property
    def learning_runtime(self) -> LearningRuntime:
        """`runtime` as one that learns. Raises `ConfigError` where the model has no memory to learn with."""
        if learns(self.runtime):
            return self.runtime
        raise ConfigError("{model} has no memory of its own, so it has no soul and cannot learn.", model=self._name)

    @property
    def learning_weights(self) -> ModelWeights:
        """`body` as that of a BitLlama, through which a night descends. Raises `ConfigError` for other models."""
        if isinstance(self.body, ModelWeights):
            return self.body
        raise ConfigError("{model} has no memory of its own, so it has no soul and cannot learn.", model=self._name)

    @property
    def rate_scale(self) -> float:
        """Factor on the inner learning rate; `ConfigError` when it is set outside the stable range."""
        return self.runtime.rate_scale if learns(self.runtime) else 1.0

    @rate_scale.setter
    def rate_scale(self, value: float) -> None:
        if self.learns or value != 1.0:
            self.learning_runtime.rate_scale = value

    def checked_rate(self, value: float) -> float:
        """`value` as a `rate_scale`, which stays as it is. Raises `ConfigError` for one that cannot be."""
        if not self.learns and value == 1.0:
            return value
        return check_rate_scale(value, self.learning_runtime.fast_config)

    @contextlib.contextmanager
    def at_rate(self, scale: float) -> Iterator[None]:
        """Learn at another rate within this block; `ConfigError` as for `rate_scale`, before anything is done."""
        former, self.rate_scale = self.rate_scale, scale
        try:
            yield
        finally:
            self.rate_scale = former

    @exclusively
    def soul(self) -> Soul:
        """The soul as it is now: copies of the fast weights. Raises `ConfigError` where there is none."""
        return Soul(self.learning_runtime.read_fast(), self.meta)

    @exclusively
    def set_soul(self, soul: Soul) -> None:
        """Go on as `soul`, with nothing transient. Raises `SoulMismatchError` for a soul of another model."""
        body, config = self.body, self.body.fast_config
        if config is None:
            raise SoulMismatchError("{model} has no memory of its own, so no soul belongs to it.", model=self._name)
        file = body.file_identity
        known = soul.meta.body and soul.meta.file and soul.meta.file == file  # then no weight need be looked at
        fingerprint = soul.meta.body if known else body.fingerprint
        check_fits(soul, config, fingerprint)
        self.learning_runtime.write_fast(soul.layers)
        self._forget_context()
        self.fresh = True
        self._meta = replace(soul.meta, body=fingerprint, file=file)
        if not self._meta.id:  # a file from before souls had ids
            named = soul.meta.name
            self._meta = new_meta(fingerprint, soul.meta.level, named, file=file, schema=config.soul_schema)
        self.level = soul.meta.level

    @property
    def meta(self) -> SoulMeta:
        """What the soul says of itself now."""
        body = self._meta.body or (self.body.fingerprint if self.learns else "")
        return replace(self._meta, level=self.level, body=body)

    def _newborn(self) -> SoulMeta:
        """The metadata of a soul that begins now; the fingerprint waits until somebody asks for `meta`."""
        body, config = self.body, self.body.fast_config
        if not self.learns or config is None:
            return new_meta("")
        return new_meta(body.stored_fingerprint or "", file=body.file_identity, schema=config.soul_schema)

    @property
    def soul_history(self) -> list[dict[str, Any]]:
        """What the soul went through: its saves, sleeps and imports, oldest first."""
        return self._meta.history

    def adopt(self, meta: SoulMeta) -> None:
        """Take over what a soul file that was just written says of this soul: its id, parent and history."""
        self._meta = meta

    @exclusively
    def save_soul(self, path: str | PathLike[str], name: str | None = None) -> Soul:
        """Write the soul to a file, under a name of its own if one is given; returns what was written."""
        soul = self.soul()
        if name is not None:
            soul = replace(soul, meta=replace(soul.meta, name=name))
        save_soul(Path(path), soul)
        return soul

    @exclusively
    def load_soul(self, path: str | PathLike[str]) -> Soul:
        """`set_soul` from a file. Raises `FileFormatError` or `SoulMismatchError`; then nothing has changed."""
        soul = load_soul(Path(path))
        self.set_soul(soul)
        return soul

    @exclusively
    def reset_state(self) -> None:
        """Be newborn: fast weights zero, level 0."""
        self.runtime.reset()
        self._forget_context()
        self.level, self.fresh = 0, True
        self._meta = self._newborn()

    @exclusively
    def new_conversation(self) -> None:
        """Keep what was learned, clear what is transient."""
        self.runtime.reset_transient()
        self._forget_context()
        self.fresh = True

    @exclusively
    def snapshot(self) -> Any:
        """Where everything stands, for `restore`: a mark of the state, and what is known of the soul."""
        context = None if self.context is None else self.context.mark()
        return self.runtime.state.mark(), context, self.level, self.fresh, self._meta

    @exclusively
    def restore(self, snapshot: Any) -> None:
        """Back to a `snapshot`, bit for bit."""
        state, context, self.level, self.fresh, self._meta = snapshot
        self.runtime.state.rewind(state)
        if self.context is not None:
            self.context.rewind(context)

    def _forget_context(self) -> None:
        if self.context is not None:
            self.context.clear()

    def _prefill(
        self, ids: Sequence[int], logits: bool, cancel: Cancel | None = None, progress: Progress | None = None
    ) -> np.ndarray | None:
        def note(fed: int) -> None:
            if progress is not None:
                progress(fed, len(ids))

        try:
            self.fresh = self.fresh and not len(ids)
            out = self.runtime.prefill(ids, logits, cancel, note)
        except Cancelled as stopped:
            self.level += stopped.fed
            raise
        self.level += len(ids)
        return out

    def _turn(self, messages: Sequence[ChatMessage], cancel: Cancel | None = None, max_tokens: int = 1) -> RoledTokens:
        """What a turn feeds before the reply. A soul that has lived begins a conversation as one that goes on: behind
        the end of a turn. Without it the first words look like the beginning of a life, of which nothing is known."""

        def check() -> None:
            if cancel is not None and cancel():
                raise Cancelled(0)

        ids = self.template.render_roles(self.tokenizer, messages, reply=True, begins=self.fresh, check=check)
        if self.context is not None:
            return self.context.make_room(ids, messages, max_tokens, check)
        goes_on = self.fresh and self.level and self.text.resumes
        return RoledTokens.of(self.closing(), TokenRole.SILENT) + ids if goes_on else ids

    @functools.cached_property
    def default_system(self) -> str:
        """The system prompt of a conversation that brings none; "" where the template has none."""
        return self.template.default_system(self.tokenizer)

    def closing(self) -> list[int]:
        """What closes a reply: the end, and what the template writes after it."""
        return self.template.closing(self.tokenizer)

    def _end_of_turn(self, last: Sequence[int]) -> list[int]:
        """What is fed once the reply's `last` token is known; one that ends the turn is the first of the closing."""
        return [*(token for token in last if token not in self.text.turn_ends), *self.closing()]

    def _step(self, token: int) -> np.ndarray:
        logits = self.runtime.step(token)
        self.level += 1
        return logits

    def _complete(
        self,
        ids: Sequence[int],
        max_tokens: int,
        sampling: SamplingParams,
        callback: Callback | None,
        stop: Sequence[str],
        cancel: Cancel | None,
        closing: Sequence[int],
    ) -> Completion:
        if isinstance(max_tokens, bool) or not isinstance(max_tokens, int) or max_tokens < 1:
            raise ConfigError(f"max_tokens is {max_tokens!r}; it must be a whole number of at least 1.")
        if self.context is not None:
            max_tokens = min(max_tokens, self.context.room(ids, closing))
        began, level = time.monotonic(), self.level
        matcher, decoder = StopMatcher(stop), self.tokenizer.stream(place="start" if closing else "middle")
        ends = self.text.turn_ends if closing else self.text.text_ends
        search = BeamSearch(self.runtime, Sampler(sampling), ends, self.tokenizer.vocab_size)
        try:
            logits = self._prefill(ids, logits=True, cancel=cancel)
        except Cancelled:
            if closing:
                raise
            return Completion("", 0, self.level - level, time.monotonic() - began, "callback")
        assert logits is not None
        tokens = sample_tokens(logits, ids, max_tokens, search, self._step, cancel)
        done = stream_text(tokens, ends, decoder, matcher, callback, cancel)
        last = done.tokens[-1:]  # was not fed yet
        self._prefill(self._end_of_turn(last) if closing else last, logits=False)
        seconds = time.monotonic() - began
        return Completion(done.text, len(done.tokens), len(ids), seconds, done.stopped, done.tokens)
