"""Chapter *First boot*: whether cloud-init will set a new instance up."""

from __future__ import annotations

import re
from shlex import quote

from imaging.guidelines.declaration import rule
from imaging.guidelines.guest import parts
from imaging.guidelines.guest.cloud_init import (
    KERNEL,
    NOT_READ,
    coming_cloud_init,
    given_networks,
    is_yes,
    network_disabled,
    network_given,
)
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
from imaging.guidelines.guest.kernel_line import next_line, words_of
from imaging.guidelines.rule import Answer, Chapter, not_applicable
from imaging.guidelines.wording import fitting
from models.findings import Severity
from models.guest.first_boot import CloudInit, Setting
from models.guest.network import NetworkSetting
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.text import cut

_SHOWN = 40
_OURS = frozenset({"openstack", "configdrive"})
_NO_CLOUD_INIT = "cloud-init is not installed."
_CONFIGURATION = "/etc/cloud/cloud.cfg.d/99-imaging.cfg"
_SWITCH_FILE = re.compile(r"(?:^|(?<=\s))(?>\S*?(?=/etc/cloud/))(/etc/cloud/\S*disabled)")
_UNIT = re.compile(r"(?<![\w@-])[\w@-]++\.(?:service|target)")
_KERNEL_WORD = re.compile(r"cloud-init=\w+")
_NAME = re.compile(r"[A-Za-z]\w*")
_MODES = frozenset({"search", "report", "enabled"})
_POLICIES = frozenset({
    "report", "found=all", "found=first", "maybe=all", "maybe=none", "notfound=disabled", "notfound=enabled",
})  # fmt: skip
"""What ds-identify understands in its policy."""
_NETWORKS = frozenset({"", "given"})
_SEEDS = {"nocloud-net": "nocloud", "config_drive": "configdrive"}
"""Folders of seeds that are called otherwise than their data source."""


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
    by_hand="ls /etc/cloud/cloud-init.disabled; cat /etc/cloud/ds-identify.cfg; systemctl is-enabled cloud-init;"
    " grep cloud-init= /proc/cmdline",
)
def ci_enabled(facts: InstanceFacts, _profile: Profile) -> Answer:
    cloud_init = coming_cloud_init(facts)
    if cloud_init.version is None:
        return not_applicable(_NO_CLOUD_INIT)
    policy = cloud_init.setting("ds-identify.policy")
    mode, _, rest = policy.value.partition(",") if policy is not None else ("search", "", "")
    off = [f"policy: disabled ({policy.file})"] if policy is not None and mode.strip() == "disabled" else []
    disabled_by = (*cloud_init.disabled_by, *off)
    switches = [cut(each, _SHOWN) for each in disabled_by]
    if switches:
        return guest_failed(
            f"Switched off by {fitting(switches)}.",
            "Take that away: a new instance gets no key, name or user of its own.",
            facts,
            parts.cloud_init,
            command="\n".join(filter(None, (_switched_on(facts, each) for each in disabled_by))) or None,
        )
    if mode.strip() not in _MODES or any(each.strip() not in _POLICIES for each in rest.split(",") if each.strip()):
        return guest_unknown(f"What ds-identify decides could not be told: policy: {cut(f'{mode},{rest}', _SHOWN)}.")
    if not cloud_init.enabled:
        return guest_unknown(
            "What starts it at a boot was not seen.", command="systemctl is-enabled cloud-init.service"
        )
    inside(facts, parts.boot)
    answer = guest_passed("Neither a file, nor a masked unit, nor the kernel line does.", facts, parts.cloud_init)
    return unless_incomplete(answer, facts, parts.cloud_init, parts.boot)


def _switched_on(facts: InstanceFacts, switch: str) -> str | None:
    """How one switch is taken away."""
    if path := _SWITCH_FILE.search(switch):
        return root_commands(f"rm {quote(path[1])}").shown
    if switch.startswith("policy:") and KERNEL not in switch:
        return root_commands("sed -i.bak '/^ *policy:/d' /etc/cloud/ds-identify.cfg").shown
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
    by_hand="grep -rs -e datasource_list -e '^datasource' /etc/cloud; cat /proc/cmdline; cloud-id",
)
def ci_datasource(facts: InstanceFacts, _profile: Profile) -> Answer:
    cloud_init = coming_cloud_init(facts)
    if cloud_init.version is None:
        return not_applicable(_NO_CLOUD_INIT)
    setting = _deciding(cloud_init)
    named = [each.casefold() for each in _NAME.findall(setting.value)] if setting is not None else []
    shown = f"{fitting(_NAME.findall(setting.value), 60)} ({cut(setting.file, _SHOWN)})" if setting else ""
    if named and not _OURS & set(named):
        return _another_source(facts, setting, shown, only_ec2="ec2" in named)
    seeds = [each for each in cloud_init.seeds if _comes_first(each, named)]
    if seeds:
        return guest_failed(
            f"/var/lib/cloud/seed/{cut(seeds[0], 20)} is a data source: a new instance never asks OpenStack.",
            "Remove it: it stands for the machine on which the image was made.",
            facts,
            parts.cloud_init,
            command=root_commands(f"rm -r {quote(f'/var/lib/cloud/seed/{seeds[0]}')}").shown,
        )
    odd = cloud_init.setting(NOT_READ)
    if odd is not None:
        return guest_unknown(f"What {cut(odd.value, _SHOWN)} on {odd.file} adds to cloud-init could not be told.")
    inside(facts, parts.boot)
    said = f"It asks {shown}." if named else "No list: cloud-init finds OpenStack by itself."
    return unless_incomplete(guest_passed(said, facts, parts.cloud_init), facts, parts.cloud_init, parts.boot)


def _deciding(cloud_init: CloudInit) -> Setting | None:
    """What says which data sources are asked: the kernel line before ds-identify, and that before cloud-init's list."""
    found = (cloud_init.setting(key) for key in ("kernel.datasource", "ds-identify.datasource", "datasource_list"))
    return next((each for each in found if each is not None and _NAME.search(each.value)), None)


def _comes_first(seed: str, named: list[str]) -> bool:
    """Whether a seed is asked before OpenStack: by default it is, else by the order of the list."""
    source = _SEEDS.get(seed, seed.casefold())
    ours = [place for place, name in enumerate(named) if name in _OURS]
    return not named or (source in named and named.index(source) < min(ours))


def _another_source(facts: InstanceFacts, setting: Setting | None, shown: str, *, only_ec2: bool) -> Answer:
    """None of the sources that are asked is one of OpenStack's."""
    place = setting.file if setting is not None else ""
    remedy = write_line("datasource_list: [ ConfigDrive, OpenStack, None ]", _CONFIGURATION)
    if place == KERNEL:
        remedy = without_kernel_words(facts, tuple(_source_words(facts))) or remedy
    elif place.endswith("ds-identify.cfg"):
        remedy = root_commands(f"sed -i.bak '/^ *datasource:/d' {quote(place)}")
    return guest_failed(
        f"It asks only {shown}.",
        "Let it ask OpenStack and ConfigDrive; of cloud.cfg.d the last file wins.",
        facts,
        parts.cloud_init,
        command=remedy.shown,
        actions=(remedy.action("Let cloud-init ask OpenStack and ConfigDrive.", "cloud_init", "boot"),),
        severity=Severity.WARN if only_ec2 else None,
    )


def _source_words(facts: InstanceFacts) -> list[str]:
    line = words_of(next_line(inside(facts, parts.boot)))
    return [each for each in line if each.partition("=")[0] in {"ds", "ci.ds", "ci.datasource"}]


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
