"""Chapter *First boot*: whether cloud-init will set a new instance up."""

from __future__ import annotations

import re
from shlex import quote

from imaging.guidelines.declaration import rule
from imaging.guidelines.guest import parts
from imaging.guidelines.guest.commands import install, root_commands, without_kernel_words, write_line
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
from imaging.guidelines.wording import fitting
from models.findings import Severity
from models.guest.first_boot import CloudInit
from models.guest.network import NetworkSetting
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.text import cut

_SHOWN = 40
_OURS = frozenset({"openstack", "configdrive"})
_YES = frozenset({"true", "yes", "on", "1"})
_NO_CLOUD_INIT = "cloud-init is not installed."
_CONFIGURATION = "/etc/cloud/cloud.cfg.d/99-imaging.cfg"
_SWITCH_FILE = re.compile(r"(?:^|(?<=\s))(?>\S*?(?=/etc/cloud/))(/etc/cloud/\S*disabled)")
_UNIT = re.compile(r"(?<![\w@-])[\w@-]++\.(?:service|target)")
_KERNEL_WORD = re.compile(r"cloud-init=\w+")
_NAME = re.compile(r"[A-Za-z]\w*")


def is_yes(cloud_init: CloudInit, key: str) -> bool | None:
    """Whether a switch of cloud-init is on; None where no file sets it."""
    setting = cloud_init.setting(key)
    return None if setting is None else setting.value.strip("\"' ").casefold() in _YES


def sets_up_new_instances(cloud_init: CloudInit) -> bool:
    """Whether cloud-init is there and will run in a new instance."""
    return cloud_init.version is not None and not cloud_init.disabled_by


def network_disabled(cloud_init: CloudInit) -> bool:
    """Whether cloud-init leaves the network alone, so that what stands there now stays as it is in a new instance."""
    setting = cloud_init.setting("network.config") or cloud_init.setting("network")
    return not sets_up_new_instances(cloud_init) or (setting is not None and "disabled" in setting.value.casefold())


def stays_in_new_instance(setting: NetworkSetting, cloud_init: CloudInit | None) -> bool:
    """Whether a setting of the network is the same in a new instance: what cloud-init wrote it writes again there."""
    return not setting.by_cloud_init or (cloud_init is not None and network_disabled(cloud_init))


@rule("CI-INSTALLED", Chapter.FIRST_BOOT, "Installation of cloud-init", Severity.BLOCK, by_hand="cloud-init --version")
def ci_installed(facts: InstanceFacts, _profile: Profile) -> Answer:
    cloud_init = inside(facts, parts.cloud_init)
    if cloud_init.version is not None:
        return guest_passed(
            f"cloud-init is installed ({cut(cloud_init.version, _SHOWN) or 'version unknown'}).",
            facts,
            parts.cloud_init,
        )
    remedy = install(facts, "cloud-init", "cloud-init")
    return guest_failed(
        "cloud-init is not installed: a new instance gets no key, name or user of its own.",
        "Install it. An appliance that sets itself up can do without: waive this.",
        facts,
        parts.cloud_init,
        command=remedy.shown if remedy else None,
        actions=(remedy.action("Install cloud-init.", "cloud_init", "packages", "services"),) if remedy else (),
    )


@rule(
    "CI-ENABLED",
    Chapter.FIRST_BOOT,
    "Start of cloud-init at boot",
    Severity.BLOCK,
    by_hand="ls /etc/cloud/cloud-init.disabled; systemctl is-enabled cloud-init; grep cloud-init= /proc/cmdline",
)
def ci_enabled(facts: InstanceFacts, _profile: Profile) -> Answer:
    cloud_init = inside(facts, parts.cloud_init)
    if cloud_init.version is None:
        return not_applicable(_NO_CLOUD_INIT)
    if cloud_init.disabled_by:
        switches = [cut(each, _SHOWN) for each in cloud_init.disabled_by]
        return guest_failed(
            f"Switched off by {fitting(switches)}.",
            "Take that away: a new instance gets no key, name or user of its own.",
            facts,
            parts.cloud_init,
            command="\n".join(filter(None, (_switched_on(facts, each) for each in cloud_init.disabled_by))) or None,
        )
    answer = guest_passed("Neither a file, nor a masked unit, nor the kernel line does.", facts, parts.cloud_init)
    return unless_incomplete(answer, facts, parts.cloud_init)


