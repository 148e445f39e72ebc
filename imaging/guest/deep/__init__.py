"""The deep check: what the disk of an instance holds, printed by a throw-away child of it on its console.

`user_data` is what the child is launched with, `read_console_report` reads what it then shows. Both are pure.
"""

from __future__ import annotations

from imaging.guest.deep.boothook import SECONDS, new_nonce, user_data
from imaging.guest.deep.chunks import hear
from imaging.guest.deep.console_report import read_console_report

__all__ = ["SECONDS", "hear", "new_nonce", "read_console_report", "user_data"]
