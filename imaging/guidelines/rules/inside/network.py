"""Chapter *Network and login*: what ties the network to this machine."""

from __future__ import annotations

from collections.abc import Mapping
from shlex import quote

from imaging.guidelines import parts
from imaging.guidelines.guest_commands import doing
from imaging.guidelines.guest_facts import guest_failed, guest_passed, inside, inside_or_none, unless_incomplete
from imaging.guidelines.rule import Answer, Judge
from imaging.guidelines.rules.inside.first_boot import is_yes, sets_up_children, stays_in_child
from imaging.guidelines.wording import fitting
from models.facts import InstanceFacts
from models.findings import Severity
from models.guest.network import NetworkSetting
from models.profile import Profile
from models.text import one_line

_SHOWN = 44
_LOOPBACK = ("127.", "::1")
_LEASES = ("/var/lib/dhcp/", "/var/lib/dhclient/", "/var/lib/NetworkManager/", "/run/", "/var/lib/systemd/")


def _no_mac(facts: InstanceFacts, _profile: Profile) -> Answer:
    found = _staying(facts, {"mac", "link-name"})
    if not found:
        return _nothing(facts, "No file pins a card by its address")
    macs = [each for each in found if each.kind == "mac"]
    return guest_failed(
        f"Pinned: {fitting([_described(each) for each in macs or found])}.",
        "Take it out, and use DHCP on any card: a child's card has another address.",
        facts,
        parts.network,
        severity=None if macs else Severity.WARN,
        command=_show(found),
    )


def _no_static(facts: InstanceFacts, _profile: Profile) -> Answer:
    found = [each for each in _staying(facts, {"address", "gateway", "dns"}) if not each.value.startswith(_LOOPBACK)]
    if not found:
        return _nothing(facts, "No file sets a fixed address")
    fixed = [each for each in found if each.kind != "dns"]
    return guest_failed(
        f"Fixed: {fitting([_described(each) for each in fixed or found])}.",
        "Use DHCP: a child has another address, and may be in another network.",
        facts,
        parts.network,
        severity=None if fixed else Severity.WARN,
        command=_show(found),
    )


def _staying(facts: InstanceFacts, kinds: set[str]) -> list[NetworkSetting]:
    """The settings of these kinds that a child has, too."""
    cloud_init = inside_or_none(facts, parts.cloud_init)
    settings = inside(facts, parts.network).settings
    return [each for each in settings if each.kind in kinds and stays_in_child(each, cloud_init)]


def _nothing(facts: InstanceFacts, said: str) -> Answer:
    renewed = any(each.by_cloud_init for each in inside(facts, parts.network).settings)
    beside = "; what cloud-init wrote it writes anew in a child" if renewed else ""
    return unless_incomplete(guest_passed(f"{said}{beside}.", facts, parts.network), facts, parts.network)


def _described(setting: NetworkSetting) -> str:
    return f"{setting.kind} {one_line(setting.value, 24)} in {one_line(setting.file, _SHOWN)}"


def _show(found: list[NetworkSetting]) -> str:
    files = dict.fromkeys(each.file for each in found)
    return f"sudo cat {' '.join(quote(one_line(file, 200)) for file in files)}"


def _own_name(facts: InstanceFacts, _profile: Profile) -> Answer:
    network = inside(facts, parts.network)
    cloud_init = inside(facts, parts.cloud_init)
    system = inside_or_none(facts, parts.system)
    name = one_line(system.host_name, 30) if system is not None and system.host_name else "this name"
    if is_yes(cloud_init, "preserve_hostname"):
        return guest_failed(
            f"preserve_hostname is true: every child is called {name}.",
            "Set it to false in /etc/cloud if children should have names of their own.",
            facts,
            parts.cloud_init,
            command="grep -rs preserve_hostname /etc/cloud",
        )
    if not sets_up_children(cloud_init):
        return guest_failed(
            f"cloud-init does not run: every child is called {name}.",
            "Give children their names in another way, if they need any.",
            facts,
            parts.cloud_init,
            command="cat /etc/hostname",
        )
    if network.old_name_in:
        files = " ".join(quote(one_line(each, 200)) for each in network.old_name_in)
        return guest_failed(
            f"{name} stands in {fitting([one_line(each, _SHOWN) for each in network.old_name_in], 90)}.",
            "Take it out if it should not go to children.",
            facts,
            parts.network,
            command=f"sudo grep -n -e {quote(name)} -- {files}",
        )
    answer = guest_passed("cloud-init gives each child its name.", facts, parts.network, parts.cloud_init)
    return unless_incomplete(answer, facts, parts.network, parts.cloud_init)


def _no_lease(facts: InstanceFacts, _profile: Profile) -> Answer:
    leases = [each for each in inside(facts, parts.network).leases if not each.startswith("/run/")]
    if not leases:
        answer = guest_passed("No lease lies on the disk.", facts, parts.network)
        return unless_incomplete(answer, facts, parts.network)
    known = [quote(each) for each in leases if each.startswith(_LEASES) and ".." not in each]
    way = doing(f"rm -f {' '.join(known)}") if known else None
    return guest_failed(
        f"Kept: {fitting([one_line(each, _SHOWN) for each in leases])}.",
        "A child asks for its old address first, then gets another. If wanted:",
        facts,
        parts.network,
        command=way.shown if way else None,
    )


JUDGES: Mapping[str, Judge] = {
    "NET-MAC": _no_mac,
    "NET-STATIC": _no_static,
    "NET-HOSTNAME": _own_name,
    "NET-DHCP": _no_lease,
}
