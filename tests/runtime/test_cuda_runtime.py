"""The CUDA runtime without a card: right in Triton's interpreter, and on a pretended device nothing crosses unasked."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import progress
import pytest
import torch
from native_bodies import needs_library, random_body
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from engine.errors import DeviceError
from engine.io.model_file import ModelWeights
from engine.models import bitllama as model
from engine.models.config import BitLlamaConfig
from engine.ops import kernel_check
from engine.ops.quantized_embedding.int8 import Int8Embedding
from engine.runtime import cuda_device, select, torch_runtime
from engine.runtime.placement import RESERVE, layer_bytes, place, shared_bytes
from engine.runtime.select import create_runtime

CASES = Path(__file__).with_name("cuda_cases.py")
PRETENDED = torch.device("meta")
"""Tensors without values: reading one on the host is an error, so nothing can wait for a value unseen."""


def test_placement_takes_as_many_whole_layers_as_fit() -> None:
    config = BitLlamaConfig(16384, 1024, 24, 0.5, ttt_variant="linear", num_heads=4)
    head = 4 * 16384 * 1024
    each, shared = layer_bytes(config), RESERVE + shared_bytes(config, 128, head)
    assert place(config, 1 << 40, 128, head).on_card == 24
    assert place(config, shared + 24 * each, 128, head).on_processor == 0
    assert place(config, shared + 24 * each - 1, 128, head).on_card == 23
    assert place(config, shared + each, 128, head).on_card == 1
    assert place(config, shared + each - 1, 128, head).on_card == 0
    assert place(config, 0, 128, head).on_card == 0
    some = place(config, shared + 10 * each, 128, head)
    assert some.text.startswith("10 of 24 layers on it and the first 14 on the processor, since the model needs ")
    assert place(config, 1 << 40, 128, head).text == "all 24 layers on it"


@pytest.mark.parametrize("shape", ["tied, odd sizes", "linear, odd sizes", "linear, no convolution"])
def test_the_bytes_of_a_layer_are_those_of_its_tensors(shape: str) -> None:
    body = random_body(shape)
    held = 4 * int(np.prod(body.config.fast_shape))
    for name, tensor in body.tensors.items():
        if name.startswith("layers.1."):
            held += tensor.nbytes if isinstance(tensor, np.ndarray) else tensor.codes.nbytes + 4 * len(tensor.codes)
    assert held < layer_bytes(body.config) < 3 * held


@pytest.mark.slow
def test_the_runtime_equals_torch_in_the_interpreter() -> None:
    pytest.importorskip("triton", reason="Triton is made for Linux")
    done = progress.run([sys.executable, CASES])
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line for line in done.stdout.splitlines() if line.startswith("checked ")] == [
        "checked kernels", "checked steps", "checked prefill", "checked states", "checked memory", "checked words",
        "checked mixed",
    ]  # fmt: skip


class Pretended(cuda_device.CudaDevice):
    """A card of tensors without values, which notes what is sent and fetched."""

    def __init__(self, free: int = 1 << 40) -> None:
        self.device, self.name, self.free = PRETENDED, "pretended card", free
        self.crossings: list[tuple[str, tuple[int, ...]]] = []

    def free_bytes(self) -> int:
        return self.free

    def current(self) -> AbstractContextManager[object]:
        return nullcontext()

    def send(self, values: np.ndarray, target: torch.Tensor) -> None:
        assert values.shape == target.shape
        self.crossings.append(("send", values.shape))

    def fetch(self, source: torch.Tensor) -> np.ndarray:
        self.crossings.append(("fetch", tuple(source.shape)))
        return np.zeros(tuple(source.shape), np.float32)

    def load(self, values: np.ndarray) -> torch.Tensor:
        self.crossings.append(("load", values.shape))
        return torch.empty(values.shape, dtype=getattr(torch, values.dtype.name), device=self.device)

    def capture(self, work: Callable[[], None]) -> Callable[[], None]:
        work()
        return work


class Watch(TorchDispatchMode):
    """Fails on an operation that touches two devices or asks for a value."""

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        tensors = [x for x in tree_leaves((args, kwargs, result)) if isinstance(x, torch.Tensor)]
        assert len({x.device.type for x in tensors}) < 2, f"{func} copies between devices"
        assert "_local_scalar_dense" not in str(func), f"{func} waits for a value"
        return result


@pytest.fixture
def launches(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The kernels that are launched; none runs. Their tensors must all lie on the card."""
    jit = pytest.importorskip("triton.runtime.jit", reason="Triton is made for Linux")
    names: list[str] = []

    def note(kernel: Any, *args: Any, grid: Any, warmup: bool, **more: Any) -> None:
        names.append(kernel.__name__)
        assert all(x.device == PRETENDED for x in (*args, *more.values()) if isinstance(x, torch.Tensor))

    monkeypatch.setattr(jit.JITFunction, "run", note)
    return names


@pytest.mark.parametrize("shape", ["linear", "tied"])
def test_a_token_crosses_once_each_way_and_nothing_waits_within(shape: str, launches: list[str]) -> None:
    from engine.runtime.cuda_runtime import CudaRuntime

    place = Pretended()
    runtime = CudaRuntime(random_body(shape), place)
    assert {kind for kind, _ in place.crossings} == {"load"}
    for _ in range(3):
        launches.clear()
        place.crossings.clear()
        with Watch():
            runtime.step(5)
        assert place.crossings == [("send", (1, 32)), ("fetch", (1, 260))]
        assert len(launches) == 2 * 9
        assert launches[:9] == launches[9:]


def test_a_chunk_crosses_once_and_nothing_waits_within(launches: list[str]) -> None:
    from engine.runtime.cuda_runtime import CudaRuntime

    place = Pretended()
    runtime = CudaRuntime(random_body("linear"), place)
    runtime.chunk = 20
    place.crossings.clear()
    with Watch():
        runtime.prefill(range(60), logits=False)
    assert place.crossings == [("load", (20, 32))] * 3


