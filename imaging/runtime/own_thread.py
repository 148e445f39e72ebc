"""A thread of its own for what blocks: the event loop never waits for a disk or a network home."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

T = TypeVar("T")


class OwnThread:
    """Does one thing after the other, all on the same thread.

    The thread is a daemon: a file system that hangs keeps nobody from quitting. What was begun is finished even when
    the task that awaits it is cancelled.
    """

    def __init__(self, name: str) -> None:
        self._tasks: SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = SimpleQueue()
        self._thread = Thread(target=self._work, name=name, daemon=True)

    async def do(self, task: Callable[[], T]) -> T:
        """Have something done and await what it returns or raises."""
        if self._thread.ident is None:
            self._thread.start()
        future: Future[T] = Future()
        self._tasks.put((future, task))
        return await asyncio.wrap_future(future)

    def stop(self) -> None:
        """Let the thread end once everything asked for is done; nobody waits for it."""
        self._tasks.put(None)

    def _work(self) -> None:
        while (item := self._tasks.get()) is not None:
            future, task = item
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(task())
            except BaseException as error:  # noqa: BLE001  # it belongs to the task that awaits the future
                future.set_exception(error)
            del future, task, item
