"""Whether a file is a plain RAW disk, as far as its first bytes tell."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from imaging.files.formats import read_header
from imaging.files.wrappers.magic import HEAD_BYTES, unknown_wrapper_of, wrapper_of
from imaging.files.wrappers.unwrapping import open_source
from models.image_file.image_format import ImageFormat


def is_bare_raw(path: Path, declared: ImageFormat | None) -> bool:
    """Whether a file is a RAW disk, packed in nothing.

    Args:
        path: a file, or a directory of parts.
        declared: the format that it is said to have; None lets its content tell.

    Raises:
        RefusedFileError: it cannot be used, and why.
    """
    with ExitStack() as opened:
        content, _ = open_source(path, opened)
        head = content.read(0, HEAD_BYTES)
        if wrapper_of(head) is not None or unknown_wrapper_of(head):
            return False
        return read_header(content.read, content.size_bytes, declared=declared).format is ImageFormat.RAW
