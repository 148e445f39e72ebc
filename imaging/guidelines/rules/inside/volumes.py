"""Chapter *Volumes*: who uses the volumes, and what leads onto them."""

from __future__ import annotations

from collections.abc import Mapping

from imaging.guidelines.rule import Judge

JUDGES: Mapping[str, Judge] = {}
