"""Logins to a server as the ssh config of a user leads to it."""

from __future__ import annotations

from pathlib import Path

from imaging.guest.interface import Asking, GuestAccess, LoginRoute, Nobody
from imaging.guest.ssh.connect import connect_guest
from imaging.guest.ssh.connection import Patience
from models.cloud.instance import Instance
from tests.guest.ssh.broken_servers import Strict
from tests.guest.ssh.conftest import Told, at, make_image, make_instance
from tests.support.sshd import Sshd

QUICK = Patience(connect=0.3, login=0.3)


async def enter(route: LoginRoute, patience: Patience | None = None, say: str = "echo in") -> str:
    shell = await connect_guest(route, patience=patience)
    try:
        return (await shell.run(say, seconds=10)).output.decode().strip()
    finally:
        await shell.close()


def route_by_config(
    *, instance: Instance | None = None, asking: Asking | None = None, told: Told | None = None, **access: object
) -> LoginRoute:
    """A way of which the user said nothing but what is given here."""
    return LoginRoute(
        instance or make_instance(addresses=(at("203.0.113.7"),)),
        make_image(),
        GuestAccess.model_validate(access),
        asking or Nobody(),
        told or Told(),
    )


def configure(ssh_folder: Path, text: str) -> None:
    (ssh_folder / "config").write_text(text)


def leads_to(guest: Sshd | Strict, host: str = "203.0.113.7", more: str = "") -> str:
    """A Host block that turns an address of a cloud into a server on loopback."""
    return f"Host {host}\n  HostName 127.0.0.1\n  Port {guest.port}\n{more}\n"


def trust_strict(ssh_folder: Path, strict: Strict) -> None:
    with (ssh_folder / "known_hosts").open("a") as file:
        file.write(strict.known_hosts_line)
