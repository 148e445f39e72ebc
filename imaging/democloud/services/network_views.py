"""How Neutron shows networks, ports and security groups."""

from __future__ import annotations

from ipaddress import ip_network

from imaging.democloud.clock import whole_seconds
from imaging.democloud.records.network import Network, Port, Rule, SecurityGroup, Subnet
from imaging.democloud.web.call import Json
from imaging.democloud.world import World


def network_view(network: Network) -> Json:
    """A network."""
    view: Json = {
        "id": network.id,
        "name": network.name,
        "tenant_id": network.project_id,
        "project_id": network.project_id,
        "admin_state_up": True,
        "mtu": 1500 if network.external else 1450,
        "status": "ACTIVE",
        "subnets": [one.id for one in network.subnets],
        "shared": network.shared,
        "availability_zone_hints": [],
        "availability_zones": [],
        "ipv4_address_scope": None,
        "ipv6_address_scope": None,
        "router:external": network.external,
        "description": network.description,
        "port_security_enabled": network.port_security,
        "tags": [],
        "created_at": whole_seconds(network.created_at),
        "updated_at": whole_seconds(network.created_at),
        "revision_number": 2,
    }
    return {**view, "is_default": False} if network.external else view


def subnet_view(network: Network, subnet: Subnet) -> Json:
    """A subnet."""
    hosts = ip_network(subnet.cidr)
    return {
        "id": subnet.id,
        "name": subnet.name,
        "tenant_id": subnet.project_id,
        "project_id": subnet.project_id,
        "network_id": network.id,
        "ip_version": 4,
        "subnetpool_id": None,
        "enable_dhcp": not network.external,
        "ipv6_ra_mode": None,
        "ipv6_address_mode": None,
        "gateway_ip": subnet.gateway,
        "cidr": subnet.cidr,
        "allocation_pools": [{"start": str(hosts[2]), "end": str(hosts[-2])}],
        "host_routes": [],
        "dns_nameservers": [],
        "description": "",
        "service_types": [],
        "tags": [],
        "created_at": whole_seconds(network.created_at),
        "updated_at": whole_seconds(network.created_at),
        "revision_number": 0,
    }


def port_view(world: World, port: Port) -> Json:
    """A port."""
    return {
        "id": port.id,
        "name": "",
        "network_id": port.network_id,
        "tenant_id": port.project_id,
        "project_id": port.project_id,
        "mac_address": port.mac,
        "admin_state_up": True,
        "status": "ACTIVE",
        "device_id": port.server_id,
        "device_owner": "compute:nova",
        "fixed_ips": [{"subnet_id": port.subnet_id, "ip_address": port.address}],
        "allowed_address_pairs": [],
        "extra_dhcp_opts": [],
        "security_groups": list(port.security_groups),
        "description": "",
        "binding:vnic_type": "normal",
        "port_security_enabled": world.networks[port.network_id].port_security,
        "tags": [],
        "created_at": whole_seconds(port.created_at),
        "updated_at": whole_seconds(port.created_at),
        "revision_number": 1,
    }


def group_view(group: SecurityGroup) -> Json:
    """A security group with its rules."""
    return {
        "id": group.id,
        "name": group.name,
        "stateful": True,
        "tenant_id": group.project_id,
        "project_id": group.project_id,
        "description": group.description,
        "shared": False,
        "security_group_rules": [rule_view(group, one) for one in group.rules],
        "tags": [],
        "created_at": whole_seconds(group.created_at),
        "updated_at": whole_seconds(group.created_at),
        "revision_number": 1,
    }


def rule_view(group: SecurityGroup, rule: Rule) -> Json:
    """A rule of a security group."""
    return {
        "id": rule.id,
        "tenant_id": group.project_id,
        "project_id": group.project_id,
        "security_group_id": group.id,
        "ethertype": rule.ethertype,
        "direction": rule.direction,
        "protocol": rule.protocol,
        "port_range_min": rule.port_range_min,
        "port_range_max": rule.port_range_max,
        "remote_ip_prefix": rule.remote_ip_prefix,
        "remote_address_group_id": None,
        "normalized_cidr": rule.remote_ip_prefix,
        "remote_group_id": rule.remote_group_id,
        "description": rule.description,
        "tags": [],
        "created_at": whole_seconds(group.created_at),
        "updated_at": whole_seconds(group.created_at),
        "revision_number": 0,
    }
