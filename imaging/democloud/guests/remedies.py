"""The remedies of the console: what they read, and what they change. A change lasts as it would in a real guest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from imaging.democloud.guests.present import fixed_line, fstab_now, present
from imaging.democloud.guests.recording import load
from imaging.democloud.records.disk import Fixed
from imaging.democloud.records.server import Server

_POINT_OF_MOUNT = 4
"""The place of the mount point among the words of a line of mountinfo."""
_INSTALLING = re.compile(
    r"\b(apt|apt-get)\b.*\b(upgrade|dist-upgrade|full-upgrade)\b|\b(dnf|yum)\b.*\b(upgrade|update)\b"
)
_REFRESHING = re.compile(r"\b(apt|apt-get)\b.*\bupdate\b|\b(dnf|yum)\b.*\bmakecache\b")
_SPACE = re.compile(r"\s+")


def mount_tables(server: Server) -> str:
    """What is mounted, and what is swapped to."""
    recording = load(server.disk.recording)
    there = present(recording, server)
    mounts, mark, swaps = recording.tables.partition("-- swaps\n")
    kept = (line for line in mounts.splitlines(keepends=True) if _point(line) not in there.unmounted)
    return there.renamed("".join(kept)) + mark + swaps


def disk_use(server: Server) -> str:
    """Who uses which disk."""
    recording = load(server.disk.recording)
    there = present(recording, server)
    lines = [line for line in recording.whole_disk.splitlines(keepends=True) if not _is_gone(line, there.gone)]
    kept = (line for line in lines if not (line.startswith("mount\t") and _mounted_at(line) in there.unmounted))
    further = (
        f"disk\t{name}\t{one.volume_id[:20]}\ndevice\t{name}\t252:{(ord(name[-1]) - ord('a')) * 16}\t{name}\t\n"
        for one in there.further
        for name in (one.device.removeprefix("/dev/"),)
    )
    return there.renamed("".join(kept)) + "".join(further)


def let_go(server: Server, how: str, point: str) -> tuple[str, str]:
    """Unmount: what is said on standard output and on standard error."""
    recording = load(server.disk.recording)
    users = [row for row in recording.rows("mounts") if row[0] == "user" and row[-1] == point]
    if how != "umount" or point in present(recording, server).unmounted or not _is_mounted(server, point):
        return "", f"{how}: {point}: not mounted.\n"
    if users:
        told = (f"process\t{row[1]}\t{row[3]}\t\t{row[2]}\t{point}\n" for row in users)
        return "".join(dict.fromkeys(told)), f"umount: {point}: target is busy.\n"
    server.unmounted |= {point}
    return "let-go\n", ""


def edit(server: Server, file: str, number: int, *, shown: str, how: str, stamp: str) -> str:
    """Change one line of fstab, if it is still the one that was shown.

    Args:
        server: the instance.
        file: the file.
        number: of the line, from 1.
        shown: the line as the user saw it, with three stars for what was masked.
        how: `comment` or `nofail`.
        stamp: what the name of the copy ends in.

    Returns:
        A word, and what was written.
    """
    lines = fstab_now(load(server.disk.recording), server.disk.fixed)
    if file != "/etc/fstab":
        return "missing\n"
    line = lines[number - 1] if 0 < number <= len(lines) else ""
    if _is_so(line, shown, how):
        return "already\n"
    if not _fits(line, shown):
        return "differs\n"
    change = Fixed(file, number, how)
    server.disk = replace(server.disk, fixed=(*server.disk.fixed, change), fstab=_needed_still(server, line))
    return f"fixed\n{file}\n{file}.imaging-{stamp}\n"


def run_command(server: Server, command: str) -> str | None:
    """Run a command as it was shown: updates alone are known; None for all others."""
    if _INSTALLING.search(command) is None:
        return "Reading package lists... Done\n" if _REFRESHING.search(command) else None
    pending = [row for row in load(server.disk.recording).rows("updates") if row[0] == "pending"]
    if server.disk.updated or not pending:
        return "0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n"
    server.disk = replace(server.disk, updated=True)
    steps = (f"Setting up {' '.join(row[1:3])} ...\n" for row in pending)
    return f"{len(pending)} upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n" + "".join(steps)


def _needed_still(server: Server, line: str) -> tuple[str, ...]:
    """The volumes without which the next boot ends in emergency mode, after this line was fixed."""
    fields = line.split()
    point = fields[1] if len(fields) > 1 else ""
    disks = [disk for disk in load(server.disk.recording).disks if point in disk.points]
    return tuple(one for one in server.disk.fstab if not any(disk.holds(one) for disk in disks))


def _is_mounted(server: Server, point: str) -> bool:
    return any(_point(line) == point for line in _mount_lines(load(server.disk.recording).tables))


def _mount_lines(tables: str) -> Iterator[str]:
    yield from tables.partition("-- swaps\n")[0].splitlines()


def _point(line: str) -> str:
    words = line.split(" ")
    return words[_POINT_OF_MOUNT] if len(words) > _POINT_OF_MOUNT else ""


def _mounted_at(line: str) -> str:
    return _point(line.rpartition("\t")[2])


def _is_gone(line: str, gone: frozenset[str]) -> bool:
    """Whether a line speaks of a disk that is not there."""
    words = line.rstrip("\n").split("\t")
    return words[0] in {"disk", "device", "holder"} and any(word in gone for word in words[1:4])


def _squeezed(text: str) -> str:
    return _SPACE.sub(" ", text).strip()


def _fits(line: str, shown: str) -> bool:
    """Whether a line is the one that was shown; three stars stand for what was masked."""
    pattern = ".*".join(re.escape(piece) for piece in _squeezed(shown).split("***"))
    return re.fullmatch(pattern, _squeezed(line)) is not None


def _is_so(line: str, shown: str, how: str) -> bool:
    return not _fits(line, shown) and _fits(line, fixed_line(shown, how))
