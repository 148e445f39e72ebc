"""Network, sshd, firewall: whether a new instance can be reached, and by whom."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from models.base import Frozen
from models.text import CleanText


class NetworkSetting(Frozen):
    """A line of the network's configuration that ties it to this machine."""

    file: CleanText
    kind: CleanText
    """mac, address, gateway, dns, or link-name."""
    value: CleanText
    by_cloud_init: bool = False
    """Whether cloud-init wrote the file, and writes it again on another instance."""


class Network(Frozen):
    """The network's configuration."""

    settings: tuple[NetworkSetting, ...] = ()
    leases: tuple[CleanText, ...] = ()
    """Files of stored DHCP leases."""
    old_name_in: tuple[CleanText, ...] = ()
    """Files of mail or cluster software that hold this machine's host name."""


class HostKey(Frozen):
    """A host key of sshd; only its public half is read."""

    path: CleanText
    algorithm: CleanText = ""
    fingerprint: CleanText = ""
    """`SHA256:…`"""


class Sshd(Frozen):
    """The SSH server."""

    installed: bool = False
    enabled: bool | None = None
    """Whether the service or its socket starts by itself."""
    enabled_unit: CleanText = ""
    effective: Mapping[CleanText, tuple[CleanText, ...]] = Field(default_factory=dict)
    """Of `sshd -T`, keys in small letters: allowusers, denyusers, port, listenaddress, passwordauthentication, …"""
    effective_known: bool = False
    """Whether `sshd -T` could be asked (root); else `effective` holds what the files say."""
    matched: Mapping[CleanText, tuple[CleanText, ...]] = Field(default_factory=dict)
    """Of what lets others in (root, a CA, a command), what its files say for some users or hosts alone."""
    host_keys: tuple[HostKey, ...] = ()


class Firewall(Frozen):
    """The packet filter."""

    tools: tuple[CleanText, ...] = ()
    """Those that are active or start by themselves: ufw, firewalld, nftables, iptables, netfilter-persistent."""
    rules: int | None = None
    """How many rules filter what comes in; None if they could not be read."""
    ssh_open: bool | None = None
    """Whether new connections to port 22 get through; None if that cannot be told."""
    why: CleanText = ""
    """The rule or policy that decides."""
