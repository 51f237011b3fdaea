"""A model divided among ranks: the same run, in parts that any number of them puts together again."""

from __future__ import annotations

import dataclasses
import json
import os
import random
import resource
import shutil
import signal
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from ranks import run_ranks, run_well
from runs import SMALL, Fate, apart, at, losses, train
from torch import Tensor
from torch.autograd.graph import saved_tensors_hooks
from torch.distributed import checkpoint as dcp

from engine.cli import main
from engine.errors import ConfigError, FileFormatError
from engine.io.model_file import fingerprint, load_weights
from engine.io.tensors import TensorFile, save_tensors
from engine.llama import Llama
from engine.models.bitllama import BitLlama
from engine.text.sampling import SamplingParams
from engine.text.template import ChatMessage
from engine.train import checkpoint
from engine.train.args import TrainArgs
from engine.train.distributed import ALONE, joined
from engine.train.learner import Learner
from engine.train.shard_files import OFFSETS, Shards
from engine.train.sharding import _computed_anew

pytestmark = pytest.mark.slow


def sharded(args: TrainArgs, resume: bool = False, fate: Fate | None = None) -> None:
    train(args, resume, fate, shard=True)


def latest(out: str | Path) -> Path:
    folder = checkpoint.find_latest(Path(out))
    assert folder is not None
    return folder


