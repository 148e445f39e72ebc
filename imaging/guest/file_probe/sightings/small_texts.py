"""Which files are searched for marks wherever they lie: small texts, without what managers of packages and data own."""

from __future__ import annotations

from typing import Final

from imaging.files.disk.file_system import NAMES
from imaging.files.disk.tree import Found
from imaging.guest.file_probe.expressions.automaton import Automaton
from imaging.guest.file_probe.expressions.globs import any_path

NOT_ENTERED: Final = (
    "site-packages", "dist-packages", "node_modules", "__pycache__", "conda-meta", ".rustup",
)  # fmt: skip
NOT_ENTERED_PATHS: Final = (
    "*/.git/objects", "*/.cargo/registry", "*/go/pkg/mod", "*/.npm/_cacache", "*/lib/python[23]*", "*/.julia/packages",
    "*/R/*-library", "*/ssl/certs", "*/.cache/pip", "*/conda/pkgs", "*/*conda3/pkgs",
)  # fmt: skip
NOT_READ: Final = (
    "*.so", "*.so.*", "*.[ao]", "*.pyc", "*.gz", "*.bz2", "*.xz", "*.zst", "*.zip", "*.png", "*.jp*g", "*.pdf", "*.csv",
    "*.tsv", "*.fa*", "*.vcf", "*.bam", "*.nc", "*.h5", "*.np[yz]", "*.tif*",
)  # fmt: skip
"""As `contents.sh` has them; a test holds the two together."""
LARGEST: Final = 1_048_576
_TEXT_BYTES: Final = 32_768
"""In what is a text there is no zero byte: grep takes the first so many bytes for the rest."""


class SmallTexts:
    """Tells them, directory after directory: nothing below one that is not entered counts."""

    def __init__(self) -> None:
        """Begin at the top."""
        self._not_entered = Automaton({"it": any_path(NOT_ENTERED_PATHS)}, by_line=False)
        self._not_read = Automaton({"it": any_path(NOT_READ)}, by_line=False)
        self._left_out: set[str] = set()

    def may_hold(self, found: Found) -> bool:
        """Whether a file is to be read; asked of a directory before what is in it.

        Args:
            found: everything that was found, each after the directory that it lies in.
        """
        if found.is_directory:
            if self._is_left_out(found):
                self._left_out.add(found.path)
            return False
        is_small = found.is_file and 0 < found.node.size_bytes <= LARGEST
        return is_small and not self._not_read.found_in(found.name.encode(NAMES)) and not self._is_left_out(found)

    def _is_left_out(self, found: Found) -> bool:
        if found.path.rpartition("/")[0] in self._left_out or found.name in NOT_ENTERED:
            return True
        return bool(self._not_entered.found_in(found.path.encode(NAMES)))


def is_text(content: bytes) -> bool:
    """Whether grep would take it for a text."""
    return b"\0" not in content[:_TEXT_BYTES]
