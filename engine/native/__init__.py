"""The native library: where it lies, whether it can be used, and why not. The C interface is ``src/api.h``.

The package's build compiles it into this folder (``packaging/build_native.py``), for an editable install and a wheel
alike. Where that was not possible the build leaves a sentence in ``not_built.txt``, and torch computes instead.
"""

from __future__ import annotations

import ctypes
import functools
from pathlib import Path
from typing import Any

from engine.errors import Message

ABI = 15
"""`BL_ABI` of ``src/api.h``: a library of another number was built from other sources and is not used."""
MAX_CHUNK = 128
"""`BL_MAX_CHUNK`: most tokens of one `prefill` call."""
MAX_DEFERRED = 8
"""`BL_MAX_DEFERRED`: rank-one updates of the fast weights that are kept aside until they are written together."""
PHASES = ("embedding", "query, key, value", "learning", "output", "SwiGLU in", "SwiGLU out", "head", "waiting")
"""What `bl_profile` tells apart, of `BL_PHASES`."""

STEM = "bit_llama_native"
NOT_BUILT = "not_built.txt"
_HERE = Path(__file__).resolve().parent

_I32, _I64, _F32, _Pointer = ctypes.c_int32, ctypes.c_int64, ctypes.c_float, ctypes.c_void_p


class Config(ctypes.Structure):
    """`bl_config`."""

    _fields_ = [
        *[(name, _I32) for name in ("vocab", "hidden", "layers", "heads", "head_dim", "mlp")],
        *[(name, _I32) for name in ("conv_kernel", "activation_bits", "linear")],
        *[(name, _F32) for name in ("inner_lr", "norm_eps", "out_norm_eps")],
    ]


class Ternary(ctypes.Structure):
    """`bl_ternary`: codes, packed as ``ternary2`` or ``ternary5in3``, and their scale."""

    _fields_ = [("codes", _Pointer), ("scale", _F32), ("ternary5in3", _I32)]


class Table(ctypes.Structure):
    """`bl_table`: a row for each token of the vocabulary, in float, or as int8 or int5 with scales."""

    _fields_ = [(name, _Pointer) for name in ("floats", "int8", "int5", "scales")]


class Layer(ctypes.Structure):
    """`bl_layer`: the weights of one block."""

    _fields_ = [
        *[(name, Ternary) for name in ("query", "key", "value", "up", "gate", "mlp_up", "mlp_down")],
        *[(name, _Pointer) for name in ("norm1", "norm2", "conv", "rate_weight", "rate_bias", "out_norm")],
    ]


class StatePointers(ctypes.Structure):
    """`bl_state`: where fast weights, the convolution's tail and deferred updates lie."""

    _fields_ = [(name, _Pointer) for name in ("fast", "conv", "deferred", "ring")]


class StepIO(ctypes.Structure):
    """`bl_step_io`: what a token reads and writes."""

    _fields_ = [("state", StatePointers), ("rate_scale", _F32), ("logits", _Pointer), ("losses", _Pointer)]


FLOATS, TERNARY2, HALVES = 0, 3, 6
"""`BL_FLOATS`, `BL_TERNARY2`, `BL_HALVES`: how a matrix of a transformer is held."""
GROUPS = {(8, False): 1, (4, False): 2, (8, True): 4, (4, True): 5}
"""`BL_GROUP8` and so on, by the bits of a weight and whether it is a super form."""
ACTIVATIONS = {"silu": 0, "gelu_tanh": 1, "relu2": 2}
"""`BL_SILU` and so on, by the names of `TransformerConfig.activation`."""


class Matrix(ctypes.Structure):
    """`bl_matrix`."""

    _fields_ = [
        *[(name, _I32) for name in ("kind", "rows", "cols")],
        ("scale", _F32),
        *[(name, _Pointer) for name in ("data", "bias")],
    ]


class TransformerShape(ctypes.Structure):
    """`bl_transformer_config`."""

    _fields_ = [
        *[(name, _I32) for name in ("vocab", "hidden", "layers", "heads", "kv_heads", "head_dim", "mlp")],
        *[(name, _I32) for name in ("rotary", "activation")],
        *[(name, _F32) for name in ("norm_eps", "embedding_scale", "score_scale", "score_softcap", "logit_softcap")],
    ]


