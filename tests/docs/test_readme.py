"""The documentation says what is so: commands, options, paths, links, tables of defaults, and examples that run."""

from __future__ import annotations

import argparse
import dataclasses
import functools
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from documents import DOCUMENTS, ROOT, Block, Document, rows, shell_lines

from engine.cli import COMMANDS, build_parser
from engine.cli.chat import HELP
from engine.models.config import BitLlamaConfig
from engine.train.args import TrainArgs
from studio import theme
from tools.companion import __main__ as companion

ALL = [Document.read(path) for path in DOCUMENTS]
BY_NAME = {document.path.name: document for document in ALL}
SHELL = [block for document in ALL for block in document.blocks("sh", "bat")]
PYTHON = [block for document in ALL for block in document.blocks("python")]
TRAINED = "resources/models/companion.bitt"
"""Made by `make companion`, so it may be missing in a checkout where that was not run."""


def where(block: Block) -> str:
    return f"{block.document.name}:{block.line}"


def options(parser: argparse.ArgumentParser) -> set[str]:
    """All long options of a parser and of the commands within it, but former names that are still understood."""
    found = set()
    for action in parser._actions:
        if action.help == argparse.SUPPRESS:
            continue
        found |= {name for name in action.option_strings if name.startswith("--")}
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                found |= options(inner)
    return found


def named_options(text: str) -> set[str]:
    return set(re.findall(r"(?<![\w-])--[a-z][a-z0-9-]*", text))


def companion_options(capsys: pytest.CaptureFixture[str]) -> set[str]:
    with pytest.raises(SystemExit):
        companion.main(["generate", "--help"])
    return named_options(capsys.readouterr().out)


@functools.cache
def studio_options() -> set[str]:
    done = subprocess.run(
        [sys.executable, "-m", "studio", "--help"], cwd=ROOT, capture_output=True, check=True, text=True
    )
    return named_options(done.stdout)


