"""Operating systems: read from image properties, compared by version, and how long they are supported."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from importlib import resources

from models.base import Frozen
from models.image import Image
from models.profile import AllowedSystem, Profile

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

    id: str
    """As in os-release's ID: ubuntu, rocky, …"""
    version: str = ""

    @property
    def pretty(self) -> str:
        """`ubuntu 24.04`."""
        return f"{self.id} {self.version}".rstrip()


class Support(Frozen):
    """How long the maker supports one version in its standard way."""

    id: str
    version: str
    ends: date


def system_of(image: Image) -> System | None:
    """The system that an image's properties name, or None if they name none.

    Weak evidence: snapshots inherit the properties, so they are stale after an upgrade in place.
    """
    distro = image.properties.get("os_distro", "").strip().casefold()
    if not distro and image.properties.get("os_type", "").casefold() == "windows":
        distro = "windows"
    if not distro:
        return None
    return System(id=_ALIASES.get(distro, distro), version=image.properties.get("os_version", "").strip())


def version_numbers(version: str) -> tuple[int, ...] | None:
    """`20.04` as (20, 4), to be compared number by number; None for what is no version ("jammy")."""
    numbers = []
    for part in version.removeprefix("v").split("."):
        if not (part.isascii() and part.isdigit()):
            break
        numbers.append(int(part))
    return tuple(numbers) or None


def allowed(system: System, profile: Profile) -> AllowedSystem | None:
    """What the profile says about a system, if it names it."""
    return next((each for each in profile.systems if each.id == system.id), None)


def support_of(system: System) -> Support | None:
    """When standard support of a system's version ends, if the table knows it."""
    numbers = version_numbers(system.version)
    if numbers is None:
        return None
    for support in support_table():
        known = version_numbers(support.version) or ()
        if support.id == system.id and numbers[: len(known)] == known:
            return support
    return None


@cache
def support_table() -> tuple[Support, ...]:
    """The table of support dates that comes with the program."""
    content = tomllib.loads((resources.files("imaging.guidelines") / "data" / "support.toml").read_text("utf-8"))
    return tuple(Support.model_validate(row) for row in content["system"])


@cache
def support_as_of() -> str:
    """The day of which that table is a copy; it ages."""
    content = tomllib.loads((resources.files("imaging.guidelines") / "data" / "support.toml").read_text("utf-8"))
    return str(content["as_of"])
