"""SFTP into a guest: a small folder of the state directory, to be read only."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from typing import Any, NoReturn

import asyncssh

from imaging.democloud.guests.home_files import FILES, HOMES

_WRITING = asyncssh.FXF_WRITE | asyncssh.FXF_APPEND | asyncssh.FXF_CREAT | asyncssh.FXF_TRUNC | asyncssh.FXF_EXCL


class Homes:
    """A folder for each kind of guest, which is the root of its files; made when somebody first looks.

    Args:
        folder: where these folders are; what an earlier process left there is made anew.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: set[str] = set()

    def root(self, recording: str) -> Path:
        """The root of a guest's files."""
        root = self._folder / recording
        if recording not in self._made:
            shutil.rmtree(root, ignore_errors=True)
            for home in HOMES[recording]:
                (root / home.lstrip("/")).mkdir(parents=True, mode=0o700)
            for path, content in FILES[recording].items():
                file = root / path.lstrip("/")
                file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                file.write_bytes(content())
            self._made.add(recording)
        return root


def sha256_line(recording: str, path: str) -> str | None:
    """What sha256sum prints of a file; None if there is none of that name."""
    content = FILES[recording].get(path)
    return None if content is None else f"{hashlib.sha256(content()).hexdigest()}  {path}\n"


class ReadOnlyFiles(asyncssh.SFTPServer):
    """Gives files out; whatever would change something is refused."""

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
