"""Chapter *Image properties*, as far as the guest tells."""

from __future__ import annotations

from imaging.guidelines.declaration import rule
from imaging.guidelines.guest import parts
from imaging.guidelines.guest.facts import guest_failed, guest_passed, guest_unknown, inside
from imaging.guidelines.instance.source import finished_image
from imaging.guidelines.instance.systems import system_in, system_of, version_numbers
from imaging.guidelines.rule import Answer, Chapter, UnreadError, not_applicable
from imaging.guidelines.wording import command, shown
from models.findings import Severity
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile


@rule(
    "PROP-STALE",
    Chapter.PROPERTIES,
    "os_distro and os_version",
    Severity.WARN,
    by_hand="grep -E '^(ID|VERSION_ID)=' /etc/os-release",
)
def prop_stale(facts: InstanceFacts, _profile: Profile) -> Answer:
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
