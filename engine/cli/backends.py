"""What `doctor` says of everything that could compute: whether it can, and why not."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from importlib import metadata

from engine import native
from engine.errors import BitLlamaError


def describe() -> Iterator[tuple[str, str]]:
    """Each backend's name and a sentence; none of them being absent is a fault, since another computes then."""
    yield "native", _native()
    yield "triton", _triton()
    for device in ("cpu", "cuda", "mps"):
        yield device, _device(device)
    yield "fla", _flash_linear_attention()


def _native() -> str:
    reason = native.why_not()
    if reason is not None:
        return f"cannot run: torch computes in its place, since {reason}"
    best, *others = native.instruction_sets()
    return f"can run: {native.library_path()} with {best}" + (f" (also {', '.join(others)})" if others else "")


def _triton() -> str:
    from engine.ops.kernel_check import why_not_triton

    why = why_not_triton()
    if why is not None:
        return f"cannot run: {why}; torch computes on a graphics card then"
    return f"{metadata.version('triton')} is installed; it compiles the kernels for a CUDA card"


def _device(name: str) -> str:
    from engine.models.bitllama import pick_device

    try:
        place = pick_device(name)
    except BitLlamaError as error:
        return f"cannot run: {error}"
    if place.type != "cuda":
        return "torch can run on it"
    from engine.ops.kernel_check import why_not_kernels

    why = why_not_kernels(place)
    card = importlib.import_module("torch").cuda.get_device_name(place)
    if why is not None:
        return f"torch can run on {card}; not the Triton kernels, since {why}"
    return f"the Triton kernels can run on {card}: each gave there what its plain form gives"


def _flash_linear_attention() -> str:
    try:
        found = f"flash-linear-attention {metadata.version('flash-linear-attention')} is installed and not used"
    except metadata.PackageNotFoundError:
        found = "flash-linear-attention is not installed and not needed"
    return f"{found}: the project's own kernels train on a card, since they have been compared with its plain forms"
