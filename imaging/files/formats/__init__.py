"""What an image file is, by its content alone, and whether anything else may open it.

The inspection of oslo.utils comes first, always: it is what Glance and Nova judge by. Nothing else reads a file that it
refuses. What it leaves to others stands in a module of each format.
"""

from __future__ import annotations

from imaging.files.formats.header import read_header
from imaging.files.formats.opening import OpenedFile, RefusedFileError, open_image_file

__all__ = ["OpenedFile", "RefusedFileError", "open_image_file", "read_header"]
