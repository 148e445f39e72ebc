"""Fetches the file of a URL to this machine, with its progress on standard error."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

from imaging.commands.output.streams import say
from imaging.files.fetch import FetchAddress, fetch
from imaging.runtime.threads import in_thread
from models.formatting import size

_SAID_EVERY_SECONDS = 5.0
_SEEN_BY_OTHERS = (
    "Note: this address holds a login, or a query that may be one. Others on this machine can see it in the list of "
    "processes, and your shell keeps it: better pipe it: imaging import - <FILE"
)


@dataclass(frozen=True)
class FetchedFile:
    """A file on this machine, and where it came from."""

    path: Path
    address: FetchAddress
    sha512: str


async def fetched_file(address: FetchAddress, folder: Path, promised: str, *, typed: bool) -> FetchedFile:
    """Fetch a file, or continue to.

    Args:
        address: of the file.
        folder: where it and its part lie.
        promised: the SHA-256 or SHA-512 that it must have; empty: none.
        typed: whether the address stands on the command line.

    Raises:
        ImageFileError: it is not to be had, too large, or not what was promised.
    """
    if typed and address.has_secret:
        say(_SEEN_BY_OTHERS)
    seen = (0, 0)

    def tell(done: int, whole: int) -> None:
        nonlocal seen
        seen = (done, whole)

    work = asyncio.create_task(in_thread(fetch, address, folder, promised=promised, tell=tell, sleep=time.sleep))
    while not (await asyncio.wait({work}, timeout=_SAID_EVERY_SECONDS))[0]:
        say(f"Fetched: {size(seen[0])} of {size(seen[1])}" if seen[1] else "Asking for the file.")
    found = work.result()
    say(f"Fetched {address.shown} to {found.path}; it stays there.")
    return FetchedFile(found.path, address, found.hashes["sha512"])
