"""Flavors: the sizes in which instances can be launched."""

from __future__ import annotations

from collections.abc import Mapping

from models.base import Frozen
from models.text import CleanText


class Flavor(Frozen):
    """A Nova flavor."""

    id: CleanText
    name: CleanText
    vcpus: int
    ram_mib: int
    disk_gib: int
    """Root disk; 0 means as large as the image, or for volume-backed instances only."""
    ephemeral_gib: int = 0
    swap_mib: int = 0
    disabled: bool = False
    extra_specs: Mapping[CleanText, CleanText] | None = None
    """None where policy hides them (and below microversion 2.61)."""
