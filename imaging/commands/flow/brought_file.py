"""Reads a file that the user brings from elsewhere: a colleague's log, the report of a machine that we do not reach.

Reading always ends: only a regular file or standard input is read, at most so much of it, for at most so
long, and aside from the event loop. What it holds is a stranger's.
"""

from __future__ import annotations

import asyncio
import codecs
import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from imaging.runtime.threads import in_thread
from models.errors import UsageError
from models.formatting import size
from models.text import one_line

STANDARD_INPUT: Final = "-"
"""Stands for standard input where a file is named."""
SECONDS: Final = 60.0
"""How long a file may take, on a network home that does not answer."""
INPUT_SECONDS: Final = 180.0
"""The same for standard input: of a probe in the pipe, which takes a minute, and the password that `sudo` asks for."""
_CHUNK_BYTES = 2**16
_LONGEST_NAME = 200
_MISSING = frozenset({errno.ENOENT, errno.ENOTDIR})
_KINDS = (
    (stat.S_ISDIR, "a directory", "Name the file in it."),
    (stat.S_ISFIFO, "a pipe", f"Use `{STANDARD_INPUT}` to read from standard input, or save it to a file first."),
)
_PACKED = (
    (b"\x1f\x8b", "gzip", "gunzip"),
    (b"\xfd7zXZ\x00", "xz", "unxz"),
    (b"\x28\xb5\x2f\xfd", "zstd", "unzstd"),
    (b"BZh", "bzip2", "bunzip2"),
    (b"PK\x03\x04", "zip", "unzip"),
)
"""How a packed file begins, and what unpacks it."""
_LONGEST_MAGIC = 16
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""How a text in Unicode may begin; the shell of Windows writes UTF-16 where a command's output goes to a file."""
_HEAD_BYTES = 2**16
_TEXT_CONTROLS = frozenset(b"\x00\x07\x08\t\n\x0b\x0c\r\x1b")
"""Control codes that a console prints; a crash leaves zeros in its log."""
_MOST_CONTROLS = 0.05
"""Share of other control codes from which on it is no text; of what is packed or encrypted it is 0.09."""
_HALF = 0.4


@dataclass(frozen=True)
class Brought:
    """What was read."""

    label: str
    """How messages name it, cleaned."""
    data: bytes
    beginning: bytes = b""
    """Its first bytes, also where they were left out."""
    left_out: int = 0
    """How many bytes of its beginning were left out."""

    @property
    def text(self) -> str:
        """It as text, from any encoding."""
        mark, encoding = _encoding(self.data)
        return self.data[len(mark) :].decode(encoding, "replace")


async def read_brought(name: str, *, limit_bytes: int, last_part: bool = False) -> Brought:
    """Read a file that the user names.

    Args:
        name: its path; `-` for standard input.
        limit_bytes: how much is read.
        last_part: of a larger one read the end; otherwise it is refused.

    Raises:
        UsageError: it cannot be read, is no text, or is too large; says which in one sentence.
    """
    label = "Standard input" if name == STANDARD_INPUT else one_line(name, _LONGEST_NAME) or "A file without a name"
    seconds = INPUT_SECONDS if name == STANDARD_INPUT else SECONDS
    try:
        async with asyncio.timeout(seconds):
            brought = await in_thread(_read, name, label, limit_bytes, last_part)
    except TimeoutError:
        raise UsageError(f"{label} could not be read within {seconds:.0f} seconds.") from None
    except (OSError, ValueError) as error:
        raise _unreadable(label, error) from None
    _refuse_no_text(brought)
    return brought


def _read(name: str, label: str, limit: int, last_part: bool) -> Brought:
    if name == STANDARD_INPUT:
        # Not `sys.stdin`: a thread that hangs in it would keep Python from ending.
        return _limited(label, _chunks(0), limit, last_part)
    # A pipe that nobody writes to would keep us waiting.
    descriptor = os.open(name, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        found = os.fstat(descriptor)
        _refuse_no_file(label, found.st_mode)
        beginning = os.read(descriptor, _LONGEST_MAGIC)
        skipped = max(0, found.st_size - limit) if last_part else 0
        os.lseek(descriptor, skipped, os.SEEK_SET)
        read = _limited(label, _chunks(descriptor), limit, last_part)
    finally:
        os.close(descriptor)
    return replace(read, beginning=beginning, left_out=skipped + read.left_out)


def _chunks(descriptor: int) -> Iterator[bytes]:
    while chunk := os.read(descriptor, _CHUNK_BYTES):
        yield chunk


def _limited(label: str, chunks: Iterator[bytes], limit: int, last_part: bool) -> Brought:
    """At most so many bytes, the last ones; a file may grow while it is read."""
    kept, beginning, left_out = bytearray(), b"", 0
    for chunk in chunks:
        kept += chunk
        beginning = beginning or chunk[:_LONGEST_MAGIC]
        if len(kept) > limit:
            if not last_part:
                raise UsageError(f"{label} is too large: more than {size(limit)}.")
            left_out += len(kept) - limit
            del kept[:-limit]
    return Brought(label, bytes(kept), beginning, left_out)


def _refuse_no_file(label: str, mode: int) -> None:
    if stat.S_ISREG(mode):
        return
    what, remedy = next(((what, remedy) for is_it, what, remedy in _KINDS if is_it(mode)), ("a device", ""))
    raise UsageError(f"{label} is {what}, not a file.", remedy=remedy)


def _refuse_no_text(brought: Brought) -> None:
    """Refuse what is packed, and what holds no text at all: strings inside of it would be judged.

    Raises:
        UsageError: it is.
    """
    for beginning, what, program in _PACKED:
        if brought.beginning.startswith(beginning):
            raise UsageError(f"{brought.label} is packed with {what}.", remedy=f"Unpack it first, with `{program}`.")
    head = brought.data[:_HEAD_BYTES]
    if _encoding(head)[1] != "utf-8":
        return
    odd = sum(1 for byte in head if byte < ord(" ") and byte not in _TEXT_CONTROLS)
    zeros = head.count(0)
    if zeros + odd and (zeros == len(head) or odd > _MOST_CONTROLS * (len(head) - zeros)):
        raise UsageError(f"{brought.label} is not a text.", remedy="Name the file that the text was saved to.")


def _encoding(data: bytes) -> tuple[bytes, str]:
    """Its mark, and in which encoding it is as far as that shows."""
    marked = next(((mark, encoding) for mark, encoding in _MARKS if data.startswith(mark)), None)
    if marked is not None:
        return marked
    # UTF-16 without a mark: every other byte of an English text is zero, and hardly any of the others.
    head = data[: _HEAD_BYTES // 2 * 2]
    zeros = [head[place::2].count(0) for place in (0, 1)]
    if zeros[1] > _HALF * len(head) and zeros[0] * 10 < zeros[1]:
        return b"", "utf-16-le"
    return b"", "utf-16-be" if zeros[0] > _HALF * len(head) and zeros[1] * 10 < zeros[0] else "utf-8"


def _unreadable(label: str, error: OSError | ValueError) -> UsageError:
    if isinstance(error, OSError) and error.errno in _MISSING:
        return UsageError(f"{label} does not exist.")
    if isinstance(error, OSError) and error.errno == errno.ENXIO:
        return UsageError(f"{label} is a socket or a device, not a file.")
    if not isinstance(error, OSError):
        return UsageError(f"{label} is no name of a file.")
    return UsageError(f"{label} cannot be read: {one_line(error.strerror, 200)}.")
