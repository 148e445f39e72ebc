"""Types of partitions that decide by what firmware a disk starts, as partition tables write them."""

from __future__ import annotations

from typing import Final

ESP_TYPES: Final = frozenset({"c12a7328-f81f-11d2-ba4b-00a0c93ec93b", "0xef"})
"""The EFI system partition, of GPT and of MBR."""
BIOS_BOOT_TYPE: Final = "21686148-6449-6e6f-744e-656564454649"
"""On a GPT: room for the part of a boot loader that the first sector has no room for."""
