"""Chapter *First boot*: whether cloud-init will set a child up."""

from __future__ import annotations

import re
from collections.abc import Mapping
from shlex import quote

from imaging.guidelines import parts
from imaging.guidelines.guest_commands import doing, install, without_kernel_words, write_line
from imaging.guidelines.guest_facts import (
    NEEDS_SSH,
    guest_failed,
    guest_passed,
    guest_unknown,
    inside,
    looked_by_ssh,
    unless_incomplete,
)
from imaging.guidelines.rule import Answer, Judge, not_applicable
from imaging.guidelines.wording import fitting
from models.facts import InstanceFacts
from models.findings import Severity
from models.guest.first_boot import CloudInit
from models.guest.network import NetworkSetting
from models.profile import Profile
from models.text import one_line

_SHOWN = 40
_OURS = frozenset({"openstack", "configdrive"})
_YES = frozenset({"true", "yes", "on", "1"})
_NO_CLOUD_INIT = "cloud-init is not installed."
_CONFIGURATION = "/etc/cloud/cloud.cfg.d/99-imaging.cfg"


def is_yes(cloud_init: CloudInit, key: str) -> bool | None:
    """Whether a switch of cloud-init is on; None where no file sets it."""
    setting = cloud_init.setting(key)
    return None if setting is None else setting.value.strip("\"' ").casefold() in _YES


def sets_up_children(cloud_init: CloudInit) -> bool:
    """Whether cloud-init is there and will run in a child."""
    return cloud_init.version is not None and not cloud_init.disabled_by


def network_disabled(cloud_init: CloudInit) -> bool:
    """Whether cloud-init leaves the network alone, so that what stands there now stays as it is in a child."""
    setting = cloud_init.setting("network.config") or cloud_init.setting("network")
    return not sets_up_children(cloud_init) or (setting is not None and "disabled" in setting.value.casefold())


def stays_in_child(setting: NetworkSetting, cloud_init: CloudInit | None) -> bool:
    """Whether a setting of the network is the same in a child: what cloud-init wrote it writes anew there."""
    return not setting.by_cloud_init or (cloud_init is not None and network_disabled(cloud_init))


def _installed(facts: InstanceFacts, _profile: Profile) -> Answer:
    cloud_init = inside(facts, parts.cloud_init)
    if cloud_init.version is not None:
        return guest_passed(
            f"cloud-init is installed ({one_line(cloud_init.version, _SHOWN) or 'version unknown'}).",
            facts,
            parts.cloud_init,
        )
    way = install(facts, "cloud-init", "cloud-init")
    return guest_failed(
        "cloud-init is not installed: a child gets no key, no name and no user of its own.",
        "Install it. An appliance that sets itself up can do without: waive this.",
        facts,
        parts.cloud_init,
        command=way.shown if way else None,
        actions=(way.action("Install cloud-init.", "cloud_init", "packages", "services"),) if way else (),
    )


def _enabled(facts: InstanceFacts, _profile: Profile) -> Answer:
    cloud_init = inside(facts, parts.cloud_init)
    if cloud_init.version is None:
        return not_applicable(_NO_CLOUD_INIT)
    if cloud_init.disabled_by:
        switches = [one_line(each, _SHOWN) for each in cloud_init.disabled_by]
        return guest_failed(
            f"Switched off by {fitting(switches)}.",
            "Take that away; a child gets no key, no name and no user of its own.",
            facts,
            parts.cloud_init,
            command="\n".join(filter(None, (_switched_on(facts, each) for each in cloud_init.disabled_by))) or None,
        )
    answer = guest_passed("Neither a file, nor a masked unit, nor the kernel line does.", facts, parts.cloud_init)
    return unless_incomplete(answer, facts, parts.cloud_init)


def _switched_on(facts: InstanceFacts, switch: str) -> str | None:
    """How one switch is taken away."""
    if path := re.search(r"/etc/cloud/\S*disabled", switch):
        return doing(f"rm {quote(path[0])}").shown
    if unit := re.search(r"[\w@-]+\.(?:service|target)", switch):
        return doing(f"systemctl unmask {unit[0]}", f"systemctl enable {unit[0]}").shown
    if word := re.search(r"cloud-init=\w+", switch):
        way = without_kernel_words(facts, (word[0],))
        return way.shown if way else None
    return None


def _data_source(facts: InstanceFacts, _profile: Profile) -> Answer:
    cloud_init = inside(facts, parts.cloud_init)
    if cloud_init.version is None:
        return not_applicable(_NO_CLOUD_INIT)
    setting = cloud_init.setting("datasource_list")
    named = re.findall(r"[A-Za-z]\w*", setting.value) if setting is not None else []
    if not named:
        answer = guest_passed("No list: cloud-init finds OpenStack by itself.", facts, parts.cloud_init)
        return unless_incomplete(answer, facts, parts.cloud_init)
    shown = f"{fitting(named, 60)} ({one_line(setting.file, _SHOWN) if setting else ''})"
    if _OURS & {each.casefold() for each in named}:
        answer = guest_passed(f"It asks {shown}.", facts, parts.cloud_init)
        return unless_incomplete(answer, facts, parts.cloud_init)
    way = write_line("datasource_list: [ ConfigDrive, OpenStack, None ]", _CONFIGURATION)
    return guest_failed(
        f"It asks only {shown}.",
        "Add OpenStack and ConfigDrive to the list; the last file of the folder wins.",
        facts,
        parts.cloud_init,
        command=way.shown,
        actions=(way.action(f"Write a list with OpenStack to {_CONFIGURATION}.", "cloud_init"),),
        severity=Severity.WARN if "ec2" in {each.casefold() for each in named} else None,
    )


