"""A run goes on with the corpus and the tokenizer it began with, or says how to go on with others on purpose."""

from __future__ import annotations

import dataclasses
import json
import random
import re
import shutil
from pathlib import Path

import pytest
from runs import SMALL, at

from engine.cli import main
from engine.errors import ConfigError, DataError, TrainingError
from engine.io.model_file import load_weights
from engine.train import checkpoint
from engine.train.args import TrainArgs
from engine.train.data import TokenData
from engine.train.prepare import prepare
from engine.train.training_loop import run_training

FIRST = "the moon is up and night quiet river stone bird tree sings over hill"
SECOND = "zwölf boxkämpfer jagen viktor quer über den großen sylter deich und zurück"


@pytest.fixture(scope="module")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``one`` and ``two``, of other words, their tokenizers of one size; ``two-as-one``: the second, as the first's."""
    folder = tmp_path_factory.mktemp("corpora")
    for name, words in (("one", FIRST), ("two", SECOND)):
        rng = random.Random(1)
        lines = (" ".join(rng.choices(words.split(), k=12)) + "." for _ in range(400))
        (folder / f"{name}.txt").write_text("\n".join(lines), encoding="utf-8")
        prepare([folder / f"{name}.txt"], folder / name, "bpe", 290, 0.1)
    prepare([folder / "two.txt"], folder / "two-as-one", val_fraction=0.1, tokenizer=folder / "one")
    return folder


@pytest.fixture
def args(corpora: Path, tmp_path: Path) -> TrainArgs:
    run = dataclasses.replace(at(SMALL, corpora / "one", tmp_path / "run"), steps=4, save_interval=2)
    run_training(run)
    return dataclasses.replace(run, steps=6)


def files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def advised(error: Exception, flag: str) -> str:
    """The value that a sentence says to give with a flag."""
    found = re.search(rf"{flag} (\S+?)[.,;]?(?:\s|$)", str(error))
    assert found, str(error)
    return found[1]


def test_another_tokenizer_of_the_same_size_is_refused_and_nothing_is_written(
    corpora: Path, args: TrainArgs, tmp_path: Path
) -> None:
    one, two = (TokenData.open(corpora / name).tokenizer for name in ("one", "two"))
    assert one.vocab_size == two.vocab_size
    before = files(tmp_path / "run")
    other = dataclasses.replace(args, data=str(corpora / "two"))
    with pytest.raises(ConfigError, match="another tokenizer") as refused:
        run_training(other, resume=True)
    assert files(tmp_path / "run") == before

    # what it advises leads on
    prepare(
        [corpora / "two.txt"], tmp_path / "again", val_fraction=0.1, tokenizer=advised(refused.value, "--tokenizer")
    )
    start = advised(refused.value, "--init-from")
    moved = dataclasses.replace(args, data=str(tmp_path / "again"), out=str(tmp_path / "own"), init_from=start)
    assert run_training(moved).finished


@pytest.mark.parametrize("form", ["folder", "file", "checkpoint", "bitt"])
def test_a_model_is_neither_trained_nor_measured_on_tokens_of_another_tokenizer(
    corpora: Path, args: TrainArgs, tmp_path: Path, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    paths = {"folder": run / "model", "file": run / "model" / "model.safetensors", "bitt": tmp_path / "a.bitt"}
    model = paths.get(form) or checkpoint.find_latest(run)
    assert main(["export", str(run / "model"), str(paths["bitt"]), "--float"]) == 0
    start = dataclasses.replace(args, data=str(corpora / "two"), out=str(tmp_path / "own"), init_from=str(model))
    with pytest.raises(ConfigError, match="another tokenizer") as refused:
        run_training(start)
    assert not (tmp_path / "own").exists()
    capsys.readouterr()
    assert main(["evaluate", str(model), "--data", str(corpora / "two"), "--context", "16"]) == 1
    assert "another tokenizer" in capsys.readouterr().err

    source = advised(refused.value, "--tokenizer")
    if form == "checkpoint":
        source = str(run / "checkpoints" / "tokenizer.json")
    prepare([corpora / "two.txt"], tmp_path / "again", val_fraction=0.1, tokenizer=source)
    assert main(["evaluate", str(model), "--data", str(tmp_path / "again"), "--context", "16"]) == 0
    assert run_training(dataclasses.replace(start, data=str(tmp_path / "again"))).finished


def test_another_corpus_is_refused_by_name_and_a_moved_one_is_not(
    corpora: Path, args: TrainArgs, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match="holds another") as refused:
        run_training(dataclasses.replace(args, data=str(corpora / "two-as-one")), resume=True)
    assert str(corpora / "one") in str(refused.value)
    own = dataclasses.replace(
        args,
        data=str(corpora / "two-as-one"),
        out=str(tmp_path / "own"),
        init_from=advised(refused.value, "--init-from"),
    )
    assert run_training(own).finished
    shutil.copytree(corpora / "one", tmp_path / "moved")
    assert run_training(dataclasses.replace(args, data=str(tmp_path / "moved")), resume=True).finished


def test_a_run_of_before_corpora_were_named_goes_on(args: TrainArgs, tmp_path: Path) -> None:
    folder = checkpoint.find_latest(tmp_path / "run")
    assert folder is not None
    meta = json.loads((folder / "loop.json").read_text())
    del meta["corpus"]
    (folder / "loop.json").write_text(json.dumps(meta))
    assert run_training(args, resume=True).finished


def test_one_tokenizer_in_two_layouts_is_one(corpora: Path, args: TrainArgs, tmp_path: Path) -> None:
    path = tmp_path / "run" / "model" / "tokenizer.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8"))), encoding="utf-8")
    assert load_weights(tmp_path / "run" / "model").tokenizer != (corpora / "one" / "tokenizer.json").read_text()
    start = dataclasses.replace(args, out=str(tmp_path / "own"), init_from=str(tmp_path / "run" / "model"))
    assert run_training(start).finished


