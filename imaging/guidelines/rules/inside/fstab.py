"""Chapter *Volumes*: what the next boot will look for, in fstab and mount units."""

from __future__ import annotations

from collections.abc import Mapping

from imaging.guidelines.rule import Judge

JUDGES: Mapping[str, Judge] = {}
