"""Networks, ports and security groups (Neutron)."""

from __future__ import annotations

from models.base import Frozen
from models.foreign import Moment
from models.text import CleanText

GROUP_PREFIX = "imaging-"
"""How the name of every security group begins that a run makes; its id follows."""


class Network(Frozen):
    """A network that an instance can be launched on."""

    id: CleanText
    name: CleanText
    status: CleanText | None = None
    external: bool = False
    shared: bool = False
    port_security: bool = True
    """False: security groups cannot be used on it."""
    subnet_ids: tuple[CleanText, ...] = ()


class Port(Frozen):
    """Where an instance meets a network: `os-interface` of Nova."""

    id: CleanText
    network_id: CleanText
    addresses: tuple[CleanText, ...] = ()


class SecurityGroup(Frozen):
    """A security group, with the one thing that a test launch must know of it."""

    id: CleanText
    name: CleanText
    open_to_world: bool = False
    """Whether a rule lets traffic in from 0.0.0.0/0 or ::/0, or from anywhere by naming nothing."""
    lets_in: bool = False
    """Whether any rule lets anything in."""
    rule_ids: tuple[CleanText, ...] | None = None
    """Its rules, those that let out among them; None where Neutron did not show them."""
    remote_group_ids: tuple[CleanText, ...] = ()
    """The groups that its rules name as senders: with one of them Neutron deletes the rule as well."""
    description: CleanText = ""
    project_id: CleanText | None = None
    created_at: Moment | None = None


class GroupPort(Frozen):
    """A port as Neutron shows it, with what cannot be removed while it is there."""

    id: CleanText
    device_id: CleanText = ""
    """The server that it belongs to; empty for none."""
    group_ids: tuple[CleanText, ...] = ()
