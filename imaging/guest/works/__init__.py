"""Whether an image works: what a test instance of it finds and runs in two boots, and how that is read.

`works_user_data` is what the test instance is launched with; `room_for_tests` and `packed_size` say beforehand what
fits. `read_works_report` reads what it then shows on its console, `read_test_file` a test of the user's.
"""

from __future__ import annotations

from imaging.guest.works.login_key import unusable_public_key
from imaging.guest.works.test_files import read_test_file, read_test_files, with_test_file
from imaging.guest.works.user_data import packed_size, room_for_tests, seconds_for, works_user_data
from imaging.guest.works.words import INVENTORY_WORD, WORKS_WORD
from imaging.guest.works.works_report import read_works_report, works_listener, works_word

__all__ = [
    "INVENTORY_WORD",
    "WORKS_WORD",
    "packed_size",
    "read_test_file",
    "read_test_files",
    "read_works_report",
    "room_for_tests",
    "seconds_for",
    "unusable_public_key",
    "with_test_file",
    "works_listener",
    "works_user_data",
    "works_word",
]
