"""Is it the right machine? Known, changed, revoked and new host keys, against a real server."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import stat
from pathlib import Path

import pytest

from imaging.guest.interface import HostKeyQuestion, LoginRoute, Nobody
from imaging.guest.ssh.connect import connect_guest
from models.errors import ForbiddenError, GuestUnreachableError, HostKeyError
from models.exit_code import ExitCode
from tests.guest.ssh.conftest import Answers, Told, route_to, trust
from tests.support.sshd import HostKey, Sshd, StartSshd, generate_key

OTHER = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ8nXnQ6oBdnbJ7CVFV8L1GN7XqK1M5Xc3dY6bG1n7mP other"


async def enter(route: LoginRoute) -> None:
    """Connect, see that commands run, and disconnect."""
    shell = await connect_guest(route)
    try:
        assert (await shell.run("echo in", seconds=10)).output == b"in\n"
    finally:
        await shell.close()


def console(*keys: HostKey, prefix: str = "cloud-init[368]: <14>Nov 23 01:02:03 cloud-init: ") -> str:
    """What cloud-init prints on the console at the first boot."""
    lines = [
        "-----BEGIN SSH HOST KEY FINGERPRINTS-----",
        *(f"256 {key.fingerprint} root@db-07 ({_kind(key)})" for key in keys),
        "-----END SSH HOST KEY FINGERPRINTS-----",
    ]
    return "".join(f"[   12.3] {prefix}{line}\r\n" for line in lines) + "\r\nlogin: "


def _kind(key: HostKey) -> str:
    return key.public.split()[0].split("-")[1].upper()


def console_of_whole_keys(*keys: HostKey) -> str:
    lines = ["-----BEGIN SSH HOST KEY KEYS-----", *(key.public for key in keys), "-----END SSH HOST KEY KEYS-----"]
    return "\n".join(lines)


def known_hosts(ssh_folder: Path) -> Path:
    return ssh_folder / "known_hosts"


def other_key(folder: Path, name: str = "other", algorithm: str = "ssh-ed25519") -> HostKey:
    generate_key(folder / name, algorithm)
    return HostKey(folder / name)


async def test_a_changed_key_never_goes_on_and_says_where_the_old_one_stands(sshd: StartSshd, ssh_folder: Path):
    guest = sshd()
    other = other_key(guest.folder)
    known_hosts(ssh_folder).write_text(f"# mine\nexample.org {OTHER}\n[127.0.0.1]:{guest.port} {other.public}\n")
    before = known_hosts(ssh_folder).read_text()
    asking = Answers(trusts=True)
    route = route_to(guest, asking=asking, log=console(guest.host_key), host_key=guest.host_key.fingerprint)
    with pytest.raises(HostKeyError) as refused:
        await enter(route)
    assert refused.value.exit_code is ExitCode.USAGE
    assert f"{known_hosts(ssh_folder)}:3" in refused.value.what
    assert guest.host_key.fingerprint in refused.value.what
    assert "console log names this very key" in refused.value.meaning
    assert f"ssh-keygen -R '[127.0.0.1]:{guest.port}'" in refused.value.remedy
    assert asking.asked == []
    assert known_hosts(ssh_folder).read_text() == before
    assert "Accepted" not in guest.log


async def test_a_server_that_shows_another_kind_of_key_than_the_known_one_has_changed(
    sshd: StartSshd, ssh_folder: Path
):
    guest = sshd()
    rsa = other_key(guest.folder, "rsa", "ssh-rsa")
    known_hosts(ssh_folder).write_text(f"[127.0.0.1]:{guest.port} {rsa.public}\n")
    with pytest.raises(HostKeyError, match="has changed"):
        await enter(route_to(guest, asking=Answers(trusts=True)))


async def test_of_several_keys_the_known_one_is_asked_for(sshd: StartSshd, ssh_folder: Path):
    guest = sshd(host_keys=("ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa"))
    known_hosts(ssh_folder).write_text(f"[127.0.0.1]:{guest.port} {guest.host_keys[2].public}\n")
    await enter(route_to(guest, asking=Nobody()))


async def test_of_several_new_keys_that_one_is_noted_which_ssh_would_ask_for(sshd: StartSshd, ssh_folder: Path):
    guest = sshd(host_keys=("ssh-rsa", "ecdsa-sha2-nistp256", "ssh-ed25519"))
    await enter(route_to(guest, asking=Answers(trusts=True)))
    assert known_hosts(ssh_folder).read_text() == f"[127.0.0.1]:{guest.port} {guest.host_keys[2].public}\n"


async def test_a_revoked_key_is_refused_though_the_user_names_it(sshd: StartSshd, ssh_folder: Path):
    guest = sshd()
    known_hosts(ssh_folder).write_text(f"@revoked * {guest.host_key.public}\n")
    route = route_to(guest, asking=Answers(trusts=True), host_key=guest.host_key.fingerprint)
    with pytest.raises(HostKeyError, match=r"revoked in .*known_hosts:1"):
        await enter(route)


async def test_a_new_key_without_anybody_to_ask_is_refused_with_the_option_that_would_trust_it(
    sshd: StartSshd, ssh_folder: Path
):
    guest = sshd()
    with pytest.raises(HostKeyError) as refused:
        await enter(route_to(guest, asking=Nobody(), log="[  OK  ] Reached target.\n"))
    assert refused.value.exit_code == 2
    assert f"--host-key {guest.host_key.fingerprint}" in refused.value.remedy
    assert "names no host keys any more" in refused.value.meaning
    assert not known_hosts(ssh_folder).exists()
    assert "Accepted" not in guest.log


async def test_a_new_key_that_the_console_log_does_not_name_is_asked_with_a_warning(sshd: StartSshd, ssh_folder: Path):
    guest = sshd()
    asking = Answers(trusts=False)
    with pytest.raises(HostKeyError):
        await enter(route_to(guest, asking=asking, log=console(other_key(guest.folder))))
    (question,) = asking.asked
    assert isinstance(question, HostKeyQuestion)
    assert question.console.startswith("Beware")
    assert question.fingerprint == guest.host_key.fingerprint
    assert question.algorithm == "ssh-ed25519"


async def test_without_a_console_log_the_option_is_named_all_the_same(sshd: StartSshd, ssh_folder: Path):
    guest = sshd()
    with pytest.raises(HostKeyError, match="could not be read") as refused:
        await enter(route_to(guest, asking=Nobody()))
    assert f"--host-key {guest.host_key.fingerprint}" in refused.value.remedy


@pytest.mark.parametrize("printed", [console, console_of_whole_keys])
async def test_a_new_key_that_the_console_log_names_is_trusted_said_and_remembered(
    sshd: StartSshd, ssh_folder: Path, printed
):
    guest = sshd()
    told = Told()
    asking = Answers()
    rsa = other_key(guest.folder, algorithm="ssh-rsa")
    await enter(route_to(guest, asking=asking, told=told, log=printed(rsa, guest.host_key)))
    assert asking.asked == []
    assert f"The host key is the one in the instance's console log: {guest.host_key.fingerprint}." in told.text
    assert known_hosts(ssh_folder).read_text() == f"[127.0.0.1]:{guest.port} {guest.host_key.public}\n"
    await enter(route_to(guest, asking=Nobody()))


async def test_the_keys_of_users_in_the_console_log_are_no_host_keys(sshd: StartSshd, ssh_folder: Path):
    guest = sshd()
    log = f"ci-info: Authorized keys from /home/ubuntu\nci-info: | ssh-ed25519 | {guest.host_key.fingerprint} |\n"
    with pytest.raises(HostKeyError):
        await enter(route_to(guest, asking=Nobody(), log=log))


async def test_a_console_log_that_cannot_be_read_only_costs_what_it_says(sshd: StartSshd, ssh_folder: Path):
    guest = sshd()

    async def refused() -> str:
        raise ForbiddenError("Policy forbids it.")

    route = route_to(guest, asking=Nobody())
    route = LoginRoute(route.instance, route.image, route.access, route.asking, route.tell, refused)
    with pytest.raises(HostKeyError, match="could not be read: Policy forbids it"):
        await enter(route)


async def test_the_console_log_is_not_asked_for_when_the_key_is_known(sshd: StartSshd, ssh_folder: Path):
    guest = sshd()
    trust(ssh_folder, guest)

    async def never() -> str:
        raise AssertionError

    route = route_to(guest)
    await enter(LoginRoute(route.instance, route.image, route.access, route.asking, route.tell, never))


async def test_the_key_that_the_user_named_is_trusted_and_another_one_is_not(sshd: StartSshd, ssh_folder: Path):
    guest = sshd()
    other = other_key(guest.folder).fingerprint
    with pytest.raises(HostKeyError, match=f"shows the host key {guest.host_key.fingerprint.replace('+', '.')}, not"):
        await enter(route_to(guest, asking=Answers(trusts=True), host_key=other))
    without_prefix = guest.host_key.fingerprint.removeprefix("SHA256:") + "="
    await enter(route_to(guest, asking=Nobody(), host_key=without_prefix))
    assert guest.host_key.public in known_hosts(ssh_folder).read_text()


async def test_hashed_names_patterns_and_broken_lines_are_understood(sshd: StartSshd, ssh_folder: Path):
    guest = sshd()
    salt = os.urandom(20)
    digest = hmac.new(salt, f"[127.0.0.1]:{guest.port}".encode(), hashlib.sha1).digest()
    hashed = f"|1|{base64.b64encode(salt).decode()}|{base64.b64encode(digest).decode()}"
    known_hosts(ssh_folder).write_text(
        f"this is nonsense\n|1|%%%|x y\n!127.0.0.1,10.* {OTHER}\n{hashed} {guest.host_key.public}\n"
    )
    await enter(route_to(guest, asking=Nobody()))


async def test_a_key_noted_without_the_port_counts_but_another_one_is_only_new(sshd: StartSshd, ssh_folder: Path):
    guest = sshd()
    known_hosts(ssh_folder).write_text(f"127.0.0.1 {guest.host_key.public}\n")
    await enter(route_to(guest, asking=Nobody()))
    known_hosts(ssh_folder).write_text(f"127.0.0.1 {OTHER}\n")
    with pytest.raises(HostKeyError, match="is not known"):
        await enter(route_to(guest, asking=Nobody()))


async def test_the_alias_of_the_config_is_the_name_in_known_hosts(sshd: StartSshd, ssh_folder: Path):
    guest = sshd()
    (ssh_folder / "config").write_text("Host *\n  HostKeyAlias demo-db-07\n  UserKnownHostsFile ~/.ssh/demo\n")
    await enter(route_to(guest, asking=Answers(trusts=True)))
    assert (ssh_folder / "demo").read_text() == f"demo-db-07 {guest.host_key.public}\n"
    await enter(route_to(guest, asking=Nobody()))


async def test_an_accepted_key_leaves_mode_link_and_other_lines_as_they_were(sshd: StartSshd, ssh_folder: Path):
    guest = sshd()
    real = ssh_folder.parent / "dotfiles"
    real.write_bytes(b"# caf\xe9, without a newline at the end\r\nexample.org " + OTHER.encode())
    real.chmod(0o644)
    known_hosts(ssh_folder).symlink_to(real)
    await enter(route_to(guest, asking=Answers(trusts=True)))
    assert known_hosts(ssh_folder).is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o644
    first, second, third, rest = real.read_bytes().split(b"\n")
    assert first == b"# caf\xe9, without a newline at the end\r"
    assert second == b"example.org " + OTHER.encode()
    assert third == f"[127.0.0.1]:{guest.port} {guest.host_key.public}".encode()
    assert rest == b""
    assert [file.name for file in real.parent.iterdir()] == sorted([".ssh", "dotfiles"])


async def test_where_names_are_hashed_a_new_one_is_hashed_too(sshd: StartSshd, ssh_folder: Path):
    guest = sshd()
    known_hosts(ssh_folder).write_text(f"|1|aaaaaaaaaaaaaaaaaaaaaaaaaaA=|aaaaaaaaaaaaaaaaaaaaaaaaaaA= {OTHER}\n")
    await enter(route_to(guest, asking=Answers(trusts=True)))
    assert known_hosts(ssh_folder).read_text().splitlines()[1].startswith("|1|")
    await enter(route_to(guest, asking=Nobody()))


async def test_without_a_file_to_remember_it_in_a_key_is_trusted_for_this_time(sshd: StartSshd, ssh_folder: Path):
    guest = sshd()
    (ssh_folder / "config").write_text("UserKnownHostsFile /dev/null\nStrictHostKeyChecking no\n")
    told = Told()
    await enter(route_to(guest, asking=Answers(trusts=True), told=told))
    assert "trusted for this time" in told.text
    with pytest.raises(HostKeyError):
        await enter(route_to(guest, asking=Nobody()))


async def test_no_known_hosts_file_by_config_is_no_open_door(sshd: StartSshd, ssh_folder: Path):
    guest = sshd()
    (ssh_folder / "config").write_text("UserKnownHostsFile none\n")
    with pytest.raises(HostKeyError):
        await enter(route_to(guest, asking=Nobody()))


async def test_a_host_certificate_of_a_known_authority_is_enough(sshd: StartSshd, ssh_folder: Path, tmp_path: Path):
    authority = generate_key(tmp_path / "ca")
    guest = certified(sshd, tmp_path, authority, principals=["db-07"])
    (ssh_folder / "config").write_text("HostKeyAlias db-07\n")
    line = authority.export_public_key().decode()
    known_hosts(ssh_folder).write_text(f"@cert-authority db-* {line}")
    await enter(route_to(guest, asking=Nobody()))


def certified(sshd: StartSshd, tmp_path: Path, authority, principals: list[str]) -> Sshd:
    folder = tmp_path / "guest"
    folder.mkdir()
    key = generate_key(folder / "host_ssh-ed25519")
    authority.generate_host_certificate(key, "db-07", principals=principals).write_certificate(
        str(folder / "host_ssh-ed25519-cert.pub")
    )
    return sshd(folder, options=(f"HostCertificate {folder / 'host_ssh-ed25519-cert.pub'}",))


async def test_another_service_on_the_port_is_no_host_key_question(ssh_folder: Path, sshd: StartSshd):
    guest = sshd()
    guest.stop()
    with pytest.raises(GuestUnreachableError, match="refuses the connection"):
        await enter(route_to(guest, asking=Answers(trusts=True)))
