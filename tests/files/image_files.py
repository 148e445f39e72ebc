"""Image files for the tests: small disks in every format, made by qemu-img and sfdisk."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from imaging.files.formats import open_image_file, read_header
from models.image_file.header import FileHeader
from models.image_file.image_format import ImageFormat
from tests.support.needs import tool
from tests.support.sparse import put_sparse

MIB = 2**20
GPT = """label: gpt
label-id: 5F0F6C0E-0001-4000-8000-000000000001
size=1M, type=21686148-6449-6E6F-744E-656564454649, uuid=5F0F6C0E-0002-4000-8000-000000000002
type=4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709, uuid=5F0F6C0E-0003-4000-8000-000000000003
"""
MBR = "label: dos\nlabel-id: 0x0c0ffee0\ntype=83, bootable\n"


def run(*command: str | Path, text: str | None = None) -> None:
    """Run a tool that makes image files; it must succeed."""
    subprocess.run(
        [tool(str(command[0])), *map(str, command[1:])],
        input=text,
        text=True,
        capture_output=True,
        check=True,
        timeout=60,
    )


def raw_disk(path: Path, table: str = GPT, *, size: int = 8 * MIB) -> Path:
    """A raw disk with a partition table and nothing in its partitions."""
    with path.open("wb") as file:
        file.truncate(size)
    if table:
        run("sfdisk", "-q", path, text=table)
    return path


def converted(source: Path, target: Path, kind: ImageFormat, *options: str) -> Path:
    """The same disk in another format."""
    options = tuple(part for option in options for part in ("-o", option))
    run("qemu-img", "convert", "-f", "raw", "-O", kind.qemu_name, *options, source, target)
    return target


@cache
def _made(kind: ImageFormat, options: tuple[str, ...]) -> bytes:
    with TemporaryDirectory() as folder:
        disk = raw_disk(Path(folder) / "disk.raw")
        return converted(disk, Path(folder) / "image", kind, *options).read_bytes()


def image(path: Path, kind: ImageFormat, *options: str) -> Path:
    """A disk of 8 MiB in a format; made once, for starting qemu-img is what costs."""
    return put_sparse(path, _made(kind, options))


def header_of(path: Path, declared: ImageFormat | None = None) -> FileHeader:
    """What the inspection says about a file."""
    with open_image_file(path) as opened:
        return read_header(opened.read, opened.size_bytes, declared=declared)
