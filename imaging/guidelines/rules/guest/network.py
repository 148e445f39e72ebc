"""Chapter *Network and login*: what ties the network to this machine."""

from __future__ import annotations

from shlex import quote

from imaging.guidelines.declaration import rule
from imaging.guidelines.guest import parts
from imaging.guidelines.guest.cloud_init import (
    coming_cloud_init,
    coming_or_none,
    given_networks,
    is_yes,
    sets_up_new_instances,
    stays_in_new_instance,
)
from imaging.guidelines.guest.commands import root_commands
from imaging.guidelines.guest.facts import (
    guest_failed,
    guest_passed,
    guest_unknown,
    inside,
    inside_or_none,
    unless_incomplete,
)
from imaging.guidelines.guest.next_boot.kernel_line import credentials_on, next_line
from imaging.guidelines.rule import Answer, Chapter
from imaging.guidelines.wording import fitting
from models.findings import Severity
from models.guest.network import NetworkSetting
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.text import cut

_SHOWN = 44
_LOOPBACK = ("127.", "::1")
_LEASES = ("/var/lib/dhcp/", "/var/lib/dhclient/", "/var/lib/NetworkManager/", "/run/", "/var/lib/systemd/")


@rule(
    "NET-MAC",
    Chapter.NETWORK,
    "Network cards pinned by MAC address",
    Severity.BLOCK,
    by_hand="grep -rsiE 'macaddress|hwaddr|ATTR.address' /etc/netplan /etc/sysconfig/network-scripts /etc/udev/rules.d",
)
def net_mac(facts: InstanceFacts, _profile: Profile) -> Answer:
    found = _staying(facts, {"mac", "link-name"})
    if not found:
        return _nothing(facts, "No file pins a card by its address")
    macs = [each for each in found if each.kind == "mac"]
    return guest_failed(
        f"Pinned: {fitting([_described(each) for each in macs or found])}.",
        "Take it out, and use DHCP on any card: a new instance's card has another address.",
        facts,
        parts.network,
        severity=None if macs else Severity.WARN,
        command=_show(found),
    )


@rule(
    "NET-STATIC",
    Chapter.NETWORK,
    "Static IP addresses",
    Severity.BLOCK,
    by_hand="grep -rsE 'addresses:|IPADDR|address1=' /etc/netplan /etc/sysconfig/network-scripts /etc/NetworkManager",
)
def net_static(facts: InstanceFacts, _profile: Profile) -> Answer:
    found = [each for each in _staying(facts, {"address", "gateway", "dns"}) if not each.value.startswith(_LOOPBACK)]
    if not found:
        return _nothing(facts, "No file sets a fixed address")
    fixed = [each for each in found if each.kind != "dns"]
    return guest_failed(
        f"Fixed: {fitting([_described(each) for each in fixed or found])}.",
        "Use DHCP: a new instance has another address, and may be in another network.",
        facts,
        parts.network,
        severity=None if fixed else Severity.WARN,
        command=_show(found),
    )


def _staying(facts: InstanceFacts, kinds: set[str]) -> list[NetworkSetting]:
    """The settings of these kinds that a new instance has, too."""
    cloud_init = coming_or_none(facts)
    own = given_networks(cloud_init) if cloud_init is not None else ()
    settings = (*inside(facts, parts.network).settings, *own)
    return [each for each in settings if each.kind in kinds and stays_in_new_instance(each, cloud_init)]


def _nothing(facts: InstanceFacts, said: str) -> Answer:
    renewed = any(each.by_cloud_init for each in inside(facts, parts.network).settings)
    beside = "; what cloud-init wrote, it writes again in a new instance" if renewed else ""
    coming_cloud_init(facts)
    if credentials_on(next_line(inside(facts, parts.boot))):
        return guest_unknown("systemd.set_credential= on the next kernel's line may give a network.")
    answer = guest_passed(f"{said}{beside}.", facts, parts.network)
    return unless_incomplete(answer, facts, parts.network, parts.cloud_init, parts.boot)


def _described(setting: NetworkSetting) -> str:
    return f"{setting.kind} {cut(setting.value, 24)} in {cut(setting.file, _SHOWN)}"


def _show(found: list[NetworkSetting]) -> str:
    files = dict.fromkeys(each.file for each in found)
    return f"sudo cat {' '.join(quote(cut(file, 200)) for file in files)}"


@rule(
    "NET-HOSTNAME",
    Chapter.NETWORK,
    "Host name of a new instance",
    Severity.INFO,
    by_hand="grep -rs preserve_hostname /etc/cloud; hostname",
)
def net_hostname(facts: InstanceFacts, _profile: Profile) -> Answer:
    network = inside(facts, parts.network)
    cloud_init = coming_cloud_init(facts)
    system = inside_or_none(facts, parts.system)
    name = cut(system.host_name, 30) if system is not None and system.host_name else "this name"
    if is_yes(cloud_init, "preserve_hostname"):
        return guest_failed(
            f"preserve_hostname is true: every new instance is called {name}.",
            "Set it to false in /etc/cloud if new instances should have names of their own.",
            facts,
            parts.cloud_init,
            command="grep -rs preserve_hostname /etc/cloud",
        )
    if not sets_up_new_instances(cloud_init):
        return guest_failed(
            f"cloud-init does not run: every new instance is called {name}.",
            "Name new instances in another way, if they need names.",
            facts,
            parts.cloud_init,
            command="cat /etc/hostname",
        )
    if network.old_name_in:
        files = " ".join(quote(cut(each, 200)) for each in network.old_name_in)
        return guest_failed(
            f"{name} stands in {fitting([cut(each, _SHOWN) for each in network.old_name_in], 90)}.",
            "Take it out if new instances should not have it.",
            facts,
            parts.network,
            command=f"sudo grep -n -e {quote(name)} -- {files}",
        )
    answer = guest_passed("cloud-init gives each new instance its name.", facts, parts.network, parts.cloud_init)
    inside(facts, parts.boot)
    return unless_incomplete(answer, facts, parts.network, parts.cloud_init, parts.boot)


@rule(
    "NET-DHCP",
    Chapter.NETWORK,
    "Saved DHCP leases",
    Severity.INFO,
    by_hand="ls /var/lib/dhcp /var/lib/NetworkManager /run/systemd/netif/leases",
)
def net_dhcp(facts: InstanceFacts, _profile: Profile) -> Answer:
    leases = [each for each in inside(facts, parts.network).leases if not each.startswith("/run/")]
    if not leases:
        answer = guest_passed("No lease lies on the disk.", facts, parts.network)
        return unless_incomplete(answer, facts, parts.network)
    known = [quote(each) for each in leases if each.startswith(_LEASES) and ".." not in each]
    remedy = root_commands(f"rm -f {' '.join(known)}") if known else None
    return guest_failed(
        f"Kept: {fitting([cut(each, _SHOWN) for each in leases])}.",
        "Nothing to do: a new instance asks for the old address, then gets its own. To remove them:",
        facts,
        parts.network,
        command=remedy.shown if remedy else None,
    )
