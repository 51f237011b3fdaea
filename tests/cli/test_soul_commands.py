"""``bit-llama soul`` and the dial, as a person uses them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.cli.chat import _DIALS
from engine.io.soul import load_soul
from engine.session.active_soul import DIALS
from engine.session.blend import blend
from engine.session.timeline import digest

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def soul(run: Run, models: Path) -> Callable[..., str]:
    """``bit-llama soul`` on the tiny model; what it printed, or the error of a command that failed."""

    def run_it(*args: object, code: int = 0, text: str = "") -> str:
        done = run("soul", args[0], "--model", models / "tiny.bitt", *args[1:], text=text)
        assert done.returncode == code, done.stderr
        return done.stdout if code == 0 else done.stdout + done.stderr

    return run_it


@pytest.fixture
def chat(run: Run, models: Path) -> Callable[..., str]:
    """``bit-llama chat`` with what is typed; what the program said of itself."""

    def run_it(text: str, *options: object) -> str:
        done = run("chat", models / "tiny.bitt", "--len", "3", "--seed", "1", *options, text=text)
        assert done.returncode == 0, done.stderr
        return done.stderr

    return run_it


def active(workspace: Path, name: str = "main") -> str:
    (path,) = workspace.glob(f"workspace/souls/*/{name}.soul")
    return digest(load_soul(path))


def files(workspace: Path) -> dict[str, bytes]:
    folder = workspace / "workspace"
    found = (path for path in folder.rglob("*") if path.is_file() and path.name != "workspace.lock")
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def test_the_way_back_and_the_way_back_from_there(
    soul: Callable[..., str], chat: Callable[..., str], tmp_path: Path
) -> None:
    chat("My cat is Miso.\n/save\n")
    before = active(tmp_path)
    assert "Nothing has happened" in soul("undo", code=1)
    chat("/reset\n")
    newborn = active(tmp_path)
    assert newborn != before
    soul("undo")
    assert active(tmp_path) == before
    soul("undo")
    assert active(tmp_path) == newborn
    kept = next(line.split()[0] for line in soul("list").splitlines() if " save " in line)
    assert "Active again" in soul("restore", kept)
    assert active(tmp_path) == before
    assert f"sha256 {before}" in soul("show")
    assert f"sha256 {before}" in soul("show", kept)


def test_labels_notes_and_pins_leave_the_soul_files_alone(
    soul: Callable[..., str], chat: Callable[..., str], tmp_path: Path
) -> None:
    chat("My cat is Miso.\n/save\n/reset\n")
    kept = soul("list").split()[0]
    before = {name: data for name, data in files(tmp_path).items() if name.endswith(".soul")}
    assert "[holidays]" in soul("rename", "--id", kept, "holidays")
    assert "before we left" in soul("note", "holidays", "before we left")
    assert "pinned" in soul("pin", "holidays")
    assert "[holidays]  before we left  pinned" in soul("list")
    assert "pinned" in soul("delete", "holidays", code=1)
    assert "pinned" not in soul("unpin", "holidays")
    assert before == {name: data for name, data in files(tmp_path).items() if name.endswith(".soul")}
    assert kept in soul("delete", "holidays")
    assert kept not in soul("list")
    assert "no kept soul" in soul("pin", "holidays", code=1)
    assert "Deleted 0 autosaves" in soul("prune")
    assert "at least 1" in soul("prune", "--keep", "0", code=1)


def test_several_souls_in_one_model(soul: Callable[..., str], chat: Callable[..., str], tmp_path: Path) -> None:
    chat("My cat is Miso.\n")
    first = active(tmp_path)
    assert "'luna' begins" in soul("branch", "luna")
    assert active(tmp_path, "luna") == first
    assert "luna" in soul("list")
    assert "already" in soul("branch", "Luna", code=1)
    soul("switch", "luna")
    assert "Soul     luna" in chat("I am another one.\n")
    assert active(tmp_path) == first
    assert active(tmp_path, "luna") != first
    soul("rename", "Selene")
    assert "Soul     Selene" in chat("")
    assert "main" in soul("list")
    assert "Soul     main" in chat("Back with the first.\n", "--soul", "main")
    assert "Soul     main" in chat(""), "the one used last wakes"
    assert "no soul called" in soul("switch", "nobody", code=1)
    assert "I am another one." in soul("log", "--soul", "Selene")
    assert "I am another one." not in soul("log")


def test_what_changed_from_one_soul_to_another(soul: Callable[..., str], chat: Callable[..., str]) -> None:
    chat("My cat is Miso.\n/save\nShe is three years old.\n")
    kept = soul("list").split()[0]
    table = soul("diff", kept).splitlines()
    assert [line.split()[0] for line in table[:4]] == ["layer", "0", "1", "all"]
    told = json.loads(soul("diff", kept, "--json"))
    assert told["tokens"] > 0
    assert 0 < told["whole"]["change"] < 1
    assert [len(heads) for heads in told["heads"]] == [2, 2]
    assert json.loads(soul("diff", kept, kept, "--json"))["whole"]["change"] == 0


def test_two_souls_are_blended_and_undo_takes_it_back(
    soul: Callable[..., str], chat: Callable[..., str], tmp_path: Path
) -> None:
    chat("My cat is Miso.\n/save\n")
    soul("rename", "first", "--id", soul("list").split()[0])
    soul("branch", "luna")
    chat("I live in Oslo.\n", "--soul", "luna")
    soul("switch", "main")
    chat("My dog is Bramble.\n", "--soul", "main")
    main, luna = (load_soul(next(tmp_path.glob(f"workspace/souls/*/{name}.soul"))) for name in ("main", "luna"))
    told = soul("blend", "luna", "--share", "0.25")
    assert "25% of luna" in told
    assert "soul of before was kept" in told
    assert active(tmp_path) == digest(blend(main, luna, 0.25))
    assert active(tmp_path, "luna") == digest(luna)
    assert " blend " in soul("list")
    soul("undo")
    assert active(tmp_path) == digest(main)
    soul("blend", "first", "luna")
    first = load_soul(next(tmp_path.glob("workspace/souls/*/main.history/*-save-*.soul")))
    assert active(tmp_path) == digest(blend(first, luna, 0.5))
    soul("save", tmp_path / "copy.soul")
    now = active(tmp_path)
    assert "copy.soul" in soul("blend", tmp_path / "copy.soul")
    assert active(tmp_path) == now
    assert "between 0" in soul("blend", "luna", "--share", "1", code=1)
    assert "'nobody'" in soul("blend", "nobody", code=1)
    assert active(tmp_path) == now


def test_forgetting_says_what_it_costs_and_asks(
    soul: Callable[..., str], chat: Callable[..., str], tmp_path: Path
) -> None:
    chat("My cat is Miso.\n")
    before = active(tmp_path)
    chat("The password is zanzibar.\n")
    (line,) = soul("log", "--find", "ZANZIBAR").splitlines()
    untouched = files(tmp_path)
    told = soul("forget", line.split()[0], text="n\n", code=1)
    for words in ("2 messages leave the log", "made anew", "to live again", "takes about", "Nothing was changed"):
        assert words in told
    assert files(tmp_path) == untouched
    assert "Forgotten" in soul("forget", line.split()[0], text="y\n")
    assert active(tmp_path) == before
    assert not any(b"zanzibar" in data for data in files(tmp_path).values())
    assert "No message" in soul("log", "--find", "zanzibar")
    (line,) = soul("log", "--find", "Miso").splitlines()
    assert "Forgotten. Level 0." in soul("forget", "--conversation", line.split()[2], "--yes")
    assert "Nothing was said" in soul("log")
    assert "no message" in soul("forget", "nobody", code=1)
    assert "soul log" in soul("forget", code=1)


@pytest.mark.parametrize("dial", ["use", "temporary"])
def test_a_dialled_chat_writes_nothing(
    soul: Callable[..., str], chat: Callable[..., str], tmp_path: Path, dial: str
) -> None:
    chat("My cat is Miso.\n")
    before = files(tmp_path)
    assert "nothing is written" in chat("A secret.\nAnd another.\n/new\nThe third.\n", "--dial", dial)
    assert files(tmp_path) == before
    chat(f"/dial {dial}\nA secret.\n/dial learn\nHello again.\n")
    assert not any(b"A secret." in data for data in files(tmp_path).values())
    assert "Hello again." in soul("log")


def test_a_temporary_chat_in_a_new_workspace_leaves_no_soul(chat: Callable[..., str], tmp_path: Path) -> None:
    chat("A secret.\n", "--dial", "temporary", "--soul", "luna")
    assert set(files(tmp_path)) == {"workspace.json"}


def test_a_copy_has_an_identity_of_its_own(soul: Callable[..., str], chat: Callable[..., str], tmp_path: Path) -> None:
    chat(f"My cat is Miso.\n/save {tmp_path / 'a.soul'}\n")
    soul("save", tmp_path / "b.soul")
    metas = [load_soul(tmp_path / name).meta for name in ("a.soul", "b.soul")]
    (path,) = tmp_path.glob("workspace/souls/*/main.soul")
    live = load_soul(path).meta
    assert len({live.id, *(meta.id for meta in metas)}) == 3
    assert {meta.parent for meta in metas} == {live.id}
    assert {digest(load_soul(tmp_path / name)) for name in ("a.soul", "b.soul")} == {active(tmp_path)}


def test_the_dials_of_the_chat_are_those_of_the_engine() -> None:
    assert tuple(_DIALS) == DIALS


def test_a_soul_moves_to_another_model_and_says_what_came_along(
    soul: Callable[..., str], chat: Callable[..., str], run: Run, models: Path, tmp_path: Path
) -> None:
    to = ("--to", models / "other.bitt", "--threads", "1")
    assert "Nothing was said" in soul("move", *to, code=1)
    chat("My cat is called Miso.\nlol ok\n")
    before = files(tmp_path)
    assert soul("move", *to, "--to", models / "tiny.bitt", code=1)
    assert soul("move", *to, "--soul", "nobody", code=1)
    assert files(tmp_path) == before
    told = soul("move", *to, "--name", "luna", "--drift-limit", "99")
    assert "Miso" in told
    assert "lol ok" in told
    assert all(files(tmp_path)[name] == data for name, data in before.items() if name.startswith("souls"))
    listed = run("soul", "list", "--model", models / "other.bitt").stdout
    assert " move " in listed
    assert "luna" in listed
    assert "My cat is called Miso." in run("soul", "log", "--model", models / "other.bitt").stdout
    assert soul("move", *to, "--name", "luna", code=1)
