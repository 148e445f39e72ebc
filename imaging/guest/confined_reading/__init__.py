"""Reads what a guest sent in a process of its own, which is ended when it takes too long.

`read_confined`, `read_console_confined`, `read_seal_confined` and `read_proof_confined` are `read_report`,
`read_console_report`, `read_seal_report` and `read_proof_report` for a program that continues meanwhile.
"""

from __future__ import annotations

from imaging.guest.confined_reading.client import (
    read_confined,
    read_console_confined,
    read_proof_confined,
    read_seal_confined,
)

__all__ = ["read_confined", "read_console_confined", "read_proof_confined", "read_seal_confined"]
