"""Model and soul files of an earlier version: read, computed and written as by that version."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import golden
import numpy as np
import pytest
from assert_close import assert_close
from golden import DATA, ENCODINGS, FLOAT_ACTIVATIONS, MODELS, SOULS, VARIANTS, lived, recalled, scalar, unquantised
from native_bodies import needs_library

from engine import native
from engine.io.bitt import save_bitt
from engine.io.checkpoint import save_checkpoint
from engine.io.model_file import load_weights
from engine.io.soul import check_fits, load_soul, save_soul
from engine.io.weights import fingerprint
from engine.resources import bundled_model
from engine.runtime.native_runtime import NativeRuntime
from engine.runtime.torch_runtime import TorchRuntime
from engine.session.timeline import digest

AssertSame = Callable[[str, np.ndarray, np.ndarray], None]

RESULTS = golden.results()
needs_glibc = pytest.mark.skipif(not golden.IS_EXACT, reason="hashes are those of computations with glibc")
FILES = {
    **{variant: MODELS / variant for variant in VARIANTS},
    **{f"{v}.{encoding}": MODELS / f"{v}.{encoding}.bitt" for v in VARIANTS for encoding in ENCODINGS},
}
SETS = native.instruction_sets() if native.why_not() is None else []


@pytest.fixture(scope="module")
def computed() -> dict[str, np.ndarray]:
    with np.load(DATA / "results.npz", allow_pickle=False) as arrays:
        return dict(arrays)


def test_every_file_is_asked() -> None:
    assert set(FILES) == set(RESULTS["models"])
    there = {path.stem for path in MODELS.glob("*.bitt")} | {path.name for path in MODELS.iterdir() if path.is_dir()}
    assert there == set(FILES)


@pytest.mark.parametrize("name", FILES)
def test_the_fingerprint_is_what_souls_refer_to(name: str) -> None:
    body = load_weights(FILES[name])
    assert fingerprint(body.config, body.tensors) == body.fingerprint == RESULTS["models"][name]["fingerprint"]


@needs_library
@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("name", FILES)
def test_logits_and_fast_weights_are_the_same(
    name: str, threads: int, computed: dict[str, np.ndarray], assert_same: AssertSame
) -> None:
    body = load_weights(FILES[name])
    for key, array in lived(NativeRuntime(body, threads, "scalar")).items():
        assert_same(f"{name}: {key}", array, computed[f"{body.fingerprint}/{key}"])


@needs_library
@pytest.mark.parametrize("name", FILES)
def test_a_soul_wakes_as_it_was(name: str, computed: dict[str, np.ndarray], assert_same: AssertSame) -> None:
    body, soul = load_weights(FILES[name]), load_soul(SOULS / f"{name}.soul")
    check_fits(soul, body.config, body.fingerprint)
    assert digest(soul) == RESULTS["models"][name]["digest"]
    assert (soul.meta.name, soul.meta.level, soul.meta.history) == (name, 179, [{"event": "save"}])
    runtime = scalar(body)
    assert_same(f"{name}: recalled", recalled(runtime, soul.layers), computed[f"{body.fingerprint}/recalled"])


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_soul_without_metadata_is_read(variant: str) -> None:
    body, soul = load_weights(FILES[variant]), load_soul(SOULS / f"{variant}.unsigned.soul")
    check_fits(soul, body.config, body.fingerprint)
    assert digest(soul) == RESULTS["models"][variant]["digest"]


@needs_library
@pytest.mark.parametrize("instructions", [*SETS, "torch"])
@pytest.mark.parametrize("encoding", FLOAT_ACTIVATIONS)
@pytest.mark.parametrize("variant", VARIANTS)
def test_every_processor_comes_close(
    variant: str, encoding: str, instructions: str, computed: dict[str, np.ndarray]
) -> None:
    name = f"{variant}.{encoding}"
    body = unquantised(FILES[name])
    runtime = TorchRuntime(body, "cpu") if instructions == "torch" else NativeRuntime(body, 1, instructions)
    for key, array in lived(runtime).items():
        assert_close(f"{name}: {key}", array, computed[f"{name}/{key}"], 1e-4)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_model_is_written_as_before(variant: str, encoding: str, tmp_path: Path) -> None:
    written = tmp_path / "again.bitt"
    save_bitt(written, load_weights(FILES[variant]), **ENCODINGS[encoding])
    assert written.read_bytes() == FILES[f"{variant}.{encoding}"].read_bytes()


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_checkpoint_is_written_as_before(variant: str, tmp_path: Path) -> None:
    save_checkpoint(tmp_path / variant, load_weights(FILES[variant]))
    for before in FILES[variant].iterdir():
        assert (tmp_path / variant / before.name).read_bytes() == before.read_bytes()


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_soul_comes_back_from_its_new_file(variant: str, tmp_path: Path) -> None:
    before = load_soul(SOULS / f"{variant}.soul")
    save_soul(tmp_path / "again.soul", before)
    after = load_soul(tmp_path / "again.soul")
    assert digest(after) == digest(before)
    assert after.meta == before.meta


@needs_library
@needs_glibc
def test_the_bundled_model_says_the_same_to_the_bit() -> None:
    body = load_weights(bundled_model())
    assert golden.companion_says(scalar(body), body) == RESULTS["companion"]


@needs_library
@pytest.mark.parametrize("instructions", SETS[:1])
def test_the_bundled_model_says_the_same_as_it_is_used(instructions: str) -> None:
    body = load_weights(bundled_model())
    said = golden.companion_says(NativeRuntime(body, None, instructions), body)
    assert said["replies"] == RESULTS["companion"]["replies"]