def _switched_on(facts: InstanceFacts, switch: str) -> str | None:
    """How one switch is taken away."""
    if path := _SWITCH_FILE.search(switch):
        return root_commands(f"rm {quote(path[1])}").shown
    if unit := _UNIT.search(switch):
        return root_commands(f"systemctl unmask {unit[0]}", f"systemctl enable {unit[0]}").shown
    if word := _KERNEL_WORD.search(switch):
        remedy = without_kernel_words(facts, (word[0],))
        return remedy.shown if remedy else None
    return None


@rule(
    "CI-DATASOURCE",
    Chapter.FIRST_BOOT,
    "Data sources of cloud-init",
    Severity.BLOCK,
    by_hand="grep -rs datasource_list /etc/cloud; cloud-id",
)
def ci_datasource(facts: InstanceFacts, _profile: Profile) -> Answer:
    cloud_init = inside(facts, parts.cloud_init)
    if cloud_init.version is None:
        return not_applicable(_NO_CLOUD_INIT)
    setting = cloud_init.setting("datasource_list")
    named = _NAME.findall(setting.value) if setting is not None else []
    if not named:
        answer = guest_passed("No list: cloud-init finds OpenStack by itself.", facts, parts.cloud_init)
        return unless_incomplete(answer, facts, parts.cloud_init)
    shown = f"{fitting(named, 60)} ({cut(setting.file, _SHOWN) if setting else ''})"
    if _OURS & {each.casefold() for each in named}:
        answer = guest_passed(f"It asks {shown}.", facts, parts.cloud_init)
        return unless_incomplete(answer, facts, parts.cloud_init)
    remedy = write_line("datasource_list: [ ConfigDrive, OpenStack, None ]", _CONFIGURATION)
    return guest_failed(
        f"It asks only {shown}.",
        "Add OpenStack and ConfigDrive to the list; the last file of the folder wins.",
        facts,
        parts.cloud_init,
        command=remedy.shown,
        actions=(remedy.action(f"Write a list with OpenStack to {_CONFIGURATION}.", "cloud_init"),),
        severity=Severity.WARN if "ec2" in {each.casefold() for each in named} else None,
    )


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
        return not_applicable(_NO_CLOUD_INIT)
    if not is_yes(cloud_init, "manual_cache_clean"):
        answer = guest_passed("manual_cache_clean is not set.", facts, parts.cloud_init)
        return unless_incomplete(answer, facts, parts.cloud_init)
    setting = cloud_init.setting("manual_cache_clean")
    file = cut(setting.file, _SHOWN) if setting is not None else ""
    remedy = root_commands(
        f"sh -c 'echo \"manual_cache_clean: false\" > {_CONFIGURATION}'", "rm -f /var/lib/cloud/instance/manual-clean"
    )
    return guest_failed(
        f"manual_cache_clean is true ({file}): a new instance takes itself for this one.",
        "Set it to false, or run cloud-init clean as the last thing before the stop.",
        facts,
        parts.cloud_init,
        command=remedy.shown,
        actions=(remedy.action(f"Set manual_cache_clean to false in {_CONFIGURATION}.", "cloud_init"),),
    )


@rule(
    "CI-NETDISABLED",
    Chapter.FIRST_BOOT,
    "Network setup by cloud-init or DHCP",
    Severity.BLOCK,
    by_hand="grep -rs -A1 '^network:' /etc/cloud/cloud.cfg.d; grep -rsi macaddress /etc/netplan",
)
def ci_netdisabled(facts: InstanceFacts, _profile: Profile) -> Answer:
    cloud_init = inside(facts, parts.cloud_init)
    if not network_disabled(cloud_init):
        answer = guest_passed("cloud-init sets up the network.", facts, parts.cloud_init)
        return unless_incomplete(answer, facts, parts.cloud_init)
    pinned = [each for each in inside(facts, parts.network).settings if each.kind in {"mac", "address"}]
    if not pinned:
        answer = guest_passed("cloud-init leaves it alone, but any card gets DHCP.", facts, parts.network)
        return unless_incomplete(answer, facts, parts.network, parts.cloud_init)
    named = [f"{each.kind} {cut(each.value, 20)} in {cut(each.file, _SHOWN)}" for each in pinned]
    return guest_failed(
        f"cloud-init leaves the network alone, and there is {fitting(named, 90)}.",
        "Let cloud-init set it up again, or use DHCP on any card.",
        facts,
        parts.network,
        parts.cloud_init,
        command="grep -rs -A1 '^network:' /etc/cloud",
    )


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
        return not_applicable(_NO_CLOUD_INIT)
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
        "Normally harmless. As the last thing before the stop, if wanted:",
        facts,
        parts.cloud_init,
        command="sudo cloud-init clean --logs",
    )
