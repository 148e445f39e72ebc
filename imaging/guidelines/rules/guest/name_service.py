"""Chapter *System files*: /etc/hosts and /etc/resolv.conf, how a new instance finds other machines."""

from __future__ import annotations

from ipaddress import ip_address

from imaging.guidelines.declaration import rule
from imaging.guidelines.evidence import fitted
from imaging.guidelines.guest import parts
from imaging.guidelines.guest.facts import (
    guest_failed,
    guest_passed,
    guest_unknown,
    inside,
    inside_or_none,
    unless_incomplete,
)
from imaging.guidelines.rule import Answer, Chapter
from imaging.guidelines.rules.guest.one_system_file import system_file
from models.findings import Severity
from models.guest.files import SystemFile
from models.guest.services import Services
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile

_DELIVERED_NAMES = ("localhost", "ip6-", "ipv6-")
"""How the names begin that every system's /etc/hosts has."""
_DEBIANS_OWN = "127.0.1.1"
"""The address that Debian and Ubuntu give to the machine's own name."""
_GENERATED = ("/run/", "systemd/resolve", "NetworkManager", "resolvconf", "netconfig")
"""Where a link leads that the system makes again at each boot."""
_WRITERS = ("NetworkManager", "networking", "network", "dhcpcd", "wicked", "systemd-networkd")
"""Services that write /etc/resolv.conf themselves from what DHCP says."""


@rule(
    "SYS-HOSTS",
    Chapter.SYSTEM_FILES,
    "Other machines in /etc/hosts",
    Severity.INFO,
    sentences=("S35", "S41"),
    by_hand="cat /etc/hosts",
)
def sys_hosts(facts: InstanceFacts, _profile: Profile) -> Answer:
    """Whether /etc/hosts names machines that a new instance may not find there."""
    file = system_file(facts, "/etc/hosts")
    if not file.there:
        return guest_passed("There is none.", facts, parts.system_files)
    if not file.readable:
        return guest_unknown("It could not be read.", "In the guest:", command="cat /etc/hosts")
    own = _own_names(facts)
    added = [" ".join(line.split()) for line in file.lines if not _is_delivered(line, own)]
    if not added:
        passed = guest_passed("It names this machine alone.", facts, parts.system_files)
        return unless_incomplete(passed, facts, parts.system_files)
    return guest_failed(
        fitted("Every new instance will believe: ", added),
        "Take out addresses that may change, the old own one first; cloud-init may write the file again.",
        facts,
        parts.system_files,
        command="sudoedit /etc/hosts",
    )


def _own_names(facts: InstanceFacts) -> frozenset[str]:
    system = inside_or_none(facts, parts.system)
    names = [system.host_name if system is not None else "", facts.instance.value.name if facts.instance.value else ""]
    return frozenset(name.casefold().partition(".")[0] for name in names if name)


def _is_delivered(line: str, own: frozenset[str]) -> bool:
    """Whether a line is one of the distribution's, or gives the machine's own name a local address."""
    address, *names = line.split("#", 1)[0].split() or [""]
    if not _is_local(address):
        return not address
    usual = (each.casefold() for each in names)
    return address == _DEBIANS_OWN or all(
        each.startswith(_DELIVERED_NAMES) or each.partition(".")[0] in own for each in usual
    )


def _is_local(address: str) -> bool:
    """Whether an address is every machine's own, or one of IPv6's groups."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return parsed.is_loopback or parsed.is_multicast or str(parsed) in {"fe00::", "ff00::"}


@rule(
    "SYS-RESOLV",
    Chapter.SYSTEM_FILES,
    "Name servers in /etc/resolv.conf (the page: resolve.conf)",
    Severity.WARN,
    sentences=("S35", "S44"),
    by_hand="ls -l /etc/resolv.conf; cat /etc/resolv.conf",
)
def sys_resolv(facts: InstanceFacts, _profile: Profile) -> Answer:
    """Whether a new instance will use the name servers that its own network tells it."""
    file = system_file(facts, "/etc/resolv.conf")
    if not file.there:
        return guest_passed("There is none; the network's own set-up makes it.", facts, parts.system_files)
    if file.immutable:
        return guest_failed(
            "It is immutable: no new instance can write its own name servers.",
            "Make it an ordinary file again.",
            facts,
            parts.system_files,
            command="sudo chattr -i /etc/resolv.conf",
        )
    if file.kind == "link":
        return _of_link(facts, file)
    services = inside(facts, parts.services)
    if _runs(services, "systemd-resolved"):
        return _instead_of_link(facts, file)
    writer = next((each for each in _WRITERS if _runs(services, each)), None)
    if writer is not None:
        return guest_passed(f"A file that {writer} writes again.", facts, parts.system_files, parts.services)
    return guest_failed(
        fitted("No service is known to write it again: ", file.lines or ("it is empty",)),
        "Make sure that new instances take their name servers from DHCP.",
        facts,
        parts.system_files,
        severity=Severity.INFO,
    )


def _of_link(facts: InstanceFacts, file: SystemFile) -> Answer:
    if any(part in file.target for part in _GENERATED):
        return guest_passed(fitted("A link to ", [file.target]), facts, parts.system_files)
    return guest_failed(
        fitted("A link to ", [file.target], ", which no resolver makes."),
        "Let it lead to the resolver's own file.",
        facts,
        parts.system_files,
    )


def _instead_of_link(facts: InstanceFacts, file: SystemFile) -> Answer:
    if not file.readable:
        return guest_unknown("It could not be read.", "In the guest:", command="cat /etc/resolv.conf")
    servers = [line for line in file.lines if line.split()[:1] == ["nameserver"] and "127.0.0.53" not in line]
    if not servers:
        return guest_passed("It asks the local resolver.", facts, parts.system_files)
    return guest_failed(
        fitted("A file instead of the resolver's link: ", servers),
        "Make it a link again; name servers come from DHCP.",
        facts,
        parts.system_files,
        command="sudo ln -sf ../run/systemd/resolve/stub-resolv.conf /etc/resolv.conf",
    )


def _runs(services: Services, name: str) -> bool:
    unit = services.unit(name)
    return unit is not None and (unit.active == "active" or unit.enabled in {"enabled", "enabled-runtime", "static"})
