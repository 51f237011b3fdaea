"""The commands beside chat."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.cli import build_parser, main
from engine.io.model_file import fingerprint, load_weights
from engine.io.soul import load_soul
from engine.text.sampling import CHAT_BEAMS

Run = Callable[..., subprocess.CompletedProcess[str]]


def test_run_writes_one_completion(run: Run, models: Path) -> None:
    first = run("run", models / "tiny.bitt", "Once", "--len", "12", "--seed", "4")
    again = run("run", models / "tiny", "-", "--len", "12", "--seed", "4", text="Once")
    assert first.returncode == again.returncode == 0, first.stderr
    assert first.stdout == again.stdout != "\n"
    assert first.stderr == ""


def test_beams_change_what_is_written_and_a_conversation_has_some_without_asking(run: Run, models: Path) -> None:
    plain, ahead = (
        run("run", models / "tiny.bitt", "Once", "--len", "24", "--temp", "0", "--beams", beams) for beams in (1, 4)
    )
    assert plain.returncode == ahead.returncode == 0
    assert plain.stdout != ahead.stdout
    refused = run("run", models / "tiny.bitt", "Once", "--beams", "0")
    assert refused.returncode != 0
    assert "beams is 0; it must be a whole number from 1 to 16." in refused.stderr
    parser = build_parser()
    defaults = [parser.parse_args(words.split()).beams for words in ("chat", "bench memory", "run a b")]
    assert defaults == [CHAT_BEAMS, CHAT_BEAMS, 1]


@pytest.mark.parametrize("form", [(), ("--float",)])
def test_export_there_and_back_is_the_same_model(
    models: Path, tmp_path: Path, form: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", str(models / "tiny"), str(tmp_path / "a.bitt"), *form]) == 0
    assert main(["export", str(tmp_path / "a.bitt"), str(tmp_path / "folder")]) == 0
    bodies = [load_weights(path) for path in (models / "tiny", tmp_path / "a.bitt", tmp_path / "folder")]
    prints = {fingerprint(body.config, body.tensors) for body in bodies}
    assert len(prints) == 1
    assert prints.pop()[:16] in capsys.readouterr().out
    assert {body.tokenizer is None for body in bodies} == {False}


def test_a_licence_is_named_in_the_model_and_leaves_it_the_same(models: Path, tmp_path: Path) -> None:
    assert main(["export", str(models / "tiny.bitt"), str(tmp_path / "a.bitt"), "--licence", "MIT"]) == 0
    bodies = [load_weights(path) for path in (models / "tiny.bitt", tmp_path / "a.bitt")]
    assert [body.config.extra.get("license") for body in bodies] == [None, "MIT"]
    assert bodies[0].fingerprint == bodies[1].fingerprint


def test_half_floats_are_smaller_and_said_to_be_another_body(
    models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", str(models / "tiny"), str(tmp_path / "half.bitt"), "--half"]) == 0
    assert "souls of its own" in capsys.readouterr().out
    assert (tmp_path / "half.bitt").stat().st_size < (models / "tiny.bitt").stat().st_size
    assert load_weights(tmp_path / "half.bitt").fingerprint != load_weights(models / "tiny.bitt").fingerprint


def test_inspect_says_what_it_is_and_fails_where_something_is_wrong(
    models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["inspect", str(models / "tiny.bitt"), str(models / "tiny")]) == 0
    text = capsys.readouterr().out
    assert text.count(load_weights(models / "tiny").fingerprint[:16]) == 2
    (tmp_path / "cut.bitt").write_bytes((models / "tiny.bitt").read_bytes()[:-100])
    assert main(["inspect", "--json", str(models / "tiny.bitt"), str(tmp_path / "cut.bitt")]) == 1
    good, bad = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert good["ok"]
    assert not bad["ok"]


def test_sleep_soul_list_show_save_and_restore(run: Run, models: Path, tmp_path: Path) -> None:
    model = ("--model", models / "tiny.bitt")
    assert "has not lived yet" in run("soul", "list", *model).stdout
    assert run("chat", models / "tiny.bitt", "--len", "4", text="My cat is Miso.\n").returncode == 0
    slept = run("sleep", models / "tiny.bitt", "--passes", "2", "--rate", "3")
    assert slept.returncode == 0, slept.stderr
    assert "learned 1 message of 1 conversation" in slept.stdout
    assert "Nothing to sleep on" in run("sleep", models / "tiny.bitt").stdout

    listed = run("soul", "list", *model).stdout.splitlines()
    assert [line.split()[2] for line in listed] == ["autosave", "sleep", "active"]
    awake = listed[0].split()[0]
    assert run("soul", "save", tmp_path / "awake.soul", "--id", awake, *model).returncode == 0
    assert run("soul", "save", tmp_path / "active.soul", *model).returncode == 0
    before, after = load_soul(tmp_path / "awake.soul"), load_soul(tmp_path / "active.soul")
    assert after.meta.level > before.meta.level
    assert "sleep" in run("soul", "show", tmp_path / "active.soul").stdout
    assert run("soul", "restore", awake, *model).returncode == 0
    assert run("soul", "save", tmp_path / "restored.soul", *model).returncode == 0
    restored = load_soul(tmp_path / "restored.soul")
    assert all((a == b).all() for a, b in zip(restored.layers, before.layers, strict=True))
    assert "learned 1 message" in run("sleep", models / "tiny.bitt").stdout


def test_doctor_tells_of_this_machine(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIT_LLAMA_WORKSPACE", str(tmp_path / "workspace"))
    main(["doctor"])
    text = capsys.readouterr().out
    for words in (
        "torch",
        "cpu         torch can run",
        "triton",
        "cuda",
        "mps",
        "fla",
        str(tmp_path / "workspace"),
        "tokenizers",
        "model",
    ):
        assert words in text
    (tmp_path / "file").write_text("")
    assert main(["doctor", "--workspace", str(tmp_path / "file")]) == 1
    assert "BAD  workspace" in capsys.readouterr().out


def test_every_command_is_listed_and_explained(capsys: pytest.CaptureFixture[str]) -> None:
    text = build_parser().format_help()
    for command in ("chat", "run", "inspect", "export", "soul", "sleep", "doctor"):
        assert command in text
        with pytest.raises(SystemExit) as left:
            main([command, "--help"])
        assert left.value.code == 0
    assert "--rate" in capsys.readouterr().out


@pytest.mark.parametrize("args", [[], ["dance"], ["run"], ["chat", "--len", "many"]])
def test_wrong_usage_exits_with_two(args: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(args)
    assert left.value.code == 2
    assert "usage: bit-llama" in capsys.readouterr().err
