"""Reads the log of a journal: which blocks its finished transactions wrote, in the state that they left them in."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from imaging.files.disk.ext.journal.checksums import BEGIN, crc32_be, crc32c
from imaging.files.disk.ext.journal.form import MARK, JournalForm, damaged_journal

_DESCRIPTOR, _COMMIT, _REVOCATIONS = 1, 2, 5
_HEADER: Final = struct.Struct(">4sII")
_TAG: Final = struct.Struct(">IHH")
_LONG_TAG: Final = struct.Struct(">IIII")
_ESCAPED, _SAME_OWNER, _LAST = 1, 2, 8
_OWNER_BYTES: Final = 16
_KIND_AT, _SUM_AT = 12, 16
"""In a commit: of what kind its checksum is and how long, and the checksum."""
_SECONDS_AT: Final = 48
_CRC32_SUMS: Final = (1, 4)
"""What a commit of version 1 says about its checksum: CRC-32, four bytes."""
_ROUND: Final = 2**32


@dataclass(frozen=True, slots=True)
class Copy:
    """A block as a transaction wrote it, in the journal."""

    block: int
    """Its number on the file system."""
    place: int
    """Where in the journal it lies."""
    is_escaped: bool
    """Its first four bytes are those that begin a block of the journal, and were written as zeros."""
    checksum: int
    sequence: int
    """Of its transaction."""


def last_copies(form: JournalForm, read: Callable[[int], bytes]) -> dict[int, Copy]:
    """The last copy of every block that finished transactions wrote, and none revoked later, by its number.

    Args:
        form: of the journal.
        read: a block of the journal, whole.

    Raises:
        DiskUnreadableError: a finished transaction is damaged.
    """
    log = _Log(form, read)
    if form.start:
        log.read()
    return log.last_copies()


class _Log:
    """The log from its start to the first block that belongs to no transaction, or to an unfinished one."""

    def __init__(self, form: JournalForm, read: Callable[[int], bytes]) -> None:
        self._form, self._read = form, read
        self._place, self._sequence = form.start, form.sequence
        self._passed = 0
        self._finished: list[Copy] = []
        self._revoked: dict[int, int] = {}
        """The last transaction that revoked a block."""
        self._last_commit = 0
        self._begin_transaction()

    def read(self) -> None:
        while self._read_block():
            pass

    def last_copies(self) -> dict[int, Copy]:
        return {copy.block: copy for copy in self._finished if not self._is_revoked(copy)}

    def _is_revoked(self, copy: Copy) -> bool:
        """A transaction that wrote it after the last revocation counts."""
        by = self._revoked.get(copy.block)
        return by is not None and not 0 < (copy.sequence - by) % _ROUND < _ROUND // 2

    def _begin_transaction(self) -> None:
        self._copies: list[Copy] = []
        self._revocations: list[int] = []
        self._is_sound = True
        self._sum = BEGIN

    def _read_block(self) -> bool:
        """Whether the log continues behind it."""
        raw = self._read(self._place)
        mark, kind, sequence = _HEADER.unpack_from(raw)
        if mark != MARK or sequence != self._sequence:
            return False
        self._pass(1)
        if kind == _DESCRIPTOR:
            self._read_descriptor(raw)
        elif kind == _REVOCATIONS:
            self._read_revocations(raw)
        return kind in {_DESCRIPTOR, _REVOCATIONS} or (kind == _COMMIT and self._finish(raw))

    def _pass(self, blocks: int) -> None:
        """Continue in the ring; a log that is longer than that bites its tail."""
        form = self._form
        self._passed += blocks
        if self._passed > form.end - form.first:
            raise damaged_journal()
        self._place = form.first + (self._place - form.first + blocks) % (form.end - form.first)

    def _read_descriptor(self, raw: bytes) -> None:
        self._check_tail(raw)
        self._add_to_sum(raw)
        for block, flags, checksum in self._tags(raw):
            copy = Copy(block, self._place, bool(flags & _ESCAPED), checksum, self._sequence)
            self._copies.append(copy)
            self._add_to_sum(self._read(copy.place) if self._form.has_transaction_sums else b"")
            self._pass(1)

    def _tags(self, raw: bytes) -> Iterator[tuple[int, int, int]]:
        """Number, flags and checksum of each copy that follows."""
        form, at = self._form, _HEADER.size
        while at + form.tag_bytes <= len(raw) - form.tail_bytes:
            if form.has_long_sums:
                low, flags, high, checksum = _LONG_TAG.unpack_from(raw, at)
            else:
                low, checksum, flags = _TAG.unpack_from(raw, at)
                high = int.from_bytes(raw[at + _TAG.size : at + _TAG.size + 4], "big") if form.is_wide else 0
            yield low | (high << 32 if form.is_wide else 0), flags, checksum
            at += form.tag_bytes + (0 if flags & _SAME_OWNER else _OWNER_BYTES)
            if flags & _LAST:
                return

    def _read_revocations(self, raw: bytes) -> None:
        self._check_tail(raw)
        width = 8 if self._form.is_wide else 4
        size = int.from_bytes(raw[_HEADER.size : _HEADER.size + 4], "big")
        if size > len(raw) - self._form.tail_bytes:
            self._is_sound = False
            return
        for at in range(_HEADER.size + 4, size - width + 1, width):
            self._revocations.append(int.from_bytes(raw[at : at + width], "big"))

    def _check_tail(self, raw: bytes) -> None:
        """What does not fit is damage only if its transaction was finished: else it is what was there before."""
        if self._form.has_block_sums:
            cleared = raw[:-4] + bytes(4)
            self._is_sound &= crc32c(cleared, self._form.seed) == int.from_bytes(raw[-4:], "big")

    def _add_to_sum(self, raw: bytes) -> None:
        if self._form.has_transaction_sums:
            self._sum = crc32_be(raw, self._sum)

    def _finish(self, raw: bytes) -> bool:
        """Take what the transaction did, or stop: at what is older than the transaction before, it is a remainder."""
        seconds = int.from_bytes(raw[_SECONDS_AT : _SECONDS_AT + 8], "big")
        if not (self._is_sound and self._fits(raw)):
            if seconds < self._last_commit or self._form.is_asynchronous:
                return False
            raise damaged_journal()
        self._finished += self._copies
        self._revoked.update(dict.fromkeys(self._revocations, self._sequence))
        self._last_commit = seconds
        self._sequence = (self._sequence + 1) % _ROUND
        self._begin_transaction()
        return True

    def _fits(self, raw: bytes) -> bool:
        """Whether a commit has the checksum that it should have."""
        told = int.from_bytes(raw[_SUM_AT : _SUM_AT + 4], "big")
        if self._form.has_block_sums:
            cleared = raw[:_SUM_AT] + bytes(4) + raw[_SUM_AT + 4 :]
            return crc32c(cleared, self._form.seed) == told
        if self._form.has_transaction_sums:
            return (raw[_KIND_AT], raw[_KIND_AT + 1], told) in {(*_CRC32_SUMS, self._sum), (0, 0, 0)}
        return True
