"""Networks, ports and security groups as Neutron keeps them."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Subnet:
    """A subnet with one pool."""

    id: str
    name: str
    network_id: str
    project_id: str
    cidr: str
    gateway: str


@dataclass
class Network:
    """A network."""

    id: str
    name: str
    project_id: str
    created_at: float
    subnets: list[Subnet] = field(default_factory=list)
    external: bool = False
    shared: bool = False
    port_security: bool = True
    description: str = ""


@dataclass
class Port:
    """Where a server meets a network."""

    id: str
    network_id: str
    subnet_id: str
    project_id: str
    server_id: str
    address: str
    mac: str
    created_at: float
    security_groups: list[str] = field(default_factory=list)
    floating_address: str | None = None


@dataclass
class Rule:
    """A rule of a security group."""

    id: str
    direction: str
    ethertype: str = "IPv4"
    protocol: str | None = None
    port_range_min: int | None = None
    port_range_max: int | None = None
    remote_ip_prefix: str | None = None
    remote_group_id: str | None = None
    description: str | None = None


@dataclass
class SecurityGroup:
    """A security group."""

    id: str
    name: str
    project_id: str
    created_at: float
    description: str = ""
    rules: list[Rule] = field(default_factory=list)
