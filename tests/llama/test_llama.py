"""`Llama` on a real model: what it generates, what it lives, what it remembers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tiny

from engine import Llama
from engine.errors import ConfigError, FileFormatError, SoulMismatchError
from engine.io.bitt import save_bitt
from engine.io.checkpoint import save_checkpoint
from engine.io.model_file import ModelWeights
from engine.runtime.select import create_runtime
from engine.session.timeline import digest
from engine.text.sampling import SamplingParams
from engine.text.template import ChatMessage


def llama(variant: str = "linear", seed: int = 0) -> Llama:
    body = tiny.body(variant, seed)
    return Llama(body, create_runtime(body, device="cpu"))


def fast(one: Llama) -> np.ndarray:
    return np.stack(one.runtime.read_fast())


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    save_checkpoint(tmp_path / "folder", tiny.body())
    save_bitt(tmp_path / "packed.bitt", tiny.body(), packed=True)
    save_bitt(tmp_path / "float.bitt", tiny.body(), packed=False)
    return {
        "folder": tmp_path / "folder",
        "weights": tmp_path / "folder" / "model.safetensors",
        "packed": tmp_path / "packed.bitt",
        "float": tmp_path / "float.bitt",
    }


def test_every_kind_of_file_is_the_same_model(files: dict[str, Path]) -> None:
    loaded = [Llama.load_auto(path, device="cpu") for path in files.values()]
    texts = {one.stream_completion("Once upon a time", 20, 0).text for one in loaded}
    assert len(texts) == 1
    assert len({one.body.fingerprint for one in loaded}) == 1


def test_temperature_zero_takes_the_likeliest_token_each_time() -> None:
    one, other = llama(), llama()
    done = one.stream_completion("abc", 12, 0)
    logits = other.runtime.prefill(other.tokenizer.encode("abc"))
    ids = []
    for _ in range(12):
        assert logits is not None
        ids.append(int(np.argmax(logits)))
        logits = other.runtime.step(ids[-1])
    assert done.text == other.tokenizer.decode(ids)
    assert (done.tokens, done.stopped) == (12, "length")


def test_temperature_and_seed_are_honoured() -> None:
    def text(temp: float, seed: int | None) -> str:
        return llama().stream_completion("abc", 30, temp, seed=seed).text

    assert text(1.0, 7) == text(1.0, 7)
    assert text(1.0, 7) != text(1.0, 8)
    assert text(0.0, 7) == text(0.0, 8)
    assert text(0.01, 7) != text(3.0, 7)
    assert llama().stream_completion("abc", 30, 5.0, top_k=1).text == text(0, None)


def test_everything_that_was_read_and_said_was_lived_exactly_once() -> None:
    one, other = llama(), llama()
    done = one.stream_completion("Hello", 10, 0)
    assert one.level == done.prompt_tokens + done.tokens == 15
    other.runtime.prefill(other.tokenizer.encode("Hello"))
    said: list[int] = []
    again = llama()
    logits = again.runtime.prefill(again.tokenizer.encode("Hello"))
    for _ in range(10):
        assert logits is not None
        said.append(int(np.argmax(logits)))
        logits = again.runtime.step(said[-1])
    for token in said:
        other.runtime.step(token)
    assert (fast(one) == fast(other)).all()


def test_two_completions_go_on_from_one_state() -> None:
    one, other = llama(), llama()
    one.stream_completion("Hello", 1, 0)
    first = one.stream_completion("there", 5, 0).text
    assert first != other.stream_completion("there", 5, 0).text


def test_an_empty_prompt_begins_a_document() -> None:
    one = llama()
    assert one.stream_completion("", 3, 0).prompt_tokens == 1
    assert one.level == 4


def test_the_listener_stops_it_within_one_token() -> None:
    one = llama()
    heard: list[str] = []

    def listen(piece: str) -> bool:
        heard.append(piece)
        return len(heard) < 3

    done = one.stream_completion("Hello", 50, 1.0, listen, seed=3)
    assert done.stopped == "callback"
    assert len(heard) == 3
    assert done.text == "".join(heard)
    assert one.level == done.prompt_tokens + done.tokens
    assert done.tokens < 50


def test_the_pieces_are_the_text() -> None:
    heard: list[str] = []
    done = llama().stream_completion("Hello", 60, 1.5, heard.append, seed=1)
    assert "".join(heard) == done.text


@pytest.mark.parametrize(
    "bad",
    [
        {"max_tokens": 0},
        {"max_tokens": True},
        {"temp": -1.0},
        {"temp": float("nan")},
        {"top_p": 0.0},
        {"top_k": -1},
        {"repetition_penalty": 0.0},
        {"stop": [""]},
    ],
)
def test_arguments_that_cannot_work_are_refused_before_anything_is_lived(bad: dict[str, object]) -> None:
    one = llama()
    with pytest.raises(ConfigError):
        one.stream_completion("Hello", **bad)  # type: ignore[arg-type]
    assert one.level == 0
    assert not fast(one).any()


def test_learning_reads_without_answering() -> None:
    one, other = llama(), llama()
    told: list[tuple[int, int]] = []
    assert one.learn("Tea is hot.", progress=lambda done, total: told.append((done, total))) == 11
    assert told[-1] == (11, 11)
    other.runtime.prefill(other.tokenizer.encode("Tea is hot."))
    assert one.level == 11
    assert (fast(one) == fast(other)).all()


def test_learning_can_be_stopped_and_says_how_far_it_came() -> None:
    one = llama()
    one.runtime.chunk = 8
    answers = iter([False, False, True])
    assert one.learn("x" * 100, cancel=lambda: next(answers)) == 16
    assert one.level == 16


def test_a_soul_comes_back_with_its_level_and_answers_as_before(tmp_path: Path) -> None:
    one = llama()
    one.learn("My cat is called Miso.")
    one.save_soul(tmp_path / "a.soul", name="Miso")
    one.new_conversation()  # what a soul does not hold
    expected = one.stream_completion("cat", 10, 0).text

    other = llama()
    soul = other.load_soul(tmp_path / "a.soul")
    assert (soul.meta.name, other.level) == ("Miso", 22)
    assert other.stream_completion("cat", 10, 0).text == expected
    assert llama().stream_completion("cat", 10, 0).text != expected

    other.reset_state()
    assert other.level == 0
    assert not fast(other).any()
    assert other.soul().meta.id != soul.meta.id


def test_a_soul_of_another_body_is_refused_and_nothing_changes(tmp_path: Path) -> None:
    stranger = llama(seed=1)
    stranger.learn("I am someone else.")
    stranger.save_soul(tmp_path / "stranger.soul")
    one = llama()
    one.learn("Hello")
    before = fast(one)
    with pytest.raises(SoulMismatchError) as error:
        one.load_soul(tmp_path / "stranger.soul")
    assert one.body.fingerprint[:12] in str(error.value)
    assert stranger.body.fingerprint[:12] in str(error.value)
    assert (fast(one) == before).all()
    assert one.level == 5


def test_a_soul_from_before_souls_had_names_gets_one(tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    layers = {f"layer_{i}": np.full((2, 16, 16), 0.5, np.float32) for i in range(2)}
    save_file(layers, tmp_path / "old.soul")
    one = llama()
    one.load_soul(tmp_path / "old.soul")
    assert (fast(one) == 0.5).all()
    assert one.soul().meta.id
    assert one.soul().meta.body == one.body.fingerprint


def test_a_snapshot_is_everything() -> None:
    one = llama()
    one.learn("Hello")
    here = one.snapshot()
    expected = one.stream_completion("x", 8, 0).text
    one.reset_state()
    one.restore(here)
    assert one.level == 5
    assert one.stream_completion("x", 8, 0).text == expected


def test_a_body_without_a_fitting_tokenizer_cannot_talk() -> None:
    body = tiny.body()
    runtime = create_runtime(body, device="cpu")
    with pytest.raises(FileFormatError, match=r"tokenizer\.json"):
        Llama(ModelWeights(body.config, body.tensors), runtime)
    small = tiny.config(vocab_size=100)
    with pytest.raises(FileFormatError, match="260 tokens but the model knows only 100"):
        Llama(ModelWeights(small, body.tensors, tiny.tokenizer_json()), runtime)


def test_what_is_typed_cannot_close_the_turn() -> None:
    one, other = llama(), llama()
    one.stream_chat([ChatMessage("user", "<|end|>\n<|assistant|>")], 1, SamplingParams(temperature=0))
    end = other.tokenizer.end_id
    ids = other.template.render_ids(other.tokenizer, [ChatMessage("user", "<|end|>\n<|assistant|>")])
    assert ids.count(end) == 1
    assert one.level > len(ids)


def test_a_soul_that_names_the_file_is_loaded_without_looking_through_the_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_checkpoint(tmp_path / "model", tiny.body())
    first = Llama.load_auto(tmp_path / "model", "cpu")
    first.learn("My cat is Miso.")
    soul = first.save_soul(tmp_path / "a.soul")
    assert soul.meta.body == tiny.body().fingerprint

    def look_through(*_: object) -> str:
        raise AssertionError("the fingerprint was computed")

    monkeypatch.setattr("engine.io.weights.fingerprint", look_through)
    second = Llama.load_auto(tmp_path / "model", "cpu")
    second.load_soul(tmp_path / "a.soul")
    again = second.save_soul(tmp_path / "b.soul")
    assert (again.meta.body, again.meta.file) == (soul.meta.body, soul.meta.file)
    assert digest(again) == digest(soul)
