"""A thread for what the disk may take long over: reading, counting, deleting. Not the engine's, which may be asleep."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar, TypeVarTuple

from engine.errors import BitLlamaError
from studio.protocol import EngineFailure
from studio.translation import sentence

Args = TypeVarTuple("Args")
Result = TypeVar("Result")


class Disk:
    """Does one thing after another; the poll hands over what came of it. Belongs to the window's thread."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "disk")
        self._under_way: list[tuple[Future[Any], Callable[[Future[Any]], None]]] = []

    def begin(self, then: Callable[[Future[Result]], None], work: Callable[[*Args], Result], *args: *Args) -> None:
        """Do `work`, which touches nothing that belongs to the window, and hand its outcome to `then` in the poll."""
        self._under_way.append((self._thread.submit(work, *args), then))

    async def do(self, work: Callable[[*Args], Result], *args: *Args) -> Result:
        """`begin`, awaited. Raises what `work` raises, a `BitLlamaError` as an `EngineFailure` with its sentence."""
        waiting: asyncio.Future[Result] = asyncio.get_running_loop().create_future()

        def settle(done: Future[Result]) -> None:
            error = done.exception()
            if waiting.done():
                return
            if isinstance(error, BitLlamaError):
                waiting.set_exception(EngineFailure(sentence(error.message)))
            elif error is not None:
                waiting.set_exception(error)
            else:
                waiting.set_result(done.result())

        self.begin(settle, work, *args)
        return await waiting

    def poll(self) -> None:
        """Hand over what was done since the last time, in its order."""
        while self._under_way and self._under_way[0][0].done():
            done, then = self._under_way.pop(0)
            then(done)

    async def close(self) -> None:
        """Finish what is under way and end the thread; nothing can be begun any more."""
        await self.do(int)
        self._thread.shutdown()

    def close_now(self) -> None:
        """The end without an event loop: what is under way is finished, what waits is not."""
        self._thread.shutdown(cancel_futures=True)
        self._under_way.clear()
