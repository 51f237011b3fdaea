"""Several threads with one model, and processes forked from the one that has it."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import tiny

from engine import native
from engine.errors import DeviceError, WorkspaceError
from engine.io.bitt import save_bitt
from engine.io.transformer_weights import TransformerWeights
from engine.llama import Llama
from engine.models.transformer_config import TransformerConfig
from engine.runtime.native_runtime import NativeRuntime
from engine.runtime.native_transformer import NativeTransformerRuntime
from engine.runtime.select import create_runtime
from engine.session.memory_session import MemorySession

needs_library = pytest.mark.skipif(native.why_not() is not None, reason="the native library is not built")
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


@pytest.fixture(params=["native", "torch"])
def llama(request: pytest.FixtureRequest) -> Llama:
    if request.param == "native" and native.why_not() is not None:
        pytest.skip("the native library is not built")
    body = tiny.body()
    runtime = NativeRuntime(body, threads=2) if request.param == "native" else create_runtime(body, device="cpu")
    return Llama(body, runtime)


def test_threads_take_turns_and_every_token_is_lived_once(llama: Llama) -> None:
    threads, turns = 4, 5
    together = threading.Barrier(threads)

    def talk(number: int) -> int:
        together.wait()
        lived = 0
        for turn in range(turns):
            done = llama.stream_completion(f"Hello {number} {turn}", 12, 0.7, seed=number)
            lived += done.prompt_tokens + done.tokens
        return lived

    with ThreadPoolExecutor(threads) as pool:
        lived = sum(pool.map(talk, range(threads)))
    assert llama.level <= lived <= llama.level + threads * turns  # the last token of a text may be left unfed
    assert all(np.isfinite(layer).all() for layer in llama.soul().layers)


def test_what_is_done_while_it_is_held_is_done_with_nobody_in_between(llama: Llama) -> None:
    llama.learn("It begins.")
    at_it, go_on = threading.Event(), threading.Event()

    def hold() -> int:
        with llama.exclusive:
            at_it.set()
            level = llama.level
            assert go_on.wait(60)
            assert llama.level == level
            return llama.learn("Nobody was in between.")

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(hold)
        assert at_it.wait(60)
        second = pool.submit(llama.learn, "The other one waits.")
        go_on.set()
        assert first.result(60) > 0
        assert second.result(60) > 0


def test_a_listener_may_look_at_what_speaks_to_it(llama: Llama) -> None:
    levels: list[int] = []
    llama.stream_completion("Hello", 6, 0, lambda _: levels.append(llama.soul().meta.level))
    assert levels == sorted(levels)


def in_a_fork(do: Callable[[], object]) -> str:
    """What it raised there, "" where it went through."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            do()
            told = ""
        except BaseException as error:
            told = f"{type(error).__name__}: {error}"
        os.write(writer, told.encode())
        os._exit(0)
    os.close(writer)
    with open(reader, encoding="utf-8") as file:
        told = file.read()
    assert os.waitpid(child, 0)[1] == 0
    return told


@needs_fork
@pytest.mark.skipif(sys.platform == "darwin", reason="frameworks of the system do not survive a fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_process_is_told_so_and_the_first_one_goes_on(llama: Llama, tmp_path: Path) -> None:
    llama.learn("It begins.")
    for what in (lambda: llama.stream_completion("Hello", 5, 0), llama.soul, llama.reset_state):
        assert in_a_fork(what).startswith(DeviceError.__name__)
    assert llama.stream_completion("Hello", 5, 0).tokens > 0


def small_transformer() -> NativeTransformerRuntime:
    config = TransformerConfig(
        family="llama", vocab_size=96, hidden_dim=64, num_layers=2, intermediate_dim=96, num_heads=4, num_kv_heads=2,
        head_dim=16, max_context=64,
    )  # fmt: skip
    rng = np.random.default_rng(5)
    tensors = {name: rng.normal(size=spec.shape).astype(np.float32) / 8 for name, spec in config.tensor_specs().items()}
    kinds = dict.fromkeys(tensors, ("F32", 0))
    return NativeTransformerRuntime(TransformerWeights(config, tensors, kinds, None, Path("random"), "GGUF"), threads=2)


@needs_fork
@needs_library
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.parametrize("kind", ["bitllama", "transformer"])
def test_a_runtime_in_a_forked_process_neither_computes_nor_waits(kind: str) -> None:
    runtime = NativeRuntime(tiny.body(), threads=2) if kind == "bitllama" else small_transformer()
    runtime.step(1)
    for what in (lambda: runtime.step(1), lambda: runtime.prefill([1, 2, 3]), lambda: runtime.step(1, runtime.step(1))):
        assert in_a_fork(what).startswith(DeviceError.__name__)

    def throw_away() -> None:
        nonlocal runtime
        del runtime

    assert in_a_fork(throw_away) == ""
    assert np.isfinite(runtime.step(1)).all()


@needs_fork
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_process_does_not_write_to_the_workspace(tmp_path: Path) -> None:
    save_bitt(tmp_path / "tiny.bitt", tiny.body(), packed=True)
    with MemorySession.open(tmp_path / "workspace", tmp_path / "tiny.bitt", device="cpu") as mind:
        mind.say("Hello.", max_tokens=3)
        before = {path: path.read_bytes() for path in (tmp_path / "workspace").rglob("*") if path.is_file()}
        for what in (mind.save, mind.keep, lambda: mind.say("There.", max_tokens=3)):
            assert in_a_fork(what).partition(":")[0] in (DeviceError.__name__, WorkspaceError.__name__)
        assert in_a_fork(mind.close) == ""
        assert {path: path.read_bytes() for path in (tmp_path / "workspace").rglob("*") if path.is_file()} == before
        mind.say("And on.", max_tokens=3)
