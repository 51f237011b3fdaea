"""The CUDA runtime beside the torch runtime, on any card.

Run as a program it uses a card of paper: the processor in the part of the card, and Triton's interpreter, which must be
chosen before Triton is first imported; hence a process of its own.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import NoReturn

if __name__ == "__main__":
    os.environ["TRITON_INTERPRET"] = "1"
    sys.path.insert(0, str(Path(__file__).parent.parent))

import numpy as np
import pytest
import torch
from assert_close import assert_close
from native_bodies import random_body

from engine.errors import DeviceError
from engine.io.model_file import ModelWeights
from engine.io.packed import EMBEDDING_FORMS
from engine.runtime.base import Cancelled
from engine.runtime.cuda_device import CudaDevice
from engine.runtime.cuda_runtime import CudaRuntime
from engine.runtime.placement import RESERVE, layer_bytes, shared_bytes
from engine.runtime.torch_runtime import TorchRuntime

TOKENS = [(7 * i * i + 3) % 260 for i in range(16)]

SMALL = {"hidden_dim": 16, "head_dim": 5, "intermediate_dim": 23}
"""The interpreter takes a hundredth of a second for what a program does, so the models are small; and odd."""


class PaperCard(CudaDevice):
    """The processor in the part of a card, with as much memory as it is told."""

    def __init__(self, free: int = 1 << 40) -> None:
        self.device, self.name, self.free = torch.device("cpu"), "paper card", free

    def free_bytes(self) -> int:
        return self.free

    def current(self) -> AbstractContextManager[object]:
        return nullcontext()

    def send(self, values: np.ndarray, target: torch.Tensor) -> None:
        target.copy_(torch.from_numpy(values))

    def fetch(self, source: torch.Tensor) -> np.ndarray:
        return source.numpy().copy()

    def load(self, values: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(values.copy())

    def capture(self, work: Callable[[], None]) -> Callable[[], None]:
        work()
        return work


Make = Callable[[], CudaDevice]


def pair(make: Make, shape: str, layers: int = 1) -> tuple[CudaRuntime, TorchRuntime]:
    body = random_body(shape, **SMALL, num_layers=layers)
    return CudaRuntime(body, make()), TorchRuntime(body, "cpu")


def same_state(mine: CudaRuntime, reference: TorchRuntime, ratio: float) -> None:
    for layer, expected in zip(mine.read_fast(), reference.read_fast(), strict=True):
        assert_close("fast weights", layer, expected, ratio)
    assert_close("inner losses", mine.inner_losses, reference.inner_losses, ratio)


def check_steps(make: Make) -> None:
    """Token by token: logits, fast weights and inner losses of the torch runtime."""
    for shape, count in (("linear, odd sizes", 5), ("tied, odd sizes", 3), ("linear, no convolution", 2)):
        mine, reference = pair(make, shape)
        for token in TOKENS[:count]:
            assert_close(f"logits, {shape}", mine.step(token), reference.step(token), 1e-4)
            same_state(mine, reference, 1e-4)


def check_prefill(make: Make) -> None:
    """In chunks that the text does not fill, then a token; then the losses of a text."""
    for shape in ("linear, odd sizes", "tied"):
        mine, reference = pair(make, shape)
        mine.chunk = reference.chunk = 7
        mine.rate_scale = reference.rate_scale = 1.5
        assert_close(f"prompt, {shape}", mine.prefill(TOKENS[:10]), reference.prefill(TOKENS[:10]), 1e-4)
        same_state(mine, reference, 1e-4)
        assert_close("token after it", mine.step(5), reference.step(5), 1e-4)
        assert_close("scores", mine.score(TOKENS[:9]), reference.score(TOKENS[:9]), 1e-4)
        same_state(mine, reference, 1e-4)


def check_states(make: Make) -> None:
    """Snapshots, souls, newborn states, a stop between chunks."""
    mine, reference = pair(make, "linear")
    mine.chunk = 4
    mine.prefill(TOKENS[:6], logits=False)
    here, expected = mine.state.mark(), mine.step(7)
    soul = mine.read_fast()
    mine.state.rewind(here)
    assert (mine.step(7) == expected).all()
    mine.state.rewind(here)
    mine.rate_scale = 1.75
    assert not (mine.step(7) == expected).all()
    mine.state.rewind(here)
    mine.rate_scale = 1.0
    assert (mine.step(7) == expected).all(), "the rate is no part of a snapshot"
    mine.reset_transient()
    cleared = mine.step(3)
    mine.reset()
    assert not any(layer.any() for layer in mine.read_fast())
    assert_close("newborn", mine.step(9), reference.step(9), 1e-4)
    mine.write_fast(soul)
    reference.write_fast(soul)
    assert (mine.step(3) == cleared).all()
    assert_close("awake with a soul", cleared, reference.step(3), 1e-4)
    mine.state.rewind(here)
    assert (mine.step(7) == expected).all()
    answers = iter([False, True])
    mine.reset()
    with pytest.raises(Cancelled) as stopped:
        mine.prefill(TOKENS, cancel=lambda: next(answers))
    assert stopped.value.fed == 4


def check_memory(make: Make) -> None:
    """Where memory runs out in the middle of a chunk, that chunk was not lived, and the next one can be."""
    mine, _ = pair(make, "linear", layers=2)
    mine.prefill(TOKENS[:3], logits=False)
    before, whole = mine.read_fast(), mine._layers[1].chunk

    def runs_out(*_: object) -> NoReturn:
        raise torch.OutOfMemoryError("CUDA out of memory")

    mine._layers[1].chunk = runs_out  # type: ignore[method-assign]
    with pytest.raises(DeviceError, match=r"ran out while a text was read; the soul that was saved .* device 'cpu'"):
        mine.prefill(TOKENS[3:6])
    assert all((a == b).all() for a, b in zip(mine.read_fast(), before, strict=True))
    mine._layers[1].chunk = whole  # type: ignore[method-assign]
    assert mine.prefill(TOKENS[3:6]) is not None


def check_words(make: Make) -> None:
    """Embedding and head as bytes, and a head of five bits, which a card holds as bytes."""
    for forms in EMBEDDING_FORMS.values():
        body = random_body("linear", **SMALL, num_layers=1)
        tables = {name: form.from_float(np.asarray(body.tensors[name])) for name, form in forms.items()}
        body = ModelWeights(body.config, dict(body.tensors) | tables, encoding=body.encoding)
        mine, reference = CudaRuntime(body, make()), TorchRuntime(body, "cpu")
        assert_close("prompt", mine.prefill(TOKENS[:3]), reference.prefill(TOKENS[:3]), 1e-4)
        assert_close("token", mine.step(5), reference.step(5), 1e-4)


def check_mixed(make: Make) -> None:
    """One layer on the processor and one on the card give what both on one give."""
    body = random_body("linear", **SMALL)
    card = make()
    config = body.config
    head = 4 * config.vocab_size * config.hidden_dim
    enough_for_one = RESERVE + shared_bytes(config, CudaRuntime.chunk, head) + layer_bytes(config)
    card.free_bytes = lambda: enough_for_one  # type: ignore[method-assign]
    mine, reference = CudaRuntime(body, card), TorchRuntime(body, "cpu")
    assert (mine.placement.on_processor, mine.placement.on_card) == (1, 1)
    assert "1 of 2 layers" in mine.reason
    assert_close("prompt", mine.prefill(TOKENS[:9]), reference.prefill(TOKENS[:9]), 1e-4)
    here = mine.state.mark()
    expected = mine.step(5)
    assert_close("token", expected, reference.step(5), 1e-4)
    same_state(mine, reference, 1e-4)
    mine.state.rewind(here)
    assert (mine.step(5) == expected).all()
    soul = mine.read_fast()
    mine.reset()
    assert not any(layer.any() for layer in mine.read_fast())
    mine.write_fast(soul)
    assert all((a == b).all() for a, b in zip(mine.read_fast(), soul, strict=True))


CHECKS = {"steps": check_steps, "prefill": check_prefill, "states": check_states}
CHECKS |= {"memory": check_memory, "words": check_words, "mixed": check_mixed}

if __name__ == "__main__":
    from engine.ops.kernel_check import why_not_kernels

    assert why_not_kernels(torch.device("cpu")) is None, why_not_kernels(torch.device("cpu"))
    print("checked kernels")
    for chosen in sys.argv[1:] or CHECKS:
        CHECKS[chosen](PaperCard)
        print(f"checked {chosen}")
