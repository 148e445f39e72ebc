"""Disks made by the tools that make them everywhere: file systems with files in them, partition tables, image files."""

from __future__ import annotations

import json
import os
import stat
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from imaging.files.disk.blocks import CachedBlocks, FileBlocks
from tests.support.needs import tool
from tests.support.sparse import copy_into

MIB = 2**20
LINUX_GPT = "0FC63DAF-8483-4772-8E79-3D69D8477DE4"
ROOT_X86_64 = "4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709"
ESP_GPT = "C12A7328-F81F-11D2-BA4B-00A0C93EC93B"
BIOS_BOOT_GPT = "21686148-6449-6E6F-744E-656564454649"


def run(*command: str | Path, text: str | None = None) -> str:
    """Run a tool; it must succeed."""
    done = subprocess.run(
        [tool(str(command[0])), *map(str, command[1:])],
        input=text, text=True, capture_output=True, timeout=100, check=False,
        env=os.environ | {"MKE2FS_DEVICE_SECTSIZE": "512", "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    assert done.returncode == 0, f"{command}: {done.stderr or done.stdout}"
    return done.stdout


def empty(path: Path, size: int) -> Path:
    """A file that is one hole."""
    with path.open("wb") as file:
        file.truncate(size)
    return path


def ext(path: Path, tree: Path, *options: str, size: int = 16 * MIB, kind: str = "ext4") -> Path:
    """An ext with the files of a directory, which itself is copied without its owner."""
    top = tree.stat()
    owner = ("-E", f"root_owner={top.st_uid}:{top.st_gid}")
    run(f"mkfs.{kind}", "-q", "-F", "-d", tree, *owner, *options, empty(path, size))
    return path


def vfat(path: Path, tree: Path | None, *options: str, size: int = 4 * MIB) -> Path:
    """A FAT with the files of a directory."""
    run("mkfs.vfat", *options, empty(path, size))
    for each in sorted(tree.iterdir()) if tree else ():
        run("mcopy", "-s", "-i", path, each, "::/")
    return path


def xfs(path: Path, tree: Path, *options: str, size: int = 320 * MIB) -> Path:
    """An XFS with the files of a directory; their names have no blanks, for the list for mkfs.xfs cannot have them."""
    listed = path.with_suffix(".list")
    listed.write_bytes(b"/\n0 0\n" + _entry(tree) + b"\n" + b"".join(_listed(tree)) + b"$\n")
    run("mkfs.xfs", "-q", "-p", listed, *options, empty(path, size))
    return path


def _listed(folder: Path) -> Iterator[bytes]:
    for each in sorted(folder.iterdir()):
        yield os.fsencode(each.name) + b" " + _entry(each) + b"\n"
        if not each.is_symlink() and each.is_dir():
            yield from _listed(each)
            yield b"$\n"


def _entry(path: Path) -> bytes:
    """Kind, setuid, setgid, permissions, owner, group, and where it leads or its content lies."""
    told = path.lstat()
    kind = stat.filemode(told.st_mode)[0]
    bits = f"{'u' if told.st_mode & stat.S_ISUID else '-'}{'g' if told.st_mode & stat.S_ISGID else '-'}"
    words = f"{kind}{bits}{told.st_mode & 0o777:03o} {told.st_uid} {told.st_gid}".encode()
    if path.is_symlink():
        return words + b" " + os.fsencode(path.readlink())
    return words + (b" " + os.fsencode(path) if path.is_file() else b"")


def divided(path: Path, label: str, parts: Sequence[tuple[Path, str]], *, extra: int = 4 * MIB) -> Path:
    """A disk with these images in partitions; a type is followed by further words of sfdisk, after a comma."""
    empty(path, extra + sum(image.stat().st_size + MIB for image, _ in parts))
    lines = "".join(f"size={image.stat().st_size // 512}, type={kind}\n" for image, kind in parts)
    run("sfdisk", "-q", path, text=f"label: {label}\n{lines}")
    table = json.loads(run("sfdisk", "-J", path))["partitiontable"]
    with path.open("r+b") as disk:
        for entry, (image, _) in zip(table["partitions"], parts, strict=True):
            copy_into(disk, 512 * entry["start"], image)
    return path


def converted(source: Path, target: Path, kind: str, *options: str) -> Path:
    """A raw disk in another format."""
    run("qemu-img", "convert", "-f", "raw", "-O", kind, *options, source, target)
    return target


@contextmanager
def opened(path: Path) -> Iterator[CachedBlocks]:
    """The bytes of a file, as readers of disks get them."""
    with path.open("rb") as file:
        yield CachedBlocks(FileBlocks(file.fileno()))


def changed(path: Path, at: int, raw: bytes) -> Path:
    """Write over a file."""
    with path.open("r+b") as file:
        file.seek(at)
        file.write(raw)
    return path
