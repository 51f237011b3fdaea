"""Bad input on the command line: one clear sentence, an exit code that is not zero, and nothing lost."""

from __future__ import annotations

import errno
import json
import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from engine.cli import main
from engine.io.conversation_log import ConversationLog
from engine.io.soul import Soul, new_meta, save_soul
from engine.session.workspace import Workspace

Run = Callable[..., subprocess.CompletedProcess[str]]

Spoil = Callable[[Path, Path], object]


def header(length: int, text: str = "") -> bytes:
    return b"BITT" + struct.pack("<Q", length) + text.encode()


def contradict(models: Path, target: Path) -> None:
    """A folder whose config says more layers than its weights have."""
    target.mkdir()
    for name in ("model.safetensors", "tokenizer.json", "config.json"):
        (target / name).write_bytes((models / "tiny" / name).read_bytes())
    config = json.loads((target / "config.json").read_text())
    (target / "config.json").write_text(json.dumps(config | {"num_layers": 3}))


BAD_MODELS: dict[str, Spoil] = {
    "missing": lambda models, target: None,
    "empty": lambda models, target: target.touch(),
    "empty folder": lambda models, target: target.mkdir(),
    "truncated": lambda models, target: target.write_bytes((models / "tiny.bitt").read_bytes()[:5000]),
    "wrong magic": lambda models, target: target.write_bytes(b"GGUF" + bytes(1000)),
    "text": lambda models, target: target.write_text("I am a letter.\n" * 50),
    "absurd header": lambda models, target: target.write_bytes(header(1 << 62, "{}")),
    "absurd sizes": lambda models, target: target.write_bytes(
        header(128, json.dumps({"config": {"vocab_size": 1 << 60, "hidden_dim": 1, "num_layers": 1, "inner_lr": 0.1}}))
    ),
    "contradiction": contradict,
}


def told(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """The one sentence on the error stream."""
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("bit-llama: ")
    assert err.count("\n") == 1, err
    assert "Traceback" not in err
    assert "unforeseen" not in err
    assert err.rstrip().endswith((".", ")"))
    for word in words:
        assert word in err
    return err


# Listing souls does not read the weights, so it does not see what is wrong with them.
CASES = [(command, kind) for command in ("run", "chat", "sleep", "export") for kind in BAD_MODELS]
CASES += [("soul", kind) for kind in BAD_MODELS if kind not in ("truncated", "contradiction")]


@pytest.mark.parametrize(("command", "kind"), CASES)
def test_a_bad_model_file(
    models: Path, tmp_path: Path, command: str, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "model.bitt" if "folder" not in kind and kind != "contradiction" else tmp_path / "model"
    BAD_MODELS[kind](models, target)
    args = {
        "run": ["run", target, "Hello"],
        "chat": ["chat", target, "--workspace", tmp_path / "w"],
        "sleep": ["sleep", target, "--workspace", tmp_path / "w"],
        "export": ["export", target, tmp_path / "out.bitt"],
        "soul": ["soul", "list", "--model", target, "--workspace", tmp_path / "w"],
    }[command]
    assert main([str(arg) for arg in args]) == 1
    told(capsys, str(target))
    assert not (tmp_path / "out.bitt").exists()


def test_as_a_program_too(program: Run, tmp_path: Path) -> None:
    done = program("run", tmp_path / "missing.bitt", "Hello")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == f"bit-llama: There is no file {tmp_path / 'missing.bitt'}. Check the name.\n"
    verbose = program("run", tmp_path / "missing.bitt", "Hello", "--verbose")
    assert "Traceback" in verbose.stderr


def test_a_soul_of_another_body(models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    layers = [np.zeros((2, 16, 16), np.float32)] * 2
    save_soul(tmp_path / "stranger.soul", Soul(layers, new_meta("f" * 64)))
    assert main(["run", str(models / "tiny.bitt"), "x", "--soul-file", str(tmp_path / "stranger.soul")]) == 1
    told(capsys, "ffffffff", "model")


@pytest.mark.parametrize("content", [b"", b"x" * 3, b"\xff" * 100, struct.pack("<Q", 1 << 60) + b"{}"])
def test_a_file_that_is_no_soul(
    models: Path, tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.soul").write_bytes(content)
    assert main(["run", str(models / "tiny.bitt"), "x", "--soul-file", str(tmp_path / "bad.soul")]) == 1
    told(capsys, "bad.soul")


def test_an_active_soul_that_is_damaged_is_left_and_can_be_replaced(run: Run, models: Path, tmp_path: Path) -> None:
    model = models / "tiny.bitt"
    assert run("chat", model, "--len", "3", text="Hello\n/save\nagain\n").returncode == 0
    active = next((tmp_path / "workspace").glob("souls/*/main.soul"))
    active.write_bytes(active.read_bytes()[:-50])
    damaged = active.read_bytes()
    refused = run("chat", model, text="Hello\n")
    assert refused.returncode == 1
    assert "soul restore" in refused.stderr
    assert active.read_bytes() == damaged
    assert run("soul", "restore", "--model", model).returncode == 0
    assert run("chat", model, text="").returncode == 0


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["run", "MODEL", "x", "--temp", "nan"], "temperature"),
        (["run", "MODEL", "x", "--top-p", "2"], "top_p"),
        (["run", "MODEL", "x", "--max-tokens", "0"], "--max-tokens"),
        (["run", "MODEL", "x", "--device", "warp"], "warp"),
        (["run", "MODEL", "x", "--threads", "0"], "threads"),
        (["chat", "MODEL", "--soul", "../up", "--workspace", "W"], "../up"),
        (["chat", "MODEL", "--workspace", "MODEL"], "--workspace"),
        (["soul", "restore", "nobody", "--model", "MODEL", "--workspace", "W"], "nothing to go back to"),
        (["soul", "save", "x.soul", "--model", "MODEL", "--workspace", "W"], "has not lived"),
        (["export", "MODEL", "W/none/x.bitt"], "none"),
        (["export", "MODEL", "W/folder", "--half"], "--half"),
    ],
)
def test_arguments_that_cannot_work(
    models: Path, tmp_path: Path, args: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    places = {"MODEL": str(models / "tiny.bitt"), "W": str(tmp_path / "w")}
    assert main([places.get(arg, arg.replace("W/", f"{tmp_path}/")) for arg in args]) == 1
    told(capsys, words)


def test_a_second_program_on_the_same_workspace(run: Run, models: Path, tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "workspace").lock():
        for args in (["chat", models / "tiny.bitt"], ["sleep", models / "tiny.bitt"]):
            done = run(*args, text="Hello\n")
            assert done.returncode == 1
            assert f"in use by another program (process {os.getpid()})" in done.stderr
            assert done.stderr.count("\n") == 1
    assert ConversationLog(tmp_path / "workspace" / "memories").entries() == []


@pytest.mark.skipif(sys.platform == "win32", reason="a limit on file size stands for the full disk")
def test_a_full_disk(run: Run, program: Run, models: Path, tmp_path: Path) -> None:
    import resource

    def little_space() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))

    model = models / "tiny.bitt"
    done = program("export", model, tmp_path / "copy.bitt", preexec_fn=little_space)
    assert done.returncode == 1
    assert "Could not write" in done.stderr
    assert done.stderr.count("\n") == 1
    assert list(tmp_path.glob("*copy*")) == []

    assert run("chat", model, "--len", "3", text="Hello\n").returncode == 0
    active = next((tmp_path / "workspace").glob("souls/*/main.soul"))
    before = active.read_bytes()
    assert len(before) > 3000
    done = program("chat", model, "--len", "3", text="again\n", preexec_fn=little_space)
    assert done.returncode == 1
    assert "Could not write" in done.stderr
    assert "Traceback" not in done.stderr

    done = program("doctor", preexec_fn=little_space)
    assert done.returncode == 1
    (line,) = [line for line in done.stdout.splitlines() if " workspace " in line]
    assert line.startswith("BAD")
    assert os.strerror(errno.EFBIG) in line
    assert not list((tmp_path / "workspace").glob("tmp*"))
    assert active.read_bytes() == before
    again = run("chat", model, text="")
    assert again.returncode == 0
    assert "2 messages to sleep on" in again.stderr


POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2\nsize 12345\n"
PAGE = "\ufeff\n<!DOCTYPE html>\n<html><head><title>Sign in</title></head></html>\n" * 20


@pytest.mark.parametrize("name", ["a.bitt", "a.safetensors", "a.gguf", "a.soul", "model.safetensors", "config.json"])
@pytest.mark.parametrize(("content", "word"), [(POINTER, "Git LFS"), (PAGE, "web page")], ids=["pointer", "page"])
def test_what_was_saved_in_place_of_a_file_is_told(
    models: Path, tmp_path: Path, content: str, word: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if name in ("model.safetensors", "config.json"):
        path = tmp_path / "model"
        shutil.copytree(models / "tiny", path)
        (path / name).write_text(content, encoding="utf-8")
    else:
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
    args = ["run", models / "tiny.bitt", "Hello", "--soul-file", path] if name == "a.soul" else ["run", path, "Hello"]
    assert main([str(arg) for arg in args]) == 1
    told(capsys, word, name)


@pytest.mark.parametrize("option", ["--half", "--int8", "--int5"])
def test_a_model_is_never_rounded_in_place(
    models: Path, tmp_path: Path, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.bitt"
    shutil.copy(models / "tiny.bitt", path)
    (tmp_path / "link.bitt").symlink_to(path)
    before = path.read_bytes()
    for source, target in ((path, path), (tmp_path / "link.bitt", path), (path, tmp_path / "." / "a.bitt")):
        assert main(["export", str(source), str(target), option]) == 1
        told(capsys, option, "another file")
        assert path.read_bytes() == before
    assert main(["export", str(path), str(path), "--licence", "MIT"]) == 0


def test_a_damaged_soul_with_none_kept_before_it_is_put_aside_as_it_says(
    run: Run, models: Path, tmp_path: Path
) -> None:
    model = models / "tiny.bitt"
    assert run("chat", model, "--len", "3", text="Hello\n").returncode == 0
    active = next((tmp_path / "workspace").glob("souls/*/main.soul"))
    active.write_bytes(active.read_bytes()[:-50])
    damaged = active.read_bytes()
    refused = run("chat", model, text="Hello\n")
    assert refused.returncode == 1
    assert "soul restore" in refused.stderr
    assert run("soul", "restore", "--model", model).returncode == 0
    assert [path.read_bytes() for path in active.parent.glob("main.history/*damaged*")] == [damaged]
    assert run("chat", model, "--len", "3", text="Hello\n").returncode == 0
    assert active.is_file()


def test_a_model_without_a_tokenizer_gets_one_as_it_says(models: Path, tmp_path: Path) -> None:
    shutil.copytree(models / "tiny", tmp_path / "bare")
    (tmp_path / "bare" / "tokenizer.json").unlink()
    assert main(["export", str(tmp_path / "bare"), str(tmp_path / "bare.bitt")]) == 0
    assert main(["run", str(tmp_path / "bare.bitt"), "Hello"]) == 1
    assert main(["export", str(tmp_path / "bare.bitt"), str(tmp_path / "again")]) == 0
    shutil.copy(models / "tiny" / "tokenizer.json", tmp_path / "again")
    assert main(["run", str(tmp_path / "again"), "Hello", "--max-tokens", "3"]) == 0