def test_a_body_for_which_no_layer_has_room_is_refused_in_words(launches: list[str]) -> None:
    from engine.runtime.cuda_runtime import CudaRuntime

    with pytest.raises(DeviceError, match=r"does not fit into the memory of pretended card: 5 MB .* device 'cpu'"):
        CudaRuntime(random_body(), Pretended(free=5_000_000))


@pytest.fixture
def pretended_card(monkeypatch: pytest.MonkeyPatch, launches: list[str]) -> Pretended:
    """`create_runtime` finds a card."""
    found = Pretended()
    there = {"auto": torch.device("cuda:0"), "cuda": torch.device("cuda:0")}
    elsewhere = model.pick_device
    monkeypatch.delenv(select.RUNTIME_VARIABLE, raising=False)
    monkeypatch.setattr(select, "_has_cuda_driver", lambda: True)
    monkeypatch.setattr(model, "pick_device", lambda device: there.get(str(device)) or elsewhere(device))
    monkeypatch.setattr(kernel_check, "why_not_kernels", lambda device: None)
    monkeypatch.setattr(cuda_device, "CudaDevice", lambda device: found)
    return found


@pytest.mark.parametrize("device", ["auto", "cuda"])
def test_the_card_is_chosen_and_its_reason_says_what_lies_where(device: str, pretended_card: Pretended) -> None:
    body = random_body()
    chosen = create_runtime(body, device)
    assert chosen.name == "cuda"
    assert chosen.reason == "the graphics card pretended card computes with Triton kernels, all 2 layers on it"
    pretended_card.free = RESERVE + shared_bytes(body.config, 128, 4 * 260 * 32) + layer_bytes(body.config)
    assert "1 of 2 layers on it and the first 1 on the processor" in create_runtime(body, device).reason


def test_a_full_card_is_left_alone_unless_it_was_asked_for(pretended_card: Pretended) -> None:
    pretended_card.free = 0
    chosen = create_runtime(random_body(), "auto")
    assert chosen.device == "cpu"
    assert "does not fit into the memory of pretended card" in chosen.reason
    with pytest.raises(DeviceError, match="does not fit"):
        create_runtime(random_body(), "cuda")


@needs_library
def test_a_driver_without_a_card_leaves_the_native_library_its_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(select.RUNTIME_VARIABLE, raising=False)
    monkeypatch.setattr(select, "_has_cuda_driver", lambda: True)
    monkeypatch.setattr(model, "pick_device", lambda device: torch.device("cpu"))
    assert create_runtime(random_body(), "auto").name == "native"


def test_a_head_of_bytes_may_lie_on_the_card(pretended_card: Pretended) -> None:
    body = random_body()
    table = Int8Embedding.from_float(np.asarray(body.tensors["lm_head.weight"]))
    body = ModelWeights(body.config, dict(body.tensors) | {"lm_head.weight": table}, encoding=body.encoding)
    assert create_runtime(body, "cuda").name == "cuda"
    assert ("load", (260,)) in pretended_card.crossings


def test_torch_computes_on_the_card_where_the_kernels_cannot(
    pretended_card: Pretended, monkeypatch: pytest.MonkeyPatch
) -> None:
    class TorchOnCard:
        def __init__(self, body: object, device: str, threads: int | None) -> None:
            self.device, self.reason = device, "the graphics card X computes"

    monkeypatch.setattr(torch_runtime, "TorchRuntime", TorchOnCard)
    smooth = create_runtime(random_body(activation_bits=32), "cuda")
    assert smooth.reason.endswith("with torch and not the Triton kernels, since the kernels take activations of 8 bits "
                                  "at most and this model has 32")  # fmt: skip
    monkeypatch.setattr(kernel_check, "why_not_kernels", lambda device: "Triton is not installed")
    chosen = create_runtime(random_body(), "cuda")
    assert isinstance(chosen, TorchOnCard)
    assert chosen.reason.endswith("since Triton is not installed")
    with pytest.raises(DeviceError, match="since Triton is not installed"):
        create_runtime(random_body(), "cuda", "cuda")


def test_the_kernels_are_refused_where_there_is_no_card() -> None:
    with pytest.raises(DeviceError, match="not a CUDA card"):
        create_runtime(random_body(), "cpu", "cuda")


def test_a_missing_triton_and_a_failing_kernel_are_reasons(monkeypatch: pytest.MonkeyPatch) -> None:
    try_here = kernel_check.why_not_kernels.__wrapped__
    monkeypatch.setattr(kernel_check, "why_not_triton", lambda: None)

    def fails(device: torch.device) -> Any:
        raise RuntimeError("ptxas is angry\nand says more")

    monkeypatch.setattr(kernel_check, "CHECKS", (fails,))
    assert try_here(torch.device("cpu")) == "the kernels fail on this card (RuntimeError: ptxas is angry)"
    one = torch.ones(3)
    monkeypatch.setattr(kernel_check, "CHECKS", (lambda device: iter([("the norm", one, one * 1.01)]),))
    assert "the kernel of the norm computes something else" in try_here(torch.device("cpu"))
    monkeypatch.setattr(kernel_check, "why_not_triton", lambda: "Triton is not installed")
    assert try_here(torch.device("cpu")) == "Triton is not installed"


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA card was found")
@pytest.mark.parametrize("check", ["steps", "prefill", "states", "memory", "words", "mixed"])
def test_the_runtime_equals_torch_on_the_card(check: str) -> None:
    from cuda_cases import CHECKS

    CHECKS[check](lambda: cuda_device.CudaDevice(torch.device("cuda:0")))
