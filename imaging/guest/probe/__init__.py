"""The probe: one read-only POSIX sh script that prints the facts of the guest that it runs in.

It is put together from small files: `head.sh` (what it does, settings, helpers), the questions of the guidelines, one
`part_<name>.sh` for each part of `GuestFacts`, `framing.sh` (rows to JSON, time bounds, the frame), and one last line
that starts it. A script that was cut on the way therefore does nothing.

How a part is added: its file `part_<name>.sh` defines the function `part_<name>`; a module of
`imaging.guest.report.readers` reads its rows into its field of `GuestFacts`; a line in `readers/parts.py` declares it,
with the seconds that it may take and what a deep check does with it. The function prints rows (`row kind field… path`):
fields are parted by TAB, the kind comes first, what may hold odd characters comes last; a line end inside a field is
printed as byte 1. `incomplete WHY` and `unknown WHY` say what could not be read. It runs in a subshell of its own with
its errors thrown away, so its variables disturb nobody.

What a part must keep:

- every path begins with `"$R/…"`; a tool is asked only if it takes that root (`have TOOL`) or is a recorded one
  (`live TOOL`), else it would speak of the machine around a tree of the tests;
- commands that may take long or hang run as `within SECONDS command…`, which is not for shell functions;
- no here-documents (some shells write them to /tmp), no `local`, no arrays: POSIX sh;
- any awk: mawk ends when a file that it was given is gone, so it reads what may go by `getline`;
- starting a program takes up to 0.1 s on a slow guest: a loop starts none (`first_line`, `prefixed`, `find_unit` start
  none), and one awk reads many files;
- nothing is written, no kernel module loaded, no automount woken.
"""

from __future__ import annotations

from imaging.guest.probe.assembly import BY_HAND, VERSION, script
from imaging.guest.probe.questions import digest_of
from imaging.guest.report.readers.parts import PARTS

__all__ = ["BY_HAND", "PARTS", "VERSION", "digest_of", "script"]
