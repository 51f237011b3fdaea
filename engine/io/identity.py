"""The cheap identity of a model file: known at once, however large the file is.

It tells files apart, not functions: the same model packed otherwise has another one. The fingerprint of a function is
`engine.io.weights.fingerprint`.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from engine.errors import FileFormatError
from engine.io import strict_json

HEAD = 1 << 16
"""Bytes that are read from the beginning of a file: more than the header of most."""
_BESIDE = (".memory.safetensors", ".reader.safetensors")
SAMPLES = 64
SAMPLE = 1 << 12
"""So many samples of so many bytes, evenly spread over a file, the last of them its end."""


def file_identity(path: str | os.PathLike[str]) -> str:
    """SHA-256, in hex, of samples of a model's files; at most 320 kB of each are read.

    For a folder the files are its ``.safetensors``, in the order of their names, and for each, as for a file alone,
    the size (u64, little endian), the first `HEAD` bytes, and `SAMPLES` samples of `SAMPLE` bytes go in. Names and
    times do not: a copy has the identity of the original.

    Raises `FileFormatError` for files that are missing or cannot be read.
    """
    import hashlib  # loads OpenSSL, which a file that says its fingerprint can do without

    path, digest = Path(path), hashlib.sha256()
    for file in weight_files(path):
        size = strict_json.require_file(file)
        digest.update(size.to_bytes(8, "little"))
        try:
            with file.open("rb") as opened:
                for start, length in _stretches(size):
                    digest.update(_read(opened, start, length))
        except OSError as error:
            raise FileFormatError("Could not read {path}: {why}.", path=file, why=error.strerror or error) from error
    return digest.hexdigest()


def weight_files(path: Path) -> Sequence[Path]:
    """The files with the weights of a model: its own, or those of its folder, without a memory or a reader that lies
    beside them."""
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.glob("*.safetensors") if not file.name.endswith(_BESIDE))


def _stretches(size: int) -> list[tuple[int, int]]:
    """Where a file of that size is read, and how far."""
    last = max(size - SAMPLE, 0)
    return [(0, HEAD), *((last * number // (SAMPLES - 1), SAMPLE) for number in range(SAMPLES))]


def _read(file: BinaryIO, start: int, length: int) -> bytes:
    file.seek(start)
    return file.read(length)
