"""Runs first in the bundle: a stand-in for torch's compiler, which this program never calls and which is left out.

torch's optimisers and its training over several processes ask the compiler to keep its hands off them, and for that
import it, with symbolic algebra and code generators: a sixth of the bundle, and seconds before the first deep sleep.
Nothing is compiled here, so there is nothing to keep off. What stands here is all that is asked.
"""

import sys
import types


def _as_it_is(function=None, recursive=True, **how):  # type: ignore[no-untyped-def]
    """`torch._dynamo.disable`, as a function or a decorator."""
    return function if function is not None else _as_it_is


stand_in = types.ModuleType("torch._dynamo")
vars(stand_in).update(
    disable=_as_it_is,
    graph_break=lambda msg="": None,
    trace_rules=types.SimpleNamespace(clear_lru_cache=lambda: None),
    utils=types.SimpleNamespace(get_optimize_ddp_mode=lambda: "no_optimization"),
)
sys.modules["torch._dynamo"] = stand_in
