"""Which bytes of an image an answer brings, judged by its status and headers before a byte of it is read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from models import foreign
from models.errors import BadAnswerError, ConflictError, RangeIgnoredError
from models.formatting import size

_RANGE = re.compile(r"bytes\s+(\d{1,19})-(\d{1,19})/(?:(\d{1,19})|\*)")
_LENGTH = re.compile(r"\d{1,19}")


@dataclass
class Expected:
    """What is asked for; told by the answer's head, it says what is going to come."""

    doing: str
    """As the end of "when the cloud was asked to …"."""
    offset: int
    """The first byte that is wanted."""
    end: int | None = None
    """One behind the last byte that is wanted; None where that is the end of an image of unknown size."""
    whole: int | None = None
    """The size of the image, where it is known."""
    may_come_whole: bool = False
    """Whether everything from byte 0 on will do as well."""
    first: int = 0
    """Told by the answer: the first byte that comes."""
    behind: int | None = None
    """Told by the answer, or by what is known: one behind the last byte that comes; None where nothing tells."""

    @property
    def header(self) -> dict[str, str]:
        """The headers that ask for it. Bytes must not come packed: they would be others than Glance hashed."""
        plain = {"Accept-Encoding": "identity", "Accept": "*/*"}
        if self.offset == 0 and self.end in {None, self.whole}:
            return plain
        return {**plain, "Range": f"bytes={self.offset}-{'' if self.end is None else self.end - 1}"}

    def check(self, status: int, headers: Mapping[str, str]) -> None:
        """Take in the head of an answer.

        Raises:
            RangeIgnoredError: it brings other bytes than were asked for.
            BadAnswerError: it brings more or fewer than the image has, or they are packed.
            ConflictError: the image has no bytes.
        """
        if headers.get("Content-Encoding", "identity").lower() != "identity":
            raise BadAnswerError(f"The cloud sent the bytes packed, when it was asked to {self.doing}.")
        if status == HTTPStatus.NO_CONTENT:
            raise ConflictError(f"The cloud has no bytes to send, when it was asked to {self.doing}.")
        length = _number(headers.get("Content-Length"))
        if status == HTTPStatus.PARTIAL_CONTENT:
            self._check_part(headers.get("Content-Range", ""), length)
        else:
            self._check_whole(length)

    def _check_part(self, told: str, length: int | None) -> None:
        read = _RANGE.fullmatch(told.strip())
        if read is None:
            raise self._ignored("it does not say which part it sends")
        # G9: some stores send everything, and call it the part.
        first, last, whole = foreign.whole(read[1]), foreign.whole(read[2]), read[3]
        # The last byte of the image may come before the last one that is wanted.
        if first != self.offset or last < first or (self.end is not None and last >= self.end):
            raise self._ignored("it sends another part")
        if length is not None and length != last + 1 - first:
            raise self._ignored(f"it sends {size(length)} for a part of {size(last + 1 - first)}")
        known = self.whole if self.whole is not None else _number(whole)
        if known is not None and last + 1 != min(known, self.end if self.end is not None else known):
            raise self._ignored(f"the image has {size(known)}, and the part ends elsewhere")
        self.first, self.behind = first, last + 1

    def _check_whole(self, length: int | None) -> None:
        is_asked_for = "Range" not in self.header
        fits = self.offset == 0 and self.end is not None and length is not None and length <= self.end
        if not (is_asked_for or fits or self.may_come_whole):
            raise self._ignored("it sends the whole image")
        if self.whole is not None and length is not None and length != self.whole:
            told = f"{length:,} bytes of an image of {self.whole:,}"
            raise BadAnswerError(f"The cloud sends {told}, when it was asked to {self.doing}.")
        self.first, self.behind = 0, length if length is not None else self.whole

    def _ignored(self, why: str) -> RangeIgnoredError:
        return RangeIgnoredError(
            f"The cloud did not send the part that was asked for, when it was asked to {self.doing}: {why}.",
            meaning="The store behind it does not obey ranges. Nothing of it was used.",
            remedy="The image can only be downloaded as a whole.",
        )


def _number(told: str | None) -> int | None:
    return foreign.whole(told.strip()) if told and _LENGTH.fullmatch(told.strip()) else None
