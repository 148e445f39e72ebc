"""What clients need beside clouds.yaml to reach the guests: ssh_config, known_hosts, and the private key."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import asyncssh

from imaging.democloud.guests.host_keys import public_line

SSH_CONFIG = "ssh_config"
"""Its name, which clouds.yaml gives to the console."""
_BLOCK = """\
Host {addresses}
    HostName 127.0.0.1
    Port {port}
    HostKeyAlias {alias}
    User {user}
"""
_LAST_BLOCK = """\
# No address of the demonstration cloud leads to a machine of a real network: what is not above, is refused.
Host {addresses}
    HostName 127.0.0.1
    Port {port}
    IdentityFile {key}
    IdentitiesOnly yes
    UserKnownHostsFile {known_hosts}
    GlobalKnownHostsFile /dev/null
"""


@dataclass(frozen=True)
class SshEndpoint:
    """How one guest is reached."""

    addresses: tuple[str, ...]
    """Its own and its floating one; the first is the name of its host key."""
    port: int
    user: str
    known_key: asyncssh.SSHKey | None
    """The key that known_hosts holds for it."""


@dataclass(frozen=True)
class SshFiles:
    """The three files in a folder."""

    folder: Path

    @property
    def config(self) -> Path:
        """For `ssh -F`."""
        return self.folder / SSH_CONFIG

    @property
    def key(self) -> Path:
        """The private key."""
        return self.folder / "id_demo"

    @property
    def known_hosts(self) -> Path:
        """The host keys that are known, to which clients may add."""
        return self.folder / "known_hosts"

    def config_text(self, endpoints: Iterable[SshEndpoint], networks: Iterable[str], refusing_port: int) -> str:
        """The ssh config.

        Args:
            endpoints: the guests.
            networks: patterns of all addresses of the cloud, such as `10.20.*`.
            refusing_port: a port on which nobody listens.
        """
        blocks = [
            _BLOCK.format(
                addresses=" ".join(endpoint.addresses),
                port=endpoint.port,
                alias=endpoint.addresses[0],
                user=endpoint.user,
            )
            for endpoint in endpoints
        ]
        last = _LAST_BLOCK.format(
            addresses=" ".join(networks),
            port=refusing_port,
            key=_quoted(self.key),
            known_hosts=_quoted(self.known_hosts),
        )
        head = "# The guests of the demonstration cloud. Each listens on a port of this machine: ssh -F FILE ADDRESS\n"
        return "\n".join([head, *blocks, last])

    @staticmethod
    def known_hosts_text(endpoints: Iterable[SshEndpoint]) -> str:
        """The host keys that are known at the start."""
        lines = (
            f"{endpoint.addresses[0]} {public_line(endpoint.known_key)}\n"
            for endpoint in endpoints
            if endpoint.known_key is not None
        )
        return "".join(lines)


def _quoted(path: Path) -> str:
    """A path as ssh_config takes it: in quotes, for it may hold blanks; a percent sign begins a token there."""
    return '"' + str(path).replace("%", "%%") + '"'
