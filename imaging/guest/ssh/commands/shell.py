"""An open SSH connection to a guest, as the rest of the program sees it: commands with limits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress

import asyncssh

from imaging.guest.host_keys.console_keys import fingerprint_of
from imaging.guest.interface import CommandResult
from imaging.guest.ssh.commands import sudo
from imaging.guest.ssh.commands.quoting import for_any_shell
from imaging.guest.ssh.commands.sudo import NO_ROOT, NO_ROOT_STATUS
from models.errors import BadProbeError, GuestLoginError, GuestUnreachableError
from models.text import many_lines, one_line

_CHUNK = 65_536
_ERRORS_LIMIT = 4_000
_CLOSE_SECONDS = 2.0

Process = asyncssh.SSHClientProcess[bytes]


class SshShell:
    """A shell in a guest over one SSH connection (and those to jump hosts that carry it)."""

    def __init__(
        self,
        connection: asyncssh.SSHClientConnection,
        *,
        user: str,
        address: str,
        carriers: Sequence[asyncssh.SSHClientConnection] = (),
    ) -> None:
        """Take over an open connection.

        Args:
            connection: to the guest.
            user: who is logged in.
            address: as messages name it.
            carriers: connections to jump hosts, the nearest to the guest first; closed with it.
        """
        self.connection = connection
        self.user = user
        self.address = address
        self._carriers = tuple(carriers)

    async def run(
        self,
        command: str,
        *,
        stdin: bytes = b"",
        seconds: float,
        limit_bytes: int = 8_000_000,
        as_root: bool = False,
        received: Callable[[int], None] | None = None,
    ) -> CommandResult:
        """Run a shell command; see `GuestShell.run`.

        Raises:
            GuestUnreachableError: the connection was cut, or time was up.
            GuestLoginError: `as_root`, and sudo asks for a password.
            BadProbeError: it printed more than the limit.
        """
        text = for_any_shell(sudo.as_root(command) if as_root else command)
        try:
            async with asyncio.timeout(seconds):
                result = await self._run(text, stdin, limit_bytes, received or _nobody)
        except TimeoutError:
            raise GuestUnreachableError(
                f"{self.address} did not finish within {seconds:.0f} s; the command was ended.",
                remedy="The guest may be busy or its line slow: check its load, then try again.",
            ) from None
        except (asyncssh.Error, OSError) as error:
            raise self._cut(error) from None
        # Both: a command of the guest's may end with the same status.
        if as_root and result.status == NO_ROOT_STATUS and NO_ROOT in result.errors:
            raise _no_root(self.user, result.errors)
        return result

    async def _run(self, text: str, stdin: bytes, limit: int, received: Callable[[int], None]) -> CommandResult:
        process: Process = await self.connection.create_process(text, encoding=None, stdin=asyncssh.PIPE)
        # Beside the output: SSH has one window for both, and an unread standard error stops the command.
        errors = asyncio.create_task(_head(process))
        try:
            with suppress(OSError):  # it may have ended without reading any of it
                process.stdin.write(stdin)
                process.stdin.write_eof()
            output = await self._collect(process, limit, received)
            said = await errors
            await process.wait_closed()
        finally:
            errors.cancel()
            await asyncio.gather(errors, return_exceptions=True)
            _end(process)
        # The channel closed without a status: the connection was cut, and the output may be half of it.
        if process.returncode is None:
            raise self._cut(None)
        return CommandResult(process.returncode, output, many_lines(said.decode("utf-8", "replace"))[:_ERRORS_LIMIT])

    async def _collect(self, process: Process, limit: int, received: Callable[[int], None]) -> bytes:
        output = bytearray()
        while chunk := await process.stdout.read(_CHUNK):
            output += chunk
            if len(output) > limit:
                raise BadProbeError(
                    f"{self.address} printed more than {limit:,} bytes; the command was ended.",
                    remedy="Log in by hand and find what floods the session, such as a login script.",
                )
            received(len(output))
        return bytes(output)

    def _cut(self, error: Exception | None) -> GuestUnreachableError:
        reason = f" ({one_line(error, 200)})" if error is not None and str(error) else ""
        return GuestUnreachableError(
            f"The connection to {self.address} was cut{reason}.",
            remedy="Check whether the guest is still up, then try again.",
        )

    @property
    def host_key(self) -> str:
        """The fingerprint of the guest's host key, `SHA256:…`; empty where it showed none."""
        key = self.connection.get_server_host_key()
        return fingerprint_of(key.public_data) if key is not None else ""

    async def close(self) -> None:
        """Close the connection within two seconds."""
        connections = (self.connection, *self._carriers)
        await close_all(connections)


async def close_all(connections: Sequence[asyncssh.SSHClientConnection]) -> None:
    """Close connections, the first one first, all within two seconds; those that do not obey are dropped."""
    try:
        async with asyncio.timeout(_CLOSE_SECONDS):
            for connection in connections:
                connection.close()
                await connection.wait_closed()
    except TimeoutError:
        pass
    finally:
        for connection in connections:
            connection.abort()


async def _head(process: Process) -> bytes:
    """Read all of standard error, lest it stop the command, and keep its beginning."""
    kept = bytearray()
    while chunk := await process.stderr.read(_CHUNK):
        kept += chunk[: max(0, 4 * _ERRORS_LIMIT - len(kept))]
    return bytes(kept)


def _end(process: Process) -> None:
    """End a command that still runs: by signal where the server passes it on, and by closing its channel."""
    if process.returncode is None and not process.is_closing():
        with suppress(OSError):
            process.kill()
    process.close()


def _no_root(user: str, errors: str) -> GuestLoginError:
    reason = errors.partition(NO_ROOT)[2].strip().partition("\n")[0]
    return GuestLoginError(
        f"{one_line(user, 60)} may not become root there without a password: {one_line(reason, 200) or 'no sudo'}",
        meaning="Nothing was changed.",
        remedy="Log in as a user with password-free sudo, or run the command by hand.",
    )


def _nobody(_received: int) -> None: ...
