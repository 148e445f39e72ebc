"""Chapter *Boot*: whether a new instance loads its SELinux policy, and labels all its files before it is up."""

from __future__ import annotations

from collections.abc import Sequence

from imaging.guidelines.declaration import rule
from imaging.guidelines.guest import parts
from imaging.guidelines.guest.commands import package_manager
from imaging.guidelines.guest.facts import (
    guest_failed,
    guest_passed,
    inside,
    unless_incomplete,
)
from imaging.guidelines.guest.next_boot.kernel_line import next_line, words_of
from imaging.guidelines.rule import Answer, Chapter
from models.findings import Severity
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.text import cut

_SHOWN = 40
_SWITCHED_OFF = frozenset({"selinux=0", "enforcing=0"})
_CHOICE = ("security=", "lsm=")


@rule(
    "BOOT-SELINUX",
    Chapter.BOOT,
    "SELinux at the next boot",
    Severity.BLOCK,
    by_hand="grep -v '^#' /etc/selinux/config; ls -d /etc/selinux/*/policy /.autorelabel",
)
def boot_selinux(facts: InstanceFacts, _profile: Profile) -> Answer:
    boot = inside(facts, parts.boot)
    if boot.selinux_policy_missing and _uses_selinux(facts, words_of(next_line(boot))):
        return guest_failed(
            f"No policy in {cut(boot.selinux_policy_missing, _SHOWN)}: a new instance freezes as its boot begins.",
            "Name an installed policy as SELINUXTYPE in /etc/selinux/config, or install this one.",
            facts,
            parts.boot,
            command="grep -n SELINUXTYPE= /etc/selinux/config; ls -d /etc/selinux/*/policy",
        )
    if not boot.autorelabel:
        said = f"SELinux is {cut(boot.selinux, 20)}" if boot.selinux else "There is no SELinux"
        return unless_incomplete(guest_passed(f"{said}; no relabelling is due.", facts, parts.boot), facts, parts.boot)
    return guest_failed(
        "/.autorelabel is there: a new instance labels all files and boots once more, for some minutes.",
        "Restart this instance once before imaging.",
        facts,
        parts.boot,
        severity=Severity.INFO,
        command="sudo reboot",
    )


def _uses_selinux(facts: InstanceFacts, words: Sequence[str]) -> bool:
    """Whether the next kernel enforces a policy: kernels of Debian and Ubuntu do only where their line says so."""
    if _SWITCHED_OFF & set(words):
        return False
    asked = any(each == "selinux=1" or (each.startswith(_CHOICE) and "selinux" in each) for each in words)
    return asked or package_manager(facts) != "apt"
