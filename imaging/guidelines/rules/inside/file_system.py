"""Chapter *File system*: on what the root disk's files lie."""

from __future__ import annotations

from collections.abc import Mapping

from imaging.guidelines.rule import Judge

JUDGES: Mapping[str, Judge] = {}
