"""A rule that rests on a part of a guest's facts says *pass* only where that part was read to its end.

Which rules rest on a part is asked of the rules themselves: those that do not pass without it.
"""

from __future__ import annotations

from typing import Any

import pytest

from imaging.guidelines.checklist import judge
from models.fact import IncompleteCode
from models.findings import Outcome, Source
from tests.guidelines.building import facts, profile
from tests.guidelines.guest_building import HEALTHY, guest_fact, kind_of

SHOWN_BY_WHAT_WAS_READ = {
    "boot": {"BOOT-FIRMWARE", "QGA-PRESENT"},  # how it booted; that the agent runs
    "boot_mounts": {"DISK-SLACK"},  # whether trimming would help
    "cloud_init": {"CI-INSTALLED", "CI-STATE"},  # its version; that its last boot is done
    "disks": {
        "FS-ROOT",  # the type of the root file system
        "VOL-FSTAB",  # each required line leads to a device that was seen
        "ID-LVM",  # there is no list of devices
        "BOOT-INITRAMFS",  # the disk that it booted from
        "BOOT-FIRMWARE",  # the image asks for nothing else
        "BOOT-SWAP",  # there is no swap
        "DISK-FREE", "DISK-DIRTY", "DISK-GROW", "DISK-SLACK",  # of the root file system, which was seen
    },
    "path_uses": {"VOL-SYMLINK"},  # nothing is mounted that a path could lead to
    "sshd": {"SSH-SERVICE", "SEC-HOSTKEYS"},  # a unit that starts it; cloud-init makes new keys
    "system": {"PROP-STALE", "STOP-UNTRIED", "BOOT-ARCH"},  # the version and the processor that run; when it was booted
    "system_files": {"SYS-RESOLV", "SYS-HOSTCONF"},  # the one file that was asked for
    "updates": {"UPD-REBOOT"},  # no request to reboot
}  # fmt: skip
"""Rules whose pass is something that was seen, not that nothing was: more of the part could not change it."""


def outcomes(**changed: Any) -> dict[str, Outcome]:
    return {
        each.rule: each.outcome for each in judge(facts(guest=guest_fact(**changed)), profile("jetstream2")).findings
    }


def resting_on(part: str) -> set[str]:
    """The rules that pass with a part, and not without it."""
    without = outcomes(**{part: kind_of(part)(unknown_because="x", source=Source.GUEST)})
    return {rule for rule, outcome in outcomes().items() if outcome is Outcome.PASS is not without[rule]}


@pytest.mark.parametrize("part", sorted(HEALTHY))
def test_a_part_that_was_cut_short_passes_no_rule_that_rests_on_it(part):
    reason = {"incomplete_because": "said in other words", "incomplete_code": IncompleteCode.CUT_SHORT}
    short = outcomes(**{part: kind_of(part)(value=HEALTHY[part], source=Source.GUEST, **reason)})
    passing = {rule for rule in resting_on(part) if short[rule] is Outcome.PASS}
    assert passing == SHOWN_BY_WHAT_WAS_READ.get(part, set())


@pytest.mark.parametrize("part", sorted(HEALTHY))
def test_a_part_of_which_something_was_not_understood_passes_no_rule_about_the_next_boot(part):
    """Without a code: one thing in it was named, such as a file whose form is not known."""
    named = outcomes(
        **{part: kind_of(part)(value=HEALTHY[part], source=Source.GUEST, incomplete_because="x could not be read")}
    )
    passing = {rule for rule in resting_on(part) & NEXT_BOOT if named[rule] is Outcome.PASS}
    assert passing <= SHOWN_BY_WHAT_WAS_READ.get(part, set())


NEXT_BOOT = {
    "VOL-FSTAB", "VOL-CRYPT-LVM", "VOL-SYMLINK", "BOOT-ROOTREF", "BOOT-CONSOLE", "BOOT-INITRAMFS", "BOOT-MEMORY",
    "BOOT-SWAP", "CI-ENABLED", "CI-DATASOURCE", "CI-TRUST", "CI-NETDISABLED", "NET-MAC", "NET-STATIC", "NET-HOSTNAME",
    "ID-MACHINEID", "ID-LVM", "SEC-HOSTKEYS",
}  # fmt: skip
