"""Answers the questions of a process that reads a disk and has neither its file nor a network."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from imaging.guest.disk_reading.ranges import Ranges
from imaging.guest.disk_reading.served_content import ANSWER, MOST_BYTES, QUESTION
from models.errors import ImagingError


class Served:
    """A socket whose other end a process gets."""

    def __init__(self, descriptor: int) -> None:
        """Nothing was asked yet."""
        self.descriptor = descriptor
        """Of the end that the process gets."""
        self.failed: ImagingError | None = None
        """Why no more bytes came, if that was so."""


@asynccontextmanager
async def serving(ranges: Ranges) -> AsyncIterator[Served]:
    """Answer as long as it is entered: any part of these bytes, and nothing else."""
    own, given = socket.socketpair()
    with own, given:
        served = Served(given.fileno())
        reader, writer = await asyncio.open_connection(sock=own)
        answering = asyncio.create_task(_answer(ranges, reader, writer, served))
        try:
            yield served
        finally:
            answering.cancel()
            await asyncio.gather(answering, return_exceptions=True)
            # Nobody reads any more. By itself the loop would close `own` in its next turn, which may never come.
            writer.transport.abort()


async def _answer(ranges: Ranges, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, served: Served) -> None:
    """Until the process ends, or bytes fail to come: then it reads an end of file."""
    try:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                offset, size = QUESTION.unpack(await reader.readexactly(QUESTION.size))
                found = await ranges.read(offset, min(size, MOST_BYTES))
                writer.write(ANSWER.pack(len(found)) + found)
                await writer.drain()
    except ImagingError as error:
        served.failed = error
    finally:
        writer.close()
