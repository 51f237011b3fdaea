"""The library builds where there is a compiler, says why where there is none, and is clean under the sanitizers."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from engine import native

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "packaging" / "build_native.py"

needs_compiler = pytest.mark.skipif(
    not (shutil.which("cmake") and (shutil.which("c++") or shutil.which("g++") or shutil.which("clang++"))),
    reason="no C++ compiler or no cmake",
)


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **environment})


@needs_compiler
def test_an_install_here_has_the_library() -> None:
    assert native.why_not() is None, "there is a compiler, so the install should have built it: make native"


@needs_compiler
@pytest.mark.skipif(sys.platform == "win32", reason="CXX names a compiler on Unix")
def test_without_a_compiler_the_build_leaves_the_reason(tmp_path: Path) -> None:
    done = run(sys.executable, str(BUILD), str(tmp_path), CXX="/nonexistent/c++")
    assert done.returncode == 1
    assert "no C++ compiler was found that works" in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == [native.NOT_BUILT]
    assert (tmp_path / native.NOT_BUILT).read_text(encoding="utf-8") == "no C++ compiler was found that works\n"


def test_without_cmake_the_build_says_so(tmp_path: Path) -> None:
    done = run(sys.executable, str(BUILD), str(tmp_path), PATH=str(tmp_path))
    assert done.returncode == 1
    assert "cmake is not installed" in done.stdout


def test_python_and_c_mean_the_same_interface() -> None:
    header = (ROOT / "engine" / "native" / "src" / "api.h").read_text(encoding="utf-8")
    assert f"BL_ABI = {native.ABI};" in header
    assert f"BL_MAX_CHUNK = {native.MAX_CHUNK};" in header
    assert f"BL_MAX_DEFERRED = {native.MAX_DEFERRED};" in header
    names = {line.split("(")[0].split()[-1].lstrip("*") for line in header.splitlines() if line.startswith("BL_API")}
    assert names == set(native._SIGNATURES)
    assert ctypes.sizeof(native.Config) == 12 * 4
    assert ctypes.sizeof(native.Layer) == 7 * 16 + 6 * 8
    assert ctypes.sizeof(native.Linears) == 2 * 4 + 3 * 8
    assert ctypes.sizeof(native.Heads) == 4 * 8
    assert ctypes.sizeof(native.Matrix) == 4 * 4 + 2 * 8
    assert ctypes.sizeof(native.TransformerShape) == 14 * 4
    assert ctypes.sizeof(native.TransformerLayer) == 7 * 32 + 9 * 8 + 2 * 4
    assert ctypes.sizeof(native.MemoryParts) == 8 * 4 + 2 * 8 + 11 * 32 + 3 * 8
    assert ctypes.sizeof(native.MemoryDepth) == 5 * 32 + 3 * 8
    assert ctypes.sizeof(native.MemoryIO) == 6 * 8 + 2 * 8 + 8
    assert ctypes.sizeof(native.QKVArgs) == 6 * 4 + 3 * 8
    assert ctypes.sizeof(native.Delta) == 6 * 4 + 4 * 32 + 2 * 8


@needs_compiler
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the sanitizers are those of Linux")
def test_the_kernels_are_clean_under_the_sanitizers(tmp_path: Path) -> None:
    """Address and undefined-behaviour sanitizers over a fuzz of kernels and whole models, one thread and several."""
    options = ["-DBIT_LLAMA_SANITIZE=ON", "-DBIT_LLAMA_KERNEL_TEST=ON"]
    configured = run("cmake", "-S", str(ROOT / "engine" / "native"), "-B", str(tmp_path), *options)
    assert configured.returncode == 0, configured.stderr
    built = run("cmake", "--build", str(tmp_path), "--parallel", "2")
    if "cannot find" in built.stderr and "san" in built.stderr:
        pytest.skip("this compiler comes without sanitizers")
    assert built.returncode == 0, built.stdout + built.stderr
    tested = run(str(tmp_path / "kernel_test"))
    assert tested.returncode == 0, tested.stderr
    assert "scalar: as the plain loops" in tested.stdout


@pytest.mark.skipif(
    not (shutil.which("aarch64-linux-gnu-g++") and shutil.which("qemu-aarch64-static")),
    reason="no cross-compiler for ARM, or no emulator",
)
def test_the_kernels_of_arm_are_right_in_an_emulator(tmp_path: Path) -> None:
    options = ["-DCMAKE_SYSTEM_NAME=Linux", "-DCMAKE_SYSTEM_PROCESSOR=aarch64", "-DBIT_LLAMA_KERNEL_TEST=ON"]
    source = str(ROOT / "engine" / "native")
    compiler = "-DCMAKE_CXX_COMPILER=aarch64-linux-gnu-g++"
    configured = run("cmake", "-S", source, "-B", str(tmp_path), compiler, *options)
    assert configured.returncode == 0, configured.stderr
    built = run("cmake", "--build", str(tmp_path), "--parallel", "2")
    assert built.returncode == 0, built.stdout + built.stderr
    tested = run("qemu-aarch64-static", "-L", "/usr/aarch64-linux-gnu", str(tmp_path / "kernel_test"))
    assert tested.returncode == 0, tested.stderr
    assert "NEON dot product: as the plain loops" in tested.stdout
