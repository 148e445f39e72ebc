"""The guest's own checksums of files, by its `sha256sum`, many at a time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from imaging.guest.download.listing import GuestFile
from imaging.guest.interface import GuestShell
from models.errors import GuestError

_LINE = re.compile(rb"(\\?)([0-9a-f]{64}) [ *](.+)", re.DOTALL)
_ESCAPE = re.compile(rb"\\[\\nr]")
_UNESCAPED = {b"\\\\": b"\\", b"\\n": b"\n", b"\\r": b"\r"}
_SLOWEST_BYTES_PER_SECOND = 4_000_000
_PATIENCE_SECONDS = 60.0
MOST_AT_ONCE = 200
"""Files; and bytes, so that a batch is over in bearable time."""
MOST_BYTES_AT_ONCE = 256_000_000


def batches(files: Iterable[GuestFile]) -> Iterable[list[GuestFile]]:
    """Files in handfuls that are copied and compared together."""
    batch: list[GuestFile] = []
    size = 0
    for file in files:
        if batch and (len(batch) >= MOST_AT_ONCE or size + file.size > MOST_BYTES_AT_ONCE):
            yield batch
            batch, size = [], 0
        batch.append(file)
        size += file.size
    if batch:
        yield batch


async def guest_digests(shell: GuestShell, files: Sequence[GuestFile]) -> dict[bytes, str]:
    """The SHA-256 of files in the guest by path; those that it cannot read are missing.

    Raises:
        GuestError: the guest has no sha256sum.
        GuestUnreachableError: the connection was cut, or time was up.
    """
    if not files:
        return {}
    seconds = _PATIENCE_SECONDS + sum(file.size for file in files) / _SLOWEST_BYTES_PER_SECOND
    names = b"".join(file.path + b"\0" for file in files)
    result = await shell.run("LC_ALL=C exec nice xargs -0 sha256sum", stdin=names, seconds=seconds)
    if result.status == 127:  # noqa: PLR2004  # what shells and xargs say about a missing command
        raise GuestError(
            "The guest has no sha256sum, so copies cannot be verified.",
            meaning="Nothing was copied.",
            remedy="Install coreutils there.",
        )
    return dict(_read(result.output))


def _read(output: bytes) -> Iterable[tuple[bytes, str]]:
    """Each line of sha256sum; a name with a line end or backslash is escaped, and its line marked by a backslash."""
    for line in output.split(b"\n"):
        found = _LINE.fullmatch(line)
        if found is not None:
            name = _ESCAPE.sub(lambda part: _UNESCAPED[part[0]], found[3]) if found[1] else found[3]
            yield name, found[2].decode()
