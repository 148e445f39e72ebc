"""The seal: a script that takes away in a temporary clone what the image must not have, and reports what it did.

`seal_user_data` is what the clone is launched with, `seal_listener` and `read_seal_report` read what it then shows on
its console. All are pure.

Lines on the console begin with `@@imaging-seal NONCE`: `began`, `progress TEXT` while it works, pieces of the report
and `ended` after each time that they were said. The report is said again every 20 seconds until the clone is stopped,
for half an hour at most; then it powers itself off. Every end of the seal is in the report, also a failure;
`failed WHY` stands alone only where there can be no report at all.

The script is made of small files, put together by `script.py`: `head.sh` (settings), `places.sh` (where a path lies,
and how things are taken away there), `plan.sh` (what the plan names), one for each kind of operation, `raw_disk.sh`
(the reader of a whole disk, which the test instance of the sealed image has, too), `canaries.sh`, `free_space.sh`,
`changes.sh` (what nobody had agreed to), `quiet.sh` (units), and `work.sh` (the order of it all).
"""

from __future__ import annotations

from imaging.guest.deep_check.boothook import LARGEST
from imaging.guest.seal.plan_lines import unfit_name
from imaging.guest.seal.script import seal_user_data
from imaging.guest.seal.seal_report import WORD, read_seal_report, seal_listener
from imaging.guest.seal.tokens import canary_token, control_token

__all__ = [
    "LARGEST",
    "WORD",
    "canary_token",
    "control_token",
    "read_seal_report",
    "seal_listener",
    "seal_user_data",
    "unfit_name",
]
