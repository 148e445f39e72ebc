"""The superblock of a journal: where its log begins, and how its blocks are written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from imaging.files.disk.ext.journal.checksums import crc32c
from models.errors import DiskFault, DiskUnreadableError

MARK: Final = b"\xc0\x3b\x39\x98"
_OLD, _NEW = 3, 4
_SUPERBLOCK_BYTES: Final = 1024
_CHECKSUM_AT: Final = 0xFC
_REVOKES, _WIDE, _ASYNCHRONOUS, _CHECKSUM_2, _CHECKSUM_3 = 0x1, 0x2, 0x4, 0x8, 0x10
_KNOWN: Final = _REVOKES | _WIDE | _ASYNCHRONOUS | _CHECKSUM_2 | _CHECKSUM_3
"""Not fast commits: these are of another form, which says what was done instead of what was written."""
_TRANSACTION_SUMS: Final = 0x1
_CRC32C: Final = 4
_MOST_BLOCKS: Final = 2**20


@dataclass(frozen=True, slots=True)
class JournalForm:
    """The numbers of one journal."""

    block_bytes: int
    end: int
    """The block behind the last one; the log continues at `first` from there."""
    first: int
    start: int
    """Where the log begins; 0 where everything was carried out."""
    sequence: int
    """The number of its first transaction."""
    features: int
    has_transaction_sums: bool
    """Version 1: a commit has a checksum of its transaction."""
    seed: int
    """That the checksums of versions 2 and 3 begin with."""

    @property
    def has_block_sums(self) -> bool:
        """Versions 2 and 3: each block has a checksum."""
        return bool(self.features & (_CHECKSUM_2 | _CHECKSUM_3))

    @property
    def has_long_sums(self) -> bool:
        """Version 3: that of a copy has 32 bits, not 16."""
        return bool(self.features & _CHECKSUM_3)

    @property
    def is_wide(self) -> bool:
        """Whether numbers of blocks have 64 bits."""
        return bool(self.features & _WIDE)

    @property
    def is_asynchronous(self) -> bool:
        """Whether a commit may have been written before its transaction was: one that does not fit does not count."""
        return bool(self.features & _ASYNCHRONOUS)

    @property
    def tag_bytes(self) -> int:
        """Of an entry of a descriptor."""
        if self.has_long_sums:
            return 16
        return 8 + (2 if self.has_block_sums else 0) + (4 if self.is_wide else 0)

    @property
    def tail_bytes(self) -> int:
        """Of the checksum at the end of a descriptor or a list of revocations."""
        return 4 if self.has_block_sums else 0


def read_form(raw: bytes, block_bytes: int, blocks: int) -> JournalForm:
    """What the first block of a journal says.

    Args:
        raw: that block.
        block_bytes: of the file system.
        blocks: of the file that the journal is.

    Raises:
        DiskUnreadableError: it is damaged, or of a form that is not known.
    """
    kind, own_block_bytes, end, first, sequence, start = (_u32(raw, at) for at in (0x4, 0xC, 0x10, 0x14, 0x18, 0x1C))
    if raw[:4] != MARK or kind not in {_OLD, _NEW}:
        raise damaged_journal()
    compatible, features = (_u32(raw, 0x24), _u32(raw, 0x28)) if kind == _NEW else (0, 0)
    both = _CHECKSUM_2 | _CHECKSUM_3
    has_transaction_sums = bool(compatible & _TRANSACTION_SUMS)
    if features & both == both or (features & both and has_transaction_sums):
        raise damaged_journal()
    if features & ~_KNOWN or (features & both and raw[0x50] != _CRC32C) or end > _MOST_BLOCKS:
        raise DiskUnreadableError("The journal of the file system has an unknown form.", fault=DiskFault.UNKNOWN_FORM)
    is_within = 0 < first < end <= blocks and (not start or first <= start < end)
    if own_block_bytes != block_bytes or not is_within or (features & both and not _is_sound(raw)):
        raise damaged_journal()
    seed = crc32c(raw[0x30:0x40])
    return JournalForm(block_bytes, end, first, start, sequence, features, has_transaction_sums, seed)


def damaged_journal() -> DiskUnreadableError:
    """What is said about a journal that cannot be carried out."""
    return DiskUnreadableError("The journal of the file system is damaged.")


def _is_sound(raw: bytes) -> bool:
    cleared = raw[:_CHECKSUM_AT] + bytes(4) + raw[_CHECKSUM_AT + 4 : _SUPERBLOCK_BYTES]
    return crc32c(cleared) == _u32(raw, _CHECKSUM_AT)


def _u32(raw: bytes, at: int) -> int:
    return int.from_bytes(raw[at : at + 4], "big")
