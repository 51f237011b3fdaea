"""Which tokens are heard, which belong to the reply and which are neither, through templates and a full context."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

import numpy as np
import pytest
import smollm2
import tiny
import tiny_transformer

from engine.io.model_file import open_model
from engine.llama import Llama
from engine.runtime.torch_transformer import TorchTransformer
from engine.text.model_text import ModelText, TextConfig
from engine.text.roles import RoledTokens, TokenRole, role_runs
from engine.text.sampling import SamplingParams
from engine.text.template import ChatMessage, ChatTemplate
from engine.text.tokenizer import Tokenizer
from engine.train.memory.exchanges import encode_exchange

HEARD, REPLY, SILENT = TokenRole.HEARD, TokenRole.REPLY, TokenRole.SILENT
GREEDY = SamplingParams(temperature=0)


def shown(tokenizer: Tokenizer, tokens: RoledTokens) -> list[tuple[TokenRole, str]]:
    """The text of each run."""
    return [(role, tokenizer.decode(tokens[a:b].ids, special=True)) for role, a, b in role_runs(tokens.roles)]


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer.from_json(tiny.tokenizer_json(), "the tokenizer")


def test_roled_tokens_are_tokens() -> None:
    tokens = RoledTokens.of([1, 2], HEARD) + RoledTokens.of([3])
    assert list(tokens) == [1, 2, 3]
    assert len(tokens) == 3
    assert tokens[2] == 3
    assert tokens[1:] == RoledTokens((2, 3), bytes([HEARD, REPLY]))
    assert RoledTokens.of(tokens, SILENT) is tokens
    np.testing.assert_array_equal(np.asarray(tokens, np.int64), [1, 2, 3])
    assert role_runs(tokens.roles) == [(HEARD, 0, 2), (REPLY, 2, 3)]
    assert role_runs(b"") == []


def test_the_message_is_heard_and_the_rest_behind_it_is_the_reply(tokenizer: Tokenizer) -> None:
    messages = [ChatMessage("system", "Be kind."), ChatMessage("user", "My cat is Miso.")]
    tokens = ChatTemplate().render_roles(tokenizer, messages)
    assert list(tokens) == ChatTemplate().render_ids(tokenizer, messages)
    assert shown(tokenizer, tokens) == [
        (SILENT, "<|system|>Be kind.<|end|>\n<|user|>"),
        (HEARD, "My cat is Miso."),
        (REPLY, "<|end|>\n<|assistant|>"),
    ]


def test_what_is_read_again_is_silent(tokenizer: Tokenizer) -> None:
    messages = [ChatMessage("user", "one"), ChatMessage("assistant", "two"), ChatMessage("user", "three")]
    tokens = ChatTemplate().render_roles(tokenizer, messages, new=1)
    assert shown(tokenizer, tokens) == [
        (SILENT, "<|user|>one<|end|>\n<|assistant|>two<|end|>\n<|user|>"),
        (HEARD, "three"),
        (REPLY, "<|end|>\n<|assistant|>"),
    ]
    roles = [role for role, _ in groupby(ChatTemplate().render_roles(tokenizer, messages).roles)]
    assert roles == [SILENT, HEARD, SILENT, HEARD, REPLY]


def test_a_system_prompt_in_the_persons_message_is_not_theirs() -> None:
    source = (
        "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no') }}{% endif %}"
        "<|{{ m.role }}|>{{ m.content }}<|end|>{% endfor %}<|assistant|>"
    )
    text = ModelText.open(tiny.tokenizer_json(), TextConfig(source, joined=True))
    messages = [ChatMessage("system", "Be kind."), ChatMessage("user", " My cat is Miso. ")]
    tokens = text.template.render_roles(text.tokenizer, messages)
    assert list(tokens) == text.template.render_ids(text.tokenizer, messages)
    assert shown(text.tokenizer, tokens)[1] == (HEARD, "My cat is Miso.")


class Heard(TorchTransformer):
    """Writes down what it is fed."""

    def __init__(self, folder: Path, context: int) -> None:
        super().__init__(open_model(folder), "cpu", context=context)
        self.fed: list[RoledTokens] = []

    def prefill(self, tokens, logits=True, cancel=None, progress=None):  # type: ignore[no-untyped-def]
        self.fed.append(RoledTokens.of(tokens))
        return super().prefill(tokens, logits, cancel, progress)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_transformer.save_both(tmp_path_factory.mktemp("tiny") / "tiny")


@pytest.mark.parametrize("alike", [False, True])
def test_each_message_is_heard_once_though_a_full_context_is_read_again(folder: Path, alike: bool) -> None:
    runtime = Heard(folder, 160)
    llama = Llama(open_model(folder), runtime)
    said = ["the same again" if alike else f"message {number:02}" for number in range(9)]
    for text in said:
        llama.stream_chat([ChatMessage("user", text)], 8, GREEDY)
    assert llama.context is not None
    assert llama.context.dropped
    heard = [
        llama.tokenizer.decode(fed[a:b].ids) for fed in runtime.fed for r, a, b in role_runs(fed.roles) if r == HEARD
    ]
    assert heard == said
    again = [fed for fed in runtime.fed if fed.roles.count(SILENT) > 40]
    assert again, "nothing was read again"


def test_a_text_that_is_learned_is_heard_and_one_that_is_completed_is_not(folder: Path) -> None:
    runtime = Heard(folder, 160)
    llama = Llama(open_model(folder), runtime)
    llama.learn("My cat is Miso.")
    assert np.stack(llama.soul().layers).any()
    llama.reset_state()
    llama.stream_completion("My cat is Miso.", 4, 0)
    assert not np.stack(llama.soul().layers).any()
    assert [{*fed.roles} for fed in runtime.fed if len(fed) > 1] == [{HEARD}, {REPLY}]


def test_smollm2s_template(tmp_path: Path) -> None:
    weights = open_model(smollm2.path(), memory=None)
    assert weights.tokenizer is not None
    text = ModelText.open(weights.tokenizer, TextConfig.of(weights.config))
    tokens = text.template.render_roles(text.tokenizer, [ChatMessage("user", "My cat is Miso.")])
    runs = shown(text.tokenizer, tokens)
    assert [role for role, _ in runs] == [SILENT, HEARD, REPLY]
    assert runs[1][1] == "My cat is Miso."
    assert runs[2][1] == "<|im_end|>\n<|im_start|>assistant\n"
    later = text.template.render_roles(text.tokenizer, [ChatMessage("user", "And a dog.")], begins=False)
    assert shown(text.tokenizer, later) == [
        (SILENT, "<|im_start|>user\n"),
        (HEARD, "And a dog."),
        (REPLY, "<|im_end|>\n<|im_start|>assistant\n"),
    ]


def test_the_prompt_that_a_template_brings_itself() -> None:
    weights = open_model(smollm2.path(), memory=None)
    assert weights.tokenizer is not None
    text = ModelText.open(weights.tokenizer, TextConfig.of(weights.config))
    own = text.template.default_system(text.tokenizer)
    assert own.startswith("You are a helpful AI assistant named SmolLM")
    said = [ChatMessage("system", own), ChatMessage("user", "Hi.")]
    assert text.template.render_ids(text.tokenizer, said) == text.template.render_ids(text.tokenizer, said[1:])


@pytest.mark.parametrize("source", [None, "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}"])
def test_a_template_without_a_prompt_of_its_own(tokenizer: Tokenizer, source: str | None) -> None:
    assert ChatTemplate(source).default_system(tokenizer) == ""


def test_a_live_conversation_hears_what_training_teaches() -> None:
    weights = open_model(smollm2.path(), memory=None)
    assert weights.tokenizer is not None
    text = ModelText.open(weights.tokenizer, TextConfig.of(weights.config))
    before = [ChatMessage("system", "Be kind."), ChatMessage("user", "Hi."), ChatMessage("assistant", "Hello.")]
    exchange = encode_exchange(text, before, "My cat is Miso.", "Noted.")
    live = text.template.render_roles(text.tokenizer, [*before, ChatMessage("user", "My cat is Miso.")], new=1)
    parts = [tuple(i for i, role in zip(live, live.roles, strict=True) if role == r) for r in (SILENT, HEARD, REPLY)]
    assert parts == [exchange.context, exchange.message, exchange.opening]
