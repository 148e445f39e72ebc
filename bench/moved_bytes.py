"""`python -m bench.moved_bytes up CLOUD FILE | down CLOUD IMAGE FILE`: one transfer of our own, hashed on its way.

It prints the most memory that it has had, in KiB. What a run does around a transfer (inspection, conversion,
a test launch) is not in it: the command that it is compared with does none of that.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import sys
from pathlib import Path

from imaging.cloud.connection import connect
from imaging.cloud.interface import Cloud
from imaging.cloud.login.resolution import resolve_cloud
from imaging.runtime.clock import SystemClock
from models.cloud.image_bytes import NewImage


class _Read:
    """A file, hashed as it is read."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb", buffering=0)
        self.size_bytes = os.fstat(self._file.fileno()).st_size
        self.sum = hashlib.sha512()

    def read(self, offset: int, length: int) -> bytes:
        piece = os.pread(self._file.fileno(), length, offset)
        self.sum.update(piece)
        return piece


async def _up(cloud: Cloud, path: Path) -> None:
    made = await cloud.image_bytes.make_record(NewImage(name="moved", disk_format="raw"))
    source = _Read(path)
    await cloud.image_bytes.upload(made.id, source, tell=lambda _: None)
    image = await cloud.images.image(made.id)
    if (image.status, image.content_hash) != ("active", source.sum.hexdigest()):
        raise RuntimeError("what was uploaded is not what was read")


async def _down(cloud: Cloud, image_id: str, path: Path) -> None:
    image = await cloud.images.image(image_id)
    taken = hashlib.sha512()
    with path.open("wb", buffering=0) as file:

        def take(place: int, piece: bytes) -> None:
            taken.update(piece)
            os.pwrite(file.fileno(), piece, place)

        await cloud.image_bytes.download(image_id, 0, take, whole_bytes=image.size_bytes)
    if taken.hexdigest() != image.content_hash:
        raise RuntimeError("what was downloaded is not what the cloud holds")


async def _main(way: str, name: str, *words: str) -> None:
    cloud = await connect(await resolve_cloud(name, ask=None), SystemClock())
    try:
        await (_up(cloud, Path(words[0])) if way == "up" else _down(cloud, words[0], Path(words[1])))
    finally:
        await cloud.close()
    print(_peak_kib())


def _peak_kib() -> int:
    """Of this program alone: what `getrusage` tells begins with the memory of the program that started it."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmHWM:")))


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:]))
