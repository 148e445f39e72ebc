"""Servers that OpenSSH cannot be made to be: silent ones, garbled ones, strict ones that let only one user in."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import asyncssh


@contextlib.asynccontextmanager
async def tcp_server(greeting: bytes, *, hang_up: bool) -> AsyncIterator[int]:
    """Listens on loopback, says its greeting, and then hangs up or stays silent; yields its port."""
    open_ends: list[asyncio.StreamWriter] = []

    async def greet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_ends.append(writer)
        writer.write(greeting)
        with contextlib.suppress(OSError):
            await writer.drain()
        if hang_up:
            writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for writer in open_ends:
            writer.close()
        for writer in open_ends:
            # Not closed yet: a transport that outlives the loop of its test fails a later one.
            with contextlib.suppress(OSError):
                await writer.wait_closed()


@dataclass
class Strict:
    """A server that lets in some users with one key, and notes who tried with what."""

    port: int
    host_key: asyncssh.SSHKey
    attempts: list[tuple[str, str]] = field(default_factory=list)
    """User and fingerprint of each key that was offered."""
    connections: int = 0

    @property
    def users(self) -> list[str]:
        return list(dict.fromkeys(user for user, _ in self.attempts))

    @property
    def known_hosts_line(self) -> str:
        return f"[127.0.0.1]:{self.port} {self.host_key.export_public_key().decode()}"


@contextlib.asynccontextmanager
async def strict_server(
    users: Callable[[str], bool], accepted: asyncssh.SSHKey, *, most_keys: int = 1000, hesitates: float = 0.0
) -> AsyncIterator[Strict]:
    """A server that accepts one key for some users, hangs up after so many wrong ones, and may hesitate (seconds)."""
    host_key = asyncssh.generate_private_key("ssh-ed25519")
    strict = Strict(0, host_key)
    open_ends: list[asyncssh.SSHServerConnection] = []

    class Server(asyncssh.SSHServer):
        def __init__(self) -> None:
            self.wrong = 0
            strict.connections += 1

        def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
            self.conn = conn
            open_ends.append(conn)

        async def begin_auth(self, username: str) -> bool:
            await asyncio.sleep(hesitates)
            return True

        def public_key_auth_supported(self) -> bool:
            return True

        def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
            strict.attempts.append((username, key.get_fingerprint()))
            if users(username) and key.public_data == accepted.public_data:
                return True
            self.wrong += 1
            if self.wrong >= most_keys:
                self.conn.disconnect(2, "Too many authentication failures")
            return False

    def session(process: asyncssh.SSHServerProcess[str]) -> None:
        process.stdout.write(f"{process.get_extra_info('username')}\n")
        process.exit(0)

    server = await asyncssh.listen(
        "127.0.0.1", 0, server_factory=Server, server_host_keys=[host_key], process_factory=session
    )
    strict.port = server.get_port()
    try:
        yield strict
    finally:
        server.close()
        for conn in open_ends:
            conn.abort()
            await conn.wait_closed()
        await server.wait_closed()
