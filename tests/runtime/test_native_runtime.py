"""The native runtime keeps every promise of `engine.runtime.base.Runtime`, and is chosen or left with a reason."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import tiny
from native_bodies import needs_library, random_body

from engine import native
from engine.errors import BitLlamaError, ConfigError, DeviceError, SoulMismatchError
from engine.io.bitt import save_bitt
from engine.io.model_file import ModelWeights
from engine.llama import Llama
from engine.models.config import BitLlamaConfig
from engine.runtime.base import Cancelled
from engine.runtime.native_runtime import NativeRuntime, default_threads
from engine.runtime.select import RUNTIME_VARIABLE, create_runtime

TOKENS = [(7 * i * i + 3) % 260 for i in range(50)]
ROOT = Path(__file__).resolve().parents[2]


def runtime(shape: str = "linear", threads: int = 1) -> NativeRuntime:
    return NativeRuntime(random_body(shape), threads)


@needs_library
class TestPromises:
    """What `Runtime` promises, on the library."""

    @pytest.mark.parametrize("shape", ["tied", "linear"])
    def test_a_snapshot_brings_back_the_whole_state_bit_for_bit(self, shape: str) -> None:
        mine = runtime(shape)
        mine.prefill(TOKENS[:10])
        for token in TOKENS[:5]:
            mine.step(token)
        here = mine.state.mark()
        expected = [mine.step(token).copy() for token in TOKENS[10:20]]
        mine.reset()
        for _ in range(2):
            mine.state.rewind(here)
            assert all((mine.step(t) == e).all() for t, e in zip(TOKENS[10:20], expected, strict=True))

    def test_logits_lie_in_one_buffer_that_the_next_token_overwrites(self) -> None:
        mine, other = runtime(), runtime()
        first = mine.step(TOKENS[0])
        copy = first.copy()
        second = mine.step(TOKENS[1])
        assert second is first
        assert not (first == copy).all()
        assert (copy == other.step(TOKENS[0])).all()

    def test_logits_go_where_the_caller_says_and_stay_there(self) -> None:
        mine, other = runtime(), runtime()
        held = [mine.step(token, out=np.empty(mine.config.vocab_size, np.float32)) for token in TOKENS[:6]]
        kept = mine.step(TOKENS[6])
        before = kept.copy()
        mine.step(TOKENS[7], out=held[0])
        assert (kept == before).all(), "the runtime's own buffer is left alone"
        expected = [other.step(token).copy() for token in TOKENS[:8]]
        assert (held[0] == expected[7]).all()
        assert all((one == other).all() for one, other in zip(held[1:], expected[1:], strict=False))

    def test_a_buffer_of_another_kind_is_refused_before_anything_is_fed(self) -> None:
        mine = runtime()
        size = mine.config.vocab_size
        for out in (np.empty(3, np.float32), np.empty(size), np.empty((size, 2), np.float32)[:, 0]):
            with pytest.raises(ValueError, match="float32"):
                mine.step(TOKENS[0], out=out)
        assert not any(layer.any() for layer in mine.read_fast())

    def test_numpys_whole_numbers_are_tokens_too(self) -> None:
        mine, other = runtime(), runtime()
        for token in TOKENS[:4]:
            assert (mine.step(np.int64(token)) == other.step(token)).all()  # type: ignore[arg-type]

    def test_the_rate_of_a_step_is_the_one_set_last(self) -> None:
        mine, other = runtime("tied"), runtime("tied")
        for token in TOKENS[:4]:
            mine.step(token)
            other.step(token)
        mine.rate_scale = 1.5
        losses = []
        for one in (mine, other):
            for token in TOKENS[4:8]:
                one.step(token)
            losses.append(one.inner_losses)
        assert (losses[0] != losses[1]).any()

    @pytest.mark.parametrize("shape", ["tied", "linear", "linear, odd sizes"])
    def test_a_soul_goes_from_one_runtime_to_another(self, shape: str) -> None:
        mine, other = runtime(shape), runtime(shape)
        mine.prefill(TOKENS)
        for token in TOKENS[: native.MAX_DEFERRED + 3]:
            mine.step(token)
        other.write_fast(mine.read_fast())
        mine.reset_transient()
        assert (mine.step(7) == other.step(7)).all()
        assert all((a == b).all() for a, b in zip(mine.read_fast(), other.read_fast(), strict=True))

    @pytest.mark.parametrize("shape", ["tied", "linear, odd sizes"])
    def test_reading_changes_nothing_of_what_follows(self, shape: str) -> None:
        mine, other = runtime(shape), runtime(shape)
        for token in TOKENS[: 2 * native.MAX_DEFERRED + 3]:
            mine.read_fast()
            assert (mine.step(token) == other.step(token)).all()

    def test_a_prompt_of_one_token_is_a_step(self) -> None:
        mine, other = runtime(), runtime()
        for i, token in enumerate(TOKENS[:12]):
            logits, wanted = mine.prefill([token], logits=i % 2 == 0), other.step(token)
            assert logits is None if i % 2 else (logits == wanted).all()
        assert all((a == b).all() for a, b in zip(mine.read_fast(), other.read_fast(), strict=True))

    def test_fast_weights_read_are_copies_of_the_right_shape(self) -> None:
        mine = runtime("tied")
        mine.prefill(TOKENS)
        layer = mine.read_fast()[0]
        assert layer.shape == mine.config.fast_shape
        layer[:] = 0
        assert mine.read_fast()[0].any()
        mine.reset()
        assert not mine.read_fast()[0].any()
        with pytest.raises(SoulMismatchError, match="layers"):
            mine.write_fast(mine.read_fast()[:1])

    def test_cancel_stops_between_chunks_and_says_how_far_it_came(self) -> None:
        mine, other = runtime(), runtime()
        mine.chunk = other.chunk = 8
        answers, told = iter([False, False, True]), list[int]()
        with pytest.raises(Cancelled) as stopped:
            mine.prefill(TOKENS, cancel=lambda: next(answers), progress=told.append)
        assert (stopped.value.fed, told) == (16, [8, 16])
        other.prefill(TOKENS[:16])
        assert all((a == b).all() for a, b in zip(mine.read_fast(), other.read_fast(), strict=True))

    def test_a_long_prompt_is_read_in_chunks(self) -> None:
        mine, other = runtime(), runtime()
        told: list[int] = []
        long = TOKENS * 6
        logits = mine.prefill(long, progress=told.append)
        assert told == [128, 256, 300]
        other.prefill(long[:128], logits=False)
        other.prefill(long[128:256], logits=False)
        assert (other.prefill(long[256:]) == logits).all()
        assert mine.prefill([]) is None
        assert mine.prefill([1], logits=False) is None

    @pytest.mark.parametrize("token", [-1, 260, 2**40])
    def test_a_token_outside_the_vocabulary_is_refused_before_anything_is_lived(self, token: int) -> None:
        mine = runtime("tied")
        with pytest.raises(ConfigError, match="outside the vocabulary of 260"):
            mine.prefill([1, token])
        with pytest.raises(ConfigError, match="outside"):
            mine.step(token)
        assert not mine.read_fast()[0].any()

    @pytest.mark.parametrize("scale", [0, -1, float("nan"), float("inf"), True, "2", 10.0])
    def test_a_rate_outside_the_stable_range_is_refused(self, scale: object) -> None:
        mine = runtime("tied")
        with pytest.raises(ConfigError, match="learning rate"):
            mine.rate_scale = scale  # type: ignore[assignment]
        assert mine.rate_scale == 1.0

    @pytest.mark.parametrize("shape", ["tied", "linear"])
    def test_just_inside_the_stable_range_the_fast_weights_stay_bounded(self, shape: str) -> None:
        mine = runtime(shape)
        mine.rate_scale = min(0.95 * mine.max_rate_scale, 1e6)
        mine.prefill(TOKENS * 40, logits=False)
        assert max(float(np.abs(layer).max()) for layer in mine.read_fast()) < 100

    def test_damage_is_not_rounded_away(self) -> None:
        mine = runtime()
        layers = mine.read_fast()
        layers[0].flat[3] = np.nan
        mine.write_fast(layers)
        assert np.isnan(mine.step(1)).all()
        mine.write_fast(layers)
        assert np.isnan(np.asarray(mine.prefill(TOKENS))).all()

    def test_other_threads_run_meanwhile(self) -> None:
        """A call gives the interpreter's lock away: a counter in Python goes on."""
        mine = NativeRuntime(random_body("linear", hidden_dim=512, num_layers=4, num_heads=4, vocab_size=260), 1)
        counted, stop = 0, threading.Event()

        def count() -> None:
            nonlocal counted
            while not stop.is_set():
                counted += 1
                time.sleep(0)

        thread = threading.Thread(target=count)
        thread.start()
        try:
            before = counted
            mine.prefill(TOKENS * 2, logits=False)  # one chunk, one call
            assert counted > before
        finally:
            stop.set()
            thread.join()

    def test_idle_threads_cost_nothing(self) -> None:
        mine = runtime(threads=3)
        mine.step(1)
        time.sleep(0.05)
        before = time.process_time()
        time.sleep(0.3)
        assert time.process_time() - before < 0.1

    def test_packed_weights_are_used_where_the_file_maps_them(self, tmp_path: Path) -> None:
        path = tmp_path / "body.bitt"
        save_bitt(path, random_body(), packed=True)
        llama = Llama.load_auto(path, device="cpu")
        assert isinstance(llama.runtime, NativeRuntime)
        kept = [array for array in llama.runtime._weights._kept if array.dtype == np.uint8]
        assert len(kept) == 2 * 7
        assert not any(array.flags.owndata for array in kept)


