"""What is known of a part, beside it in a small file: of which image it is, and how far it has come."""

from __future__ import annotations

from collections.abc import Mapping
from glob import escape
from pathlib import Path
from typing import Final, Literal

from pydantic import Field

from imaging.runtime.private_files import read_private, write_private
from models import foreign
from models.base import Frozen
from models.errors import ForeignValueError

_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")
_MOST_BYTES: Final = 16_384


class PartBinding(Frozen):
    """Of which content a part is. Another size or hash, and nothing of it is used."""

    image_id: str
    size_bytes: int
    hash_algorithm: str | None = None
    hash: str | None = None


class PartState(Frozen):
    """How far a part has come.

    A running hash cannot be kept: neither hashlib nor OpenSSL gives its inner state away. So what lies there is read
    and hashed again when a download continues, which also finds what a broken disk made of it.
    """

    version: Literal["imaging.part/1"] = "imaging.part/1"
    binding: PartBinding
    file_number: int
    """The inode: somebody else's file of the same name is not continued."""
    written_bytes: int = Field(default=0, ge=0)
    """So many were written; they are there unless the machine itself went down."""
    synced_bytes: int = Field(default=0, ge=0)
    """So many are on the disk for certain."""
    boot: str = ""
    """Of the machine, when it was written."""
    hashes: Mapping[str, str] = Field(default_factory=dict)
    """Of the whole, by their names, once all of it is there and on the disk."""
    result_number: int | None = None
    """The inode of what is made of it, so that what a killed process left of that is known again."""

    @property
    def is_whole(self) -> bool:
        """Whether all of it is there, and hashed."""
        return bool(self.hashes) and self.synced_bytes == self.binding.size_bytes

    @property
    def usable_bytes(self) -> int:
        """How many are there for sure: after a crash of the machine only what was synced."""
        same = self.boot != "" and self.boot == boot_id()
        return max(self.synced_bytes, self.written_bytes) if same else self.synced_bytes


def boot_id() -> str:
    """What tells this boot of this machine from all others; empty where the kernel does not say."""
    try:
        return _BOOT_ID.read_text("ascii").strip()
    except (OSError, ValueError):
        return ""


def state_path(part: Path) -> Path:
    """Where the state of a part lies."""
    return part.with_name(part.name + ".json")


def read_state(part: Path) -> PartState | None:
    """The state of a part; None where none can be read.

    Raises:
        OSError: something else lies there, or it cannot be opened.
    """
    try:
        content = read_private(state_path(part), _MOST_BYTES)
    except FileNotFoundError:
        return None
    try:
        return foreign.model(PartState, content, max_bytes=_MOST_BYTES, name="The state of the part")
    except ForeignValueError:
        return None


def write_state(part: Path, state: PartState) -> None:
    """Put a state in the place of the last one, in one step.

    Raises:
        OSError: it cannot be written.
    """
    write_private(state_path(part), state.model_dump_json() + "\n")


def forget_state(part: Path) -> None:
    """Delete the state of a part, and what a process that was killed while it wrote one has left.

    Raises:
        OSError: it cannot be deleted.
    """
    state = state_path(part)
    for half in part.parent.glob(f".{escape(state.name)}.*.new"):
        half.unlink(missing_ok=True)
    state.unlink(missing_ok=True)