class TransformerLayer(ctypes.Structure):
    """`bl_transformer_layer`."""

    _fields_ = [
        *[(name, Matrix) for name in ("q", "k", "v", "o", "gate", "up", "down")],
        *[(name, _Pointer) for name in ("norm1", "norm2", "post_norm1", "post_norm2", "q_norm", "k_norm")],
        *[(name, _Pointer) for name in ("attention_norm", "mlp_norm", "frequencies")],
        ("amplitude", _F32),
        ("window", _I32),
    ]


class MemoryGate(ctypes.Structure):
    """`bl_memory_gate`."""

    _fields_ = [(name, Matrix) for name in ("seen", "topic", "last")]


class MemoryDepth(ctypes.Structure):
    """`bl_memory_depth`."""

    _fields_ = [
        *[(name, Matrix) for name in ("out", "gate", "adapter_first", "adapter_last", "adapter_gate")],
        *[(name, _Pointer) for name in ("strengths", "adapter_bias")],
        ("most", _F32),
    ]


class MemoryParts(ctypes.Structure):
    """`bl_memory`."""

    _fields_ = [
        *[
            (name, _I32)
            for name in ("heads", "key_dim", "value_dim", "gate_dim", "adapter_dim", "hidden", "sources", "depths")
        ],
        *[(name, _Pointer) for name in ("source_blocks", "depth_blocks")],
        *[(name, Matrix) for name in ("key", "query", "topic_key", "topic_query", "value")],
        *[(name, _Pointer) for name in ("pool", "conv")],
        *[(name, MemoryGate) for name in ("write_gate", "read_gate")],
        ("ports", _Pointer),
    ]


class MemoryStatePointers(ctypes.Structure):
    """`bl_memory_state`: where fast weights, the message that is heard and the last one's topic lie."""

    _fields_ = [(name, _Pointer) for name in ("fast", "lived", "heard", "topic", "tokens", "count")]


class MemoryIO(ctypes.Structure):
    """`bl_memory_io`."""

    _fields_ = [("state", MemoryStatePointers), ("roles", ctypes.c_char_p), ("loss", _Pointer), ("rate_scale", _F32)]


class Heads(ctypes.Structure):
    """`bl_heads`: a float32 tensor ``[B, H, T, d]`` of any strides, but that the last is 1."""

    _fields_ = [("at", _Pointer), *[(name, _I64) for name in ("stream", "head", "token")]]


class QKVArgs(ctypes.Structure):
    """`bl_qkv`."""

    _fields_ = [
        *[(name, _I32) for name in ("batch", "tokens", "heads", "head_dim", "kernel")],
        *[(name, _Pointer) for name in ("x", "tail", "weight")],
    ]


class Delta(ctypes.Structure):
    """`bl_delta`."""

    _fields_ = [
        *[(name, _I32) for name in ("batch", "heads", "tokens", "keys", "values", "read_after")],
        *[(name, Heads) for name in ("q", "k", "v", "rate")],
        *[(name, _Pointer) for name in ("errors", "starts")],
    ]


class Linears(ctypes.Structure):
    """`bl_linears`."""

    _fields_ = [
        *[(name, _I32) for name in ("count", "cols")],
        *[(name, _Pointer) for name in ("rows", "ternary", "scales")],
    ]


