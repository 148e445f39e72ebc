"""Files that log somebody in on the console or the desktop without asking."""

from __future__ import annotations

from typing import Final

from imaging.files.disk.file_system import NAMES
from imaging.guest.file_probe.expressions.automaton import Automaton
from imaging.guest.file_probe.expressions.syntax import parsed
from imaging.guest.file_probe.guest_files import GuestFiles
from imaging.guest.file_probe.part_rows import PartRows

_BY_EXPRESSION: Final = {
    r"^ExecStart=.*(--autologin|agetty.* -a )": (
        "/etc/systemd/system/*getty*.service", "/etc/systemd/system/*getty*.service.d/*.conf",
    ),
    r"^ *(Automatic|Timed)LoginEnable *= *([Tt]rue|1)": (
        "/etc/gdm3/custom.conf", "/etc/gdm3/daemon.conf", "/etc/gdm/custom.conf",
    ),
    r"^ *autologin-user *= *[^ ]": ("/etc/lightdm/lightdm.conf", "/etc/lightdm/lightdm.conf.d/*.conf"),
    r"^ *User *= *[^ ]": ("/etc/sddm.conf", "/etc/sddm.conf.d/*.conf"),
}  # fmt: skip
"""What a line of such a file says, as `part_accounts.sh` searches for it."""


def tell_autologins(files: GuestFiles, rows: PartRows) -> None:
    """One for each file."""
    for expression, patterns in _BY_EXPRESSION.items():
        fits = Automaton({"it": parsed(expression)}, check=files.tree.check)
        for found in files.files(*patterns):
            if fits.found_in((files.text_of(found) or "").encode(NAMES)):
                rows.row("autologin", found.path)
