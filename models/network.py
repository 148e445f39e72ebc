"""Networks, ports and security groups (Neutron)."""

from __future__ import annotations

from models.base import Frozen


class Network(Frozen):
    """A network that an instance can be launched on."""

    id: str
    name: str
    status: str | None = None
    external: bool = False
    shared: bool = False
    port_security: bool = True
    """False: security groups cannot be used on it."""
    subnet_ids: tuple[str, ...] = ()


class Port(Frozen):
    """Where an instance meets a network: `os-interface` of Nova."""

    id: str
    network_id: str
    addresses: tuple[str, ...] = ()


class SecurityGroup(Frozen):
    """A security group, with the one thing that a test launch must know of it."""

    id: str
    name: str
    open_to_world: bool = False
    """Whether a rule lets traffic in from 0.0.0.0/0 or ::/0, or from anywhere by naming nothing."""
