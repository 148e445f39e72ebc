"""Reads netplan's YAML, and that of cloud-init's own network configuration, which is netplan's or an older one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

_DEVICES = frozenset({
    "ethernets", "vlans", "bonds", "bridges", "wifis", "modems", "tunnels", "vrfs", "dummy-devices",
    "virtual-ethernets", "nm-devices",
})  # fmt: skip
_BESIDE = frozenset({"version", "renderer", "openvswitch", "config", "ethernets"})
_MAC = frozenset({"macaddress", "mac_address", "ethernet.mac-address"})
_ADDRESS = frozenset({"addresses", "address"})
_GATEWAY = frozenset({"gateway4", "gateway6", "gateway", "via"})
_DNS = frozenset({"dns_nameservers"})
_NAMES_OF_DNS = "nameservers"
_NO_ADDRESS_OF_ONE = frozenset({"permanent", "preserve", "random", "stable", "stable-ssid"})


class OddFormError(Exception):
    """A form that is not known: what it sets cannot be told."""


class Found(NamedTuple):
    """One setting that may tie the network to this machine."""

    kind: str
    """mac, address, gateway, dns, link-name."""
    value: str


def from_mapping(network: Any) -> Iterator[Found]:
    """The settings below `network:`.

    Raises:
        OddFormError: it holds a part that is not known.
    """
    if network is None:
        return
    if isinstance(network, list):
        for each in network:
            yield from _walk(each, dns=False)
        return
    if not isinstance(network, Mapping):
        raise OddFormError("no mapping")
    for key, value in network.items():
        if key == "config":
            yield from from_mapping(value)
        elif key in _DEVICES:
            yield from _devices(value)
    unknown = [key for key in network if key not in _DEVICES | _BESIDE]
    if unknown:
        raise OddFormError(f"{unknown[0]} is not known")


def _devices(devices: Any) -> Iterator[Found]:
    if devices is None:
        return
    if not isinstance(devices, Mapping):
        raise OddFormError("no mapping of devices")
    for name, device in devices.items():
        if device is not None and not isinstance(device, Mapping):
            raise OddFormError(f"the form of {name}")
        yield from _walk(device or {}, dns=False)


def _walk(value: Any, *, dns: bool) -> Iterator[Found]:
    """All settings in a mapping and below, in their order; below `nameservers` addresses are those of servers."""
    if isinstance(value, list):
        for each in value:
            yield from _walk(each, dns=dns)
    elif isinstance(value, Mapping):
        dns = dns or value.get("type") == "nameserver"
        for key, inner in value.items():
            yield from _setting(str(key), inner, dns=dns)


def _setting(key: str, value: Any, *, dns: bool) -> Iterator[Found]:
    if key in _MAC:
        yield from (Found("mac", each) for each in _texts(value) if each not in _NO_ADDRESS_OF_ONE)
    elif key in _ADDRESS or key.startswith(("ipv4.address", "ipv6.address")):
        yield from (Found("dns" if dns else "address", each.partition(",")[0]) for each in _texts(value))
    elif key in _GATEWAY:
        yield from (Found("gateway", each) for each in _texts(value))
    elif key in _DNS:
        yield from (Found("dns", each) for each in _texts(value))
    elif key == "set-name":
        yield from (Found("link-name", each) for each in _texts(value))
    else:
        yield from _walk(value, dns=dns or key == _NAMES_OF_DNS)


def _texts(value: Any) -> Iterator[str]:
    """A text, or a list of texts; netplan lets an address be a mapping from it to its options."""
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, Mapping) and len(each) == 1:
            yield str(next(iter(each)))
        elif isinstance(each, str | int | float) and not isinstance(each, bool):
            yield str(each)
        elif each is not None:
            raise OddFormError("an address that is no text")
