"""Guests behind jump hosts and proxies."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.errors import ConfigError, GuestLoginError, GuestUnreachableError, HostKeyError
from tests.guest.ssh.conftest import route_to, trust
from tests.guest.ssh.logging_in import configure, enter, leads_to, route_by_config
from tests.support.children import seen_to_end
from tests.support.needs import needs
from tests.support.sshd import Sshd, StartSshd, generate_key


def jump_config(guest: Sshd, jump: Sshd, *, jump_user: str = "") -> str:
    return (
        f"Host 10.0.0.5\n  HostName 127.0.0.1\n  Port {guest.port}\n  ProxyJump {jump_user}bastion\n"
        f"Host bastion\n  HostName 127.0.0.1\n  Port {jump.port}\n  IdentityFile {jump.key}\n"
    )


async def test_a_private_address_is_reached_over_the_jump_host_of_the_config(sshd: StartSshd, ssh_folder: Path):
    guest, jump = sshd(), sshd()
    trust(ssh_folder, guest)
    trust(ssh_folder, jump)
    configure(ssh_folder, jump_config(guest, jump))
    route = route_by_config(address="10.0.0.5", user=guest.user, key_file=guest.key)
    assert await enter(route) == "in"
    assert "Accepted publickey" in jump.log


async def test_a_jump_host_that_refuses_the_key_is_named(sshd: StartSshd, ssh_folder: Path, tmp_path: Path):
    guest, jump = sshd(), sshd()
    trust(ssh_folder, jump)
    other = tmp_path / "other"
    generate_key(other)
    configure(ssh_folder, jump_config(guest, jump, jump_user="ada@").replace(str(jump.key), str(other)))
    with pytest.raises(GuestLoginError, match=rf"bastion \(127\.0\.0\.1\).* tried ada with {other}") as refused:
        await enter(route_by_config(address="10.0.0.5", user=guest.user, key_file=guest.key))
    assert "ProxyCommand" in refused.value.remedy


async def test_a_new_jump_host_is_not_trusted_by_what_was_said_of_the_guest(sshd: StartSshd, ssh_folder: Path):
    guest, jump = sshd(), sshd()
    configure(ssh_folder, jump_config(guest, jump))
    with pytest.raises(HostKeyError, match="bastion") as refused:
        await enter(route_by_config(address="10.0.0.5", user=guest.user, host_key=jump.host_key.fingerprint))
    assert "--host-key" not in refused.value.remedy


async def test_a_guest_that_the_jump_host_cannot_reach_is_said(sshd: StartSshd, ssh_folder: Path):
    guest, jump = sshd(), sshd()
    trust(ssh_folder, jump)
    guest.stop()
    configure(ssh_folder, jump_config(guest, jump))
    with pytest.raises(GuestUnreachableError, match="cannot be reached from the jump host"):
        await enter(route_by_config(address="10.0.0.5", user=guest.user, key_file=guest.key))


async def test_a_chain_of_jump_hosts_is_followed(sshd: StartSshd, ssh_folder: Path):
    guest, first, second = sshd(), sshd(), sshd()
    for server in (guest, first, second):
        trust(ssh_folder, server)
    configure(
        ssh_folder,
        leads_to(guest, "10.0.0.5", f"  ProxyJump {first.user}@127.0.0.1:{first.port},second")
        + leads_to(second, "second", f"  IdentityFile {second.key}")
        + f"Host 127.0.0.1\n  IdentityFile {first.key}\n",
    )
    assert await enter(route_by_config(address="10.0.0.5", user=guest.user, key_file=guest.key)) == "in"
    assert "Accepted publickey" in first.log
    assert "Accepted publickey" in second.log


async def test_a_circle_of_jump_hosts_ends(ssh_folder: Path):
    configure(ssh_folder, "Host a\n  ProxyJump b\nHost b\n  ProxyJump a\n")
    with pytest.raises(ConfigError, match="circle"):
        await enter(route_by_config(address="a"))


@needs("busybox")
async def test_a_proxy_command_is_run_by_the_shell_and_may_print_errors(sshd: StartSshd, ssh_folder: Path):
    guest = sshd()
    trust(ssh_folder, guest)
    command = "sh -c 'echo noise >&2; exec busybox nc 127.0.0.1 %p'"
    configure(ssh_folder, f"Host *\n  ProxyCommand {command}\n")
    async with seen_to_end():
        assert await enter(route_to(guest)) == "in"


async def test_a_proxy_command_that_does_not_exist_is_said(sshd: StartSshd, ssh_folder: Path):
    guest = sshd()
    configure(ssh_folder, "Host *\n  ProxyCommand /no/such/command\n")
    async with seen_to_end():
        with pytest.raises(GuestUnreachableError, match="closed the connection before the login"):
            await enter(route_to(guest))


async def test_the_config_of_the_cloud_replaces_the_users(sshd: StartSshd, ssh_folder: Path, tmp_path: Path):
    guest = sshd()
    configure(ssh_folder, "Host *\n  Port 1\n  User nobody\n")
    own = tmp_path / "ssh_config"
    known = tmp_path / "known"
    known.write_text(f"db-07 {guest.host_key.public}\n")
    more = f"  HostKeyAlias db-07\n  User {guest.user}\n  IdentityFile {guest.key}\n  UserKnownHostsFile {known}"
    own.write_text(leads_to(guest, more=more))
    assert await enter(route_by_config(ssh_config=own)) == "in"
