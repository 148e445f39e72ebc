"""The part: received bytes are compared where they overlap, hashed, and written, zeros as holes."""

from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from imaging.files.part_file.hashing import Hashes
from imaging.files.part_file.holes import write_with_holes
from imaging.files.part_file.opening import lock_part, open_part, state_of
from imaging.files.part_file.refusals import foreign_part, refused_by_system
from imaging.files.part_file.state import PartBinding, PartState, boot_id, forget_state, write_state
from imaging.files.wrappers.sparse_file import NoRoomError
from imaging.runtime.private_files import NotPrivateError

OVERLAP_BYTES: Final = 2**20
"""Of what is there, so much is asked for again and compared: a store that ignores ranges, or an image that is another
one by now, is noticed before anything is written."""
KEEP_FREE_BYTES: Final = 2**30
"""What is left to everybody else on the file system."""
_CHECK_EVERY: Final = 2**26
_SYNC_EVERY: Final = 2**30
_NOTE_SECONDS: Final = 2.0
_READ_BYTES: Final = 2**20


class PartDiffersError(Exception):
    """What was sent does not continue what is there."""


class PartFile:
    """One download, open and locked. It blocks: for a thread, and for one at a time."""

    def __init__(
        self,
        path: Path,
        descriptor: int,
        state: PartState,
        *,
        algorithms: Iterable[str],
        keep_free_bytes: int,
        monotonic: Callable[[], float],
    ) -> None:
        """Take an opened file; see `open`."""
        self.path = path
        self._descriptor = descriptor
        self._state = state
        self._hashes = Hashes(algorithms)
        self._keep_free = keep_free_bytes
        self._monotonic = monotonic
        self._at_work = threading.Lock()
        self._is_closed = False
        self._hashed = 0
        self._next_check = 0
        self._noted_at = 0.0
        self.received_bytes = state.usable_bytes
        """How many bytes of the image are there, in one piece from its beginning."""
        self.allocated_bytes = 0
        """Of what was received since it was opened, so much takes room."""

    @classmethod
    def open(
        cls,
        path: Path,
        binding: PartBinding,
        *,
        algorithms: Iterable[str],
        keep_free_bytes: int = KEEP_FREE_BYTES,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> Self:
        """Open the part of an image, or begin one.

        Args:
            path: where it lies; links are not followed.
            binding: of which content it has to be.
            algorithms: the hashes that are wanted of the whole.
            keep_free_bytes: what is left on its file system.
            monotonic: says when its state was noted last.

        Raises:
            ImageFileError: something else lies there, another run writes it, or it cannot be made.
        """
        try:
            descriptor = open_part(path)
        except NotPrivateError as error:
            raise foreign_part(path, error.strerror or "it is not a file") from None
        except OSError as error:
            raise refused_by_system(path, error) from None
        try:
            lock_part(path, descriptor)
            state = state_of(path, descriptor, binding)
            os.ftruncate(descriptor, state.usable_bytes)  # what lies behind was not noted, so nobody knows of it
            part = cls(
                path,
                descriptor,
                state,
                algorithms=algorithms,
                keep_free_bytes=keep_free_bytes,
                monotonic=monotonic,
            )
            part._note()
        except OSError as error:
            os.close(descriptor)
            raise refused_by_system(path, error) from None
        except BaseException:
            os.close(descriptor)
            raise
        return part

    @property
    def descriptor(self) -> int:
        """Of the open file, for who reads it."""
        return self._descriptor

    @property
    def file_number(self) -> int:
        """Its inode: a file of the user's that has the same one is this one, under the name that it gets at the end."""
        return self._state.file_number

    @property
    def state(self) -> PartState:
        """What is noted of it."""
        return self._state

    @property
    def wanted_from(self) -> int:
        """From which byte on the image is asked for: some of what is there is compared."""
        return max(0, self.received_bytes - OVERLAP_BYTES)

    def rehash(self, tell: Callable[[int], None] = lambda _done: None) -> None:
        """Read and hash what was received earlier.

        Args:
            tell: told how many bytes that is so far.

        Raises:
            OSError: it cannot be read.
            PartDiffersError: less is there than was noted.
        """
        while self._hashed < self.received_bytes and not self._state.is_whole:
            with self._held():
                size = min(_READ_BYTES, self.received_bytes - self._hashed)
                piece = os.pread(self._descriptor, size, self._hashed)
                if not piece:
                    raise PartDiffersError
                self._hashes.update(piece)
                self._hashed += len(piece)
            tell(self._hashed)

    def take(self, offset: int, piece: bytes) -> None:
        """Take bytes of the image: what is there already is compared, the rest is added.

        Args:
            offset: of their first byte in the image, as the sender says.
            piece: in the order of the image.

        Raises:
            PartDiffersError: they do not continue what is there, or are more than the image has.
            NoRoomError: too little room would be left.
            OSError: they cannot be written.
        """
        with self._held():
            known = self.received_bytes - offset
            if known < 0 or offset + len(piece) > self._state.binding.size_bytes:
                raise PartDiffersError
            if known:
                compared = piece[:known]
                if os.pread(self._descriptor, len(compared), offset) != compared:
                    raise PartDiffersError
                piece = piece[known:]
            if piece:
                self._add(piece)

    def restart(self) -> None:
        """Begin again with nothing.

        Raises:
            OSError: the file cannot be cut.
        """
        with self._held():
            os.ftruncate(self._descriptor, 0)
            self._hashes.restart()
            self.received_bytes = self._hashed = self._next_check = self.allocated_bytes = 0
            self._note(synced=True, hashes={})

    def finish(self) -> Mapping[str, str]:
        """All is there: give the file its size, wait until the disk has it, and give its hashes.

        Raises:
            OSError: it cannot be written.
        """
        with self._held():
            if not self._state.is_whole:
                os.ftruncate(self._descriptor, self.received_bytes)
                self._note(synced=True, hashes=self._hashes.values)
            return self._state.hashes

    def note(self) -> None:
        """Write down how far it has come, so that another process can continue.

        Raises:
            OSError: it cannot be written.
        """
        with self._held():
            os.ftruncate(self._descriptor, self.received_bytes)
            self._note()

    def note_result(self, file_number: int) -> None:
        """Write down what is made of it, before anything is written there.

        Raises:
            OSError: it cannot be written.
        """
        with self._held():
            self._state = self._state.model_copy(update={"result_number": file_number})
            self._note()

    def remove(self) -> None:
        """Delete it, and what was known of it; it stays open until it is closed."""
        with self._held():
            self.path.unlink(missing_ok=True)
            forget_state(self.path)

    def close(self) -> None:
        """Close it; it can be continued. A thread that nobody waits for any more finds it closed."""
        with self._at_work:
            if not self._is_closed:
                self._is_closed = True
                os.close(self._descriptor)

    @contextmanager
    def _held(self) -> Iterator[None]:
        """Nobody closes it meanwhile: its number might be another file's by then.

        Raises:
            OSError: it is closed.
        """
        with self._at_work:
            if self._is_closed:
                raise OSError(errno.EBADF, os.strerror(errno.EBADF), str(self.path))
            yield

    def __enter__(self) -> Self:
        """It is open already."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close it."""
        self.close()

    def _add(self, piece: bytes) -> None:
        self._check_room()
        written = write_with_holes(self._descriptor, piece, self.received_bytes)
        self._hashes.update(piece)
        self.allocated_bytes += written
        self.received_bytes += len(piece)
        if written < len(piece):  # a hole at the end gives the file no size, and could not be read back
            os.ftruncate(self._descriptor, self.received_bytes)
        self._hashed = self.received_bytes
        if self.received_bytes - self._state.synced_bytes >= _SYNC_EVERY:
            self._note(synced=True)
        elif self._monotonic() - self._noted_at >= _NOTE_SECONDS:
            self._note()

    def _check_room(self) -> None:
        if self.allocated_bytes < self._next_check:
            return
        told = os.fstatvfs(self._descriptor)
        if told.f_bavail * told.f_frsize < self._keep_free + _CHECK_EVERY:
            raise NoRoomError("too little room is left")
        self._next_check = self.allocated_bytes + _CHECK_EVERY

    def _note(self, *, synced: bool = False, hashes: Mapping[str, str] | None = None) -> None:
        update: dict[str, object] = {"written_bytes": self.received_bytes, "boot": boot_id()}
        if hashes is not None:
            update["hashes"] = hashes
        if synced:
            os.fsync(self._descriptor)
            update["synced_bytes"] = self.received_bytes
        self._state = self._state.model_copy(update=update)
        write_state(self.path, self._state)
        self._noted_at = self._monotonic()
