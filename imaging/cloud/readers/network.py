"""Reads Neutron networks and security groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from imaging.cloud.readers.values import flag, moment, rows, text, words
from models.cloud.network import GroupPort, Network, SecurityGroup

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
    rules = rows(raw.get("security_group_rules"))
    return SecurityGroup(
        id=group_id,
        name=text(raw.get("name")) or "",
        open_to_world=any(_lets_the_world_in(rule) for rule in rules),
        lets_in=any(rule.get("direction") == "ingress" for rule in rules),
        rule_ids=_rule_ids(raw.get("security_group_rules")),
        remote_group_ids=tuple(group for rule in rules if (group := text(rule.get("remote_group_id")))),
        description=text(raw.get("description")) or "",
        project_id=text(raw.get("project_id")) or text(raw.get("tenant_id")),
        created_at=moment(raw.get("created_at")),
    )


def read_group_port(raw: Mapping[str, Any]) -> GroupPort | None:
    """One port as Neutron lists it; None without an id."""
    port_id = text(raw.get("id"))
    if port_id is None:
        return None
    return GroupPort(
        id=port_id, device_id=text(raw.get("device_id")) or "", group_ids=words(raw.get("security_groups"))
    )


def _rule_ids(listed: Any) -> tuple[str, ...] | None:
    """The ids of a group's rules; None where one of them, or the list, cannot be read: then nobody knows them all."""
    if not isinstance(listed, list):
        return None
    ids = [text(rule.get("id")) for rule in rows(listed)]
    known = tuple(rule_id for rule_id in ids if rule_id is not None)
    return known if len(known) == len(listed) else None


def _lets_the_world_in(rule: Mapping[str, Any]) -> bool:
    """Ingress from anywhere: by the all-embracing prefix, or by naming no sender at all."""
    if rule.get("direction") != "ingress":
        return False
    prefix = text(rule.get("remote_ip_prefix"))
    if prefix is not None:
        return prefix in _ANYWHERE
    return not rule.get("remote_group_id") and not rule.get("remote_address_group_id")
