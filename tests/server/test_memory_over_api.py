"""A client sends the whole conversation each time: the soul lives each exchange once; what is taken back is gone."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
import tiny_transformer

from engine.llama import Llama
from engine.session.memory_session import MemorySession
from engine.text.sampling import SamplingParams
from engine.text.template import ChatMessage

GREEDY = SamplingParams(temperature=0)


def fast(mind: MemorySession) -> np.ndarray:
    return np.stack(mind.llama.runtime.read_fast())


def contents(root: Path) -> dict[str, str]:
    """Every file of a folder by its hash."""
    files = (path for path in sorted(root.rglob("*")) if path.is_file())
    return {str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_soul_is_that_of_somebody_who_only_said_what_was_new(place, tmp_path: Path, model: Path) -> None:
    one = place.answer("I live in Oslo.")
    two = place.answer("I live in Oslo.", one, "My cat is Mia.")
    place.answer("I live in Oslo.", one, "My cat is Mia.", two, "Where do I live?")
    assert place.heard == ["I live in Oslo.", "My cat is Mia.", "Where do I live?"]
    with MemorySession.open(tmp_path / "other", model, device="cpu") as straight:
        for text in place.heard:
            straight.say(text, sampling=GREEDY, max_tokens=6)
        assert (fast(straight) == fast(place.mind)).all()


def test_a_regenerated_and_an_edited_message_take_the_former_back(place, tmp_path: Path, model: Path) -> None:
    one = place.answer("I live in Oslo.")
    two = place.answer("I live in Oslo.", one, "My cat is Mia.")
    assert place.answer("I live in Oslo.", one, "My cat is Mia.") == two
    assert place.heard == ["I live in Oslo.", "My cat is Mia."]
    place.answer("I live in Oslo.", one, "My dog is Rex.")
    assert place.heard == ["I live in Oslo.", "My dog is Rex."]
    with MemorySession.open(tmp_path / "other", model, device="cpu") as straight:
        for text in place.heard:
            straight.say(text, sampling=GREEDY, max_tokens=6)
        assert (fast(straight) == fast(place.mind)).all()


def test_the_first_message_said_again_counts_once(place) -> None:
    place.answer("I live in Oslo.")
    place.answer("I live in Oslo.")
    assert place.heard == ["I live in Oslo."]


def test_another_conversation_takes_nothing_back(place) -> None:
    place.answer("I live in Oslo.")
    place.answer("My cat is Mia.")
    assert place.heard == ["I live in Oslo.", "My cat is Mia."]


def test_a_conversation_that_is_come_back_to_is_not_learned_again(place) -> None:
    one = place.answer("I live in Oslo.")
    place.answer("My cat is Mia.")
    place.answer("I live in Oslo.", one, "I am 40.")
    assert place.heard == ["I live in Oslo.", "My cat is Mia.", "I am 40."]


def test_what_was_answered_elsewhere_is_lived_too_and_can_be_forgotten(place) -> None:
    place.answer("I live in Oslo.", "How nice!", "My cat is Mia.", "Hello Mia.", "Who am I?")
    assert place.heard == ["I live in Oslo.", "My cat is Mia.", "Who am I?"]
    soul = fast(place.mind)
    first = next(entry for entry in place.log() if entry.text == "I live in Oslo.")
    deleted = place.client.delete(f"/v1/memory/{first.id}")
    assert deleted.status_code == 200, deleted.text
    assert len(deleted.json()["ids"]) == 2
    assert not (fast(place.mind) == soul).all()
    assert place.heard == ["My cat is Mia.", "Who am I?"]


def test_forgetting_lives_again_bit_for_bit_what_was_heard_elsewhere(place) -> None:
    place.answer("I live in Oslo.", "How nice!", "My cat is Mia.")
    soul = fast(place.mind)
    place.answer("The sky is blue.")
    blue = next(entry for entry in place.log() if entry.text == "The sky is blue.")
    assert place.client.delete(f"/v1/memory/{blue.id}").status_code == 200
    assert (fast(place.mind) == soul).all()


@pytest.mark.parametrize("name", ["tiny:main:use", "tiny"])
def test_under_use_and_without_a_soul_nothing_is_kept(place, name: str) -> None:
    place.answer("I live in Oslo.")
    place.mind.save()
    before, soul = contents(place.mind.workspace.root), fast(place.mind)
    one = place.answer("My secret is 42.", model=name)
    place.answer("My secret is 42.", one, "What is it?", model=name)
    place.answer("Something else", "Yes", "What is it?", model=name)
    completed = place.client.post("/v1/completions", json={"model": name, "prompt": "My secret", "max_tokens": 4})
    assert completed.status_code == 200, completed.text
    place.mind.new_conversation()
    assert contents(place.mind.workspace.root) == before
    assert (fast(place.mind) == soul).all()


def test_a_conversation_that_is_read_is_answered_as_one_that_was_held(serve, tmp_path: Path) -> None:
    path = tiny_transformer.save_transformer(tmp_path / "llama")
    place = serve(path)
    told = [ChatMessage("user", "Hello."), ChatMessage("assistant", "Hi."), ChatMessage("user", "And now?")]
    expected = Llama.load_auto(path, device="cpu").stream_chat(told, 6, GREEDY)
    read = place.chat("Hello.", "Hi.", "And now?", model="llama").json()
    assert read["choices"][0]["message"]["content"] == expected.text
    assert read["usage"]["prompt_tokens"] == expected.prompt_tokens
    assert read["usage"]["prompt_tokens_details"]["cached_tokens"] == 0
    more = place.chat("Hello.", "Hi.", "And now?", expected.text, "More?", model="llama").json()
    assert more["usage"]["prompt_tokens_details"]["cached_tokens"] > expected.prompt_tokens


def test_a_history_that_is_too_long_loses_its_oldest_exchanges(serve, tmp_path: Path) -> None:
    place = serve(tiny_transformer.save_transformer(tmp_path / "llama"))
    said = [word for number in range(40) for word in (f"This is message number {number}.", "I see.")]
    done = place.chat(*said, "And now?", model="llama")
    assert done.status_code == 200, done.text
    assert 256 < done.json()["usage"]["prompt_tokens"] < tiny_transformer.CONTEXT


def test_souls_are_models(place) -> None:
    names = [model["id"] for model in place.client.get("/v1/models").json()["data"]]
    assert names == ["tiny", "tiny:main", "tiny:main:use"]
    place.answer("I live in Oslo.")
    place.mind.branch("luna")
    assert place.client.get("/v1/models/tiny:luna").status_code == 200
    place.answer("My cat is Mia.", model="tiny:luna")
    assert place.mind.soul_name == "luna"
    listed = place.client.get("/v1/memory", params={"soul": "main"}).json()
    assert [one["text"] for one in listed["data"] if one["role"] == "user"] == ["I live in Oslo."]


def test_headers_say_who_and_how(place) -> None:
    body = {"model": "tiny", "messages": [{"role": "user", "content": "Hi"}], "max_tokens": 3}
    url = "/v1/chat/completions"
    done = place.client.post(url, json=body, headers={"X-Bit-Llama-Soul": "main", "X-Bit-Llama-Dial": "use"})
    assert done.status_code == 200
    assert place.heard == []
    assert place.client.post(url, json=body, headers={"X-Bit-Llama-Soul": "main"}).status_code == 200
    assert place.heard == ["Hi"]
    assert place.client.post(url, json=body, headers={"X-Bit-Llama-Soul": "nobody"}).status_code == 404


def test_what_was_heard_can_be_listed_and_searched(place) -> None:
    place.answer("I live in Oslo.")
    place.answer("My cat is Mia.")
    listed = place.client.get("/v1/memory").json()
    assert [one["role"] for one in listed["data"]] == ["user", "assistant"] * 2
    assert listed["level"] == place.mind.level
    found = place.client.get("/v1/memory/search", params={"q": "OSLO"}).json()["data"]
    assert [one["text"] for one in found] == ["I live in Oslo."]
    assert place.client.get("/v1/memory", params={"limit": "0"}).status_code == 400
    assert place.client.get("/v1/memory", params={"soul": "nobody"}).status_code == 404
    assert place.client.get("/v1/memory/search").status_code == 400
    assert place.client.delete("/v1/memory/none").status_code == 404
