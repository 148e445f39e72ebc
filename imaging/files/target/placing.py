"""A finished file gets its name in one step, and nothing that stands there is written over."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from imaging.runtime.private_files import read_private, write_private

_MOST_BESIDE_BYTES: Final = 64 * 2**20


def place(whole: Path, target: Path) -> None:
    """Give a finished file its name; it loses the old one.

    Args:
        whole: what was written, on the same file system.
        target: its name from now on.

    Raises:
        FileExistsError: something has that name.
        OSError: it cannot be renamed.
    """
    if _is_same(whole, target):  # killed between the two names
        whole.unlink()
    else:
        try:
            os.link(whole, target, follow_symlinks=False)
        except FileExistsError:
            raise
        except OSError:  # such as vfat, which has no second names
            if os.path.lexists(target):
                raise FileExistsError(target) from None
            whole.rename(target)
        else:
            whole.unlink()
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Wait until a new name in a folder is on the disk, where its file system can say so."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_same(first: Path, second: Path) -> bool:
    try:
        one, other = first.lstat(), second.lstat()
    except FileNotFoundError:
        return False
    return (one.st_dev, one.st_ino) == (other.st_dev, other.st_ino)


def write_beside(path: Path, text: str) -> None:
    """Write a small file in one step; one that holds exactly this already is left as it is.

    Raises:
        FileExistsError: another one is there.
        OSError: it cannot be written.
    """
    if holds(path, text):
        return
    if os.path.lexists(path):
        raise FileExistsError(path)
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    write_private(fresh, text)
    place(fresh, path)


def remove_beside(path: Path, text: str) -> None:
    """Delete a small file if it holds exactly this, and the beginning of one.

    Raises:
        OSError: it cannot be deleted.
    """
    path.with_name(f".{path.name}.new").unlink(missing_ok=True)
    if holds(path, text):
        path.unlink()


def holds(path: Path, text: str) -> bool:
    """Whether a small file holds exactly this."""
    try:
        return read_private(path, _MOST_BESIDE_BYTES) == text.encode("utf-8", "replace")
    except OSError:
        return False


def sha256_line(digest: str, name: str) -> str:
    """A line as `sha256sum` writes it, which `sha256sum --check` reads: names with line ends are escaped.

    Args:
        digest: in hexadecimal digits.
        name: of the file, without a folder.
    """
    escaped = name.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    mark = "\\" if escaped != name else ""
    return f"{mark}{digest}  {escaped}\n"


def free_bytes(folder: Path) -> int:
    """How many bytes this user may still write in a folder.

    Raises:
        OSError: it is not there.
    """
    told = os.statvfs(folder)
    return told.f_bavail * told.f_frsize
