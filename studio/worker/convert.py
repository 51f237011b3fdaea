"""Writing a model in another form."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from engine.errors import Told
from studio.messages import Convert, Converted, EngineFailure, Progress
from studio.worker.desk import Desk

_READINGS = 5
"""How often the tensors are gone through: checked, fingerprinted and written, then checked and fingerprinted again."""


class _Stopped(Exception):
    """The person stopped it."""


class _Watched(Mapping[str, Any]):
    """Tensors that tell of each one that is read, and stop being read when they shall."""

    def __init__(self, tensors: Mapping[str, Any], on_read: Callable[[], None]) -> None:
        self._tensors, self._on_read = tensors, on_read

    def __getitem__(self, name: str) -> Any:
        self._on_read()
        return self._tensors[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tensors)

    def __len__(self) -> int:
        return len(self._tensors)


def convert(desk: Desk, command: Convert) -> Converted | None:
    """Write a model beside its place, read it back, and give it its name only if it is the same model.

    Raises `EngineFailure` or what reading and writing raise; no file is left then, and a former one is untouched.
    """
    from engine.io import atomic
    from engine.io.bitt import save_bitt
    from engine.io.model_file import load_body
    from engine.io.weights import Body, fingerprint

    target = command.target
    if target.resolve() == command.source.resolve():
        raise EngineFailure(Told("{target} is the model itself; choose another name.", target=target))
    body = load_body(command.source)
    reads = 0

    def on_read() -> None:
        nonlocal reads
        if command.cancel.is_set():
            raise _Stopped
        reads += 1
        desk.tell(Progress(command.request, min(1.0, reads / (_READINGS * len(body.tensors)))))

    def watched(one: Body) -> Body:
        return Body(one.config, _Watched(one.tensors, on_read), one.tokenizer, encoding=one.encoding)

    beside = target.with_name(f".{target.name}.new")
    try:
        save_bitt(beside, watched(body), packed=command.packed, maps="fours")
        written = watched(load_body(beside))
        found = fingerprint(written.config, written.tensors)
        if found != fingerprint(body.config, body.tensors):
            raise EngineFailure(
                Told(
                    "{target} would not be the same model as {source}; nothing was written.",
                    target=target,
                    source=command.source,
                )
            )
        if command.cancel.is_set():
            raise _Stopped
        os.replace(beside, target)
        atomic.flush_folder(target.parent)
    except _Stopped:
        return None
    except OSError as error:
        raise EngineFailure(
            Told("Could not write {target}: {why}.", target=target, why=error.strerror or error)
        ) from error
    finally:
        beside.unlink(missing_ok=True)
    return Converted(target, target.stat().st_size, found)
