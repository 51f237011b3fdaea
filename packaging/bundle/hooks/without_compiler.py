"""Runs first in the bundle: a stand-in for torch's compiler, which this program never calls and which is left out.

torch's optimisers ask the compiler to keep its hands off them, and for that import it, with symbolic algebra and code
generators: a sixth of the bundle, and seconds before the first deep sleep. Nothing is compiled here, so there is
nothing to keep off.
"""

import sys
import types


def _as_it_is(function=None, recursive=True, **how):  # type: ignore[no-untyped-def]
    """`torch._dynamo.disable`, as a function or a decorator."""
    return function if function is not None else _as_it_is


stand_in = types.ModuleType("torch._dynamo")
stand_in.disable = _as_it_is  # type: ignore[attr-defined]
stand_in.graph_break = lambda msg="": None  # type: ignore[attr-defined]
sys.modules["torch._dynamo"] = stand_in
