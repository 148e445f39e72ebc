"""Waiting for several answers of the guest at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from typing import TypeVar

T = TypeVar("T")


async def side_by_side(jobs: Sequence[Awaitable[T]]) -> list[T]:
    """Do jobs side by side; when one fails the others are ended, and its error is raised as it is."""
    tasks = [asyncio.ensure_future(job) for job in jobs]
    try:
        return list(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
