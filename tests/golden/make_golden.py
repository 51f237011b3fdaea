"""Make the golden files: ``python tests/golden/make_golden.py FOLDER``. README.md beside it says when."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from golden import (
    ENCODINGS,
    FLOAT_ACTIVATIONS,
    VARIANTS,
    companion_says,
    forget,
    greet,
    lived,
    log_of,
    night,
    open_mind,
    recalled,
    scalar,
    standing,
    timeline_of,
    unquantised,
)

from engine.io.bitt import save_bitt
from engine.io.checkpoint import save_checkpoint
from engine.io.model_file import load_weights
from engine.io.soul import Soul, load_soul, new_meta, save_soul
from engine.io.tensors import save_tensors
from engine.io.weights import ModelWeights
from engine.models.config import BitLlamaConfig
from engine.resources import bundled_model
from engine.session.memory_session import MemorySession
from engine.session.timeline import digest
from engine.text.sampling import SamplingParams
from engine.train.tokenizer import train_tokenizer

# Sizes that fill no block of a packed matrix evenly.
SHAPES: dict[str, dict[str, Any]] = {
    "tied": {"hidden_dim": 48, "intermediate_dim": 50, "inner_lr": 0.7},
    "linear": {"hidden_dim": 68, "num_heads": 2, "head_dim": 13, "intermediate_dim": 34, "inner_lr": 0.2,
               "out_norm_eps": 0.05},
}  # fmt: skip
TALKING: dict[str, tuple[dict[str, Any], str]] = {
    "tied": ({"hidden_dim": 32, "intermediate_dim": 48, "inner_lr": 0.7}, "ternary2-half"),
    "linear": ({"hidden_dim": 32, "num_heads": 2, "intermediate_dim": 48, "inner_lr": 0.2}, "triples-fives"),
}
FORGOTTEN, TO_FORGET = "The password is zanzibar.", "I live in Oslo."


def random_model(seed: int, sizes: dict[str, Any], tokenizer: str | None = None) -> ModelWeights:
    """Random weights, the same at every call; no tensor has the values that training begins with."""
    config = BitLlamaConfig(**sizes)
    rng = np.random.default_rng(seed)
    tensors: dict[str, Any] = {}
    for name, spec in config.tensor_specs().items():
        values = rng.standard_normal(spec.shape).astype(np.float32)
        if "norm" in name:
            values = 1 + values / 4
        elif name != "embed.weight":
            values *= np.float32(spec.shape[-1] ** -0.5)
        tensors[name] = values
    return ModelWeights(config, tensors, tokenizer)


def make_models(folder: Path) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Every encoding of both variants, with a soul that was lived in it."""
    facts: dict[str, Any] = {}
    arrays: dict[str, np.ndarray] = {}
    (folder / "souls").mkdir(parents=True)
    for seed, variant in enumerate(VARIANTS):
        sizes = {"vocab_size": 41, "num_layers": 2, "ttt_variant": variant, "extra": {"author": "someone"}}
        model = random_model(seed, sizes | SHAPES[variant])
        checkpoint = folder / "models" / variant
        save_checkpoint(checkpoint, model)
        files = {checkpoint.name: checkpoint}
        for encoding, how in ENCODINGS.items():
            files[f"{variant}.{encoding}"] = folder / "models" / f"{variant}.{encoding}.bitt"
            save_bitt(files[f"{variant}.{encoding}"], model, **how)
        for name, path in files.items():
            read = load_weights(path)
            found = lived(scalar(read))
            soul = Soul(list(found["fast"]), new_meta(read.fingerprint, 179, name, history=[{"event": "save"}]))
            save_soul(folder / "souls" / f"{name}.soul", soul)
            found["recalled"] = recalled(scalar(read), soul.layers)
            facts[name] = {"fingerprint": read.fingerprint, "digest": digest(soul)}
            for key, array in found.items():
                place = f"{read.fingerprint}/{key}"
                if place in arrays:  # the same function, packed otherwise
                    np.testing.assert_array_equal(arrays[place], array)
                arrays[place] = array
        for encoding in FLOAT_ACTIVATIONS:
            name = f"{variant}.{encoding}"
            arrays |= {f"{name}/{key}": array for key, array in lived(scalar(unquantised(files[name]))).items()}
        layers = load_soul(folder / "souls" / f"{variant}.soul").layers
        before_metadata = {f"layer_{i}": layer for i, layer in enumerate(layers)}
        save_tensors(folder / "souls" / f"{variant}.unsigned.soul", before_metadata)
    return facts, arrays


