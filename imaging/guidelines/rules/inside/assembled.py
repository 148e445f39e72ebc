"""Chapter *Volumes*: LUKS, LVM, md and resume entries that need a disk."""

from __future__ import annotations

from collections.abc import Mapping

from imaging.guidelines.rule import Judge

JUDGES: Mapping[str, Judge] = {}
