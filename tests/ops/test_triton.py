"""The Triton kernels without a card: equal to their naive forms in the interpreter, and compiled for three cards."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

import progress
import pytest
import torch

triton = pytest.importorskip("triton", reason="Triton is made for Linux")

CASES = Path(__file__).with_name("triton_cases.py")
CARDS = (80, 89, 90)

INTEGERS = {"tokens", "rows", "columns", "width", "groups", "dk", "dv", "d", "chunks", "inputs", "streams", "heads"}
FLOATS = {"largest", "eps", "inner_lr"}
POINTERS = {"packed": "*u8", "codes": "*i8", "whole": "*i8", "slot": "*i32"}
"""Parameters of the kernels that are not pointers to float32."""

QKV = {"kernel": 4, "block_tokens": 16, "block": 256}
RULE = {"size": 32, "block_k": 128, "block_v": 16}
WIDE = RULE | {"block_k": 256}
PRODUCT = {"block_rows": 16, "block_bytes": 64, "add": True}
KERNELS: list[tuple[str, str, dict[str, Any]]] = [
    ("ternary", "quantize_kernel", {"block": 1024}),
    ("ternary", "matvec_kernel", PRODUCT),
    ("ternary", "matmat_kernel", PRODUCT | {"block_tokens": 16}),
    ("quantized_embedding", "quantized_kernel", {"block_rows": 16, "block_columns": 128}),
    ("quantize", "norm_kernel", {"block_groups": 4, "block": 256}),
    ("quantize", "gate_kernel", {"block": 4096}),
    ("ttt_step", "tied_kernel", {"block_rows": 16, "block": 256}),
    ("ttt_step", "linear_kernel", {"kernel": 4, "block_rows": 16, "block": 256, "block_inputs": 1024}),
    ("qkv", "qkv_kernel", QKV),
    ("qkv", "activate_back_kernel", QKV),
    ("qkv", "convolve_back_kernel", QKV),
    ("delta_rule", "invert_kernel", {"size": 32}),
    ("delta_rule", "carry_kernel", RULE),
    ("delta_rule", "carry_back_kernel", RULE),
]


@pytest.mark.slow
def test_kernels_equal_their_naive_forms_in_the_interpreter() -> None:
    done = progress.run([sys.executable, CASES])
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line for line in done.stdout.splitlines() if line.startswith("checked ")] == [
        "checked ternary", "checked bytes", "checked quantize", "checked qkv", "checked rule", "checked step",
    ]  # fmt: skip


def compile_kernel(room: str, name: str, constants: dict[str, Any], card: int, **options: int) -> Any:
    """The compiled kernel for ``sm_<card>``, made without a card."""
    from triton.backends.compiler import GPUTarget
    from triton.compiler import ASTSource

    kernel = getattr(importlib.import_module(f"engine.ops.{room}.triton"), name)
    types = dict.fromkeys(INTEGERS, "i32") | dict.fromkeys(FLOATS, "fp32") | POINTERS
    if name in ("matvec_kernel", "matmat_kernel"):
        types["x"] = "*i8"
    signature = {p: "constexpr" if p in constants else types.get(p, "*fp32") for p in kernel.arg_names}
    source = ASTSource(kernel, signature, constexprs={(kernel.arg_names.index(p),): v for p, v in constants.items()})
    # Whether to fuse is said, since Triton's own default changes and it warns of that.
    return triton.compile(source, target=GPUTarget("cuda", card, 32), options={"enable_fp_fusion": True} | options)


@pytest.mark.parametrize("card", CARDS)
@pytest.mark.parametrize(("room", "name", "constants"), KERNELS, ids=[name for _, name, _ in KERNELS])
def test_kernels_compile_ahead_of_time(
    room: str, name: str, constants: dict[str, Any], card: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRITON_CACHE_DIR", str(tmp_path))
    compiled = compile_kernel(room, name, constants, card, num_stages=1 if room == "delta_rule" else 3)
    assert f".target sm_{card}" in compiled.asm["ptx"]
    assert compiled.asm["cubin"].startswith(b"\x7fELF")
    if name in ("matmat_kernel", "carry_kernel", "carry_back_kernel"):
        assert "mma" in compiled.asm["ptx"], "products of matrices are to use the tensor cores"


def test_the_widest_heads_fit_into_the_smallest_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """sm_89 has 99 KiB of shared memory for a program; sm_80 and sm_90 have more."""
    monkeypatch.setenv("TRITON_CACHE_DIR", str(tmp_path))
    launch = {"num_warps": 8, "num_stages": 1}
    compiled = compile_kernel("delta_rule", "carry_kernel", WIDE, 89, **launch)
    assert 0 < compiled.metadata.shared <= 99 * 1024


def test_the_kernels_are_chosen_on_a_card_that_computes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.ops.delta_rule import chunk, fast, native
    from engine.ops.delta_rule import triton as kernels

    card, why = torch.device("cuda:0"), None
    monkeypatch.setattr(fast, "why_not_kernels", lambda device: why)
    assert fast.fast_form(card, 64) is kernels.delta_rule
    assert fast.fast_form(card, kernels.MAX_DIM + 1) is chunk.delta_rule
    assert fast.fast_form(torch.device("cpu"), 64) is chunk.delta_rule
    assert fast.fast_form(torch.device("cpu"), 64, True) is native.delta_rule
    why = "they fail"
    assert fast.fast_form(card, 64) is chunk.delta_rule


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA card was found")
@pytest.mark.parametrize("check", ["ternary", "bytes", "quantize", "qkv", "rule", "step"])
def test_kernels_equal_their_naive_forms_on_the_card(check: str) -> None:
    from triton_cases import CHECKS

    CHECKS[check]("cuda")
