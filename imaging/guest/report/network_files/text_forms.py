"""Reads files of lines: ifupdown, ifcfg, the keyfiles of NetworkManager and of systemd, udev, dhcpcd, wicked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from imaging.guest.report.network_files.yaml_form import Found, OddFormError

_IFCFG = (
    (re.compile(r"^(?:HWADDR|MACADDR|LLADDR)(?:_\w+)?=(.*)$"), "mac"),
    (re.compile(r"^(?:IPADDR\w*|IPV6ADDR\w*)=(.*)$"), "address"),
    (re.compile(r"^(?:GATEWAY\w*|IPV6_DEFAULTGW)=(.*)$"), "gateway"),
    (re.compile(r"^DNS[0-9]+=(.*)$"), "dns"),
)
_UDEV_MAC = re.compile(r"ATTRS?\{address\}==?\"([^\"]*)\"")
_UDEV_NAME = re.compile(r"(?:^|[ ,])NAME=\"([^\"]*)\"")
_XML = re.compile(r"<(local|address|gateway|nexthop|server|mac-address)>\s*([^<\s]+)\s*<")
_XML_KINDS = {
    "local": "address", "address": "address", "gateway": "gateway", "nexthop": "gateway", "server": "dns",
    "mac-address": "mac",
}  # fmt: skip
_DHCPCD = {
    "ip_address": "address", "ip6_address": "address", "routers": "gateway", "domain_name_servers": "dns",
}  # fmt: skip
_NO_ADDRESS_OF_ONE = frozenset({"preserve", "permanent", "random", "stable", "stable-ssid", ""})
_SPLIT = re.compile(r"[,; ]+")
Lines = Iterable[str]


def interfaces(lines: Lines) -> Iterator[Found]:
    """The files of ifupdown."""
    for line in lines:
        word, _, rest = line.partition(" ")
        first = rest.split(" ")[0] if rest else ""
        match word:
            case "address":
                yield Found("address", first)
            case "gateway":
                yield Found("gateway", first)
            case "dns-nameservers" | "dns-nameserver":
                yield from (Found("dns", each) for each in rest.split())
            case "hwaddress":
                yield Found("mac", rest.split()[-1] if rest else "")
            case "up" | "pre-up" | "post-up" | "mapping":
                raise OddFormError(f"\u201c{line}\u201d")


def ifcfg(lines: Lines) -> Iterator[Found]:
    """The files of the Red Hat family and of SUSE."""
    for line in lines:
        for pattern, kind in _IFCFG:
            if said := pattern.match(line):
                yield Found(kind, said[1])


def routes(lines: Lines) -> Iterator[Found]:
    """SUSE's routes: the default one has a gateway in its second field."""
    for line in lines:
        fields = line.split()
        if len(fields) > 1 and fields[1] != "-":
            yield Found("gateway", fields[1])


def keyfile(lines: Lines) -> Iterator[Found]:
    """The connections of NetworkManager."""
    for _section, key, value in _settings(lines):
        if key in {"mac-address", "cloned-mac-address"} and value not in _NO_ADDRESS_OF_ONE:
            yield Found("mac", value)
        elif key.startswith("address"):
            address, _, gateway = value.partition(",")
            yield from (Found("address", each) for each in address.split(";") if each)
            yield Found("gateway", gateway.strip(";"))
        elif key == "gateway":
            yield Found("gateway", value)
        elif key == "dns":
            yield from (Found("dns", each) for each in _SPLIT.split(value))


def networkd(lines: Lines) -> Iterator[Found]:
    """The files of systemd-networkd, and its .link files."""
    for section, key, value in _settings(lines):
        if key in {"MACAddress", "PermanentMACAddress"} and value not in _NO_ADDRESS_OF_ONE:
            yield from (Found("mac", each) for each in value.split())
        elif key == "Address" and section != "[WireGuardPeer]":
            yield Found("address", value)
        elif key == "Gateway" and not value.startswith("_"):
            yield Found("gateway", value)
        elif key == "DNS":
            yield from (Found("dns", each) for each in value.split())
        elif key == "Name" and section == "[Link]":
            yield Found("link-name", value)


def _settings(lines: Lines) -> Iterator[tuple[str, str, str]]:
    """Section, key and value of each line."""
    section = ""
    for line in lines:
        if line.startswith("[") and line.endswith("]"):
            section = line
            continue
        key, equals, value = line.partition("=")
        if not equals:
            raise OddFormError(f"\u201c{line}\u201d")
        yield section, key.strip(), value.strip()


def udev(lines: Lines) -> Iterator[Found]:
    """Rules that name a card by its address."""
    for line in lines:
        yield from (Found("mac", each) for each in _UDEV_MAC.findall(line))
        yield from (Found("link-name", each) for each in _UDEV_NAME.findall(line))


def dhcpcd(lines: Lines) -> Iterator[Found]:
    """`static ip_address=…` and `inform …` of dhcpcd.conf."""
    for line in lines:
        word, _, rest = line.partition(" ")
        key, _, value = rest.strip().partition("=")
        if word.startswith("inform") and rest:
            yield Found("address", rest.strip())
        elif key in _DHCPCD:
            yield from (Found(_DHCPCD[key], each) for each in value.split())


def wicked(lines: Lines) -> Iterator[Found]:
    """The XML of wicked, by the elements that hold addresses."""
    for line in lines:
        for name, value in _XML.findall(line):
            yield Found(_XML_KINDS[name], value)


def reader_of(file: str) -> Callable[[Lines], Iterator[Found]]:
    """How a file is read, by its place."""
    places = (
        ("/ifcfg-", ifcfg), ("/sysconfig/network/", routes), ("/NetworkManager/", keyfile),
        ("/systemd/network/", networkd), ("/udev/", udev), ("/dhcpcd", dhcpcd), ("/wicked/", wicked),
    )  # fmt: skip
    return next((reader for place, reader in places if place in file), interfaces)
