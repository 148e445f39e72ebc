"""The words with which lines on the console of such a test instance begin."""

from __future__ import annotations

from typing import Final

from imaging.guest.inventory.script import WORD as INVENTORY_WORD

WORKS_WORD: Final = "@@imaging-works"

__all__ = ["INVENTORY_WORD", "WORKS_WORD"]
