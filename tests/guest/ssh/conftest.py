"""A user at home: an ssh folder of their own, and logins to guests on loopback."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from imaging.guest.interface import Asking, GuestAccess, HostKeyQuestion, LoginRoute, MachineQuestion, Progress
from models.cloud.image import Image
from models.cloud.instance import Address, Instance
from tests.support.sshd import Sshd, sshd

__all__ = ["sshd"]


class Answers:
    """A user who answers as told, and remembers the questions."""

    def __init__(
        self,
        *,
        users: tuple[str, ...] = (),
        trusts: bool = False,
        passphrases: tuple[str | None, ...] = (),
        machine: bool | None = True,
    ) -> None:
        self._users = iter(users)
        self._trusts = trusts
        self._passphrases = iter(passphrases)
        self._machine = machine
        self.asked: list[object] = []

    async def user(self, guesses: tuple[str, ...], address: str) -> str | None:
        self.asked.append(("user", guesses, address))
        return next(self._users, None)

    async def host_key(self, question: HostKeyQuestion) -> bool:
        self.asked.append(question)
        return self._trusts

    async def passphrase(self, key_file: Path) -> str | None:
        self.asked.append(("passphrase", key_file))
        return next(self._passphrases, None)

    async def machine(self, question: MachineQuestion) -> bool | None:
        self.asked.append(question)
        return self._machine


class Told:
    """What was said on the way."""

    def __init__(self) -> None:
        self.progress: list[Progress] = []

    def __call__(self, progress: Progress) -> None:
        self.progress.append(progress)

    @property
    def text(self) -> str:
        return "\n".join(progress.text for progress in self.progress)


@pytest.fixture
def ssh_folder(own_home: Path) -> Path:
    folder = own_home / ".ssh"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture(autouse=True)
def no_agent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)


@pytest.fixture(autouse=True)
def quiet_asyncssh() -> Iterator[None]:
    """asyncssh logs every packet's name at INFO."""
    logging.getLogger("asyncssh").setLevel(logging.WARNING)
    yield
    logging.getLogger("asyncssh").setLevel(logging.NOTSET)


def make_instance(**fields: object) -> Instance:
    return Instance.model_validate({"id": "0a1b", "name": "db-07", "status": "ACTIVE", **fields})


def make_image(name: str = "Featured-Ubuntu24", **properties: str) -> Image:
    return Image(id="i1", name=name, status="active", properties=properties)


def at(address: str, kind: str = "fixed") -> Address:
    return Address(network_name="lab", address=address, kind=kind)


def logs(text: str) -> Callable[[], Awaitable[str]]:
    async def read() -> str:
        return text

    return read


def route_to(
    guest: Sshd,
    *,
    asking: Asking | None = None,
    log: str | None = None,
    instance: Instance | None = None,
    image: Image | None = None,
    told: Told | None = None,
    **access: object,
) -> LoginRoute:
    """The way to a server: by its address, port and key, as a user would give them."""
    said = {"address": "127.0.0.1", "port": guest.port, "user": guest.user, "key_file": guest.key, **access}
    return LoginRoute(
        instance=instance or make_instance(),
        image=image,
        access=GuestAccess.model_validate(said),
        asking=asking or Answers(),
        tell=told or Told(),
        cloud_log=logs(log) if log is not None else None,
    )


def trust(ssh_folder: Path, guest: Sshd) -> None:
    with (ssh_folder / "known_hosts").open("a") as file:
        file.write(guest.known_hosts_line)
