"""What golden files are made of and what is asked of them: shared by the script that made them and the tests.

Everything here calls the library as a user of it would, so that the same function asks the version that made the files
and the version of now.
"""

from __future__ import annotations

import dataclasses
import json
import platform
from pathlib import Path
from typing import Any

import numpy as np

from engine.io.model_file import load_weights
from engine.io.weights import ModelWeights
from engine.llama import Llama
from engine.runtime.base import Runtime
from engine.runtime.native_runtime import NativeRuntime
from engine.session.memory_session import MemorySession
from engine.session.timeline import digest
from engine.session.workspace import Workspace
from engine.text.sampling import SamplingParams
from engine.text.template import ChatMessage

DATA = Path(__file__).parent / "data"
MODELS, SOULS, TALKERS, WORKSPACES = (DATA / name for name in ("models", "souls", "talkers", "workspaces"))
VARIANTS = ("tied", "linear")

IS_EXACT = platform.libc_ver()[0] == "glibc"
"""Whether this machine has the C library whose `exp` the golden files were computed with."""

_FILES = {"ternary5in3": "triples", "int8": "bytes", "int5": "fives"}
"""What the files are called, which are older than the names of the forms."""

ENCODINGS: dict[str, dict[str, Any]] = {
    "float": {"packed": False},
    "float-half": {"packed": False, "half": True},
} | {
    "-".join(filter(None, (_FILES.get(linears, "ternary2"), _FILES.get(embedding), "half" if half else ""))): {
        "packed": True, "linears": linears, "embedding": embedding, "half": half,
    }
    for linears in (None, "ternary5in3")
    for embedding in (None, "int8", "int5")
    for half in (False, True)
}  # fmt: skip
"""Arguments of `save_bitt` for each way to store a model in one file."""

FLOAT_ACTIVATIONS = ("ternary2", "ternary2-bytes", "ternary2-fives")
"""Encodings that are also computed without rounding activations to 8 bits: only so does every processor come close."""

TOKENS = [(7 * i * i + 3 * i) % 41 for i in range(150)]
"""More than one chunk of a prompt."""
PROMPTS = (
    "My dog is called Bramble.",
    "What is my dog called?",
    "I live in Oslo and I am a baker.",
    "Where do I live?",
)
"""Said to the bundled model, one after the other, as one conversation."""


def scalar(body: ModelWeights) -> NativeRuntime:
    """The native runtime in plain C++ on one thread: the one whose bits do not depend on the processor."""
    return NativeRuntime(body, threads=1, instructions="scalar")


def unquantised(path: Path) -> ModelWeights:
    """The weights of a file in a model whose activations are floats."""
    body = load_weights(path)
    return ModelWeights(dataclasses.replace(body.config, activation_bits=32), body.tensors, encoding=body.encoding)


def lived(runtime: Runtime) -> dict[str, np.ndarray]:
    """What a newborn runtime computes on its way through `TOKENS`: a prompt, single tokens, another rate, a new
    conversation. The fast weights of every layer at the end are among it."""
    rows = [runtime.prefill(TOKENS)]
    rows += [runtime.step(token).copy() for token in TOKENS[:9]]
    losses = runtime.inner_losses
    runtime.rate_scale = 1.5
    rows += [runtime.prefill(TOKENS[20:37]), runtime.step(5).copy()]
    runtime.rate_scale = 1.0
    runtime.reset_transient()
    rows += [runtime.prefill(TOKENS[40:43]), runtime.step(11).copy()]
    runtime.reset_transient()
    return {"logits": np.stack(rows), "losses": losses, "fast": np.stack(runtime.read_fast())}


def recalled(runtime: Runtime, layers: list[np.ndarray]) -> np.ndarray:
    """Logits of a runtime that wakes with these fast weights, float32 ``(2, V)``."""
    runtime.write_fast(layers)
    return np.stack([runtime.prefill(TOKENS[60:90]), runtime.step(3).copy()])


def open_mind(workspace: Path, model: Path) -> MemorySession:
    """A memory session on a workspace, computed by `scalar`."""
    place = Workspace.open(workspace)
    body = load_weights(model)
    lock = place.lock()
    try:
        return MemorySession(place, lock, Llama(body, scalar(body)))
    except BaseException:
        lock.release()
        raise


def log_of(mind: MemorySession) -> list[list[str]]:
    """Conversation, role and text of every message."""
    return [[entry.conversation, entry.role, entry.text] for entry in mind.log.entries()]


def timeline_of(mind: MemorySession) -> list[dict[str, Any]]:
    """Every kept moment in plain values, with the digest of its soul."""
    return [
        {
            "id": moment.id, "event": moment.event, "when": moment.when, "parent": moment.parent,
            "level": moment.level, "label": moment.label, "note": str(moment.note), "pinned": moment.pinned,
            "stale": moment.stale, "lived": moment.meta.lived, "digest": digest(mind.store.read(moment.id)),
        }
        for moment in mind.timeline.moments()
    ]  # fmt: skip


def standing(mind: MemorySession) -> dict[str, Any]:
    """Which soul is awake and what it has lived."""
    return {"name": mind.soul_name, "level": mind.level, "digest": digest(mind.llama.soul())}


def greet(mind: MemorySession) -> dict[str, Any]:
    """Say something and take the likeliest words for an answer."""
    reply = mind.say("Good evening.", max_tokens=12, sampling=SamplingParams(temperature=0))
    return {"reply": reply.text, **standing(mind)}


def night(mind: MemorySession) -> dict[str, Any]:
    """Sleep by replay on what waits."""
    report = mind.sleep(method="replay", rate=2, passes=2, drift_limit=1000.0)
    return {"verdict": report.verdict, "part": report.part, **standing(mind)}


def forget(mind: MemorySession, text: str) -> dict[str, Any]:
    """Forget the message with this text; what every soul that lived it is afterwards."""
    (entry,) = [entry for entry in mind.log.entries() if entry.role == "user" and entry.text == text]
    plan = mind.forget_plan(entry.id)
    told = {
        "tokens": plan.tokens,
        "rebuilt": sorted(one.store.name for one in plan.rebuilds),
        "deleted": sorted(moment.id for _, moment in plan.deleted),
        "stale": sorted(moment.id for _, moment in plan.stale),
    }
    mind.forget(plan)
    told |= {"log": log_of(mind), "events": [event["event"] for event in mind.llama.soul_history]}
    told["moments"] = [[m.event, m.level, m.label, m.pinned, m.stale] for m in mind.timeline.moments()]
    souls = {}
    for name in ("luna", "main"):
        mind.switch(name)
        souls[name] = standing(mind)
    return told | {"souls": souls}


def companion_says(runtime: Runtime, body: ModelWeights) -> dict[str, Any]:
    """The likeliest replies of the bundled model to `PROMPTS`, and its soul afterwards."""
    llama = Llama(body, runtime)
    greedy = SamplingParams(temperature=0)
    replies = [llama.stream_chat([ChatMessage("user", text)], 24, greedy).text for text in PROMPTS]
    return {"fingerprint": body.fingerprint, "replies": replies, "level": llama.level, "digest": digest(llama.soul())}


def results() -> dict[str, Any]:
    """``results.json``."""
    return json.loads((DATA / "results.json").read_text(encoding="utf-8"))
