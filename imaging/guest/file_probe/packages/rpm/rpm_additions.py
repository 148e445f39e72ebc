"""What was installed after the first boot, where rpm keeps the packages.

An upgrade sets the time of installation, too, so the logs of yum and dnf, where they are, tell which were new (kernels
always are: those of which an older one is there do not count); dnf also says when, so that what was upgraded since is
still known for new; yum kept what others needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from imaging.guest.file_probe.guest_files import GuestFiles, words_of
from imaging.guest.file_probe.local_time import LocalTime
from imaging.guest.file_probe.packages.rpm.rpm_database import Rpm
from imaging.guest.file_probe.part_rows import PartRows

_MOST_ADDED: Final = 400
_EPOCH: Final = re.compile(r"^[0-9]+:")
_ARCHITECTURE: Final = re.compile(r"[.-][a-z0-9_]+$")
_OF_YUM: Final = " Installed: "
_VERSION: Final = re.compile(r"^(?:[0-9]+:)?[0-9][^-]*-[^-]*")
_REASON: Final = re.compile(r"^[0-9a-f]*-")


@dataclass
class _Logged:
    """What the logs tell, by name, version and release."""

    new: set[str] = field(default_factory=set)
    """Installed after the first boot."""
    any: set[str] = field(default_factory=set)
    """Installed at some time, not upgraded."""
    needed: set[str] = field(default_factory=set)
    """Installed because something else needs it."""


def tell_added_rpms(files: GuestFiles, rpms: Iterable[Rpm], born: int | None, rows: PartRows) -> None:
    """The newest first; `born` is None where the first boot cannot be told."""
    if born is None:
        rows.incomplete("when the machine was first booted cannot be told, so neither what was added since")
        return
    logged = _read_logs(files, born)
    every = tuple(rpms)
    young = [rpm for rpm in every if rpm.installed_at > born]
    old = {rpm.name for rpm in every if rpm.installed_at <= born}
    earlier = _names_of(logged.new)
    added = [rpm for rpm in young if rpm.name not in old and _is_addition(rpm, logged, earlier)]
    told = sorted(((str(rpm.installed_at), rpm.name, rpm.version) for rpm in added), reverse=True)
    for each in told[:_MOST_ADDED]:
        rows.row("added_at", *each)
    if young and not logged.any:
        rows.incomplete("no log tells additions from upgrades: all packages younger than the first boot count")


def _is_addition(rpm: Rpm, logged: _Logged, earlier: set[str]) -> bool:
    full = f"{rpm.name}-{rpm.version}"
    return full not in logged.needed and (not logged.any or full in logged.any or rpm.name in earlier)


def _read_logs(files: GuestFiles, born: int) -> _Logged:
    logged = _Logged()
    since = LocalTime(files.tree).text(born, "%Y-%m-%dT%H:%M:%S")
    for found in files.files("/var/log/dnf.rpm.log*"):
        for words in map(words_of, files.lines_of(found)):
            if words[2:3] == ["Installed:"]:
                full = _known("".join(words[3:4]))
                logged.any.add(full)
                if words[0] > since:
                    logged.new.add(full)
    for found in files.files("/var/log/yum.log*"):
        for line in files.lines_of(found):
            if _OF_YUM in line:
                logged.any.add(_known(line.rpartition(_OF_YUM)[2]))
    logged.needed |= set(_needed(files))
    return logged


def _needed(files: GuestFiles) -> Iterator[str]:
    for found in files.files("/var/lib/yum/yumdb/*/*/reason"):
        if "dep" in files.lines_of(found):
            yield _known(_REASON.sub("", found.path.split("/")[-2]))


def _known(full: str) -> str:
    """Name, version and release, of what may have an epoch before and an architecture behind it."""
    return _ARCHITECTURE.sub("", _EPOCH.sub("", full))


def _names_of(logged: set[str]) -> set[str]:
    """The names of which some version is logged: what stands before a version and a release."""
    found: set[str] = set()
    for full in logged:
        parts = full.split("-")
        if len(parts) > 2 and _VERSION.fullmatch("-".join(parts[-2:])):  # noqa: PLR2004  # name, version, release
            found.add("-".join(parts[:-2]))
    return found
