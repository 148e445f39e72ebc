"""Tasks that begin at once: Textual's `App.run` asks for them on Python 3.12 and newer, and its pilot does not."""

from __future__ import annotations

import asyncio
import types
from collections.abc import Coroutine, Generator
from contextvars import Context, copy_context
from typing import Any


def begin_at_once(
    loop: asyncio.AbstractEventLoop,
    coro: Coroutine[Any, Any, Any] | Generator[Any, None, Any],
    *,
    context: Context | None = None,
) -> asyncio.Future[Any]:
    """What `asyncio.eager_task_factory` does, for Python 3.11: the first step is carried out here and now."""
    context = context or copy_context()
    try:
        first = context.run(coro.send, None)
    except StopIteration as end:
        return asyncio.Task(_result(end.value), loop=loop, context=context)
    except BaseException as error:  # noqa: BLE001  # any exception is the task's
        return asyncio.Task(_result(error), loop=loop, context=context)
    task = asyncio.Task(_go_on(coro, first), loop=loop, context=context)
    # Cancelled before its second step it would never be told, and be found by the collector during another test.
    task.add_done_callback(lambda _: coro.close(), context=context)
    return task


async def _result(value: Any) -> Any:
    if isinstance(value, BaseException):
        raise value
    return value


async def _go_on(coro: Any, first: Any) -> Any:
    return await _rest_of(coro, first)


@types.coroutine
def _rest_of(coro: Any, awaited: Any) -> Generator[Any, Any, Any]:
    """The steps after the first."""
    while True:
        try:
            sent = yield awaited
        except BaseException as error:  # noqa: BLE001  # what the loop throws in is the coroutine's to take
            step, argument = coro.throw, error
        else:
            step, argument = coro.send, sent
        try:
            awaited = step(argument)
        except StopIteration as end:
            return end.value
