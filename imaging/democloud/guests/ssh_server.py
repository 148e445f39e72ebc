"""The SSH server inside a guest: who is let in, and the commands that it answers. It executes none of them."""

from __future__ import annotations

import asyncio
import contextlib
import socket

import asyncssh

from imaging.democloud.guests.answers import Reply, reply_to
from imaging.democloud.guests.client_requests import reads_input, unwrapped
from imaging.democloud.guests.host_keys import ed25519_key
from imaging.democloud.guests.roles import role_of
from imaging.democloud.guests.saved_files import Homes, ReadOnlyFiles
from imaging.democloud.records.server import Server
from imaging.democloud.world import World

_LONGEST_SCRIPT = 2_000_000
_INPUT_SECONDS = 30.0
_PIECES = 8
"""In how many pieces an answer comes, so that who waits sees it come."""
_LONGEST_REAL_WAIT = 5.0


async def serve_guest(
    connection: socket.socket, world: World, server: Server, key: asyncssh.SSHKey, homes: Homes
) -> None:
    """Talk to one client until it goes.

    Args:
        connection: as it was accepted.
        world: the cloud that the guest is in.
        server: the instance.
        key: the key of its owner.
        homes: the files that can be copied out of the guests.
    """
    guest = _Inside(world, server, homes)
    role = role_of(server)
    with contextlib.suppress(asyncssh.Error, OSError):
        talk = await asyncssh.run_server(
            connection,
            server_factory=lambda: _Gate(role.user if role else "", key if server.disk.owners_key else None),
            server_host_keys=[ed25519_key(server.secret)],
            process_factory=guest.run,
            sftp_factory=guest.files,
            allow_scp=False,
            encoding=None,
            gss_host=None,
            server_version="Demonstration",
        )
        try:
            await talk.wait_closed()
        finally:
            talk.abort()


class _Gate(asyncssh.SSHServer):
    """Lets its one user in, by the owner's key; without it, nobody."""

    def __init__(self, user: str, key: asyncssh.SSHKey | None) -> None:
        self._user, self._key = user, key

    def begin_auth(self, username: str) -> bool:  # noqa: ARG002  # asyncssh's names
        """Everybody has to show a key."""
        return True

    def public_key_auth_supported(self) -> bool:
        """It is the only way in."""
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        """Whether this key lets this user in."""
        return self._key is not None and username == self._user and key.public_data == self._key.public_data


class _Inside:
    """What a client that was let in may ask."""

    def __init__(self, world: World, server: Server, homes: Homes) -> None:
        self._world, self._server, self._homes = world, server, homes

    def files(self, channel: asyncssh.SSHServerChannel[bytes]) -> asyncssh.SFTPServer:
        """The files that can be copied out."""
        return ReadOnlyFiles(channel, self._homes.root(self._server.disk.guest))

    async def run(self, process: asyncssh.SSHServerProcess[bytes]) -> None:
        """Answer a command."""
        if process.command is None:
            process.stderr.write(b"There is no shell here: this machine of the demonstration cloud is a recording.\n")
            process.exit(1)
            return
        command = unwrapped(process.command)
        given = await _input(process) if reads_input(command) else b""
        reply = reply_to(self._world, self._server, command, given)
        await self._say(process, reply)

    async def _say(self, process: asyncssh.SSHServerProcess[bytes], reply: Reply) -> None:
        size = -(-len(reply.output) // _PIECES) or 1
        for place in range(_PIECES):
            await self._wait(reply.seconds / _PIECES)
            if self._server.vm_state != "active":  # it was switched off meanwhile
                process.channel.get_connection().abort()
                return
            process.stdout.write(reply.output[place * size : (place + 1) * size])
        process.stderr.write(reply.errors.encode())
        process.exit(reply.status)

    async def _wait(self, seconds: float) -> None:
        """So many seconds of the cloud; none while its clock is held."""
        clock = self._world.clock
        if seconds and not clock.held:
            await asyncio.sleep(min(seconds / clock.speed, _LONGEST_REAL_WAIT))
        self._world.settle()


async def _input(process: asyncssh.SSHServerProcess[bytes]) -> bytes:
    """All that the command reads; what is too long or too slow is cut off."""
    given = b""
    with contextlib.suppress(TimeoutError, asyncssh.Error):
        async with asyncio.timeout(_INPUT_SECONDS):
            while len(given) < _LONGEST_SCRIPT and (piece := await process.stdin.read(65536)):
                given += piece
    return given