def test_the_choice_and_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(RUNTIME_VARIABLE, raising=False)
    body = tiny.body()
    chosen = create_runtime(body, device="cpu")
    if native.why_not() is None:
        assert chosen.name == "native"
        assert native.instruction_sets()[0] in chosen.reason
        assert "thread" in chosen.reason
    else:
        assert chosen.name == "torch"
        assert str(native.why_not()) in chosen.reason
    assert create_runtime(body, device="cpu", runtime="torch").name == "torch"
    monkeypatch.setenv(RUNTIME_VARIABLE, "torch")
    asked = create_runtime(body, device="cpu")
    assert asked.name == "torch"
    assert "torch was asked for" in asked.reason
    monkeypatch.setenv(RUNTIME_VARIABLE, "steam")
    with pytest.raises(ConfigError, match=RUNTIME_VARIABLE):
        create_runtime(body)
    with pytest.raises(DeviceError, match="'cuda' was asked for"):
        create_runtime(body, device="cuda", runtime="native")


def test_a_config_that_the_library_does_not_know_is_left_to_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    @dataclasses.dataclass(frozen=True)
    class Later(BitLlamaConfig):
        value_norm: bool = False

    monkeypatch.delenv(RUNTIME_VARIABLE, raising=False)
    body = tiny.body()
    keys = {field.name: getattr(body.config, field.name) for field in dataclasses.fields(body.config)}
    same, other = (ModelWeights(Later(**keys, value_norm=on), body.tensors, body.tokenizer) for on in (False, True))
    assert create_runtime(other, device="cpu").name == "torch"
    if native.why_not() is None:
        assert create_runtime(same, device="cpu").name == "native"
        assert "it does not know the config's value_norm" in create_runtime(other, device="cpu").reason


