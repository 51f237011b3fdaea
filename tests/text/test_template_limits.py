"""A template that does not end or that eats memory is stopped, always at the same place, and Stop works meanwhile."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time

import pytest

from engine.errors import ConfigError
from engine.text.sandbox import TemplateEnvironment
from engine.text.step_budget import StepBudget
from engine.text.template import ChatMessage, ChatTemplate
from engine.text.tokenizer import Tokenizer

STEPS = 200_000
GROW = "{% set ns = namespace(x='ab', l=[1], t=(1,), d={'a': 1}) %}{% for i in range(64) %}{% set ns."

ENDLESS = {
    "loops": "{% for a in range(90000) %}{% for b in range(90000) %}{% endfor %}{% endfor %}",
    "filtered loop": "{% for a in range(99999) if a < 0 %}{% endfor %}" * 9,
    "recursive loop": "{% for a in [[1], [2]] recursive %}{% if loop.depth < 60 %}{{ loop([[1], [2]]) }}{% endif %}"
    "{% endfor %}",
    "macro": "{% macro f(n) %}{% if n < 60 %}{{ f(n + 1) }}{{ f(n + 1) }}{% endif %}{% endmacro %}{{ f(0) }}",
    "call block": "{% macro f(n) %}{% if n < 60 %}{% call f(n + 1) %}{% endcall %}{% call f(n + 1) %}{% endcall %}"
    "{% endif %}{{ caller() }}{% endmacro %}{% call f(0) %}{% endcall %}",
    "long range": "{% for a in range(10**9) %}{% endfor %}",
    "listed range": "{{ range(10**9) | list | length }}",
    "joined range": "{{ range(10**9) | join }}",
    "summed range": "{{ range(10**9) | sum }}",
    "list in range": "{{ 'x' in range(10**9) | list }}",
    "mapped": "{{ range(10**5) | map('string') | map('center', 1000) | list | length }}",
    "times": "{% set x = 'a' * 3000000000 %}",
    "times, turned": "{% set x = 3000000000 * 'a' %}",
    "list times": "{% set x = [0] * 3000000000 %}",
    "tuple times": "{% set x = (0, 1) * 3000000000 %}",
    "power": "{% set x = 9 ** (9 ** 9) %}",
    "squares": "{% set ns = namespace(x=3) %}{% for i in range(64) %}{% set ns.x = ns.x * ns.x %}{% endfor %}",
    "plus": GROW + "x = ns.x + ns.x %}{% endfor %}",
    "tilde": GROW + "x = ns.x ~ ns.x %}{% endfor %}",
    "set block": GROW + "x %}{{ ns.x }}{{ ns.x }}{% endset %}{% endfor %}",
    "list plus": GROW + "l = ns.l + ns.l %}{% endfor %}",
    "list of lists": GROW + "l = [ns.l, ns.l] %}{% endfor %}{{ ns.l }}",
    "tuple of tuples as a key": GROW + "t = (ns.t, ns.t) %}{% endfor %}{{ {ns.t: 1} | length }}",
    "tuple of tuples looked up": GROW + "t = (ns.t, ns.t) %}{% endfor %}{{ {}[ns.t] }}",
    "tuple of tuples asked for": GROW + "t = (ns.t, ns.t) %}{% endfor %}{{ {}.get(ns.t) }}",
    "dict of dicts": GROW + "d = {'a': ns.d, 'b': ns.d} %}{% endfor %}{{ ns.d | tojson }}",
    "dict of dicts, called": GROW + "d = dict(a=ns.d, b=ns.d) %}{% endfor %}{{ ns.d | string }}",
    "namespaces": GROW + "x = [namespace(a=ns.x), namespace(a=ns.x)] %}{% endfor %}{{ ns.x }}",
    "cyclers": GROW + "t = cycler(ns.t, ns.t).items %}{% endfor %}{{ ns.t }}",
    "compared": GROW + "l = [ns.l, ns.l] %}{% set ns.t = [ns.t, ns.t] %}{% endfor %}{{ ns.l == ns.t }}",
    "tested": GROW + "l = [ns.l, ns.l] %}{% set ns.t = [ns.t, ns.t] %}{% endfor %}{{ ns.l is eq(ns.t) }}",
    "center": "{{ 'a' | center(1000000000) }}",
    "center, a method": "{{ 'a'.center(1000000000) }}",
    "ljust": "{{ 'a'.ljust(width=1000000000) }}{{ 'a'.ljust(1000000000) }}",
    "zfill": "{{ 'a'.zfill(1000000000) }}",
    "tabs": "{{ '\t\t'.expandtabs(1000000000) }}",
    "indent": "{{ 'a\nb' | indent(1000000000) }}",
    "wide json": "{{ [1, [2]] | tojson(indent=1000000000) }}",
    "batch": "{{ [1] | batch(1000000000, 0) | list }}",
    "slice": "{{ [1] | slice(1000000000, 0) | list }}",
    "round": "{{ 1 | round(1000000000, 'floor') }}",
    "percent": "{{ '%1000000000d' % 1 }}",
    "percent, precise": "{{ '%.1000000000f' % 1 }}",
    "percent, named": "{{ '%(a(b))1000000000d' % {'a(b)': 1} }}",
    "percent, starred": "{{ '%*d' % (1000000000, 1) }}",
    "percent, a filter": "{{ '%1000000000d' | format(1) }}",
    "percent, many": "{{ ('%(a)s' * 9999) % {'a': 'x' * 99999} }}",
    "braces": "{{ '{:1000000000}'.format(1) }}",
    "braces, nested": "{{ '{:{w}}'.format(1, w=1000000000) }}",
    "replaced": "{{ ('a' * 10000) | replace('a', 'b' * 100000) }}",
    "replaced, a method": "{{ ('a' * 10000).replace('', 'b' * 100000) }}",
    "joined": "{{ ('a' * 100000).join(['b'] * 100000) }}",
    "joined, a filter": "{{ (['b'] * 100000) | join('a' * 100000) }}",
    "lists added": "{{ ([[1] * 999] * 999) | sum(start=[]) | length }}",
    "compiled": "{% autoescape 'a' * 3000000000 %}{% endautoescape %}",
    "written": "{% for a in range(9999) %}{{ 'x' * 9999 }}{% endfor %}",
    "date": "{{ strftime_now('%Y' * 1000000) }}",
}

NOT_OFFERED = {
    "bytes of a number": "{{ (1).to_bytes(1000000000, 'big') }}",
    "keys": "{{ dict.fromkeys(range(9)) }}",
    "encoding": "{{ 'x'.encode('utf-32') }}",
    "modulo of a text, as a test": "{{ '%1000000000d' is divisibleby(1) }}{{ '%1000000000d' is odd }}",
    "words": "{{ lipsum(1000000) }}",
    "regular expressions": "{{ 'x' | urlize }}",
    "chance": "{{ [1, 2] | random }}",
    "self": "{% block a %}{{ self.a() }}{% endblock %}",
    "macro without end": "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    "classes": "{{ ''.__class__ }}{{ [].__class__.__mro__ }}",
    "functions": "{{ raise_exception.__globals__ }}{{ namespace.__init__.__globals__['x'] }}{{ cycler.mro() }}",
    "names of Python": "{{ namespace(__call__=1) }}",
    "another file": "{% include 'x' %}",
    "mutation": "{{ messages.append(1) }}",
    "too deep": "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
    "too many loops": "{% for a in [1] %}" * 30 + "{% endfor %}" * 30,
    "too long": "x" * (1 << 21),
}


def run(source: str, steps: int = STEPS) -> tuple[int, str]:
    """Steps taken and why it stopped; empty where it ended."""
    environment, budget = TemplateEnvironment(), StepBudget(steps)
    try:
        template = environment.compile_source(source)
        with environment.spending(budget):
            for _ in template.generate(messages=[]):
                pass
    except ConfigError as error:
        return steps - budget.left, str(error)
    return steps - budget.left, ""


@pytest.mark.parametrize("name", ENDLESS)
def test_what_does_not_end_is_stopped_at_the_same_place(name: str) -> None:
    taken, why = run(ENDLESS[name])
    assert why
    assert run(ENDLESS[name]) == (taken, why)


@pytest.mark.slow
def test_none_of_it_takes_more_memory_than_there_are_steps() -> None:
    """In a process with little memory: what is refused was never allocated."""
    pytest.importorskip("resource", reason="the memory of a process can be bounded on Unix alone")
    code = (
        "import resource, sys; sys.path[:0] = sys.argv[1].split('|'); import test_template_limits as t;"
        "t.run('x'); held = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize();"
        "resource.setrlimit(resource.RLIMIT_AS, (held + (256 << 20),) * 2);"
        "bad = [n for n, s in t.ENDLESS.items() if 'template' not in t.run(s, 300_000)[1]]; sys.exit(str(bad))"
    )
    if not sys.platform.startswith("linux"):
        pytest.skip("the memory of a process is read from /proc")
    path = "|".join(p for p in sys.path if p)
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, timeout=240, check=False)
    assert done.stderr.strip() == "[]"


@pytest.mark.parametrize("name", NOT_OFFERED)
def test_what_cannot_be_counted_is_not_offered(tokenizers: dict[str, Tokenizer], name: str) -> None:
    source = NOT_OFFERED[name] + "{% for m in messages %}{{ m.content }}{% endfor %}"
    with pytest.raises(ConfigError, match=r"^The chat template "):
        ChatTemplate(source).render_ids(tokenizers["bytes"], [ChatMessage("user", "x")])


@pytest.mark.slow
def test_random_programs_end_or_are_stopped() -> None:
    """Loops, growth and calls put together at random: each stops by itself, in time in proportion to its steps."""
    rng = random.Random(11)
    forms = [
        *("(A ~ B)", "(A + B)", "(A * B)", "[A, B]", "(A | list)", "(A | join(B))", "(A == B)", "(A in B)", "f(A)"),
        *("(A | string | replace('x', B | string))", "(A | tojson)", "(A | string | center(9999))", "(A if B else 1)"),
        *("(A)[:5]", "(A | string).split('x')", "(A % B)", "('%s' % A)", "(A | map('string') | list)", "(A | sort)"),
        *("(A | batch(3) | list)", "(A ** B)"),
    ]

    def expression(depth: int) -> str:
        if depth == 0:
            return rng.choice(["ns.a", "ns.b", "'xy'", "7", "[1, ns.a]", "(ns.b, 2)", "{'k': ns.a}", "range(999)"])
        return rng.choice(forms).replace("A", expression(depth - 1)).replace("B", expression(depth - 1))

    def body(depth: int) -> str:
        kind = rng.randrange(4 if depth else 2)
        if kind == 0:
            return f"{{% set ns.{rng.choice('ab')} = {expression(2)} %}}"
        if kind == 1:
            return f"{{{{ {expression(2)} }}}}"
        if kind == 2:
            return f"{{% for i in {expression(1)} %}}{body(depth - 1)}{body(depth - 1)}{{% endfor %}}"
        return f"{{% if {expression(1)} %}}{body(depth - 1)}{{% else %}}{body(depth - 1)}{{% endif %}}"

    began, steps, stopped = time.process_time(), 0, 0
    for _ in range(150):
        source = "{% macro f(x) %}{{ x }}{{ ns.a }}{% endmacro %}{% set ns = namespace(a='a', b=3) %}"
        source += "{% for i in range(5000) %}" + "".join(body(2) for _ in range(3)) + "{% endfor %}"
        environment, budget = TemplateEnvironment(), StepBudget(50_000)
        try:
            template = environment.compile_source(source)
            with environment.spending(budget):
                written = sum(len(part) for part in template.generate(messages=[]))
            assert written < 50_000 * 64
        except Exception as error:  # most of them add what cannot be added
            stopped += isinstance(error, ConfigError)
        steps += 50_000 - max(budget.left, 0)
    spent = time.process_time() - began
    assert stopped > 10
    assert spent < 20 + steps * 20e-6, (spent, steps)


def test_a_thousand_long_messages_are_no_reason_to_stop(tokenizers: dict[str, Tokenizer]) -> None:
    source = (
        "{% set ns = namespace(n=0, last='') %}{% for m in messages %}"
        "{% if m.role == 'user' and '</think>' in m.content %}{% set ns.n = ns.n + 1 %}{% endif %}"
        "{% set ns.last = m.content | trim %}<|{{ m['role'] }}|>"
        "{{ m.content.split('</x>')[-1].lstrip('\\n') + eos_token }}\n{% endfor %}"
        "{% if add_generation_prompt %}<|assistant|>{% endif %}"
    )
    said = [ChatMessage("assistant" if n % 2 else "user", "long words " * 300) for n in range(1000)]
    ids = ChatTemplate(source).render_ids(tokenizers["bytes"], said)
    assert ids == ChatTemplate().render_ids(tokenizers["bytes"], said)


def test_stop_works_meanwhile(tokenizers: dict[str, Tokenizer]) -> None:
    class Enough(Exception):
        pass

    asked = 0

    def check() -> None:
        nonlocal asked
        asked += 1
        if asked == 3:
            raise Enough

    source = ENDLESS["loops"] + "{% for m in messages %}{{ m.content }}{% endfor %}"
    with pytest.raises(Enough):
        ChatTemplate(source).render_ids(tokenizers["bytes"], [ChatMessage("user", "x")], check=check)
    assert asked == 3


def test_two_threads_may_use_one_template(tokenizers: dict[str, Tokenizer]) -> None:
    template, said = ChatTemplate(), [ChatMessage("user", "x " * 50)] * 40
    expected = template.render_ids(tokenizers["bytes"], said)
    found: list[list[int]] = []
    threads = [
        threading.Thread(target=lambda: found.append(template.render_ids(tokenizers["bytes"], said))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 8
