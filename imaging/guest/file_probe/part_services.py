"""What is set to run. What runs, and who waits for connections, only a running system can tell."""

from __future__ import annotations

from typing import Final

from imaging.guest.file_probe.disk import Disk
from imaging.guest.file_probe.guest_files import GuestFiles
from imaging.guest.file_probe.part_rows import PartRows
from imaging.guest.file_probe.units import OWN_UNITS, Units

_TOLD: Final = (".service", ".socket", ".timer")


def part_services(disk: Disk, rows: PartRows) -> None:
    """The rows of the part `services`: units that are enabled or masked, by the links that this makes."""
    files = GuestFiles(disk.tree, rows)
    rows.row("runs", "no")
    if not files.is_directory(OWN_UNITS):
        rows.incomplete("no systemd: the services are those of another init system")
        return
    units = Units(files)
    for name in _enabled(files):
        if not units.is_masked(f"{OWN_UNITS}/{name}"):
            rows.row("file", "enabled", name)
    for each in files.matching(f"{OWN_UNITS}/*"):
        if units.is_masked(each.path):
            rows.row("file", "masked", each.name)


def _enabled(files: GuestFiles) -> dict[str, None]:
    """Each name once, in the order in which the links are found."""
    links = files.matching(f"{OWN_UNITS}/*.wants/*", f"{OWN_UNITS}/*.requires/*")
    return dict.fromkeys(each.name for each in links if each.name.endswith(_TOLD))