@pytest.mark.parametrize("saved", [True, False])
def test_a_run_that_ran_away_goes_on_as_it_advises(corpora: Path, tmp_path: Path, saved: bool) -> None:
    wild = dataclasses.replace(
        at(SMALL, corpora / "one", tmp_path / "run"), lr=1e9, warmup_steps=1, save_interval=1 if saved else 50
    )
    if saved:  # its first steps were calm
        run_training(dataclasses.replace(wild, lr=1e-3, steps=3))
    with pytest.raises(TrainingError, match="became nan") as ended:
        run_training(wild, resume=saved)
    latest = checkpoint.find_latest(tmp_path / "run")
    assert (latest is not None) == saved == ("--resume" in str(ended.value))
    if latest is not None:
        steps = sorted(path.name for path in latest.parent.glob("step-*"))
        (latest.parent / "latest").write_text(steps[0])
    calm = dataclasses.replace(wild, lr=1e-3)
    assert run_training(calm, resume="--resume" in str(ended.value)).finished


def test_weights_that_are_no_numbers_are_never_the_last_good_checkpoint(corpora: Path, tmp_path: Path) -> None:
    args = dataclasses.replace(at(SMALL, corpora / "one", tmp_path / "run"), lr=1e-3, save_interval=2, steps=4)
    run_training(args)
    with pytest.raises(TrainingError) as ended:
        run_training(dataclasses.replace(args, lr=1e30, weight_decay=1e30, steps=40, save_interval=1), resume=True)
    kept = checkpoint.find_latest(tmp_path / "run")
    assert str(kept) in str(ended.value)
    assert kept is not None
    weights = checkpoint.load_trained(kept)
    assert all(abs(float(weights.tensors[name].sum())) < 1e38 for name in weights.tensors if "norm" in name)


def test_a_resumed_run_keeps_the_dials_that_are_not_named(corpora: Path, args: TrainArgs, tmp_path: Path) -> None:
    command = ["train", f"--data={corpora / 'one'}", f"--out={tmp_path / 'run'}", "--device=cpu", "--threads=1"]
    assert main([*command, "--resume", "--steps=6"]) == 0
    latest = checkpoint.find_latest(tmp_path / "run")
    assert latest is not None
    meta = checkpoint.read_meta(latest)
    assert (meta["step"], meta["args"]["lr"], meta["args"]["dim"]) == (6, SMALL.lr, SMALL.dim)
    assert main([*command, "--resume", "--steps=7", "--lr=1e-4"]) == 0


@pytest.mark.parametrize("changes", [{"context_len": 10**5}, {"eval_tokens": 5}], ids=str)
def test_what_cannot_be_measured_is_said_before_the_first_step(
    corpora: Path, tmp_path: Path, changes: dict[str, int]
) -> None:
    args = dataclasses.replace(at(SMALL, corpora / "one", tmp_path / "run"), **changes)  # type: ignore[arg-type]
    with pytest.raises((ConfigError, DataError), match="--context-len"):
        run_training(args)
    assert not (tmp_path / "run").exists()
