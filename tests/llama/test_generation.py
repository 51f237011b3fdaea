"""How an answer is made, read from the tokens that the runtime is fed: it says what the test has written down."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import tiny

from engine.llama import Completion, Llama
from engine.text.sampling import SamplingParams
from engine.text.template import ChatMessage
from engine.text.tokenizer import Tokenizer

TOKENIZER = Tokenizer.from_json(tiny.tokenizer_json())
END = TOKENIZER.end_id
GREEDY = SamplingParams(temperature=0)
HELLO = [ChatMessage("user", "Hi")]


def scripted(says: str | Sequence[int]) -> tuple[Llama, tiny.ScriptedRuntime]:
    ids = TOKENIZER.encode(says) if isinstance(says, str) else list(says)
    runtime = tiny.ScriptedRuntime(tiny.config(), ids)
    return Llama(tiny.body(), runtime), runtime  # type: ignore[arg-type]


def chat(llama: Llama, **options: object) -> tuple[Completion, list[str]]:
    heard: list[str] = []
    done = llama.stream_chat(HELLO, sampling=GREEDY, callback=heard.append, **{"max_tokens": 50} | options)  # type: ignore[arg-type]
    return done, heard


def spoken(ids: list[int]) -> str:
    """Tokens as the template writes them."""
    names = {i: name for name, i in TOKENIZER.special_tokens.items()}
    return "".join(names.get(i) or TOKENIZER.decode([i]) for i in ids)


def test_a_turn_is_lived_as_the_template_writes_it() -> None:
    llama, runtime = scripted([*TOKENIZER.encode("Yes"), END])
    done, heard = chat(llama)
    assert spoken(runtime.fed) == "<|user|>Hi<|end|>\n<|assistant|>Yes<|end|>\n"
    assert (done.text, done.stopped, done.tokens) == ("Yes", "end", 4)
    assert "".join(heard) == "Yes"
    assert llama.level == len(runtime.fed)


def test_two_turns_read_like_one_rendering_of_both() -> None:
    llama, runtime = scripted([*TOKENIZER.encode("Yes"), END, *TOKENIZER.encode("No"), END])
    chat(llama)
    chat(llama)
    both = [*HELLO, ChatMessage("assistant", "Yes"), *HELLO, ChatMessage("assistant", "No")]
    assert runtime.fed == llama.template.render_ids(TOKENIZER, both, reply=False)


def test_naming_the_next_speaker_ends_the_answer_too() -> None:
    llama, runtime = scripted([*TOKENIZER.encode("Yes"), TOKENIZER.token_id("<|user|>"), *TOKENIZER.encode("I am you")])
    done, _ = chat(llama)
    assert (done.text, done.stopped) == ("Yes", "end")
    assert spoken(runtime.fed) == "<|user|>Hi<|end|>\n<|assistant|>Yes<|end|>\n"


def test_an_exception_of_the_listener_goes_back_to_before_the_turn() -> None:
    llama, runtime = scripted("abc")
    llama.learn("old times")
    before = list(runtime.fed)

    def fail(_: str) -> None:
        raise RuntimeError("the window went away")

    with pytest.raises(RuntimeError):
        llama.stream_chat(HELLO, 5, GREEDY, fail)
    assert runtime.fed == before
    assert llama.level == len(before)


@pytest.mark.parametrize("how", ["length", "callback", "stop", "cancel"])
def test_however_an_answer_ends_the_turn_is_closed_once(how: str) -> None:
    llama, runtime = scripted("abcdefgh")
    said: list[str] = []

    def listen(piece: str) -> bool:
        said.append(piece)
        return not (how == "callback" and len(said) == 3)

    done = llama.stream_chat(
        HELLO,
        3 if how == "length" else 50,
        GREEDY,
        listen,
        stop=["d"] if how == "stop" else (),
        cancel=(lambda: len(said) == 3) if how == "cancel" else None,
    )
    assert done.text == "abc"
    assert done.stopped == ("callback" if how == "cancel" else how)
    lived = "abcd" if how == "stop" else "abc"
    assert spoken(runtime.fed) == f"<|user|>Hi<|end|>\n<|assistant|>{lived}<|end|>\n"


def test_cancel_while_the_message_is_read_goes_back_to_before_it() -> None:
    llama, runtime = scripted("abc")
    llama.learn("old times")
    before = list(runtime.fed)
    answers = iter([False, True])
    done = llama.stream_chat([ChatMessage("user", "a long message")], 5, GREEDY, cancel=lambda: next(answers))
    assert (done.text, done.tokens, done.prompt_tokens, done.stopped) == ("", 0, 0, "callback")
    assert runtime.fed == before
    assert llama.level == len(before)


@pytest.mark.parametrize("text", ["日本語です", "na\u00efve caf\u00e9", "👩‍👩‍👧 family", "𝔘𝔫𝔦"])
def test_no_piece_holds_half_a_character(text: str) -> None:
    llama, _ = scripted([*TOKENIZER.encode(text), END])
    done, heard = chat(llama)
    assert done.text == text
    assert "".join(heard) == text
    assert all("\ufffd" not in piece for piece in heard)
    assert len(heard) == len(text)


def test_an_answer_cut_inside_a_character_is_still_text() -> None:
    llama, _ = scripted(TOKENIZER.encode("é日")[:4])
    done, heard = chat(llama, max_tokens=4)
    assert done.text == "".join(heard) == "é\ufffd"


@pytest.mark.parametrize(
    ("says", "stops", "text"),
    [
        ("one two three", ["two"], "one "),
        ("one two three", ["wo t"], "one t"),
        ("one tw", ["two"], "one tw"),
        ("aab", ["ab"], "a"),
        ("done", ["done"], ""),
    ],
)
def test_stop_sequences_never_show(says: str, stops: list[str], text: str) -> None:
    llama, _ = scripted([*TOKENIZER.encode(says), END])
    done, heard = chat(llama, stop=stops)
    assert done.text == "".join(heard) == text
    assert done.stopped == ("end" if text == says else "stop")


def test_a_completion_closes_nothing_that_it_did_not_open() -> None:
    llama, runtime = scripted("bcd")
    llama.stream_completion("a", 3, 0)
    assert spoken(runtime.fed) == "abcd"
    llama, runtime = scripted([*TOKENIZER.encode("b"), END])
    assert llama.stream_completion("a", 3, 0).stopped == "end"
    assert spoken(runtime.fed) == "ab<|end|>"


def test_the_last_words_are_not_offered_to_a_listener_who_left() -> None:
    llama, _ = scripted("abcabc")
    heard: list[str] = []

    def listen(piece: str) -> bool:
        heard.append(piece)
        return False

    llama.stream_completion("x", 6, 0, listen, stop=["bcd"])
    assert heard == ["a"]
