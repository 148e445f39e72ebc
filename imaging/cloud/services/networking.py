"""Neutron."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from imaging.cloud.http.answers import Answer
from imaging.cloud.http.call import Call, path
from imaging.cloud.http.transport import Transport
from imaging.cloud.readers.network import read_group_port, read_network, read_security_group
from imaging.cloud.readers.values import mapping
from imaging.cloud.services.paging import pages
from models.cloud.network import GROUP_PREFIX, GroupPort, Network, SecurityGroup
from models.errors import ConflictError, NotFoundError, NotOwnedError

_SSH = 22


class NeutronNetworking:
    """Neutron's networks and security groups."""

    def __init__(self, transport: Transport, project_id: str) -> None:
        """Keep the way to the cloud, and whose networks are "own"."""
        self._transport = transport
        self._project_id = project_id

    async def networks(self) -> tuple[Network, ...]:
        """The networks that an instance of this project can be launched on: own or shared ones with a subnet.

        An external network that is not shared is for floating addresses; Nova refuses instances there. An
        administrator sees the networks of all projects, which are left out too.
        """
        found: list[Network] = []
        call = Call("network", "GET", "/networks", "list networks")
        async for page in pages(self._transport, call, "networks", self._read_with_use):
            found.extend(network for network, is_usable in page.items if is_usable)
        return tuple(found)

    def _read_with_use(self, raw: Mapping[str, Any]) -> tuple[Network, bool] | None:
        """A network, and whether an instance of this project can be launched on it; None where it cannot be read."""
        network = read_network(raw)
        if network is None:
            return None
        # Old Neutrons know `tenant_id` alone.
        own = raw.get("project_id", raw.get("tenant_id")) == self._project_id
        return network, bool(network.subnet_ids) and (network.shared or (own and not network.external))

    async def network(self, network_id: str) -> Network:
        """One network."""

        def read(answer: Answer) -> Network:
            found = read_network(mapping(answer.body.get("network")))
            if found is None:
                msg = "no network id"
                raise ValueError(msg)
            return found

        call = Call("network", "GET", path("networks", network_id), f"read the network {network_id}")
        return await self._transport.ask(call, read)

    async def security_groups(self) -> tuple[SecurityGroup, ...]:
        """The project's security groups."""
        found: list[SecurityGroup] = []
        call = Call(
            "network", "GET", "/security-groups", "list security groups", params={"project_id": self._project_id}
        )
        async for page in pages(self._transport, call, "security_groups", read_security_group):
            found.extend(page.items)
        return tuple(found)

    async def ports_with_group(self, group_id: str) -> tuple[GroupPort, ...]:
        """The project's ports that use a security group. Neutron can filter by it only with an extension."""
        call = Call("network", "GET", "/ports", "list ports", params={"project_id": self._project_id})
        found: list[GroupPort] = []
        async for page in pages(self._transport, call, "ports", read_group_port):
            found.extend(port for port in page.items if group_id in port.group_ids)
        return tuple(found)

    async def create_security_group(self, name: str, description: str) -> SecurityGroup:
        """A new group without ingress rules: Neutron gives it egress alone."""
        wanted = {"security_group": {"name": name, "description": description}}
        call = Call("network", "POST", "/security-groups", "make a security group", wanted)
        return await self._transport.ask(call, _read_group)

    async def close_security_group(self, group_id: str) -> SecurityGroup:
        """Delete every rule of a group, and read it again: Neutron gives each new one rules that let all out.

        Raises:
            NotOwnedError: its name is not one that a run gives, or it is another project's.
        """
        group = await self._our_group(group_id, "is not closed")
        for rule_id in group.rule_ids or ():
            with suppress(NotFoundError):  # somebody was quicker
                doing = f"delete a rule of the security group {group_id}"
                await self._transport.tell(Call("network", "DELETE", path("security-group-rules", rule_id), doing))
        return await self._our_group(group_id, "is not closed")

    async def open_ssh_port(self, group_id: str, address: str) -> None:
        """Let one address in to port 22; that it may come in already is no error.

        Raises:
            NotOwnedError: its name is not one that a run gives, or it is another project's.
            ValueError: it is not one address.
        """
        found = ipaddress.ip_address(address)
        await self._our_group(group_id, "is not opened")
        rule = {
            "security_group_id": group_id,
            "direction": "ingress",
            "ethertype": f"IPv{found.version}",
            "protocol": "tcp",
            "port_range_min": _SSH,
            "port_range_max": _SSH,
            "remote_ip_prefix": f"{found}/{found.max_prefixlen}",
        }
        doing = f"open port {_SSH} of the security group {group_id} to one address"
        call = Call("network", "POST", "/security-group-rules", doing, {"security_group_rule": rule})
        with suppress(ConflictError):  # the same rule stands there already
            await self._transport.tell(call)

    async def delete_security_group(self, group_id: str) -> None:
        """Delete a group of a test launch.

        Raises:
            ConflictError: a port still uses it.
            NotOwnedError: its name is not one that a run gives, or it is another project's.
        """
        await self._our_group(group_id, "is not deleted")
        url, doing = path("security-groups", group_id), f"delete the security group {group_id}"
        await self._transport.tell(Call("network", "DELETE", url, doing))

    async def _our_group(self, group_id: str, refusal: str) -> SecurityGroup:
        """A group, read before it is changed, so that a wrong id never costs somebody's."""
        url = path("security-groups", group_id)
        group = await self._transport.ask(Call("network", "GET", url, f"read the group {group_id}"), _read_group)
        if not group.name.startswith(GROUP_PREFIX) or group.project_id not in {None, self._project_id}:
            raise NotOwnedError(
                f"The security group {group_id} {refusal}: it is called {group.name}.",
                meaning="The console changes only groups that a run of its own has made.",
            )
        return group


def _read_group(answer: Answer) -> SecurityGroup:
    found = read_security_group(mapping(answer.body.get("security_group")))
    if found is None:
        msg = "no security group id"
        raise ValueError(msg)
    return found