_OF_ROWS = (ctypes.c_char_p, _I32, _I32, _I32)  # instructions, threads, rows and their width
_SIGNATURES = {
    "bl_abi": (_I32, ()),
    "bl_instruction_sets": (ctypes.c_char_p, ()),
    "bl_create": (
        _Pointer,
        (ctypes.POINTER(Config), ctypes.POINTER(Layer), Table, _Pointer, Table, _I32, ctypes.c_char_p),
    ),
    "bl_destroy": (None, (_Pointer,)),
    "bl_step": (None, (_Pointer, _Pointer, _I32)),
    "bl_flush": (None, (_Pointer, StatePointers)),
    "bl_prefill": (_I32, (_Pointer, StatePointers, _Pointer, _I32, _F32, _Pointer, _I32, _Pointer)),
    "bl_profile": (None, (_Pointer, _Pointer)),
    "bl_sample": (_I32, (ctypes.c_char_p, _Pointer, _I32, _F32, _I32, ctypes.c_double, ctypes.c_double)),
    "bl_ternary2_damage": (_I32, (_Pointer, _I64, _I32)),
    "bl_ternary5in3_damage": (_I32, (_Pointer, _I64, _I32)),
    "bl_int5_damage": (_I32, (_Pointer, _I64, _I32)),
    "bl_qkv_forward": (_I32, (ctypes.c_char_p, _I32, _Pointer, _Pointer)),
    "bl_qkv_backward": (_I32, (ctypes.c_char_p, _I32, *[_Pointer] * 5)),
    "bl_delta_chunks": (_I32, (_I32,)),
    "bl_delta_rule": (_I32, (ctypes.c_char_p, _I32, _Pointer, _Pointer, _Pointer, Heads, _Pointer)),
    "bl_delta_rule_back": (_I32, (ctypes.c_char_p, _I32, _Pointer, Heads, *[_Pointer] * 4)),
    "bl_ternary_linears": (_I32, (ctypes.c_char_p, _I32, _Pointer, _I32, _F32, *[_Pointer] * 3)),
    "bl_norm": (_I32, (*_OF_ROWS, _Pointer, _Pointer, _F32, _Pointer)),
    "bl_norm_back": (_I32, (*_OF_ROWS, _Pointer, _Pointer, _F32, *[_Pointer] * 3)),
    "bl_swiglu": (_I32, (*_OF_ROWS, _Pointer, _Pointer)),
    "bl_swiglu_back": (_I32, (*_OF_ROWS, _Pointer, _Pointer, _Pointer)),
    "bl_transformer_create": (
        _Pointer,
        (_Pointer, ctypes.POINTER(TransformerLayer), Matrix, _Pointer, Matrix, _Pointer, _I32, ctypes.c_char_p),
    ),
    "bl_transformer_destroy": (None, (_Pointer,)),
    "bl_transformer_feed": (_I32, (_Pointer, _Pointer, _I32, _I32, _Pointer, _Pointer, _I32, _Pointer)),
    "bl_memory_write": (None, (_Pointer, _Pointer)),
    "bl_matrix_product": (_I32, (ctypes.c_char_p, _Pointer, _Pointer, _I32, _Pointer)),
    "bl_ternary_sums": (_I32, (ctypes.c_char_p, Ternary, _I32, _I32, _Pointer, _I32, _Pointer)),
    "bl_read_seconds": (ctypes.c_double, (ctypes.c_uint64, _I32, _I32)),
}


def library_path() -> Path | None:
    """The compiled library, or None where there is none."""
    for suffix in (".so", ".dll", ".dylib"):
        path = _HERE / (STEM + suffix)
        if path.is_file():
            return path
    return None


@functools.cache
def _load() -> ctypes.CDLL | Message:
    """The library with its functions typed, or why there is none, as the end of a sentence."""
    path = library_path()
    if path is None:
        note = _HERE / NOT_BUILT
        if note.is_file():
            return Message("it was not built at install: {why}", why=note.read_text(encoding="utf-8").strip())
        return Message("it was not built: install the package again on a machine with a C++ compiler")
    try:
        loaded = ctypes.CDLL(str(path))  # calls release the GIL
        loaded.bl_abi.restype = _I32
        if loaded.bl_abi() != ABI:
            return Message("{file} was built from other sources: install the package again", file=path.name)
        for name, (result, arguments) in _SIGNATURES.items():
            function = getattr(loaded, name)
            function.restype, function.argtypes = result, arguments
    except (OSError, AttributeError) as error:
        return Message("{file} cannot be loaded ({error}): install the package again", file=path.name, error=error)
    return loaded


def why_not() -> str | None:
    """Why the library cannot be used, as the end of a sentence, or None where it can."""
    loaded = _load()
    return loaded if isinstance(loaded, str) else None


def library() -> ctypes.CDLL:
    """The loaded library. Raises `OSError` where `why_not` has an answer."""
    loaded = _load()
    if isinstance(loaded, str):
        raise OSError(f"The native library cannot be used: {loaded}.")
    return loaded


def can_read(array: Any) -> bool:
    """Whether the library is there and can take a numpy array by its address: it has no gaps."""
    return bool(array.flags.c_contiguous) and why_not() is None


def instruction_sets() -> list[str]:
    """The instruction sets that this build and this processor share, the best first; ``scalar`` is always there."""
    return str(library().bl_instruction_sets().decode()).split(",")
