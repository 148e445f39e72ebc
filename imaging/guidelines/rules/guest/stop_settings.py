"""Chapter *Instance status*: settings made by hand that end with a stop, and room for the kernel of the next start."""

from __future__ import annotations

from collections.abc import Mapping

from imaging.guidelines.declaration import rule
from imaging.guidelines.guest import parts
from imaging.guidelines.guest.facts import (
    guest_failed,
    guest_passed,
    guest_unknown,
    inside,
    inside_or_none,
    unless_incomplete,
)
from imaging.guidelines.rule import Answer, Chapter, not_applicable
from imaging.guidelines.rules.guest.stop_cost import NOTHING_RUNS, is_stopped
from imaging.guidelines.wording import fitting
from models.findings import Severity
from models.formatting import size_kib
from models.guest.disks import Disks, FileSystemUse
from models.guest.running import KernelSetting
from models.guest.services import Services
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.text import cut

_SHOWN = 50
_DEFAULTS: Mapping[str, frozenset[str]] = {
    "vm.swappiness": frozenset({"60"}),
    "vm.overcommit_memory": frozenset({"0"}),
    "vm.overcommit_ratio": frozenset({"50"}),
    "vm.dirty_ratio": frozenset({"20"}),
    "vm.dirty_background_ratio": frozenset({"10"}),
    "vm.vfs_cache_pressure": frozenset({"100"}),
    "vm.max_map_count": frozenset({"65530"}),
    "vm.zone_reclaim_mode": frozenset({"0"}),
    "kernel.randomize_va_space": frozenset({"2"}),
    "net.core.somaxconn": frozenset({"128", "4096"}),
    "net.core.rmem_max": frozenset({"212992", "4194304"}),
    "net.core.wmem_max": frozenset({"212992", "4194304"}),
}
"""What the kernel itself says, old and new ones; it depends on nothing of the machine."""
_SETTING_PROGRAMS = frozenset({"tuned", "kubelet", "k3s", "k3s-server", "k3s-agent", "rke2", "pbs_mom"})
"""Those that set such values at each start, from places of their own."""
_LEAST_BOOT_KIB = 60 * 1024
"""What a kernel with its initrd takes; less is left where an update was cut short."""
_BOOT_FULL = 95


@rule(
    "STOP-SYSCTL",
    Chapter.STATUS,
    "Kernel settings made by hand",
    Severity.WARN,
    by_hand="sysctl vm.swappiness vm.overcommit_memory vm.max_map_count; grep -r vm /etc/sysctl.conf /etc/sysctl.d",
    of_what_runs=True,
)
def stop_sysctl(facts: InstanceFacts, _profile: Profile) -> Answer:
    if is_stopped(facts):
        return NOTHING_RUNS
    settings = inside(facts, parts.running).kernel_settings
    program = _setting_program(inside_or_none(facts, parts.services))
    if program:
        return not_applicable(f"{program} sets them at each start.")
    by_hand = [f"{each.key} = {cut(each.value, 20)}" for each in settings if _is_set_by_hand(each)]
    if not settings:
        return guest_unknown("No setting of the kernel could be read.", "In the guest:", command="sysctl vm.swappiness")
    if not by_hand:
        answer = guest_passed("Those that are known have their own value or a file's.", facts, parts.running)
        return unless_incomplete(answer, facts, parts.running)
    return guest_failed(
        f"Set by hand, and as before after the next start: {fitting(by_hand)}.",
        "Write them to a file below /etc/sysctl.d if the instance is to have them again.",
        facts,
        parts.running,
    )


def _setting_program(services: Services | None) -> str:
    names = {each.name for each in services.processes} if services is not None else set()
    return next(iter(sorted(names & _SETTING_PROGRAMS)), "")


def _is_set_by_hand(setting: KernelSetting) -> bool:
    """What no file sets must have the kernel's own value; of several files any may be the last."""
    expected = frozenset(setting.in_files) or _DEFAULTS.get(setting.key)
    return expected is not None and "" not in expected and setting.value not in expected


@rule(
    "STOP-NETWORK",
    Chapter.STATUS,
    "Addresses and routes set by hand",
    Severity.WARN,
    by_hand="ip -4 address show permanent; ip -4 route show proto boot",
    of_what_runs=True,
)
def stop_network(facts: InstanceFacts, _profile: Profile) -> Answer:
    """Says what was found; that nothing was found is no pass, for only some ways of setting one can be told."""
    if is_stopped(facts):
        return NOTHING_RUNS
    running = inside(facts, parts.running)
    found = [*running.addresses, *running.routes]
    if not found:
        return not_applicable("None was seen.")
    return guest_failed(
        f"In no configuration, so gone after the next start: {fitting([cut(each, _SHOWN) for each in found])}.",
        "Write them to the network's configuration if the instance is to have them again, and no program sets them.",
        facts,
        parts.running,
        command="ip -4 address; ip -4 route",
    )


@rule("STOP-BOOTSPACE", Chapter.STATUS, "Room for a kernel in /boot", Severity.WARN, by_hand="df -h /boot; ls -l /boot")
def stop_bootspace(facts: InstanceFacts, _profile: Profile) -> Answer:
    """An update that runs out of room leaves an initrd that ends in the middle."""
    if is_stopped(facts):
        return NOTHING_RUNS
    disks = inside(facts, parts.disks)
    boot = _file_system_of_boot(disks)
    if boot is None or boot.free_kib is None or boot.used_kib is None:
        return guest_unknown("How full /boot is could not be told.", "In the guest:", command="df -h /boot")
    percent = round(100 * boot.used_kib / max(1, boot.used_kib + boot.free_kib))
    own = boot.mount_point != "/"
    said = f"{boot.mount_point} is {percent} % full, {size_kib(boot.free_kib)} free"
    if boot.free_kib >= _LEAST_BOOT_KIB and not (own and percent > _BOOT_FULL):
        return unless_incomplete(guest_passed(f"{said}.", facts, parts.disks), facts, parts.disks)
    return guest_failed(
        f"{said}: a kernel or initrd may have been written only in part.",
        "Remove old kernels, make the initrd again, and reboot before the run: then it is known that it comes up.",
        facts,
        parts.disks,
        command="ls -l /boot",
    )


def _file_system_of_boot(disks: Disks) -> FileSystemUse | None:
    return next((each for each in disks.file_systems if each.mount_point == "/boot"), disks.root)
