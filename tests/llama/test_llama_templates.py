"""A chat with a template from elsewhere: what is fed, where a reply ends, and that Stop works in the template, too."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import Any

import pytest
import tiny
import tokenizers as library

from engine.errors import ConfigError
from engine.io.model_file import ModelWeights
from engine.llama import Llama
from engine.text.sampling import SamplingParams
from engine.text.template import ChatMessage

sys.path.append(str(Path(__file__).parents[1] / "text"))
from families import FAMILIES, tokenizer_of

GREEDY = SamplingParams(temperature=0.0)
ENDLESS = "{% for a in range(90000) %}{% for b in range(90000) %}{% endfor %}{% endfor %}{{ messages[0].content }}"


def llama(template: str | None = None, tokenizer: str | None = None, **more: Any) -> tuple[Llama, tiny.ScriptedRuntime]:
    """A `Llama` whose runtime remembers what it is fed."""
    tokenizer = tokenizer or tiny.tokenizer_json()
    size = max(library.Tokenizer.from_str(tokenizer).get_vocab().values()) + 1
    config = tiny.config(vocab_size=size, chat_template=template, extra=more)
    runtime = tiny.ScriptedRuntime(config)
    return Llama(ModelWeights(config, {}, tokenizer, fingerprint="0" * 64), runtime), runtime


def test_a_template_from_elsewhere_is_fed_turn_by_turn() -> None:
    family = FAMILIES["llama"]
    one, runtime = llama(family.source, tokenizer_of(family))
    reply = one.tokenizer.encode("Well")
    end = one.tokenizer.special_tokens["<|eot|>"]
    first, second = [ChatMessage("user", "Who?")], [ChatMessage("user", "And now?")]
    runtime.script = [*reply, end, *reply, one.tokenizer.special_tokens["<|head|>"]]
    assert one.stream_chat(first, 20, GREEDY).stopped == "end"
    done = one.stream_chat(second, 20, GREEDY)
    assert (done.text, done.stopped) == ("Well", "end"), "who names the next speaker has finished"
    said = one.tokenizer.decode(runtime.fed, special=True)
    assert said.count("Year: ") == 1, "the default system prompt comes once"
    talk = [*first, ChatMessage("assistant", "Well"), *second, ChatMessage("assistant", "Well")]
    assert runtime.fed == one.template.render_ids(one.tokenizer, talk, reply=False)


def test_a_new_conversation_has_the_beginning_again() -> None:
    family = FAMILIES["qwen2"]
    one, runtime = llama(family.source, tokenizer_of(family))
    end = one.tokenizer.special_tokens["<|stop|>"]
    for _ in range(2):
        runtime.script = [end]
        one.stream_chat([ChatMessage("user", "Who?")], 5, GREEDY)
        one.new_conversation()
    assert one.tokenizer.decode(runtime.fed, special=True).count("You are kind and brief.") == 2


def test_the_config_may_name_tokens_that_end_a_text() -> None:
    end = tiny.config().vocab_size - 1  # the byte 255, which is no special token
    for ends in (end, [0, end]):
        one, runtime = llama(eos_token_id=ends)
        runtime.script = [*one.tokenizer.encode("ab"), end, *one.tokenizer.encode("cd")]
        done = one.stream_completion("x", 10, 0)
        assert (done.text, done.stopped) == ("ab", "end")
    plain, runtime = llama()
    runtime.script = [*plain.tokenizer.encode("ab"), end, *plain.tokenizer.encode("cd")]
    assert plain.stream_completion("x", 5, 0).stopped == "length", "where nobody says so it is a token like any other"


@pytest.mark.parametrize("value", ["</s>", -1, 1.5, [0, None], 10**9])
def test_end_tokens_that_cannot_be_are_refused(value: object) -> None:
    with pytest.raises(ConfigError):
        llama(eos_token_id=value)


def test_a_text_goes_on_with_the_space_of_its_next_word() -> None:
    one, runtime = llama(tokenizer=tokenizer_of(FAMILIES["mistral"]), eos_token_id=[0])
    runtime.script = one.tokenizer.encode("cat sat")
    assert one.stream_completion("the", 2, 0).text == " cat sat"


def test_a_template_without_end_is_stopped_in_words_and_nothing_was_lived() -> None:
    one, runtime = llama(ENDLESS)
    with pytest.raises(ConfigError, match="does not end"):
        one.stream_chat([ChatMessage("user", "Who?")], 5, GREEDY)
    assert runtime.fed == []


def test_stop_works_in_a_template_without_end() -> None:
    one, runtime = llama(ENDLESS)
    asked = threading.Event()

    def cancel() -> bool:
        asked.set()
        return True

    done = one.stream_chat([ChatMessage("user", "Who?")], 5, GREEDY, cancel=cancel)
    assert asked.is_set()
    assert (done.text, done.tokens, done.prompt_tokens, done.stopped) == ("", 0, 0, "callback")
    assert runtime.fed == []
