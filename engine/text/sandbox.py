"""Jinja2 for chat templates, in a sandbox that bounds what a template may compute and hold.

A chat template is a program that comes with a model, from anywhere. Jinja2's own sandbox keeps it from the machine, not
from looping for ever or filling the memory. Here everything that costs is counted in steps before it is done, so that
the same template stops at the same place on every machine: rounds of loops, calls, characters and items copied. What
cannot be counted (regular expressions, random choice, attributes of other types) is not offered.

The dialect is the one that chat models are written for: that of ``transformers`` (``apply_chat_template``), with
``{% generation %}``, ``break`` and ``continue``, ``raise_exception``, ``strftime_now`` and a ``tojson`` without HTML.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from types import BuiltinMethodType, MethodType
from typing import Any, NoReturn, cast

import jinja2
from jinja2 import nodes, pass_context
from jinja2.ext import Extension
from jinja2.ext import loopcontrols as LoopControls
from jinja2.parser import Parser
from jinja2.runtime import BlockReference, Context, LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment, SandboxedFormatter
from jinja2.utils import Namespace
from jinja2.visitor import NodeTransformer

from engine.errors import ConfigError
from engine.text.step_budget import (
    CHARACTERS_PER_STEP,
    StepBudget,
    check_integers,
    count_filter,
    count_method,
    count_numbers_in,
    count_printf,
)

NODES_PER_STEP = 8
"""Running so many parts of an expression once counts as one step."""
STEPS_PER_CALL = 8
MAX_SOURCE = 1 << 20
"""Characters of a template. The longest in use have 30,000."""


class _GenerationBlocks(Extension):
    """``{% generation %}`` marks what the model says, for training. Its content is written like any other."""

    tags = {"generation"}  # noqa: RUF012 (Jinja2 reads it from the class)

    def parse(self, parser: Parser) -> nodes.Node:
        line = next(parser.stream).lineno
        return nodes.Scope(parser.parse_statements(("name:endgeneration",), drop_needle=True)).set_lineno(line)


class _Metering(NodeTransformer):
    """Puts calls that count steps where compiled templates would run without passing the environment."""

    def visit_For(self, node: nodes.For) -> nodes.Node:
        steps = _steps_of([*node.body, *([node.test] if node.test else [])])
        self.generic_visit(node)
        node.iter = _environment_call("iterate", cast(nodes.Expr, node.iter), nodes.Const(steps))
        return node

    def visit_Macro(self, node: nodes.Macro) -> nodes.Node:
        return self._counted_body(node)

    def visit_CallBlock(self, node: nodes.CallBlock) -> nodes.Node:
        return self._counted_body(node)

    def visit_Block(self, node: nodes.Block) -> nodes.Node:
        return self._counted_body(node)

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:
        self.generic_visit(node)
        return _environment_call("join_parts", *node.nodes)

    def visit_Compare(self, node: nodes.Compare) -> nodes.Node:
        self.generic_visit(node)
        node.expr = _measured(node.expr)
        for operand in node.ops:
            operand.expr = _measured(operand.expr)
        return node

    def visit_Pair(self, node: nodes.Pair) -> nodes.Node:
        self.generic_visit(node)
        node.key = _measured(node.key)  # it is hashed
        return node

    def _counted_body(self, node: Any) -> Any:
        steps = _steps_of(node.body)
        self.generic_visit(node)
        node.body.insert(0, nodes.ExprStmt(_environment_call("enter", nodes.Const(steps))))
        return node


def _steps_of(body: Iterable[nodes.Node]) -> int:
    return 1 + sum(1 for part in body for _ in part.find_all(nodes.Node)) // NODES_PER_STEP


def _environment_call(method: str, *args: nodes.Expr) -> nodes.Call:
    return nodes.Call(nodes.EnvironmentAttribute(method), list(args), [], None, None)


def _measured(expression: nodes.Expr) -> nodes.Expr:
    return expression if isinstance(expression, nodes.Const) else _environment_call("measure", expression)


class TemplateEnvironment(ImmutableSandboxedEnvironment):
    """Compiles chat templates; `render` runs one within a `StepBudget`, one at a time."""

    intercepted_binops = frozenset(ImmutableSandboxedEnvironment.default_binop_table)

    def __init__(self) -> None:
        super().__init__(
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=[_GenerationBlocks, LoopControls],
            optimized=False,  # nothing is computed before there is a budget for it
            finalize=_measure_output,
        )
        self.budget = StepBudget(0)
        self._lock = threading.Lock()
        self.filters = {name: _metered_filter(name, self.filters[name]) for name in _FILTERS}
        self.filters["tojson"] = _metered_filter("tojson", _to_json)
        self.tests = {name: _metered_test(name, cast(Any, test)) for name, test in self.tests.items()}
        self.globals = {
            "range": self._range,
            "dict": dict,
            "namespace": _TemplateNamespace,
            "cycler": self.globals["cycler"],
            "joiner": self.globals["joiner"],
            "raise_exception": _raise_exception,
            "strftime_now": self._strftime_now,
        }

    def compile_source(self, source: str) -> jinja2.Template:
        """Raises `ConfigError` for a template that is not valid Jinja2 or that uses what the sandbox does not offer."""
        if len(source) > MAX_SOURCE:
            raise ConfigError(
                "The chat template has {count} characters; {most} is the most.", count=len(source), most=MAX_SOURCE
            )
        try:
            return self.from_string(source)
        except Exception as error:  # Python's own compiler refuses some of what Jinja2 lets through
            raise ConfigError(
                "The chat template is not valid Jinja2: {error}.", error=str(error).rstrip(".")
            ) from error

    @contextmanager
    def spending(self, budget: StepBudget) -> Iterator[None]:
        """Within the block, templates of this environment spend `budget`."""
        with self._lock:
            self.budget = budget
            try:
                yield
            finally:
                self.budget = StepBudget(0)

    # What `_Metering` writes into templates.

    def iterate(self, items: Iterable[Any], steps: int) -> Iterator[Any]:
        """The items of a loop whose body counts `steps`."""
        return self.budget.counted(items, steps)

    def enter(self, steps: int) -> None:
        """Count a body that is run by a call."""
        self.budget.spend(steps)

    def measure(self, value: Any) -> Any:
        """`value`, counted since it is compared or hashed."""
        self.budget.spend_deep(value)
        return value

    def join_parts(self, *parts: Any) -> str:
        """The operator ``~``."""
        for part in parts:
            self.budget.spend_deep(part)
        return "".join(map(str, parts))

    # What Jinja2 calls.

    def _generate(self, source: nodes.Template, name: Any, filename: Any, defer_init: bool = False) -> str:
        _Metering().visit(source)
        return super()._generate(source, name, filename, defer_init)

    def concat(self, parts: Iterable[str]) -> str:
        """What a macro or a ``set`` block has written."""
        parts = list(parts)
        self.budget.spend_characters(sum(map(len, parts)))
        return "".join(parts)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """A subscript. Slices are copies; a tuple is hashed."""
        if isinstance(argument, tuple):
            self.budget.spend_deep(argument)
        found = super().getitem(obj, argument)
        if isinstance(argument, slice):
            self.budget.spend_shallow(found)
        return found

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Whether a template may read an attribute: of Python's own types only the methods that are listed here."""
        for kind, names in _ATTRIBUTES:
            if isinstance(obj, kind):
                return attr in names
        return super().is_safe_attribute(obj, attr, value)

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """``str.format``, which may make its fields as wide as it likes."""
        text = getattr(value, "__self__", None)
        if not isinstance(value, BuiltinMethodType) or not isinstance(text, str) or value.__name__ != "format":
            return None
        return lambda *args, **kwargs: _Formatter(self).vformat(text, args, kwargs)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """The operators ``+ - * / // % **``."""
        budget = self.budget
        budget.spend()
        if isinstance(left, str) and operator == "%":
            count_printf(budget, left, right)
            return left % right
        if isinstance(left, int) and isinstance(right, int):
            check_integers(operator, left, right)
        elif operator == "*":
            sequence, count = (right, left) if isinstance(left, int) else (left, right)
            if isinstance(count, int) and isinstance(sequence, (str, list, tuple)):
                per_step = CHARACTERS_PER_STEP if isinstance(sequence, str) else 1
                budget.spend(len(sequence) * max(count, 0) // per_step)
        elif operator == "+":
            budget.spend_shallow(left)
            budget.spend_shallow(right)
        return super().call_binop(context, operator, left, right)

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        """A call: of what `_Metering` wrote, of a macro, a method, a global function."""
        if isinstance(obj, MethodType) and obj.__self__ is self and obj.__name__ in _WRITTEN:
            return obj(*args)
        budget = self.budget
        budget.spend(STEPS_PER_CALL)
        if isinstance(obj, LoopContext):  # a recursive loop goes one level down
            budget.spend(4 * STEPS_PER_CALL)
            args = tuple(budget.counted(items) for items in args)
        elif not isinstance(obj, (Macro, BlockReference)):
            args = tuple(map(budget.gathered, args))
            count_method(budget, obj, args, kwargs)
        result = super().call(context, obj, *args, **kwargs)
        budget.spend_shallow(result)
        return result

    def _range(self, *args: int) -> range:
        numbers = range(*args)
        self.budget.spend(len(numbers) // CHARACTERS_PER_STEP)
        return numbers

    def _strftime_now(self, form: str) -> str:
        self.budget.spend_characters(64 * len(form))
        return datetime.now().strftime(form)


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_WRITTEN = _names("iterate enter measure join_parts")

_TEXT_METHODS = _names(
    "capitalize casefold center count endswith expandtabs find format index isalnum isalpha isascii isdecimal isdigit "
    "isidentifier islower isnumeric isprintable isspace istitle isupper join ljust lower lstrip partition removeprefix "
    "removesuffix replace rfind rindex rjust rpartition rsplit rstrip split splitlines startswith strip swapcase title "
    "upper zfill"
)
_ATTRIBUTES: tuple[tuple[Any, frozenset[str]], ...] = (
    (str, _TEXT_METHODS),
    (dict, _names("copy get items keys values")),
    ((list, tuple), _names("count index")),
    ((int, float, complex, bytes, bytearray, set, frozenset, range, type), frozenset()),
)

_STRUCTURAL = _names(
    "attr batch count d default first items last length list map reject rejectattr reverse safe select selectattr slice"
)
"""Filters that hand on what they are given without looking into it."""
_TEXTUAL = _names(
    "abs capitalize center dictsort e escape float forceescape format groupby indent int join lower max min replace "
    "round sort string sum title trim truncate unique upper urlencode wordcount"
)
_FILTERS = _STRUCTURAL | _TEXTUAL
_SIZED = _names("batch slice center indent truncate round tojson")
"""Filters whose result is as large as a number says that they are given."""


class _TemplateNamespace(Namespace):
    """``namespace(…)`` without names that Python or Jinja2 itself would look up on it."""

    def __init__(*args: Any, **kwargs: Any) -> None:  # so that ``namespace(self=1)`` works, as in Jinja2
        self, *given = args
        attributes = dict(*given, **kwargs)
        for name in attributes:
            _check_name(name)
        Namespace.__init__(self, attributes)

    def __setitem__(self, name: str, value: Any) -> None:
        _check_name(name)
        super().__setitem__(name, value)


def _check_name(name: Any) -> None:
    if str(name).startswith("_"):
        raise jinja2.exceptions.SecurityError(f"a namespace cannot hold the name {name!r}")


class _Formatter(SandboxedFormatter):
    """``str.format`` that counts its fields."""

    def __init__(self, environment: TemplateEnvironment) -> None:
        super().__init__(environment)
        self._budget = environment.budget

    def convert_field(self, value: Any, conversion: Any) -> Any:
        self._budget.spend_deep(value)
        return super().convert_field(value, conversion)

    def format_field(self, value: Any, format_spec: str) -> Any:
        self._budget.spend_deep(value)
        count_numbers_in(self._budget, format_spec)
        return super().format_field(value, format_spec)


def _raise_exception(reason: object) -> NoReturn:
    raise ConfigError("The chat template refuses these messages: {reason}.", reason=str(reason))


def _to_json(
    value: Any, ensure_ascii: bool = False, indent: Any = None, separators: Any = None, sort_keys: bool = False
) -> str:
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


@pass_context
def _measure_output(context: Context, value: Any) -> Any:
    context.environment.budget.spend_deep(value)  # type: ignore[attr-defined]
    return value


def _metered_filter(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that counts what it is given. That it takes a context keeps it from being run while compiling."""

    @pass_context
    def metered(context: Context, value: Any = None, *args: Any, **kwargs: Any) -> Any:
        budget: StepBudget = context.environment.budget  # type: ignore[attr-defined]
        if name not in _STRUCTURAL:
            value = budget.gathered(value)
            args = tuple(map(budget.gathered, args))
            count_filter(budget, name, value, args, kwargs)
        elif name in ("list", "reverse", "items"):
            budget.spend_shallow(value)
        if name in _SIZED:
            budget.spend(sum(abs(n) for n in (*args, *kwargs.values()) if isinstance(n, int)))
        result = function(*_passed(function, context), value, *args, **kwargs)
        if hasattr(result, "__next__"):
            return budget.counted(result)
        budget.spend_shallow(result)
        return result

    return metered


def _metered_test(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    @pass_context
    def metered(context: Context, value: Any, *args: Any) -> Any:
        budget: StepBudget = context.environment.budget  # type: ignore[attr-defined]
        budget.spend()
        if args or name in ("lower", "upper"):
            for operand in (value, *args):
                budget.spend_deep(operand)
        if name in ("odd", "even", "divisibleby") and not isinstance(value, (int, float)):
            raise TypeError(f"{name} is asked of something that is no number")
        return function(*_passed(function, context), value, *args)

    return metered


def _passed(function: Callable[..., Any], context: Context) -> tuple[Any, ...]:
    """What Jinja2 would pass to a function before its own arguments."""
    wanted = getattr(getattr(function, "jinja_pass_arg", None), "name", None)
    if wanted is None:
        return ()
    return ({"context": context, "eval_context": context.eval_ctx, "environment": context.environment}[wanted],)
