"""Which part of an image a Range header asks for, as Glance reads it."""

from __future__ import annotations

import re

from imaging.democloud.web.errors import Refusal

_RANGE = re.compile(r"\s*bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*")


def asked_range(header: str | None, size: int) -> tuple[int, int] | None:
    """The first byte, and one behind the last; None for all of them. Raises 400 and 416."""
    if header is None:
        return None
    if "," in header:
        raise Refusal(
            400,
            "Requests with multiple ranges are not supported in Glance. You may make multiple single-range requests "
            "instead.",
        )
    read = _RANGE.fullmatch(header)
    if read is None or not (read[1] or read[2]):
        raise Refusal(416, "Invalid Range header.")
    if not read[1]:
        return max(0, size - int(read[2])), size
    first = int(read[1])
    behind = min(size, int(read[2]) + 1) if read[2] else size
    if first >= size or behind <= first:
        raise Refusal(
            416,
            f"Invalid start position in Range header. Start position MUST be in the inclusive range [0, {size - 1}].",
        )
    return first, behind