def commands() -> dict[str, argparse.ArgumentParser]:
    (action,) = (a for a in build_parser()._actions if isinstance(a, argparse._SubParsersAction))
    return dict(action.choices)


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def programs(line: str) -> Iterator[list[str]]:
    """The words of every program in a shell line, without redirections."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|<>")
    lexer.whitespace_split = True
    words: list[str] = []
    for word in [*lexer, "|"]:
        if word == "|":
            yield words
            words = []
        else:
            words.append(word)


@pytest.mark.parametrize("block", SHELL, ids=where)
def test_shell_examples_are_commands_that_exist(block: Block, capsys: pytest.CaptureFixture[str]) -> None:
    for line in shell_lines(block):
        for program, *words in programs(line):
            if "<" in words:
                words = words[: words.index("<")]
            if program == "bit-llama":
                build_parser().parse_args(words)
            elif program == "bit-llama-studio":
                assert named_options(" ".join(words)) <= studio_options()
            elif program == "torchrun":
                from torch.distributed.run import parse_args

                given = parse_args(words)
                assert (given.module, given.training_script) == (True, "engine.cli")
                build_parser().parse_args(given.training_script_args)
            elif program == "make":
                assert set(words) <= make_targets()
            elif words[:2] == ["-m", "tools.companion"]:
                assert named_options(" ".join(words)) <= companion_options(capsys)
            else:
                assert program in ("echo", "printf"), f"nobody checks {line!r}"


@pytest.mark.parametrize("document", ALL, ids=lambda document: document.path.name)
def test_what_is_named_in_the_text_exists(document: Document, capsys: pytest.CaptureFixture[str]) -> None:
    known = options(build_parser()) | studio_options() | companion_options(capsys)
    for code in document.inline_code():
        words = code.split()
        if words[0] == "bit-llama" and len(words) > 1:
            assert words[1] in (*COMMANDS, "COMMAND"), code
        if words[0] == "make" and len(words) > 1:
            assert words[1] in make_targets(), code
        assert named_options(code) <= known, f"{document.path.name} names an option that no command has: {code}"
        for path in re.findall(r"(?:engine|studio|tests|docs|packaging|resources)/[\w./-]*", code):
            assert path == TRAINED or (ROOT / path).exists(), f"{document.path.name} names {path}"


@pytest.mark.parametrize("document", ALL, ids=lambda document: document.path.name)
def test_links_lead_somewhere(document: Document) -> None:
    for link in document.links():
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        target = (document.path.parent / path).resolve() if path else document.path
        assert target.exists(), f"{document.path.name} links to {link}"
        if anchor:
            assert anchor in Document.read(target).anchors(), f"{document.path.name} links to {link}"


def test_the_tree_of_the_readme() -> None:
    section = BY_NAME["README.md"].section("What is where")
    (block,) = [b for b in BY_NAME["README.md"].blocks("text") if b.code in section]
    folders: list[str] = []
    for line in block.code.splitlines():
        name = line.split()[0]
        depth = (len(line) - len(line.lstrip())) // 2
        path = ROOT.joinpath(*folders[:depth], name)
        assert path.is_dir() if name.endswith("/") else path.is_file(), f"the tree names {path}"
        folders[depth:] = [name]


def test_every_document_is_named_in_the_readme() -> None:
    assert {f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")} <= {
        link.partition("#")[0] for link in BY_NAME["README.md"].links()
    }


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_its_section_and_all_its_options_there(name: str) -> None:
    section = BY_NAME["commands.md"].section(f"bit-llama {name}")
    assert f"bit-llama {name}" in section, "no example"
    assert options(commands()[name]) - {"--help", "--verbose"} <= named_options(section)


def test_the_slash_commands_of_the_chat() -> None:
    meant = set(re.findall(r"^/\w+", HELP, re.MULTILINE))
    table = BY_NAME["commands.md"].section("bit-llama chat")
    assert set(re.findall(r"`(/\w+)", table)) == meant


def test_the_defaults_of_train() -> None:
    table = rows(BY_NAME["commands.md"].section("bit-llama train"))
    fields = {"--" + field.name.replace("_", "-"): field.default for field in dataclasses.fields(TrainArgs)}
    assert {name: table[name][0] for name in fields} == {
        name: "required" if name == "--data" else str(default) for name, default in fields.items()
    }


def test_the_defaults_of_the_config() -> None:
    table = rows(BY_NAME["formats.md"].section("config.json"))
    fields = {field.name: field.default for field in dataclasses.fields(BitLlamaConfig) if field.name != "extra"}
    assert set(fields) <= set(table)
    for name, default in fields.items():
        meant = "required" if default is dataclasses.MISSING else json.dumps(default)
        assert table[name][0].strip("`") == meant, name


def test_the_tensors_of_the_model() -> None:
    table = rows(BY_NAME["model.md"].section("Tensors"))
    for variant in ("tied", "linear"):
        config = BitLlamaConfig(10, 8, 1, 0.5, ttt_variant=variant)
        specs = config.tensor_specs()
        listed = {name: row for name, row in table.items() if name.endswith((".weight", ".bias"))}
        meant = {name for name, row in listed.items() if row[2].startswith(("both", variant))}
        assert {name.replace("{i}", "0") for name in meant} == set(specs)
        for name in meant:
            assert (listed[name][1] == "yes") == specs[name.replace("{i}", "0")].ternary


def test_the_design_tokens() -> None:
    colour_text, _, size_text = BY_NAME["design-tokens.md"].text.partition("Sizes, in pixels")
    table = rows(colour_text)
    dark, light = theme.colours(theme.DARK), theme.colours(theme.LIGHT)
    assert {name: table[name][:2] for name in dark} == {name: [dark[name], light[name]] for name in dark}
    sizes = {
        "gaps": [theme.GAP_XS, theme.GAP_S, theme.GAP_M, theme.GAP_L, theme.GAP_XL],
        "corners": [theme.RADIUS_CONTROL, theme.RADIUS_CARD, theme.RADIUS_BUBBLE],
        "text": [theme.TEXT_SMALL, theme.TEXT_BODY, theme.TEXT_FIGURE],
        "line height": [theme.LINE_HEIGHT, theme.PROSE_HEIGHT],
        "transcript": [theme.TRANSCRIPT_WIDTH],
        "side column, inspector": [theme.SIDE_WIDTH, theme.INSPECTOR_WIDTH],
        "smallest window": list(theme.MINIMUM_SIZE),
    }
    sizes_table = rows(size_text)
    assert {what: [float(n) for n in re.findall(r"[\d.]+", sizes_table[what][0])] for what in sizes} == sizes
    assert f"under {theme.FOLD_WIDTH} wide" in sizes_table["side column, inspector"][1]


def test_the_recipe_of_the_companion_is_that_of_the_makefile() -> None:
    first, cores, card = BY_NAME["companion.md"].blocks("sh")
    for blocks, chosen in (((first, cores), ()), ((first, card), ("CARD=cuda",))):
        dry = ["make", "-n", "companion", *chosen]
        done = subprocess.run(dry, cwd=ROOT, capture_output=True, text=True, check=True)
        recipe = re.sub(r"\$\([^)]*\)", "", done.stdout.replace("\\\n", " "))
        recipe = " ".join(recipe.replace(".venv/bin/", "").replace(".venv/Scripts/", "").split())
        for line in [line for block in blocks for line in shell_lines(block)]:
            assert line in recipe


@pytest.mark.parametrize("block", PYTHON, ids=where)
def test_python_examples_compile(block: Block) -> None:
    compile(block.code, where(block), "exec")
    assert block.info in (("python",), ("python", "runnable"))


@pytest.mark.parametrize("name", sorted({block.document.name for block in PYTHON if "runnable" in block.info}))
def test_runnable_examples_run(name: str, examples: Path) -> None:
    assert Path.cwd() == examples
    names: dict[str, object] = {"__name__": "example"}
    for block in BY_NAME[name].blocks("python"):
        if "runnable" in block.info:
            code = "\n" * (block.line - 1) + block.code  # so that an error names the line of the document
            exec(compile(code, str(block.document), "exec"), names)
