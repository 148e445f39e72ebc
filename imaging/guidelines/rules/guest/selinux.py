"""Chapter *Boot*: whether a new instance labels all its files before it is up."""

from __future__ import annotations

from imaging.guidelines.declaration import rule
from imaging.guidelines.guest import parts
from imaging.guidelines.guest.facts import (
    guest_failed,
    guest_passed,
    inside,
    unless_incomplete,
)
from imaging.guidelines.rule import Answer, Chapter
from models.findings import Severity
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.text import cut

_SHOWN = 40


@rule(
    "BOOT-SELINUX",
    Chapter.BOOT,
    "SELinux relabelling at the next boot",
    Severity.INFO,
    by_hand="getenforce; ls /.autorelabel",
)
def boot_selinux(facts: InstanceFacts, _profile: Profile) -> Answer:
    boot = inside(facts, parts.boot)
    if not boot.autorelabel:
        said = f"SELinux is {cut(boot.selinux, 20)}" if boot.selinux else "There is no SELinux"
        return unless_incomplete(guest_passed(f"{said}; no relabelling is due.", facts, parts.boot), facts, parts.boot)
    return guest_failed(
        "/.autorelabel is there: a new instance labels all files and boots once more, for some minutes.",
        "Restart this instance once before imaging.",
        facts,
        parts.boot,
        command="sudo reboot",
    )
