"""SFTP into a guest: a small folder of the state directory, to be read only."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from typing import Any, NoReturn

import asyncssh

from imaging.democloud.guests.home_files import home_files

_WRITING = asyncssh.FXF_WRITE | asyncssh.FXF_APPEND | asyncssh.FXF_CREAT | asyncssh.FXF_TRUNC | asyncssh.FXF_EXCL


class Homes:
    """A folder for each kind of guest, which is the root of its files; made at the first inspection.

    Args:
        folder: where these folders are; what an earlier process left there is made again.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: set[str] = set()

    def root(self, recording: str) -> Path:
        """The root of a guest's files."""
        root = self._folder / recording
        if recording not in self._made:
            shutil.rmtree(root, ignore_errors=True)
            for path, content in home_files(recording).items():
                file = root / path.lstrip("/")
                file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                file.write_bytes(content)
            self._made.add(recording)
        return root


def checksums(recording: str, names: bytes) -> tuple[bytes, str]:
    """What `xargs -0 sha256sum` prints, and complains of.

    Args:
        recording: which guest.
        names: paths, each with a NUL at its end.
    """
    files = home_files(recording)
    lines, complaints = [], []
    for name in filter(None, names.split(b"\0")):
        path = name.decode("utf-8", "surrogateescape")
        if path in files:
            escaped = name.replace(b"\\", b"\\\\").replace(b"\n", b"\\n").replace(b"\r", b"\\r")
            mark = b"\\" if escaped != name else b""
            lines.append(mark + hashlib.sha256(files[path]).hexdigest().encode() + b"  " + escaped + b"\n")
        else:
            complaints.append(f"sha256sum: {name!r}: No such file or directory\n")
    return b"".join(lines), "".join(complaints)


class ReadOnlyFiles(asyncssh.SFTPServer):
    """Gives files out; refuses each request to change something."""

    def __init__(self, channel: asyncssh.SSHServerChannel[bytes], root: Path) -> None:
        super().__init__(channel, chroot=os.fsencode(root))

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> Any:
        """Open a file, for reading alone."""
        if pflags & _WRITING:
            _refuse()
        return super().open(path, pflags, attrs)

    def open56(self, path: bytes, desired_access: int, flags: int, attrs: asyncssh.SFTPAttrs) -> Any:  # noqa: ARG002  # asyncssh's names
        """Nobody speaks this version of the protocol here."""
        _refuse()

    def _change(self, *_arguments: Any, **_more: Any) -> Any:
        _refuse()

    setstat = lsetstat = fsetstat = remove = mkdir = rmdir = rename = posix_rename = symlink = link = _change
    """All else that SFTP can change."""


def _refuse() -> NoReturn:
    raise asyncssh.SFTPPermissionDenied("This machine of the demonstration cloud can only be read.")
