"""A guest that cannot be reached is told with what stands in between."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from imaging.guest.interface import GuestAccess
from imaging.guest.ssh.config import destination
from imaging.guest.ssh.connection import Patience
from models.errors import ConfigError, GuestUnreachableError
from models.exit_code import ExitCode
from tests.guest.ssh.broken_servers import strict_server, tcp_server
from tests.guest.ssh.conftest import at, make_instance
from tests.guest.ssh.logging_in import QUICK, configure, enter, leads_to, route_by_config, trust_strict
from tests.support.sshd import generate_key


async def test_an_instance_without_address_says_so(ssh_folder: Path):
    with pytest.raises(GuestUnreachableError, match="no address at all"):
        await enter(route_by_config(instance=make_instance()))


async def test_a_stopped_instance_is_not_knocked_at(ssh_folder: Path):
    with pytest.raises(GuestUnreachableError, match="SHUTOFF") as refused:
        await enter(route_by_config(instance=make_instance(status="SHUTOFF", addresses=(at("203.0.113.7"),))))
    assert "deep check" in refused.value.remedy


async def test_nobody_listening_is_said(ssh_folder: Path):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with pytest.raises(GuestUnreachableError, match=f"127.0.0.1 port {port} refuses the connection"):
            await enter(route_by_config(address="127.0.0.1", port=port))


async def test_a_silent_server_is_given_up_in_time(ssh_folder: Path):
    async with tcp_server(b"", hang_up=False) as port:
        with pytest.raises(GuestUnreachableError, match="accepted the connection but did not let it come about"):
            await enter(route_by_config(address="127.0.0.1", port=port), QUICK)


async def test_a_slow_login_gets_more_time_than_the_connection_itself(ssh_folder: Path):
    key = generate_key(ssh_folder / "id_ed25519")
    async with strict_server(lambda _user: True, key, hesitates=0.5) as strict:
        trust_strict(ssh_folder, strict)
        configure(ssh_folder, leads_to(strict, more="  User ada"))
        assert await enter(route_by_config(), Patience(connect=0.4, login=20)) == "ada"


async def test_an_address_that_swallows_everything_is_given_up_in_time(ssh_folder: Path):
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        fillers = []
        for _ in range(3):  # the backlog is full after these, and further knocks are dropped
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
            fillers.append(filler)
        with pytest.raises(GuestUnreachableError, match="does not answer within 0 s") as silent:
            await enter(route_by_config(address="127.0.0.1", port=port), QUICK)
        for filler in fillers:
            filler.close()
    assert "security group" in silent.value.remedy


@pytest.mark.parametrize(
    "greeting, said",
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n" * 2000, "does not speak SSH"),
        (b"\x1b[2J\xff\x00" * 5000, "does not speak SSH"),
        (b"SSH-1.5-old\r\n", "does not speak SSH"),
        (b"", "closed the connection before the login"),
        (b"System is booting up.\r\n", "closed the connection before the login"),
    ],
)
async def test_another_service_or_a_hang_up_is_told_apart(ssh_folder: Path, greeting: bytes, said: str):
    async with tcp_server(greeting, hang_up=True) as port:
        with pytest.raises(GuestUnreachableError, match=said) as refused:
            await enter(route_by_config(address="127.0.0.1", port=port))
    assert "\x1b" not in str(refused.value)


async def test_a_name_that_nobody_knows_is_said(ssh_folder: Path, monkeypatch: pytest.MonkeyPatch):
    async def unknown(*_args: object, **_wishes: object) -> object:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", unknown)
    with pytest.raises(GuestUnreachableError, match=r"nowhere\.invalid is a name that nobody knows"):
        await enter(route_by_config(address="nowhere.invalid"))


async def test_a_broken_config_is_the_users_to_correct(ssh_folder: Path):
    configure(ssh_folder, "Host *\n  Port twenty\n")
    with pytest.raises(ConfigError, match="line 2: Invalid Port") as refused:
        await enter(route_by_config())
    assert refused.value.exit_code is ExitCode.USAGE


async def test_a_missing_config_that_was_named_is_said(ssh_folder: Path, tmp_path: Path):
    with pytest.raises(ConfigError, match="cannot be used"):
        await enter(route_by_config(ssh_config=tmp_path / "none"))


@pytest.mark.parametrize(
    "line",
    [
        "User none",
        "Include /",
        "Include ~nobody-of-that-name/config",
        "IdentityFile ~nobody-of-that-name/key",
        "IdentityAgent ~nobody-of-that-name/agent",
        "UserKnownHostsFile ~nobody-of-that-name/known_hosts",
        "GlobalKnownHostsFile ~nobody-of-that-name/known_hosts",
    ],
)
async def test_a_line_that_nobody_reckoned_with_is_an_error_of_the_config(line: str, tmp_path: Path):
    config = tmp_path / "odd"
    config.write_text(f"{line}\n")
    with pytest.raises(ConfigError):
        await destination("10.9.8.7", GuestAccess(ssh_config=config))