def live(mind: MemorySession) -> None:
    """A life with all that can happen in one."""

    def say(text: str, conversation: str, system: str = "", most: int = 6, rate: float = 1.0) -> None:
        mind.say(text, conversation, system, SamplingParams(seed=len(text)), most, rate=rate)

    say("My cat is Miso.", "one", "Be kind.")
    say(FORGOTTEN, "one", "Be kind.", 12)
    mind.keep("in the middle of it")
    say(TO_FORGET, "one", "Be kind.", rate=0.5)
    mind.say("stop", on_text=lambda _: False, max_tokens=9, sampling=SamplingParams(seed=3))
    mind.say("never read", cancel=lambda: True)
    say("Another talk.", "two", "Be brief.", rate=1.5)
    mind.sleep(method="replay", rate=2, passes=2, drift_limit=1000.0)
    mind.timeline.rename(mind.timeline.moments()[-1].id, "first night")
    mind.timeline.pin("first night")
    say("Good morning.", "three", "Be brief.", 20)
    mind.branch("luna")
    mind.switch("luna")
    say("I am the branch.", "four")
    mind.keep("luna alone")
    mind.switch("main")
    say("Tokens that go away again.", "five")
    mind.restore("first night")
    say("After going back.", "six")
    forget(mind, FORGOTTEN)
    say("The last word.", "seven", rate=0.5)
    mind.sleep(method="replay", rate=3, replies="learn", drift_limit=1000.0)
    night_before = mind.timeline.moments()[-1]
    mind.timeline.rename(night_before.id, "second night")
    mind.timeline.note("second night", "a quiet one")
    mind.timeline.pin("second night")
    say("Nothing slept on this.", "eight")
    mind.reset()
    mind.undo()


def make_workspace(folder: Path, variant: str) -> dict[str, Any]:
    """A talking model, a workspace in which it lived, and what comes of it from there."""
    sizes, encoding = TALKING[variant]
    sizes = sizes | {"vocab_size": 260, "num_layers": 2, "ttt_variant": variant}
    model, workspace = folder / "talkers" / f"{variant}.bitt", folder / "workspaces" / variant
    model.parent.mkdir(exist_ok=True)
    save_bitt(model, random_model(9, sizes, train_tokenizer([], "bytes").to_json()), **ENCODINGS[encoding])
    with open_mind(workspace, model) as mind:
        live(mind)
        facts = {"standing": standing(mind), "log": log_of(mind), "timeline": timeline_of(mind)}
        facts["souls"] = sorted(mate.name for mate in mind.registry.all())
    (workspace / "workspace.lock").unlink()

    def apart(act: Callable[[MemorySession], Any]) -> Any:
        with tempfile.TemporaryDirectory() as temporary:
            copy = Path(shutil.copytree(workspace, Path(temporary) / "workspace"))
            with open_mind(copy, model) as mind:
                return act(mind)

    def restored(mind: MemorySession) -> dict[str, Any]:
        mind.restore("second night")
        return greet(mind)

    def blended(mind: MemorySession) -> dict[str, Any]:
        mind.blend("luna", 0.25)
        return standing(mind)

    ways = {"greet": greet, "restore": restored, "blend": blended}
    if variant == "tied":  # the quicker one
        ways["night"] = night
    facts |= {name: apart(way) for name, way in ways.items()}
    facts["forget"] = apart(lambda mind: forget(mind, TO_FORGET))
    return facts


def main() -> None:
    """Write everything into the folder that the command line names; it must not exist."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True)
    models, arrays = make_models(folder)
    np.savez(folder / "results.npz", **arrays)  # type: ignore[arg-type]
    facts: dict[str, Any] = {"models": models, "to_forget": TO_FORGET}
    facts["workspaces"] = {variant: make_workspace(folder, variant) for variant in VARIANTS}
    body = load_weights(bundled_model())
    facts["companion"] = companion_says(scalar(body), body)
    (folder / "results.json").write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
