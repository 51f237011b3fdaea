"""What programs expect that were written for OpenAI's API."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import openai
import pytest
from server_fixtures import KEY


@pytest.fixture
def client(place):
    with openai.OpenAI(base_url=f"{place.url}/v1", api_key=KEY, max_retries=0, timeout=120) as client:
        yield client


def said(text: str) -> list:
    return [{"role": "user", "content": text}]


def test_a_reply_whole_and_in_pieces_is_the_same_text(client, place) -> None:
    how = {"model": "tiny", "messages": said("Hello"), "max_tokens": 12, "temperature": 1.0, "seed": 7}
    whole = client.chat.completions.create(**how)
    pieces = list(client.chat.completions.create(**how, stream=True, stream_options={"include_usage": True}))
    text = "".join(piece.choices[0].delta.content or "" for piece in pieces if piece.choices)
    assert text == whole.choices[0].message.content
    assert whole.choices[0].finish_reason == "length"
    assert whole.usage.completion_tokens == 12
    assert pieces[-1].usage.total_tokens == whole.usage.total_tokens
    assert [piece.choices[0].finish_reason for piece in pieces if piece.choices][-1] == "length"


def test_the_text_ends_before_a_stop_sequence(client, place) -> None:
    how = {"model": "tiny", "messages": said("Hello"), "max_tokens": 12, "temperature": 0}
    text = client.chat.completions.create(**how).choices[0].message.content
    stop = text[4:6]
    cut = client.chat.completions.create(**how, stop=[stop])
    assert cut.choices[0].message.content == text[: text.index(stop)]
    assert cut.choices[0].finish_reason == "stop"


def test_stopped_exchanges_can_be_lived_again(client, place) -> None:
    text = client.chat.completions.create(
        model="tiny:main", messages=said("Hello"), max_tokens=12, temperature=0
    ).choices[0].message.content  # fmt: skip
    how = {"model": "tiny:main", "max_tokens": 12, "temperature": 0, "stop": text[3:5]}
    client.chat.completions.create(messages=said("One"), **how)
    soul = [layer.copy() for layer in place.mind.llama.runtime.read_fast()]
    client.chat.completions.create(messages=said("Two"), **how)
    two = next(entry for entry in place.log() if entry.text == "Two")
    assert place.client.delete(f"/v1/memory/{two.id}").status_code == 200
    assert all((a == b).all() for a, b in zip(soul, place.mind.llama.runtime.read_fast(), strict=True))


def test_plain_completions(client, place) -> None:
    how = {"model": "tiny", "prompt": "Once upon", "max_tokens": 8, "temperature": 0}
    whole = client.completions.create(**how)
    assert whole.usage.completion_tokens == 8
    streamed = "".join(piece.choices[0].text for piece in client.completions.create(**how, stream=True))
    assert streamed == whole.choices[0].text
    with pytest.raises(openai.BadRequestError):
        client.completions.create(**how | {"model": "tiny:main"})


def test_the_models_are_listed(client, place) -> None:
    assert {"tiny", "tiny:main", "tiny:main:use"} == {model.id for model in client.models.list()}
    assert client.models.retrieve("tiny:main").id == "tiny:main"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("tiny:nobody")


@pytest.mark.parametrize(
    ("status", "param", "change"),
    [
        (404, "model", {"model": "gpt-4"}),
        (404, "model", {"model": "tiny:main:forever"}),
        (400, "model", {"model": None}),
        (400, "n", {"n": 2}),
        (400, "logprobs", {"logprobs": True}),
        (400, "tools", {"tools": [{"type": "function", "function": {"name": "f"}}]}),
        (400, "response_format", {"response_format": {"type": "json_object"}}),
        (400, "presence_penalty", {"presence_penalty": 0.5}),
        (400, "sparkle", {"sparkle": 1}),
        (400, "max_tokens", {"max_tokens": 0}),
        (400, "max_tokens", {"max_tokens": True}),
        (400, "stop", {"stop": [""]}),
        (400, "stop", {"stop": 3}),
        (400, "stream", {"stream": "yes"}),
        (400, None, {"temperature": -1}),
        (400, None, {"temperature": "hot"}),
        (400, None, {"top_p": 0}),
        (400, None, {"seed": 0.5}),
        (400, "messages", {"messages": []}),
        (400, "messages", {"messages": "Hello"}),
        (400, "messages", {"messages": [{"role": "tool", "content": "x"}]}),
        (400, "messages", {"messages": [{"role": "user", "content": None}]}),
        (400, "messages", {"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}),
        (400, "messages", {"messages": [{"role": "assistant", "content": "x"}]}),
        (400, "messages", {"messages": [{"role": "user", "content": "\ud800"}]}),
    ],
)
def test_what_cannot_be_kept_is_refused_and_nothing_is_lived(place, status: int, param: str, change: dict) -> None:
    body = {"model": "tiny:main", "messages": said("Hello"), "max_tokens": 4} | change
    for stream in ({}, {"stream": True} if "stream" not in change else {}):
        done = place.client.post("/v1/chat/completions", content=json.dumps(body | stream))
        assert done.status_code == status, done.text
        error = done.json()["error"]
        assert error["param"] == param
        assert error["message"]
    assert place.log() == []


def test_neutral_values_and_null_are_let_pass(place) -> None:
    neutral = {"n": 1, "presence_penalty": 0.0, "frequency_penalty": 0, "logit_bias": {}, "tools": None, "user": "x"}
    parts = [{"type": "text", "text": "Hel"}, {"type": "text", "text": "lo"}]
    body = {"model": "tiny", "messages": said(parts), "max_completion_tokens": 2}
    done = place.client.post("/v1/chat/completions", json=body | neutral | {"response_format": {"type": "text"}})
    assert done.status_code == 200, done.text


def test_a_body_that_is_no_json_and_paths_that_are_not_there(place) -> None:
    for content in (b"", b"{", b"[]", b'"x"', b"\xff", b"[" * 100_000):
        done = place.client.post("/v1/chat/completions", content=content)
        assert (done.status_code, done.json()["error"]["code"]) == (400, "invalid_json")
    assert place.client.get("/v1/nothing").json()["error"]["code"] == "not_found"
    assert place.client.get("/v1/chat/completions").status_code == 405


def test_a_few_dozen_clients_at_once(serve) -> None:
    place = serve(waiting=64)
    barrier = threading.Barrier(40)

    def ask(number: int) -> str:
        barrier.wait()
        response = place.chat(f"I am number {number}.", stream=bool(number % 2), max_tokens=3)
        assert response.status_code == 200, response.text
        return response.text

    with ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(ask, range(40)))
    assert all(answer.rstrip().endswith("[DONE]") for answer in answers[1::2])
    assert sorted(place.heard) == sorted(f"I am number {number}." for number in range(40))
