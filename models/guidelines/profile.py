"""A profile: the guidelines of one cloud as data. Shipped ones and users' own are TOML files of this shape."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pydantic import Field, field_validator

from models.base import Frozen
from models.findings import Severity
from models.guidelines.tables import (
    LicenceRow,
    PlaceRow,
    SecretRow,
    SoftwareRow,
    SupportRow,
    UnsuitableRow,
)


class AllowedSystem(Frozen):
    """An operating system that images may be based on."""

    id: str
    """As in os-release's ID or the image property `os_distro`."""
    minimum_version: str = Field(pattern=r"^\d+(\.\d+)*$")
    """Compared number by number: 9.6 comes before 10, and 20.04 after 16.04."""
    recommended_versions: tuple[str, ...] = ()
    successor_of: str = ""
    """The system that the guidelines name and that this one carries on, such as `centos` for `rocky`."""


class NameRules(Frozen):
    """What the name of an image must and must not be."""

    forbidden_characters: str = ""
    reserved_prefixes: tuple[str, ...] = ()
    maximum_length: int = Field(default=255, ge=16, le=255)
    """In characters; Nova and Glance take 255, and a date with a number must fit."""


class FeaturedRules(Frozen):
    """How a featured image is recognised: public, and one of these prefixes if any is given."""

    prefixes: tuple[str, ...] = ()
    """Empty: every public image that is not this project's own counts as featured."""


class Contacts(Frozen):
    """Whom to ask."""

    support: str = ""
    export: str = ""


class Patience(Frozen):
    """How long the console waits, in seconds."""

    console_silence_seconds: int = Field(default=240, ge=1, le=86_400)
    """How long a test instance's console may show nothing new before that counts."""
    test_limit_seconds: int = Field(default=1200, ge=1, le=604_800)
    """How long a test launch may take in all."""


class Profile(Frozen):
    """The guidelines of one cloud."""

    name: str
    title: str
    as_of: str = ""
    """The date of the page that it follows."""
    systems: tuple[AllowedSystem, ...] = ()
    """Empty: no rule about systems."""
    file_systems: tuple[str, ...] = ()
    image_formats: tuple[str, ...] = ()
    upload_formats: tuple[str, ...] = ()
    allowed_statuses: tuple[str, ...] = ("ACTIVE", "SHUTOFF")
    names: NameRules = Field(default_factory=NameRules)
    featured: FeaturedRules = Field(default_factory=FeaturedRules)
    description_minimum_characters: int = 40
    contacts: Contacts = Field(default_factory=Contacts)
    unsuitable_flavors: tuple[str, ...] = ()
    """Regular expressions of flavor names that a test launch leaves out (GPU, large memory)."""
    patience: Patience = Field(default_factory=Patience)
    outside_addresses: tuple[str, ...] = ()
    """Hosts, or `HOST:PORT`, of which one is to answer a test instance; none: the host of the cloud's own login."""
    deleted_directories: tuple[str, ...] = ()
    overwritten_files: tuple[str, ...] = ()
    oldest_image_days: int = Field(default=365, ge=0, le=36_500)
    """From which age on the list of images tells that one is old, in days; 0: never."""
    recommended_properties: Mapping[str, str] = Field(default_factory=dict)
    """Image properties that the cloud asks for, such as hw_disk_bus."""
    severities: Mapping[str, Severity] = Field(default_factory=dict)
    """A severity of the profile's own, by rule id."""
    disabled_rules: tuple[str, ...] = ()
    """Rules that this cloud does not want: they are left out of the checklist."""
    software: tuple[SoftwareRow, ...] = ()
    """Rows beside those of the shipped tables; one with the same id stands instead of it. So the six below."""
    licence_files: tuple[LicenceRow, ...] = ()
    secrets: tuple[SecretRow, ...] = ()
    agents: tuple[SecretRow, ...] = ()
    places: tuple[PlaceRow, ...] = ()
    unsuitable: tuple[UnsuitableRow, ...] = ()
    support: tuple[SupportRow, ...] = ()
    disabled_rows: tuple[str, ...] = ()
    """Rows that are not searched for here: `matlab`, `SEC-CLOUD.aws`."""
    harmless_paths: tuple[str, ...] = ()
    """Globs of paths where licence files and secrets mean nothing."""
    licence_servers: tuple[str, ...] = ()
    """The cloud's own licence servers, as they end: an instance may point to them."""
    ask_before_run: tuple[str, ...] = ()
    """ASK rules whose answer is wanted before a run begins, not only before its image is published."""

    @field_validator("licence_servers")
    @classmethod
    def _hosts_are_plain(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        """Refuse what is no end of a host name: it becomes a part of an expression."""
        for host in hosts:
            if not re.fullmatch(r"[A-Za-z0-9.-]+", host):
                msg = f"{host!r} is no host name"
                raise ValueError(msg)
        return hosts

    @field_validator("unsuitable_flavors")
    @classmethod
    def _patterns_compile(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        """Refuse what is no regular expression, here and not in the middle of a run."""
        for pattern in patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                msg = f"{pattern!r} is not a regular expression: {error}"
                raise ValueError(msg) from error
        return patterns
