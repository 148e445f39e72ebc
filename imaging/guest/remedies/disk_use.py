"""Who uses a disk, as the guest's kernel knows it: mounts of every process, swap, holders, programs.

A disk can be pulled out of a running guest at any time without an error; what is written to it afterwards is lost. So
before a volume is detached from a running instance, all of these have to be silent, and so has the kernel when it is
asked whether somebody could have the disk alone.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from imaging.guest.interface import GuestShell
from imaging.guest.remedies.current_mounts import MountRow, read_mount, read_swaps, shown
from imaging.guest.remedies.scripts import run_script

_SECONDS = 180.0
"""It takes a second; on a slow emulated machine with little memory a quarter of a minute was seen."""
_SERIAL_LENGTH = 20
"""A virtio disk shows so many characters of the volume's id."""


@dataclass
class Devices:
    """What one reading found."""

    serials: dict[str, str] = field(default_factory=dict)
    """Disk to serial number."""
    disk_of: dict[str, str] = field(default_factory=dict)
    """Device (a disk or a partition) to its disk."""
    numbers: dict[str, str] = field(default_factory=dict)
    """Device to its major and minor number."""
    labels: dict[str, str] = field(default_factory=dict)
    """Device-mapper device to the name that it is known by, such as `vg-data`."""
    holders: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Device to what is made of it."""
    members: set[str] = field(default_factory=set)
    """Devices of a btrfs that is mounted."""
    mounts: list[tuple[str, MountRow]] = field(default_factory=list)
    """Process and mount, each mount once for each view of the file tree."""
    swaps: tuple[str, ...] = ()
    openers: list[tuple[str, str]] = field(default_factory=list)
    """Who has which device file open."""
    alone: dict[str, str] = field(default_factory=dict)
    """Disk to what the kernel said when asked to have it alone: free, busy, unknown."""

    def disks_of_volume(self, volume_id: str) -> list[str]:
        """The disks whose serial number is the beginning of a volume's id."""
        wanted = volume_id[:_SERIAL_LENGTH]
        return [disk for disk, serial in self.serials.items() if wanted and serial[:_SERIAL_LENGTH] == wanted]

    def parts(self, disk: str) -> list[str]:
        """A disk and its partitions."""
        return [device for device, its_disk in self.disk_of.items() if its_disk == disk]

    def paths(self, disk: str) -> frozenset[str]:
        """The device files of a disk and its partitions."""
        return frozenset(f"/dev/{device}" for device in self.parts(disk))

    def mounted(self, disk: str) -> list[tuple[str, MountRow]]:
        """What is mounted directly from a disk, and in the view of which process."""
        numbers = {self.numbers[device] for device in self.parts(disk)}
        paths = self.paths(disk)
        return [(pid, row) for pid, row in self.mounts if row.number in numbers or row.source in paths]

    def made_of(self, disk: str) -> list[str]:
        """What is made of a disk: LVM, RAID and encrypted devices, a btrfs of several disks."""
        found = [holder for device in self.parts(disk) for holder in self.holders.get(device, ())]
        named = [self.labels.get(holder) or holder for holder in dict.fromkeys(found)]
        return named + [f"a btrfs on {device}" for device in self.parts(disk) if device in self.members]

    def reasons(self, disk: str) -> tuple[str, ...]:
        """Why a disk is not free, in words; empty if nothing forbids that it is taken."""
        paths = self.paths(disk)
        told = [f"mounted at {shown(row.point)} (mount namespace of pid {pid})" for pid, row in self.mounted(disk)]
        told += [f"swapped to ({shown(path)})" for path in self.swaps if path in paths]
        told += [f"part of {shown(each)}" for each in self.made_of(disk)]
        told += [f"{path} is open in {who}" for who, path in self.openers if path in paths]
        if not told and self.alone.get(disk) == "busy":
            told.append("in use by the kernel, which does not say for what")
        return tuple(dict.fromkeys(told))


async def read_disk_use(shell: GuestShell) -> Devices:
    """Read who uses which disk, as root; changes nothing.

    Raises:
        GuestError: it could not be done.
    """
    result = await run_script(shell, "whole_disk", "inspect", doing="Reading", seconds=_SECONDS)
    return read_devices(result.output)


def read_devices(output: bytes) -> Devices:
    """What the script printed; a line that makes no sense is passed over."""
    found = Devices()
    swaps = []
    for line in output.splitlines():
        kind, *fields = line.split(b"\t")
        texts = [each.decode("utf-8", "surrogateescape") for each in fields]
        if kind == b"swap":
            swaps.append(line.partition(b"\t")[2])
        elif kind == b"mount" and len(fields) > 1:
            row = read_mount(fields[1])
            found.mounts += [(texts[0], row)] if row else []
        else:
            _take(found, kind, (*texts, "", "", "", ""))
    found.swaps = read_swaps(swaps)
    return found


def _take(found: Devices, kind: bytes, fields: tuple[str, ...]) -> None:
    first, second, third, fourth = fields[:4]
    if kind == b"disk":
        found.serials[first] = second
    elif kind == b"device":
        found.numbers[first], found.disk_of[first], found.labels[first] = second, third, fourth
    elif kind == b"holder":
        found.holders[first].append(second)
    elif kind == b"member":
        found.members.add(first)
    elif kind == b"open":
        found.openers.append((first, second))
    elif kind == b"alone":
        found.alone[first] = second
