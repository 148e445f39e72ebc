"""Chapter *Identity*: agents with an identity of their own."""

from __future__ import annotations

from collections.abc import Mapping

from imaging.guidelines.rule import Judge

JUDGES: Mapping[str, Judge] = {}
