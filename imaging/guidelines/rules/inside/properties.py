"""Chapter *Image properties*, as far as the guest tells."""

from __future__ import annotations

from collections.abc import Mapping

from imaging.guidelines.rule import Judge

JUDGES: Mapping[str, Judge] = {}
