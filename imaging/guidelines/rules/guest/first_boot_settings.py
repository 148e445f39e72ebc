"""Chapter *First boot*: what cloud-init takes a new instance for, and what it leaves as it is."""

from __future__ import annotations

from imaging.guidelines.declaration import rule
from imaging.guidelines.guest import parts
from imaging.guidelines.guest.cloud_init import (
    coming_cloud_init,
    given_networks,
    is_yes,
    network_disabled,
    network_given,
)
from imaging.guidelines.guest.commands import root_commands
from imaging.guidelines.guest.facts import (
    NEEDS_SSH,
    guest_failed,
    guest_passed,
    guest_unknown,
    inside,
    inspected_while_running,
    unless_incomplete,
)
from imaging.guidelines.rule import Answer, Chapter, not_applicable
from imaging.guidelines.rules.guest.first_boot import CONFIGURATION, NO_CLOUD_INIT
from imaging.guidelines.wording import fitting
from models.findings import Severity
from models.guest.first_boot import CloudInit
from models.guest.network import NetworkSetting
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.text import cut

_SHOWN = 40
_NETWORKS = frozenset({"", "given"})


@rule(
    "CI-TRUST",
    Chapter.FIRST_BOOT,
    "Detection of a new instance by cloud-init",
    Severity.BLOCK,
    by_hand="grep -rs manual_cache_clean /etc/cloud",
)
def ci_trust(facts: InstanceFacts, _profile: Profile) -> Answer:
    cloud_init = inside(facts, parts.cloud_init)
    if cloud_init.version is None:
        return not_applicable(NO_CLOUD_INIT)
    if not is_yes(cloud_init, "manual_cache_clean"):
        answer = guest_passed("manual_cache_clean is not set.", facts, parts.cloud_init)
        return unless_incomplete(answer, facts, parts.cloud_init)
    setting = cloud_init.setting("manual_cache_clean")
    file = cut(setting.file, _SHOWN) if setting is not None else ""
    remedy = root_commands(
        f"sh -c 'echo \"manual_cache_clean: false\" > {CONFIGURATION}'", "rm -f /var/lib/cloud/instance/manual-clean"
    )
    return guest_failed(
        f"manual_cache_clean is true ({file}): a new instance takes itself for this one.",
        "Set it to false, or run cloud-init clean as the last thing before the stop.",
        facts,
        parts.cloud_init,
        command=remedy.shown,
        actions=(remedy.action(f"Set manual_cache_clean to false in {CONFIGURATION}.", "cloud_init"),),
    )


@rule(
    "CI-NETDISABLED",
    Chapter.FIRST_BOOT,
    "Network setup by cloud-init or DHCP",
    Severity.BLOCK,
    by_hand="grep -rs -A1 '^network:' /etc/cloud/cloud.cfg.d; grep -rsi macaddress /etc/netplan",
)
def ci_netdisabled(facts: InstanceFacts, _profile: Profile) -> Answer:
    cloud_init = coming_cloud_init(facts)
    inside(facts, parts.boot)
    setting = cloud_init.setting("network.config")
    if setting is not None and setting.value not in _NETWORKS and "disabled" not in setting.value.casefold():
        return guest_unknown(f"What network {cut(setting.file, _SHOWN)} gives to cloud-init could not be told.")
    pinned = _pinned(facts, cloud_init)
    if pinned is None:
        answer = guest_passed("cloud-init sets up the network.", facts, parts.cloud_init)
        return unless_incomplete(answer, facts, parts.cloud_init, parts.boot)
    if not pinned:
        answer = guest_passed("cloud-init leaves it alone, but any card gets DHCP.", facts, parts.network)
        return unless_incomplete(answer, facts, parts.network, parts.cloud_init, parts.boot)
    named = [f"{each.kind} {cut(each.value, 20)} in {cut(each.file, _SHOWN)}" for each in pinned]
    does = "leaves the network alone" if network_disabled(cloud_init) else "takes it from its own files"
    return guest_failed(
        f"cloud-init {does}, and there is {fitting(named, 90)}.",
        "Let cloud-init set it up again, or use DHCP on any card.",
        facts,
        parts.network,
        parts.cloud_init,
        command="grep -rs -A1 '^network:' /etc/cloud",
    )


def _pinned(facts: InstanceFacts, cloud_init: CloudInit) -> list[NetworkSetting] | None:
    """What ties the network to this machine where the cloud does not set it up; None where the cloud does."""
    if network_disabled(cloud_init):
        found = (*inside(facts, parts.network).settings, *given_networks(cloud_init))
    elif network_given(cloud_init):
        found = given_networks(cloud_init)
    else:
        return None
    return [each for each in found if each.kind in {"mac", "address"}]


@rule(
    "CI-STATE",
    Chapter.FIRST_BOOT,
    "Result of cloud-init on this instance",
    Severity.WARN,
    by_hand="cloud-init status --long",
)
def ci_state(facts: InstanceFacts, _profile: Profile) -> Answer:
    cloud_init = inside(facts, parts.cloud_init)
    if cloud_init.version is None:
        return not_applicable(NO_CLOUD_INIT)
    if cloud_init.status in {"error", "degraded"} or cloud_init.errors:
        recovered = cloud_init.status != "error"
        errors = [cut(each, 80) for each in cloud_init.errors] or ["it does not say why"]
        return guest_failed(
            f"{'Finished with warnings' if recovered else 'Ended with an error'}: {fitting(errors, 90)}.",
            "Check whether new instances need what failed; recoverable warnings are common.",
            facts,
            parts.cloud_init,
            command="cloud-init status --long",
            severity=Severity.INFO if recovered else None,
        )
    if cloud_init.status == "done":
        return guest_passed("cloud-init status: done.", facts, parts.cloud_init)
    if cloud_init.status == "disabled":
        return not_applicable("cloud-init is switched off.")
    if not inspected_while_running(facts):
        return guest_unknown(f"How it ended on this instance {NEEDS_SSH}.")
    said = f"It is {cut(cloud_init.status, 20)} still." if cloud_init.status else "It does not say how it ended."
    return guest_unknown(said, "In the guest:", command="cloud-init status --long")


@rule(
    "CI-CLEAN",
    Chapter.FIRST_BOOT,
    "State left behind by cloud-init",
    Severity.INFO,
    by_hand="ls /var/lib/cloud/instances",
)
def ci_clean(facts: InstanceFacts, _profile: Profile) -> Answer:
    cloud_init = inside(facts, parts.cloud_init)
    if not cloud_init.instances_kib:
        answer = guest_passed("Nothing lies in /var/lib/cloud/instances.", facts, parts.cloud_init)
        return unless_incomplete(answer, facts, parts.cloud_init)
    return guest_failed(
        f"{cloud_init.instances_kib} KiB in /var/lib/cloud/instances; new instances have other ids, so boot as new.",
        "Nothing to do: it is harmless. To remove it, as the last thing before the stop:",
        facts,
        parts.cloud_init,
        command="sudo cloud-init clean --logs",
    )
