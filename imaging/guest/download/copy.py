"""Copying directories out of a guest: over SFTP, resumable, each file compared with its original by checksum."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import asyncssh

from imaging.guest.download import local_folder
from imaging.guest.download.checksums import batches, guest_digests
from imaging.guest.download.gather import side_by_side
from imaging.guest.download.listing import GuestFile, Listing, chosen_directories, list_files, refuse_lost, why_not
from imaging.guest.download.local_folder import ANOTHER, InTheWayError, LocalFolder, Place
from imaging.guest.download.result import SavedDirectories
from imaging.guest.interface import Progress, Telling
from imaging.guest.ssh.commands.shell import SshShell
from imaging.runtime.threads import in_thread
from models.errors import GuestUnreachableError
from models.formatting import size
from models.text import one_line

_CHUNK = 4 << 20
_AT_ONCE = 8
_SECONDS_PER_CHUNK = 120.0
_START_SECONDS = 30.0
_MOST_NAMED = 500
_CHANGED = "it changed while it was copied"


async def save_directories(
    shell: SshShell, directories: tuple[str, ...], target: Path, tell: Telling
) -> SavedDirectories:
    """Copy directories of a guest below a folder of this machine, `/home/ada` to `TARGET/home/ada`.

    What lies there already is compared and never overwritten; unfinished copies of an earlier call are gone on with.

    Args:
        shell: an open shell in the guest.
        directories: absolute paths there.
        target: the folder; made if it is not there.
        tell: told how far it is, in bytes.

    Raises:
        UsageError: a directory or the folder is not valid, or the disk is full.
        GuestError: the guest has no sha256sum.
        GuestUnreachableError: the connection was cut; the next call continues where this one ended.
    """
    roots = chosen_directories(directories)
    folder = LocalFolder(target)
    await in_thread(folder.prepare)
    try:
        async with asyncio.timeout(_START_SECONDS):
            sftp = await shell.connection.start_sftp_client(path_encoding=None)
        async with sftp:
            listing = await list_files(sftp, roots, lambda count: tell(Progress(f"Listing: {count:,} files")))
            copy = Copy(shell, sftp, folder, listing, tell)
            await copy.run()
    except (asyncssh.Error, TimeoutError) as error:
        raise GuestUnreachableError(
            f"The connection to {shell.address} was lost, or does not support copying files ({one_line(error, 200)}).",
            meaning="What was copied so far is kept.",
            remedy="The same command continues the copy.",
        ) from None
    return copy.result(target)


class Copy:
    """One call's work."""

    def __init__(
        self, shell: SshShell, sftp: asyncssh.SFTPClient, folder: LocalFolder, listing: Listing, tell: Telling
    ) -> None:
        """Keep what is copied from where to where."""
        self._shell = shell
        self._sftp = sftp
        self._folder = folder
        self._listing = listing
        self._tell = tell
        self._bytes_done = 0
        self._files_done = 0

    async def run(self) -> None:
        """Copy all files that were listed.

        Raises:
            UsageError: the disk is full.
            GuestError: the guest has no sha256sum.
            GuestUnreachableError: the connection was cut.
            asyncssh.Error: the same.
        """
        missing = await in_thread(self._folder.missing_bytes, self._listing.files)
        self._refuse_full(missing)
        for batch in batches(self._listing.files):
            limit = asyncio.Semaphore(_AT_ONCE)
            fetched = await side_by_side([self._fetch(file, limit) for file in batch])
            present = [file for file, here in zip(batch, fetched, strict=True) if here]
            digests = await guest_digests(self._shell, present)
            for file in present:
                await self._settle(file, digests.get(file.path))
            self._say()

    def result(self, target: Path) -> SavedDirectories:
        """The outcome."""
        named = self._listing.left_out[:_MOST_NAMED]
        more = self._listing.left_out_count - len(named)
        if more:
            named.append(("…", f"and {more:,} more"))
        missed = f"; {self._listing.left_out_count:,} left out" if named else ""
        place = one_line(target, 200)
        copied = f"{self._files_done:,} {'file' if self._files_done == 1 else 'files'} ({size(self._bytes_done)})"
        summary = f"{copied} copied from the guest to {place}, verified by checksum{missed}."
        return SavedDirectories(summary, tuple(named), self._files_done, self._bytes_done)

    async def _fetch(self, file: GuestFile, limit: asyncio.Semaphore) -> bool:
        """See that a file's bytes are here, finished or not; False where it is left out."""
        async with limit:
            try:
                with self._folder.place(file) as place:
                    return await self._fetch_to(place, file)
            except InTheWayError as error:
                self._listing.leave_out(file.path, str(error))
            except asyncssh.SFTPError as error:
                refuse_lost(error)
                self._listing.leave_out(file.path, why_not(error))
            except OSError as error:
                self._listing.leave_out(file.path, f"cannot be written here: {error.strerror or error}")
            return False

    async def _fetch_to(self, place: Place, file: GuestFile) -> bool:
        finished = local_folder.finished_size(place)
        if finished is not None:
            if finished != file.size:
                raise InTheWayError(ANOTHER)
            return True
        begun = local_folder.begun_bytes(place, file.size)
        self._refuse_full(file.size - begun)
        async with self._sftp.open(file.path, "rb") as reading:
            local_folder.append(place, b"")  # an empty file needs a copy as well
            while begun < file.size and (data := await _chunk(reading, begun, file.size)):
                await in_thread(local_folder.append, place, data)
                begun += len(data)
                self._say(begun)
        return True

    def _refuse_full(self, needed: int) -> None:
        if needed > self._folder.free_bytes():
            raise local_folder.full(needed)

    async def _settle(self, file: GuestFile, digest: str | None) -> None:
        """Compare a file with its original, and give it its name."""
        try:
            with self._folder.place(file) as place:
                why = await in_thread(_settled, place, file, digest)
        except InTheWayError as error:
            why = str(error)
        except OSError as error:
            why = f"cannot be written here: {error.strerror or error}"
        if why:
            self._listing.leave_out(file.path, why)
        else:
            self._files_done += 1
            self._bytes_done += file.size

    def _say(self, of_this_file: int = 0) -> None:
        total = self._listing.size_bytes
        done = min(total, self._bytes_done + of_this_file)
        self._tell(Progress(f"Copying {len(self._listing.files):,} files", done=done, total=total))


def _settled(place: Place, file: GuestFile, digest: str | None) -> str:
    """Give a copy its name if it agrees with its original; else why not."""
    if local_folder.finished_size(place) is not None:
        return "" if local_folder.digest_of(place, place.name) == digest else ANOTHER
    if local_folder.digest_of(place, place.part) == digest:
        local_folder.finish(place, file)
        return ""
    local_folder.discard(place)
    return "it could not be read a second time" if digest is None else _CHANGED


async def _chunk(reading: asyncssh.SFTPClientFile, begun: int, whole: int) -> bytes:
    async with asyncio.timeout(_SECONDS_PER_CHUNK):
        data: Any = await reading.read(min(_CHUNK, whole - begun), begun)
    return bytes(data)  # opened as bytes, despite asyncssh's hints
