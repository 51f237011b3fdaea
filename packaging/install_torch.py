"""Installs PyTorch into the environment of the Python that runs this, in the build that fits the machine.

On Linux a plain ``pip install torch`` brings the build for CUDA, some gigabytes. This takes the build for processors,
about 200 MB, from PyTorch's own index unless there is an NVIDIA card, and the plain one where that index cannot be
reached. ``python packaging/install_torch.py CHOICE``:

- ``auto``: as above;
- ``cpu``: the build for processors;
- ``plain``: what ``pip install torch`` brings;
- the address of an index, for example one that PyTorch's page "Get started" names for a version of CUDA.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
PATIENCE_S = 5
"""How long the index may take to answer."""


def requirement() -> str:
    """What the project asks for, such as ``torch==2.13.*``."""
    found = re.search(r'^ *"(torch[^"]*)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert found is not None, "pyproject.toml does not ask for torch"
    return found[1]


def has_card() -> bool:
    """Whether this machine has an NVIDIA card that its system knows."""
    return os.path.exists("/dev/nvidia0") or os.path.exists("/dev/dxg") or shutil.which("nvidia-smi") is not None


def index_for(choice: str, platform: str = sys.platform) -> str | None:
    """The index to take torch from; None for pip's own. Raises `ValueError` for a choice that there is not."""
    if choice.startswith(("https://", "http://", "file://")):
        return choice
    if choice not in ("auto", "cpu", "plain"):
        raise ValueError(f"TORCH is {choice!r}; it must be auto, cpu, plain or the address of an index.")
    plain_is_for_processors = not platform.startswith("linux")
    if choice == "plain" or plain_is_for_processors or (choice == "auto" and has_card()):
        return None
    return CPU_INDEX


def install(choice: str, pip: Sequence[str]) -> int:
    """Install torch as `choice` says; pip's exit code."""
    index, wanted = index_for(choice), requirement()
    if index is not None:
        quickly = ["--timeout", str(PATIENCE_S), "--retries", "0"] if index == CPU_INDEX else []
        command = [*pip, "install", wanted, "--index-url", index, *quickly]
        done = subprocess.run(command, stderr=subprocess.PIPE, text=True)
        if done.returncode == 0 or index != CPU_INDEX:
            sys.stderr.write(done.stderr)
            return done.returncode
        print(f"{index} cannot be reached; taking {wanted} from where pip finds it, for CUDA perhaps.", flush=True)
    return subprocess.run([*pip, "install", wanted]).returncode


def main(arguments: Sequence[str]) -> int:
    """0 where torch is there, 2 for a choice that there is not."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    try:
        return install(*arguments or ["auto"], pip=pip)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
