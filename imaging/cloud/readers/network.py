"""Reads Neutron networks and security groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from imaging.cloud.readers.values import flag, rows, text, words
from models.network import Network, SecurityGroup

_ANYWHERE = frozenset({"0.0.0.0/0", "::/0"})


def read_network(raw: Mapping[str, Any]) -> Network | None:
    """One network; None without an id. Without the port-security extension, groups work everywhere."""
    network_id = text(raw.get("id"))
    if network_id is None:
        return None
    port_security = flag(raw.get("port_security_enabled"))
    return Network(
        id=network_id,
        name=text(raw.get("name")) or "",
        status=text(raw.get("status")),
        external=flag(raw.get("router:external")) or False,
        shared=flag(raw.get("shared")) or False,
        port_security=True if port_security is None else port_security,
        subnet_ids=words(raw.get("subnets")),
    )


def read_security_group(raw: Mapping[str, Any]) -> SecurityGroup | None:
    """One security group with what its rules let in; None without an id."""
    group_id = text(raw.get("id"))
    if group_id is None:
        return None
    return SecurityGroup(
        id=group_id,
        name=text(raw.get("name")) or "",
        open_to_world=any(_lets_the_world_in(rule) for rule in rows(raw.get("security_group_rules"))),
    )


def _lets_the_world_in(rule: Mapping[str, Any]) -> bool:
    """Ingress from anywhere: by the all-embracing prefix, or by naming no sender at all."""
    if rule.get("direction") != "ingress":
        return False
    prefix = text(rule.get("remote_ip_prefix"))
    if prefix is not None:
        return prefix in _ANYWHERE
    return not rule.get("remote_group_id") and not rule.get("remote_address_group_id")
