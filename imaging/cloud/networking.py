"""Neutron."""

from __future__ import annotations

from typing import Any

from imaging.cloud.answers import Answer
from imaging.cloud.paging import pages
from imaging.cloud.readers.network import read_network, read_security_group
from imaging.cloud.readers.values import mapping
from imaging.cloud.transport import Call, Transport, path
from models.network import Network, SecurityGroup


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
        async for page in pages(self._transport, call, "networks", self._read_usable):
            found.extend(page.items)
        return tuple(found)

    def _read_usable(self, raw: Any) -> Network | None:
        network = read_network(raw)
        if network is None or not network.subnet_ids:
            return None
        own = raw.get("project_id", raw.get("tenant_id")) == self._project_id
        return network if network.shared or (own and not network.external) else None

    async def network(self, network_id: str) -> Network:
        """One network."""

        def read(answer: Answer) -> Network:
            found = read_network(mapping(answer.body.get("network")))
            if found is None:
                msg = "no network id"
                raise ValueError(msg)
            return found

        call = Call("network", "GET", path("networks", network_id), f"look at the network {network_id}")
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

    async def create_security_group(self, name: str, description: str) -> SecurityGroup:
        """A new group without ingress rules: Neutron gives it egress alone."""
        wanted = {"security_group": {"name": name, "description": description}}
        call = Call("network", "POST", "/security-groups", "make a security group", wanted)
        return await self._transport.ask(call, _read_group)

    async def delete_security_group(self, group_id: str) -> None:
        """Delete a group; ConflictError while a port still uses it."""
        url, doing = path("security-groups", group_id), f"delete the security group {group_id}"
        await self._transport.tell(Call("network", "DELETE", url, doing))


def _read_group(answer: Answer) -> SecurityGroup:
    found = read_security_group(mapping(answer.body.get("security_group")))
    if found is None:
        msg = "no security group id"
        raise ValueError(msg)
    return found
