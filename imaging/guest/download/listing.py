"""What lies in the guest's directories: read over SFTP, without following links or crossing into other file systems."""

from __future__ import annotations

import asyncio
import hashlib
import posixpath
import re
import stat
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import asyncssh

from imaging.guest.download.gather import side_by_side
from models.errors import UsageError
from models.text import one_line

_MOST = 1_000_000
_AT_ONCE = 16
"""Directories: each costs several answers of the guest, and its line may be long."""
_LONGEST_PATH = 4_000
_LONGEST_NAME = 255
"""Bytes: no file system of either machine takes more."""
_MOST_PATH_BYTES = 200_000_000
"""Bytes of all paths together, which are held in memory: a million sensible ones take half of that."""
MOST_LEFT_OUT = 1_000
"""How much of what will not be copied is kept by name; the rest is counted."""
_SECONDS_PER_DIRECTORY = 300.0
_PART = re.compile(rb"\.imaging-[0-9a-f]{24}\.part")
_MOUNTS_LIMIT = 4_000_000
_ESCAPED = re.compile(rb"\\(\d{3})")
_NEVER = ("/proc", "/sys", "/dev", "/run")


@dataclass(frozen=True, slots=True)
class GuestFile:
    """A regular file of the guest; compact, for there may be a million."""

    path: bytes
    """Absolute, as the guest has it."""
    size: int
    changed_at: int
    """Seconds since the epoch."""
    mode: int


@dataclass
class Listing:
    """What was found below the directories that were asked for."""

    files: list[GuestFile] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    """What will not be copied, and why, at most `MOST_LEFT_OUT` of it; cleaned."""

    left_out_count: int = 0
    """How much will not be copied, that which is not named included."""

    seen: int = 0
    """Entries so far, of every kind."""

    path_bytes: int = 0
    """Bytes of all paths so far."""

    size_bytes: int = 0
    """Of all files together."""

    def count(self, path: bytes) -> None:
        """Count an entry.

        Raises:
            UsageError: there are more than can be sensible, or the guest makes them up.
        """
        self.seen += 1
        self.path_bytes += len(path)
        if self.seen > _MOST:
            raise _too_much(f"There are more than {_MOST:,} files there.")
        if self.path_bytes > _MOST_PATH_BYTES:
            raise _too_much(f"The paths of the files there take more than {_MOST_PATH_BYTES // 1_000_000} MB.")

    def add(self, file: GuestFile) -> None:
        """Note a file that will be copied."""
        self.files.append(file)
        self.size_bytes += file.size

    def leave_out(self, path: bytes, why: str) -> None:
        """Note what will not be copied."""
        self.left_out_count += 1
        if len(self.left_out) < MOST_LEFT_OUT:
            self.left_out.append((shown(path), one_line(why, 200)))


def _too_much(what: str) -> UsageError:
    return UsageError(
        what,
        meaning="Nothing was copied.",
        remedy="Name fewer directories, or pack them into an archive in the guest.",
    )


def shown(path: bytes) -> str:
    """A path of the guest, for the screen."""
    return one_line(path.decode("utf-8", "replace"), 300)


def chosen_directories(directories: Iterable[str]) -> list[bytes]:
    """The directories that the user asked for, each once, those inside others left out.

    Raises:
        UsageError: one of them is no place to copy.
    """
    paths = sorted({_directory(directory) for directory in directories})
    return [path.encode("utf-8", "surrogateescape") for path in paths if not _inside_another(path, paths)]


def _directory(directory: str) -> str:
    path = posixpath.normpath(directory)
    if not directory.startswith("/") or "\0" in directory:
        raise UsageError(
            f"{one_line(directory, 200)!r} is not an absolute path.",
            remedy="Name directories as the guest does: /home/ada.",
        )
    path = "/" + path.lstrip("/")
    if path == "/" or any(path == never or path.startswith(f"{never}/") for never in _NEVER):
        raise UsageError(
            f"{one_line(path, 200)} cannot be copied.", remedy="Name directories with files of people: /home/ada."
        )
    return path


def _inside_another(path: str, paths: list[str]) -> bool:
    return any(path.startswith(f"{other}/") for other in paths if other != path)


async def list_files(sftp: asyncssh.SFTPClient, roots: list[bytes], tell: Callable[[int], None]) -> Listing:
    """List everything below some directories.

    Args:
        sftp: the session; its paths are bytes.
        roots: absolute paths.
        tell: told how many files were found so far.

    Raises:
        UsageError: there are more files than can be sensible.
        asyncssh.Error: the connection was cut.
    """
    listing = Listing()
    mounts = await _mount_points(sftp)
    waiting = deque([root for root in roots if await _is_directory(sftp, root, listing)])
    while waiting:
        now = [waiting.popleft() for _ in range(min(_AT_ONCE, len(waiting)))]
        async with asyncio.timeout(_SECONDS_PER_DIRECTORY):
            found = await side_by_side([_list_one(sftp, directory, listing, mounts) for directory in now])
        waiting.extend(directory for inner in found for directory in inner)
        tell(len(listing.files))
    listing.files.sort(key=lambda file: file.path)
    listing.left_out.sort()
    return listing


