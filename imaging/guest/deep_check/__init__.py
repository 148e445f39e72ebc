"""The deep check: what the disk of an instance holds, printed by a temporary instance of it on its console.

`user_data` is what the temporary instance is launched with, `read_console_report` reads what it then shows. Both are
pure.
"""

from __future__ import annotations

from imaging.guest.deep_check.boothook import SECONDS, new_nonce, user_data
from imaging.guest.deep_check.chunks import Listener, hear
from imaging.guest.deep_check.console_report import read_console_report

__all__ = ["SECONDS", "Listener", "hear", "new_nonce", "read_console_report", "user_data"]
