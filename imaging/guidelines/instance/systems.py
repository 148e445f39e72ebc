"""Operating systems: read from image properties, compared by version, and how long they are supported."""

from __future__ import annotations

import re

from imaging.guidelines.tables import support, support_as_of
from models import foreign
from models.base import Frozen
from models.cloud.image import Image
from models.guest.system import GuestSystem
from models.guidelines.profile import AllowedSystem, Profile
from models.guidelines.tables import SupportRow
from models.text import CleanText

_DIGITS = re.compile(r"[0-9]{1,9}")

__all__ = ["System", "allowed", "support_as_of", "support_of", "system_of", "version_numbers"]

_ALIASES = {
    "rockylinux": "rocky",
    "rocky linux": "rocky",
    "alma": "almalinux",
    "almalinux os": "almalinux",
    "oracle": "ol",
    "oraclelinux": "ol",
    "redhat": "rhel",
    "centos stream": "centos",
    "centos-stream": "centos",
}
"""Spellings of os_distro met on clouds, and the ID of os-release."""


class System(Frozen):
    """An operating system as an image's properties name it."""

    id: CleanText
    """As in os-release's ID: ubuntu, rocky, …"""
    version: CleanText = ""
    name: CleanText = ""
    """Its full name, or the cloud's word for it: what tells CentOS Stream 8 from CentOS Linux 8."""

    @property
    def pretty(self) -> str:
        """`ubuntu 24.04`."""
        return f"{self.id} {self.version}".rstrip()


def system_of(image: Image) -> System | None:
    """The system that an image's properties name, or None if they name none.

    Weak evidence: snapshots inherit the properties, so they are stale after an upgrade in place.
    """
    distro = image.properties.get("os_distro", "").strip().casefold()
    if not distro and image.properties.get("os_type", "").casefold() == "windows":
        distro = "windows"
    if not distro:
        return None
    return System(id=_ALIASES.get(distro, distro), version=image.properties.get("os_version", "").strip(), name=distro)


def system_in(guest: GuestSystem) -> System | None:
    """The system that a guest's os-release names, or None if it names none."""
    told = guest.id.strip().casefold()
    return System(id=_ALIASES.get(told, told), version=guest.version.strip(), name=guest.pretty_name) if told else None


def version_numbers(version: str) -> tuple[int, ...] | None:
    """`20.04` as (20, 4), to be compared number by number; None for what is no version ("jammy")."""
    numbers = []
    for part in version.removeprefix("v").split("."):
        if not _DIGITS.fullmatch(part):
            break
        numbers.append(foreign.whole(part))
    return tuple(numbers) or None


def allowed(system: System, profile: Profile) -> AllowedSystem | None:
    """What the profile says about a system, if it names it."""
    return next((each for each in profile.systems if each.id == system.id), None)


def support_of(system: System, profile: Profile | None = None) -> SupportRow | None:
    """When standard support of a system's version ends, if the table, or the profile, knows it.

    Where two systems share an ID and a number, the one whose name fits goes before the one without a name.
    """
    numbers = version_numbers(system.version)
    if numbers is None:
        return None
    rows = [row for row in support(profile) if row.id == system.id and _begins(numbers, row.version)]
    named = [row for row in rows if row.name and row.name.casefold() in system.name.casefold()]
    return next(iter((*named, *(row for row in rows if not row.name))), None)


def _begins(numbers: tuple[int, ...], version: str) -> bool:
    known = version_numbers(version) or ()
    return numbers[: len(known)] == known
