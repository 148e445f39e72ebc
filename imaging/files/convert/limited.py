"""Becomes qemu-img, within limits: run as `python -m imaging.files.convert.limited PROGRAM ARGUMENT…`."""

from __future__ import annotations

import os
import resource
import sys
from contextlib import suppress
from typing import Final

_MEMORY_BYTES: Final = 2 * 2**30
_FILES: Final = 64


def main(command: list[str]) -> None:
    """Give up what a converter does not need, then become it."""
    for limit, value in (
        (resource.RLIMIT_AS, _MEMORY_BYTES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, _FILES),
    ):
        with suppress(ValueError, OSError):  # a lower limit is in force already
            resource.setrlimit(limit, (value, value))
    os.execv(command[0], command)  # noqa: S606  # no shell is wanted


if __name__ == "__main__":
    main(sys.argv[1:])