def _notices(facts: InstanceFacts, _profile: Profile) -> Answer:
    cloud_init = inside(facts, parts.cloud_init)
    if cloud_init.version is None:
        return not_applicable(_NO_CLOUD_INIT)
    if not is_yes(cloud_init, "manual_cache_clean"):
        answer = guest_passed("manual_cache_clean is not set.", facts, parts.cloud_init)
        return unless_incomplete(answer, facts, parts.cloud_init)
    setting = cloud_init.setting("manual_cache_clean")
    file = one_line(setting.file, _SHOWN) if setting is not None else ""
    way = doing(
        f"sh -c 'echo \"manual_cache_clean: false\" > {_CONFIGURATION}'", "rm -f /var/lib/cloud/instance/manual-clean"
    )
    return guest_failed(
        f"manual_cache_clean is true ({file}): a child takes itself for this instance.",
        "Set it to false, or run cloud-init clean as the last thing before the stop.",
        facts,
        parts.cloud_init,
        command=way.shown,
        actions=(way.action(f"Set manual_cache_clean to false in {_CONFIGURATION}.", "cloud_init"),),
    )


def _network(facts: InstanceFacts, _profile: Profile) -> Answer:
    cloud_init = inside(facts, parts.cloud_init)
    if not network_disabled(cloud_init):
        answer = guest_passed("cloud-init sets up the network.", facts, parts.cloud_init)
        return unless_incomplete(answer, facts, parts.cloud_init)
    pinned = [each for each in inside(facts, parts.network).settings if each.kind in {"mac", "address"}]
    if not pinned:
        answer = guest_passed("cloud-init leaves it alone, but any card gets DHCP.", facts, parts.network)
        return unless_incomplete(answer, facts, parts.network, parts.cloud_init)
    named = [f"{each.kind} {one_line(each.value, 20)} in {one_line(each.file, _SHOWN)}" for each in pinned]
    return guest_failed(
        f"cloud-init leaves the network alone, and there is {fitting(named, 90)}.",
        "Let cloud-init set it up again, or use DHCP on any card.",
        facts,
        parts.network,
        parts.cloud_init,
        command="grep -rs -A1 '^network:' /etc/cloud",
    )


def _finished(facts: InstanceFacts, _profile: Profile) -> Answer:
    cloud_init = inside(facts, parts.cloud_init)
    if cloud_init.version is None:
        return not_applicable(_NO_CLOUD_INIT)
    if cloud_init.status in {"error", "degraded"} or cloud_init.errors:
        recovered = cloud_init.status != "error"
        errors = [one_line(each, 80) for each in cloud_init.errors] or ["it does not say why"]
        return guest_failed(
            f"{'Finished with warnings' if recovered else 'Ended with an error'}: {fitting(errors, 90)}.",
            "Look whether children need what failed; recoverable warnings are common.",
            facts,
            parts.cloud_init,
            command="cloud-init status --long",
            severity=Severity.INFO if recovered else None,
        )
    if cloud_init.status == "done":
        return guest_passed("cloud-init status: done.", facts, parts.cloud_init)
    if cloud_init.status == "disabled":
        return not_applicable("cloud-init is switched off.")
    if not looked_by_ssh(facts):
        return guest_unknown(f"How it ended on this instance {NEEDS_SSH}.")
    said = f"It is {one_line(cloud_init.status, 20)} still." if cloud_init.status else "It does not say how it ended."
    return guest_unknown(said, "In the guest:", command="cloud-init status --long")


def _no_state(facts: InstanceFacts, _profile: Profile) -> Answer:
    cloud_init = inside(facts, parts.cloud_init)
    if not cloud_init.instances_kib:
        answer = guest_passed("Nothing lies in /var/lib/cloud/instances.", facts, parts.cloud_init)
        return unless_incomplete(answer, facts, parts.cloud_init)
    return guest_failed(
        f"{cloud_init.instances_kib} KiB in /var/lib/cloud/instances: a child's own id makes its boot a first one.",
        "Normally harmless. As the last thing before the stop, if wanted:",
        facts,
        parts.cloud_init,
        command="sudo cloud-init clean --logs",
    )


JUDGES: Mapping[str, Judge] = {
    "CI-INSTALLED": _installed,
    "CI-ENABLED": _enabled,
    "CI-DATASOURCE": _data_source,
    "CI-TRUST": _notices,
    "CI-NETDISABLED": _network,
    "CI-STATE": _finished,
    "CI-CLEAN": _no_state,
}
