"""Chapters *Network and login*, *System files*, *Secrets*: whether a child lets its users in by SSH."""

from __future__ import annotations

from collections.abc import Mapping

from imaging.guidelines.rule import Judge

JUDGES: Mapping[str, Judge] = {}
