"""Who is known here and who may log in by what. Of a password only its kind is told: none, locked or set."""

from __future__ import annotations

from imaging.guest.file_probe.accounts.autologins import tell_autologins
from imaging.guest.file_probe.accounts.keys import tell_keys
from imaging.guest.file_probe.accounts.logins import tell_accounts, tell_default_user
from imaging.guest.file_probe.accounts.orphans import tell_orphans
from imaging.guest.file_probe.accounts.sudo import tell_sudo
from imaging.guest.file_probe.disk import Disk
from imaging.guest.file_probe.guest_files import GuestFiles
from imaging.guest.file_probe.part_rows import PartRows
from imaging.guest.file_probe.people import read_people


def part_accounts(disk: Disk, rows: PartRows) -> None:
    """The rows of the part `accounts`."""
    files = GuestFiles(disk.tree, rows)
    people = read_people(disk.tree, rows)
    rows.row("first_uid", people.first_uid)
    tell_accounts(files, people, rows)
    tell_default_user(files, rows)
    tell_sudo(files, rows)
    tell_keys(files, people, rows)
    tell_autologins(files, rows)
    tell_orphans(disk.tree, people, rows)
