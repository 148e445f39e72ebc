"""A port on loopback for each guest: it answers, is silent or hangs up as the instance runs, is paused or is off."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Callable, Iterator
from functools import lru_cache
from pathlib import Path

from imaging.democloud.closed_files import keep_closed
from imaging.democloud.guests.host_keys import ed25519_key
from imaging.democloud.guests.roles import Role, is_known, is_known_wrongly, role_of
from imaging.democloud.guests.saved_files import Homes
from imaging.democloud.guests.ssh_files import SshEndpoint, SshFiles
from imaging.democloud.guests.ssh_server import serve_guest
from imaging.democloud.records.server import Server
from imaging.democloud.world import World

_HOST = "127.0.0.1"
_known_key = lru_cache(maxsize=256)(ed25519_key)
"""Each is written again whenever the cloud starts over."""
_SILENT = frozenset({"paused", "suspended"})
"""The vm states in which packets still arrive, and nobody answers them."""
_HANG_UP = struct.pack("ii", 1, 0)
"""SO_LINGER: no waiting, so that a close resets the connection."""


class Doors:
    """The doors of all guests, and the files that lead there.

    Args:
        world: the cloud.
        folder: where the files go.
        called: told about each connection, so that a cloud whose guests are in use does not end.
    """

    def __init__(self, world: World, folder: Path, called: Callable[[], None] = lambda: None) -> None:
        self.called = called
        self._world = world
        self._files, self._homes = SshFiles(folder), Homes(folder / "guests")
        self._key = ed25519_key(world.ids.login_secret("id_demo"), "demonstration")
        self._key_text = self._key.export_private_key().decode()  # it is another each time
        self._refusing = _bound()  # nobody listens there: a connection is refused
        self._listeners: dict[str, socket.socket] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._talks: set[asyncio.Task[None]] = set()
        self._seen = -1
        self._is_open = False
        self._begin()

    def _begin(self) -> None:
        keep_closed(self._files.key, self._key_text)
        self.follow()
        keep_closed(
            self._files.known_hosts, self._files.known_hosts_text(endpoint for endpoint in self._endpoints(known=True))
        )

    def start_over(self) -> None:
        """The cloud is as it was at its start: its guests are, and nothing is known but what was known then."""
        for talk in self._talks:
            talk.cancel()
        self._seen = -1
        self._begin()

    def follow(self) -> None:
        """Give newcomers a door, take those away whose instance is gone; called whenever something was asked for."""
        if self._seen == self._world.addresses_given:
            return
        self._seen = self._world.addresses_given
        inside = {server.id: server for server, _ in self._guests()}
        for server_id in self._listeners.keys() - inside.keys():
            self._close(server_id)
        for server_id in inside.keys() - self._listeners.keys():
            self._listeners[server_id] = _listening()
            if self._is_open:
                self._open(server_id)
        port = self._refusing.getsockname()[1]
        keep_closed(self._files.config, self._files.config_text(self._endpoints(), self._networks(), port))

    @contextlib.asynccontextmanager
    async def answering(self) -> AsyncIterator[None]:
        """Within the block connections are taken."""
        self._is_open = True
        for server_id in self._listeners:
            self._open(server_id)
        try:
            yield
        finally:
            self._is_open = False
            for server_id in list(self._listeners):
                self._close(server_id)
            for talk in self._talks:
                talk.cancel()
            self._refusing.close()

    def _guests(self) -> Iterator[tuple[Server, Role]]:
        for server in self._world.servers.values():
            role = role_of(server)
            if role is not None and server.port_ids:
                yield server, role

    def _endpoints(self, *, known: bool = False) -> Iterator[SshEndpoint]:
        for server, role in self._guests():
            if known and not is_known(server):
                continue
            secret = self._world.ids.secret("another") if is_known_wrongly(server) else server.secret
            port = self._listeners[server.id].getsockname()[1]
            yield SshEndpoint(tuple(self._addresses(server)), port, role.user, _known_key(secret) if known else None)

    def _addresses(self, server: Server) -> Iterator[str]:
        ports = [self._world.ports[one] for one in server.port_ids]
        yield from (port.address for port in ports)
        yield from (port.floating_address for port in ports if port.floating_address)

    def _networks(self) -> Iterator[str]:
        """Patterns such as `10.20.*`; all subnets here end at a whole byte."""
        for network in self._world.networks.values():
            for subnet in network.subnets:
                address, _, length = subnet.cidr.partition("/")
                yield ".".join([*address.split(".")[: int(length) // 8], "*"])

    def _open(self, server_id: str) -> None:
        self._tasks[server_id] = asyncio.create_task(self._accept(server_id))

    def _close(self, server_id: str) -> None:
        task = self._tasks.pop(server_id, None)
        if task is not None:
            task.cancel()
        self._listeners.pop(server_id).close()

    async def _accept(self, server_id: str) -> None:
        listener, loop = self._listeners[server_id], asyncio.get_running_loop()
        while True:
            connection, _ = await loop.sock_accept(listener)
            talk = asyncio.create_task(self._welcome(server_id, connection))
            self._talks.add(talk)
            talk.add_done_callback(self._talks.discard)

    async def _welcome(self, server_id: str, connection: socket.socket) -> None:
        self.called()
        self._world.settle()
        server = self._world.servers.get(server_id)
        if server is None or server.vm_state not in {"active", *_SILENT} or not server.saw_fstab_volumes:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _HANG_UP)
            connection.close()
        elif server.vm_state in _SILENT:
            await _hear_out(connection)
        else:
            await serve_guest(connection, self._world, server, self._key, self._homes)
        self.called()


async def _hear_out(connection: socket.socket) -> None:
    """Take what comes without an answer, until the other side gives up."""
    with connection, contextlib.suppress(OSError):
        while await asyncio.get_running_loop().sock_recv(connection, 4096):
            pass


def _bound() -> socket.socket:
    # asyncio turns Nagle's delay off only where the protocol is said to be TCP: 40 ms for every answer else.
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    door.setblocking(False)
    door.bind((_HOST, 0))
    return door


def _listening() -> socket.socket:
    door = _bound()
    door.listen(16)
    return door