def test_a_missing_library_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(RUNTIME_VARIABLE, raising=False)
    monkeypatch.setattr(native, "_HERE", tmp_path)
    native._load.cache_clear()
    try:
        assert "install the package again" in create_runtime(tiny.body(), device="cpu").reason
        (tmp_path / native.NOT_BUILT).write_text("no C++ compiler was found that works\n", encoding="utf-8")
        native._load.cache_clear()
        assert "no C++ compiler was found" in create_runtime(tiny.body(), device="cpu").reason
        (tmp_path / (native.STEM + ".so")).write_bytes(b"not a library")
        native._load.cache_clear()
        with pytest.raises(BitLlamaError, match="cannot be loaded"):
            create_runtime(tiny.body(), runtime="native")
        with pytest.raises(OSError, match="cannot be used"):
            native.library()
    finally:
        monkeypatch.undo()
        native._load.cache_clear()


@needs_library
@pytest.mark.parametrize("threads", [0, -1, True, 1.5, 2000])
def test_nonsense_threads_are_refused(threads: object) -> None:
    with pytest.raises(ConfigError, match="threads"):
        create_runtime(tiny.body(), runtime="native", threads=threads)  # type: ignore[arg-type]


def test_threads_that_a_body_is_worth(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert default_threads(tiny.config()) == 3
    monkeypatch.delenv("OMP_NUM_THREADS")
    assert default_threads(tiny.config()) == 1
    assert default_threads(tiny.config(hidden_dim=1024, num_layers=8)) >= 1


@needs_library
def test_talking_never_imports_torch(tmp_path: Path) -> None:
    """Loading, chatting, saving a soul and going on from it, in a fresh interpreter."""
    path, workspace = tmp_path / "body.bitt", tmp_path / "workspace"
    save_bitt(path, random_body(), packed=True)
    code = f"""
import sys
from engine.cli import main
import io
sys.stdin = io.StringIO("Hello\\n/save {tmp_path / "kept.soul"}\\n")
assert main(["chat", {str(path)!r}, "--workspace", {str(workspace)!r}, "--device", "cpu", "--len", "5"]) == 0
assert main(["run", {str(path)!r}, "Hello", "--max-tokens", "5", "--device", "cpu"]) == 0
assert main(["soul", "list", "--model", {str(path)!r}, "--workspace", {str(workspace)!r}]) == 0
print("torch" in sys.modules)
"""
    environment = {"PATH": "", "HOME": str(tmp_path), "PYTHONPATH": str(ROOT), "SYSTEMROOT": "C:\\Windows"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path, env=environment
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "False"
    assert "native on cpu" in done.stderr