async def _is_directory(sftp: asyncssh.SFTPClient, root: bytes, listing: Listing) -> bool:
    try:
        mode = (await sftp.lstat(root)).permissions or 0
    except asyncssh.SFTPError as error:
        refuse_lost(error)
        listing.leave_out(root, why_not(error))
        return False
    if stat.S_ISDIR(mode):
        return True
    listing.leave_out(root, "a link: name where it leads" if stat.S_ISLNK(mode) else "not a directory")
    return False


async def _list_one(
    sftp: asyncssh.SFTPClient, directory: bytes, listing: Listing, mounts: frozenset[bytes]
) -> list[bytes]:
    """Sort the entries of one directory; return the directories among them that are to be gone into."""
    inner: list[bytes] = []
    async for name, attributes in _entries(sftp, directory, listing):
        path = directory + b"/" + name
        mode = attributes.permissions or 0
        if stat.S_ISDIR(mode):
            if path in mounts:
                listing.leave_out(path, "another file system is mounted there")
            else:
                inner.append(path)
        elif stat.S_ISREG(mode):
            size, changed = attributes.size or 0, attributes.mtime or 0
            listing.add(GuestFile(path, size, changed, stat.S_IMODE(mode)))
        else:
            listing.leave_out(path, "a link" if stat.S_ISLNK(mode) else "not a regular file")
    return inner


async def _entries(
    sftp: asyncssh.SFTPClient, directory: bytes, listing: Listing
) -> AsyncIterator[tuple[bytes, asyncssh.SFTPAttrs]]:
    """The entries of one directory whose names can be names; what a guest sends is untrusted."""
    try:
        async for entry in sftp.scandir(directory):
            name = entry.filename if isinstance(entry.filename, bytes) else entry.filename.encode()
            if name in {b".", b".."}:
                continue
            refused = _refused(directory, name)
            listing.count(b"" if refused else directory + b"/" + name)
            if refused:
                listing.leave_out(directory + b"/" + name, refused)
            else:
                yield name, entry.attrs
    except asyncssh.SFTPError as error:
        refuse_lost(error)
        listing.leave_out(directory, why_not(error))


def _refused(directory: bytes, name: bytes) -> str:
    """Why a name cannot be used; empty if it can."""
    if not name or b"/" in name or b"\0" in name or len(name) > _LONGEST_NAME:
        return "not a valid file name"
    if _PART.fullmatch(name):
        return "named like an unfinished copy"
    return "its path is too long" if len(directory) + len(name) > _LONGEST_PATH else ""


def part_name(name: bytes) -> bytes:
    """What the unfinished copy of a file is called: short even if its own name is long, and always the same."""
    return b".imaging-" + hashlib.sha256(name).hexdigest()[:24].encode() + b".part"


async def _mount_points(sftp: asyncssh.SFTPClient) -> frozenset[bytes]:
    """Where other file systems are mounted; none where the guest does not tell."""
    try:
        async with sftp.open(b"/proc/self/mounts", "rb") as file:
            text: Any = await file.read(_MOUNTS_LIMIT, 0)  # bytes, despite asyncssh's hints: it is opened as such
    except asyncssh.SFTPError as error:
        refuse_lost(error)
        return frozenset()
    fields = (line.split(b" ") for line in bytes(text).splitlines())
    return frozenset(_ESCAPED.sub(_unescaped, parts[1]) for parts in fields if len(parts) > 1)


def _unescaped(found: re.Match[bytes]) -> bytes:
    return bytes([int(found[1], 8) & 0xFF])


def refuse_lost(error: asyncssh.SFTPError) -> None:
    """Let an error pass that says nothing of a single file: without a connection there is nothing to continue with.

    Raises:
        asyncssh.SFTPError: the connection was cut.
    """
    if isinstance(error, asyncssh.SFTPConnectionLost | asyncssh.SFTPNoConnection):
        raise error


def why_not(error: asyncssh.SFTPError) -> str:
    """Why a single file or directory cannot be read."""
    match error:
        case asyncssh.SFTPPermissionDenied():
            return "not readable for this user"
        case asyncssh.SFTPNoSuchFile():
            return "not there"
        case _:
            return one_line(error.reason, 200) or "cannot be read"
