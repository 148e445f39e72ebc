"""Chapter *Operating system*: by the guest's os-release, else by image properties, which every answer calls weak."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from imaging.guidelines.declaration import rule
from imaging.guidelines.guest import parts
from imaging.guidelines.guest.facts import inside_or_none
from imaging.guidelines.instance.systems import (
    System,
    allowed,
    support_as_of,
    support_of,
    system_in,
    system_of,
    version_numbers,
)
from imaging.guidelines.rule import Answer, Chapter, UnreadError, failed, not_applicable, passed, unknown
from imaging.guidelines.wording import shown
from models.cloud.image import Image
from models.findings import Severity
from models.guidelines.facts import Fact, InstanceFacts
from models.guidelines.profile import Profile

_HOW = "In the guest:"
_COMMAND = "cat /etc/os-release"
_NOT_LINUX = frozenset({"windows", "freebsd", "netbsd", "openbsd", "solaris", "opensolaris", "msdos", "netware"})


@dataclass(frozen=True)
class _System:
    """A system, and by what it is known."""

    system: System
    fact: Fact[Any]
    by: str
    """Ends each evidence: os-release is what the system says about itself, image properties are inherited."""


def _image(facts: InstanceFacts) -> Fact[Image]:
    """The image whose properties count: the finished one if there is one, else the base image."""
    return facts.image if facts.image is not None and facts.image.value is not None else facts.base_image


def _system_named(facts: InstanceFacts) -> _System | None:
    """What is known of the system; None if neither guest nor image names one."""
    guest = facts.guest.value
    release = inside_or_none(facts, parts.system)
    system = system_in(release) if release is not None else None
    if guest is not None and system is not None:
        return _System(system, guest.system, "(os-release)")
    fact = _image(facts)
    if not fact.known:
        raise UnreadError(fact)
    system = system_of(fact.value) if fact.value is not None else None
    return _System(system, fact, "(by image properties: weak)") if system is not None else None


def _untold() -> Answer:
    return unknown("No image property names the system.", _HOW, command=_COMMAND)


@rule("OS-FAMILY", Chapter.OPERATING_SYSTEM, "Operating system", Severity.BLOCK, sentences=("S3", "S4", "S5"))
def os_family(facts: InstanceFacts, profile: Profile) -> Answer:
    told = _system_named(facts)
    if told is None:
        return _untold()
    system = told.system
    if system.id in _NOT_LINUX:
        return failed(f"{shown(system.pretty)} is not Linux {told.by}.", "Start from a Linux image.", told.fact)
    if not profile.systems:
        return passed(f"{shown(system.pretty)} {told.by}.", told.fact)
    found = allowed(system, profile)
    if found is not None:
        carries_on = f", successor of {found.successor_of}" if found.successor_of else ""
        return passed(f"{shown(system.pretty)}{carries_on} {told.by}.", told.fact)
    names = ", ".join(each.id for each in profile.systems)
    return failed(
        f"{shown(system.pretty)} is not among {names} {told.by}.",
        "Start from a featured image, or ask support.",
        told.fact,
        severity=Severity.WARN,
    )


@rule("OS-VERSION", Chapter.OPERATING_SYSTEM, "Version of the operating system", Severity.BLOCK, sentences=("S4", "S5"))
def os_version(facts: InstanceFacts, profile: Profile) -> Answer:
    if not profile.systems:
        return not_applicable("This profile asks for no version.")
    told = _system_named(facts)
    if told is None:
        return _untold()
    system = told.system
    rule = allowed(system, profile)
    if rule is None:
        return not_applicable(f"The guidelines say nothing of {shown(system.id)}.")
    numbers, least = version_numbers(system.version), version_numbers(rule.minimum_version)
    if numbers is None or least is None:
        return unknown(f"The version of {system.id} is not told {told.by}.", _HOW, command=_COMMAND)
    if numbers >= least:
        return passed(f"{system.pretty}, at least {rule.minimum_version} {told.by}.", told.fact)
    return failed(
        f"{system.pretty} is older than {rule.minimum_version} {told.by}.",
        "Upgrade it, or start again from a newer image.",
        told.fact,
    )


@rule(
    "OS-RECOMMENDED",
    Chapter.OPERATING_SYSTEM,
    "Recommended version of the operating system",
    Severity.INFO,
    sentences=("S5",),
)
def os_recommended(facts: InstanceFacts, profile: Profile) -> Answer:
    told = _system_named(facts)
    if told is None:
        return _untold()
    system = told.system
    rule = allowed(system, profile)
    if rule is None or not rule.recommended_versions:
        return not_applicable(f"Nothing is recommended for {shown(system.id)}.")
    wanted = " or ".join(rule.recommended_versions)
    numbers = version_numbers(system.version)
    if numbers is None:
        return unknown(f"The version of {system.id} is not told {told.by}.", _HOW, command=_COMMAND)
    as_of = f" (as of {profile.as_of})" if profile.as_of else ""
    if any(numbers[: len(each)] == each for each in map(version_numbers, rule.recommended_versions) if each):
        return passed(f"{system.pretty} is recommended{as_of} {told.by}.", told.fact)
    return failed(
        f"{system.pretty}; recommended: {wanted}{as_of} {told.by}.", "Consider a recommended version.", told.fact
    )


@rule("OS-EOL", Chapter.OPERATING_SYSTEM, "End of support of the operating system", Severity.WARN)
def os_eol(facts: InstanceFacts, profile: Profile) -> Answer:
    told = _system_named(facts)
    if told is None:
        return _untold()
    system = told.system
    support = support_of(system, profile)
    if support is None:
        return unknown(f"The end of support of {shown(system.pretty)} is not known.", _HOW, command=_COMMAND)
    today: date = facts.now.date()
    days = (support.ends - today).days
    table = f"standard support, table of {support_as_of()}"
    if days >= 0:
        return passed(f"{system.pretty} until {support.ends}, {days} days ({table}) {told.by}.", told.fact)
    return failed(
        f"{system.pretty} ended {support.ends}, {-days} days ago ({table}) {told.by}.",
        "Start again from a supported version.",
        told.fact,
    )
