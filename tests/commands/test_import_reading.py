"""A file of this machine is read while its command logs in; what a URL names is fetched only when it is asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from imaging.commands.import_file import read_meanwhile
from imaging.guidelines.profiles import load_profile
from imaging.runs.plan.import_file.planning import FileToImport

GUIDELINES = load_profile("openstack", Path("nowhere"))
FOUND = cast("FileToImport", object())


class Origin:
    """A file, or something behind a URL, that is there once the test says so."""

    def __init__(self, *, is_url: bool) -> None:
        self.is_url = is_url
        self.begun, self.ended = asyncio.Event(), asyncio.Event()
        self.told: Callable[[], Any] = lambda: FOUND
        self.cancelled = False

    async def to_import(self, _guidelines: object) -> FileToImport:
        self.begun.set()
        try:
            await self.ended.wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        return cast("FileToImport", self.told())


def gone() -> FileToImport:
    raise FileNotFoundError("disk.raw")


async def failed_login(origin: Origin) -> None:
    async with read_meanwhile(origin, GUIDELINES):
        await origin.begun.wait()
        await asyncio.sleep(0)
        raise ConnectionError


async def test_a_file_is_read_before_anybody_asks_for_it():
    origin = Origin(is_url=False)
    async with read_meanwhile(origin, GUIDELINES) as file_read:
        await origin.begun.wait()
        origin.ended.set()
        assert await file_read() is FOUND


async def test_a_url_is_fetched_when_it_is_asked_for_and_not_before():
    origin = Origin(is_url=True)
    origin.ended.set()
    async with read_meanwhile(origin, GUIDELINES) as file_read:
        await asyncio.sleep(0)
        assert not origin.begun.is_set()
        assert await file_read() is FOUND


async def test_a_failed_login_ends_the_reading():
    origin = Origin(is_url=False)
    with pytest.raises(ConnectionError):
        await failed_login(origin)
    assert origin.cancelled


async def test_why_a_file_cannot_be_read_is_raised_where_it_is_asked_for():
    origin = Origin(is_url=False)
    origin.told = gone
    origin.ended.set()
    with pytest.raises(FileNotFoundError, match=r"disk\.raw"):
        async with read_meanwhile(origin, GUIDELINES) as file_read:
            await file_read()


async def test_a_file_that_cannot_be_read_says_nothing_where_the_login_failed():
    origin = Origin(is_url=False)
    origin.told = gone
    origin.ended.set()
    with pytest.raises(ConnectionError):
        await failed_login(origin)
