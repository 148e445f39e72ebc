"""What dpkg itself would find wrong with its database: packages that are not fully installed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from imaging.guest.file_probe.guest_files import GuestFiles
from imaging.guest.file_probe.packages.debian.dpkg_status import Deb

_INFO: Final = "/var/lib/dpkg/info"
_UNFINISHED: Final = ("unpacked", "half-configured", "half-installed", "triggers-awaited", "triggers-pending")
_OF_THE_MACHINE: Final = ("dpkg", "libc6", "base-files")


def unfinished(debs: Iterable[Deb], files: GuestFiles) -> list[str]:
    """Their names, each once, as `dpkg --audit` tells them."""
    installed = [deb for deb in debs if deb.is_installed]
    machine = machine_of(installed)
    return list(dict.fromkeys(_named(deb, machine) for deb in _found(installed, machine, files)))


def machine_of(debs: Iterable[Deb]) -> str:
    """The architecture of the machine: that of the packages without which there is none."""
    return next((deb.architecture for deb in debs if deb.name in _OF_THE_MACHINE and deb.architecture != "all"), "")


def _found(installed: list[Deb], machine: str, files: GuestFiles) -> Iterator[Deb]:
    yield from (deb for deb in installed if deb.status[1] == "reinstreq")
    for state in _UNFINISHED:
        yield from (deb for deb in installed if deb.state == state and deb.status[1] != "reinstreq")
    kept = {found.name for found in files.matching(f"{_INFO}/*")}
    by_architecture = files.first_line(f"{_INFO}/format") == "1"
    for ending in ("list", "md5sums"):
        names = ((deb, _base(deb, by_architecture=by_architecture)) for deb in installed)
        yield from (deb for deb, name in names if f"{name}.{ending}" not in kept)
    known = {machine, "all", *(line.strip() for line in files.lines("/var/lib/dpkg/arch"))}
    yield from (deb for deb in installed if machine and deb.architecture not in known)


def _base(deb: Deb, *, by_architecture: bool) -> str:
    """What its files are called."""
    is_one_of_several = by_architecture and deb.fields.get("multi-arch", "").lower() == "same"
    return f"{deb.name}:{deb.architecture}" if is_one_of_several else deb.name


def _named(deb: Deb, machine: str) -> str:
    is_native = not machine or deb.architecture in {machine, "all", ""}
    is_same = deb.fields.get("multi-arch", "").lower() == "same"
    return deb.name if is_native and not is_same else f"{deb.name}:{deb.architecture}"
