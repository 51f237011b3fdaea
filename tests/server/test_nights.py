"""Sleep over the API: nobody is answered meanwhile, and what was learned is asked by another client."""

from __future__ import annotations

from progress import wait_for


def test_told_by_one_client_slept_on_and_asked_by_another(place) -> None:
    place.answer("I live in Oslo.")
    level = place.mind.level
    begun = place.client.post("/v1/memory/sleep")
    assert (begun.status_code, begun.json()["state"]) == (202, "asleep")
    wait_for(lambda: place.client.get("/v1/memory/report").json()["state"] == "awake", "the night")
    told = place.client.get("/v1/memory/report").json()
    assert told["report"] is not None, told
    assert told["report"]["messages"] == 1
    assert told["report"]["level"] == place.mind.level
    assert "Oslo" not in str(told)
    if told["report"]["kept"]:
        assert place.mind.level > level
        assert place.heard == []
    other = place.chat("Where do I live?", model="tiny:main:use")
    assert other.status_code == 200
    assert place.client.get("/v1/memory/search", params={"q": "Oslo"}).json()["data"]


def test_while_it_sleeps_everybody_is_told_when_to_come_again(place) -> None:
    place.answer("I live in Oslo.")
    with place.busy():  # the night waits for its turn: it counts as asleep already
        assert place.client.post("/v1/memory/sleep").status_code == 202
        for refused in (
            place.chat("Hello"),
            place.chat("Hello", stream=True),
            place.client.post("/v1/memory/sleep"),
            place.client.get("/v1/memory"),
            place.client.get("/v1/models"),
            place.client.delete("/v1/memory/x"),
        ):
            assert (refused.status_code, refused.json()["error"]["code"]) == (503, "asleep")
            assert int(refused.headers["Retry-After"]) >= 1
        assert place.client.get("/health").json() == {"status": "asleep"}
        assert place.client.post("/v1/memory/wake").status_code == 202
    wait_for(lambda: place.client.get("/health").json() == {"status": "ok"}, "it to wake")
    assert place.heard == ["I live in Oslo."]
    assert place.chat("Hello").status_code == 200


def test_a_night_that_cannot_be_says_why(place) -> None:
    place.answer("I live in Oslo.", model="tiny")
    assert place.client.post("/v1/memory/sleep", params={"soul": "nobody"}).status_code == 404
    assert place.client.get("/v1/memory/report").json()["state"] == "awake"
