"""Chapter *Image properties*, as far as the guest tells."""

from __future__ import annotations

from collections.abc import Mapping

from imaging.guidelines import parts
from imaging.guidelines.guest_facts import guest_failed, guest_passed, guest_unknown, inside
from imaging.guidelines.rule import Answer, Judge, UnreadError, not_applicable
from imaging.guidelines.source import finished_image
from imaging.guidelines.systems import system_in, system_of, version_numbers
from imaging.guidelines.wording import command, shown
from models.facts import InstanceFacts
from models.profile import Profile


def _of_the_guest(facts: InstanceFacts, _profile: Profile) -> Answer:
    system = system_in(inside(facts, parts.system))
    fact = finished_image(facts) or facts.base_image
    if not fact.known:
        raise UnreadError(fact)
    if fact.value is None:
        return not_applicable("There is no base image whose properties it would inherit.")
    named = system_of(fact.value)
    if named is None:
        return not_applicable("No image property names a system.")
    if system is None:
        return guest_unknown("The guest has no os-release.", command="cat /etc/os-release")
    if named.id == system.id and _same_version(named.version, system.version):
        return guest_passed(f"{shown(named.pretty)}, as in os-release.", facts, parts.system)
    settings = ("--property", f"os_distro={system.id}", "--property", f"os_version={system.version}")
    return guest_failed(
        f"Properties say {shown(named.pretty)}, os-release {shown(system.pretty)}.",
        "Set the properties on the image: others choose by them.",
        facts,
        parts.system,
        command=f"{command('openstack', 'image', 'set', *settings)} IMAGE",
    )


def _same_version(named: str, told: str) -> bool:
    """Whether a property's version is that of the guest, or a shorter form of it; a code name cannot be compared."""
    ours, theirs = version_numbers(named), version_numbers(told)
    if ours is None or theirs is None:
        return True
    shorter = min(len(ours), len(theirs))
    return ours[:shorter] == theirs[:shorter]


JUDGES: Mapping[str, Judge] = {"PROP-STALE": _of_the_guest}
