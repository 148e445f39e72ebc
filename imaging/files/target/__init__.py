"""A file that is made for the user: where it may lie, what stands beside it, and how it gets its name in one step."""

from __future__ import annotations

from imaging.files.target.names import TargetNames, proposed_file_name, refuse_target, shown
from imaging.files.target.placing import free_bytes, place, sha256_line, write_beside

__all__ = [
    "TargetNames",
    "free_bytes",
    "place",
    "proposed_file_name",
    "refuse_target",
    "sha256_line",
    "shown",
    "write_beside",
]