@pytest.fixture(scope="module")
def talk(corpora: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run of two ranks on dialogues."""
    folder = tmp_path_factory.mktemp("sharded")
    run_well(2, folder / "ranks", sharded, at(SMALL, corpora["talk"], folder / "run"))
    return folder / "run"


def test_a_divided_model_trains_to_the_curve_of_one_process(alone: dict[str, Path], talk: Path) -> None:
    assert apart(losses(alone["talk"]), losses(talk)) < 1e-5
    whole, parts = Shards(latest(alone["talk"])), Shards(latest(talk))
    assert whole.shapes == parts.shapes
    for name in whole:
        np.testing.assert_allclose(parts[name], whole[name], atol=2e-3, err_msg=name)
    half = sum(array.size for array in whole.values()) / 2
    for path in latest(talk).glob("training-*-of-00002.safetensors"):
        assert sum(array.size for array in TensorFile.open(path).tensors.values()) == pytest.approx(half, rel=0.1)


def test_it_goes_on_with_any_number_of_ranks_divided_or_not(
    corpora: dict[str, Path], alone: dict[str, Path], tmp_path: Path
) -> None:
    args = at(SMALL, corpora["text"], tmp_path / "run")
    fate = Fate(random.randrange(4), random.randrange(11, 40), signal.SIGKILL)
    ended = run_ranks(4, tmp_path / "a", sharded, args, False, fate)
    for rank, one in enumerate(ended):
        assert one.code == (-signal.SIGKILL if rank == fate.rank else 1), fate
        assert rank == fate.rank or "Another process of this run ended" in one.log
    assert checkpoint.read_meta(latest(args.out))["step"] == fate.step // 10 * 10
    run_well(2, tmp_path / "b", sharded, args, True, Fate(1, 3))
    run_well(2, tmp_path / "c", train, args, True, Fate(0, 2))
    run_well(2, tmp_path / "d", sharded, args, True, Fate(0, 2))
    train(args, resume=True)
    assert apart(losses(alone["text"]), losses(args.out)) < 1e-5, fate


def test_its_checkpoint_exports_to_a_file_that_chats(
    talk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", str(latest(talk)), str(tmp_path / "talk.bitt")]) == 0
    assert "read back and checked" in capsys.readouterr().out
    body, trained = load_weights(tmp_path / "talk.bitt"), load_weights(talk / "model")
    assert fingerprint(body.config, body.tensors) == fingerprint(trained.config, trained.tensors)
    llama = Llama.load_auto(str(tmp_path / "talk.bitt"), device="cpu")
    reply = llama.stream_chat([ChatMessage("user", "my number is 7")], 8, SamplingParams(temperature=0))
    assert reply.tokens


def test_torch_reads_the_shards_too(talk: Path) -> None:
    shards = Shards(latest(talk))
    found = {name: torch.zeros(shape, dtype=torch.float32) for name, shape in shards.shapes.items() if "model." in name}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that there is one process only
        dcp.load(found, storage_reader=dcp.HuggingFaceStorageReader(str(latest(talk))), no_dist=True)
    for name, values in found.items():
        np.testing.assert_array_equal(values, shards[name])


def change(name: str, value: object) -> Callable[[Path], None]:
    """Say something else of where a tensor of the second shard lies."""

    def damage(folder: Path) -> None:
        path = folder / "training-00002-of-00002.safetensors"
        file = TensorFile.open(path)
        places = json.loads(file.metadata[OFFSETS]) | {name: value}
        tensors = {name: np.array(values) for name, values in file.tensors.items()}
        save_tensors(path, tensors, file.metadata | {OFFSETS: json.dumps(places)})

    return damage


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda folder: (folder / "training-00002-of-00002.safetensors").unlink(), "lacks some"),
        (change("model.norm_f.weight", {"saved_offsets": [0]}), "model.norm_f.weight in pieces that do not fit"),
        (change("model.norm_f.weight", {"saved_offsets": [9]}), "model.norm_f.weight in pieces that do not fit"),
        (change("model.norm_f.weight", {"saved_offsets": [-1]}), "where model.norm_f.weight belongs"),
        (change("model.norm_f.weight", {"saved_offsets": [0, 0]}), "where model.norm_f.weight belongs"),
        (change("model.norm_f.weight", []), "damaged metadata"),
    ],
    ids=["missing", "overlap", "hole", "negative", "axes", "kind"],
)
def test_shards_that_do_not_fit_are_refused(
    damage: Callable[[Path], None], message: str, talk: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(latest(talk), tmp_path / "copy"))
    damage(folder)
    with pytest.raises(FileFormatError, match=message):
        Shards(folder)


def with_little_room(args: TrainArgs) -> None:
    """The second rank can write files of 2,000 bytes at most."""
    if os.environ["RANK"] == "1":
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, resource.RLIM_INFINITY))
    try:
        sharded(args)
    finally:  # for what it says in the end
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def test_a_rank_that_cannot_write_leaves_the_last_checkpoint_and_all_say_why(
    corpora: dict[str, Path], tmp_path: Path
) -> None:
    args = at(dataclasses.replace(SMALL, steps=2), corpora["text"], tmp_path / "run")
    for one in run_ranks(2, tmp_path / "two", with_little_room, args):
        assert one.code == 1
        assert "FileFormatError: Could not write" in one.log.splitlines()[-1]
    assert checkpoint.find_latest(tmp_path / "run") is None


def holds_its_part() -> None:
    with joined("cpu", 30.0, sharded=True) as ranks:
        torch.manual_seed(1)
        model = BitLlama(SMALL.model_config(260))
        total = sum(p.numel() for p in model.parameters())
        ranks.wrap(Learner(model, 0.0), model)
        held = sum(p.to_local().numel() for p in model.parameters())  # type: ignore[attr-defined]
        assert held == pytest.approx(total / 2, rel=0.01)


def test_each_rank_holds_its_part(tmp_path: Path) -> None:
    run_well(2, tmp_path / "two", holds_its_part)


def test_a_block_that_is_computed_anew_keeps_little_and_has_the_same_gradient() -> None:
    torch.manual_seed(1)
    model = BitLlama(SMALL.model_config(260))
    block, state = model.layers[0], model.init_state(2).layers[0]
    h = torch.randn(2, 16, SMALL.dim)
    kept: list[int] = []

    def gradients(anew: bool) -> list[Tensor]:
        block.zero_grad()
        kept.append(0)

        def keep(tensor: Tensor) -> Tensor:
            kept[-1] += tensor.numel()
            return tensor

        forward = (lambda *given: _computed_anew(block.forward, *given)) if anew else block.forward
        with saved_tensors_hooks(keep, lambda tensor: tensor):
            out, _, _ = forward(h, state)
        out.square().sum().backward()
        return [p.grad.clone() for p in block.parameters() if p.grad is not None]

    for plain, anew in zip(gradients(False), gradients(True), strict=True):
        assert torch.equal(plain, anew)
    assert kept[1] < kept[0] / 20


def test_a_process_by_itself_has_nobody_to_share_with() -> None:
    with pytest.raises(ConfigError, match="--distributed"), joined("cpu", sharded=True):
        pass
    assert ALONE.mesh is None
