"""Which keys are offered to a guest: of the agent, of files, and with which passphrase."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import asyncssh
import pytest

from models.errors import ConfigError, GuestLoginError
from tests.guest.ssh.broken_servers import strict_server
from tests.guest.ssh.conftest import Answers, route_to, trust
from tests.guest.ssh.logging_in import configure, enter, leads_to, route_by_config, trust_strict
from tests.support.needs import require
from tests.support.sshd import StartSshd, generate_key


@pytest.fixture
def agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A real ssh-agent; the path of its socket."""
    require("ssh-agent", "ssh-add")
    file = tmp_path / "agent"
    process = subprocess.Popen(["ssh-agent", "-D", "-a", str(file)], stdout=subprocess.DEVNULL)
    for _ in range(200):
        if file.exists():
            break
        subprocess.run(["sleep", "0.01"], check=True)
    yield file
    process.terminate()
    process.wait(5)


def add_to(agent: Path, *keys: Path) -> None:
    environment = {**os.environ, "SSH_AUTH_SOCK": str(agent)}
    subprocess.run(["ssh-add", "-q", *map(str, keys)], check=True, env=environment)


async def test_no_key_at_all_is_said(sshd: StartSshd, ssh_folder: Path):
    guest = sshd()
    trust(ssh_folder, guest)
    with pytest.raises(GuestLoginError, match="no key") as refused:
        await enter(route_to(guest, key_file=None))
    assert "No SSH agent is running." in refused.value.meaning


async def test_an_agent_that_is_gone_is_said_and_files_are_used(
    sshd: StartSshd, ssh_folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "gone"))
    guest = sshd()
    trust(ssh_folder, guest)
    with pytest.raises(GuestLoginError) as refused:
        await enter(route_to(guest, key_file=None))
    assert "The SSH agent does not answer." in refused.value.meaning
    assert await enter(route_to(guest)) == "in"


async def test_a_key_in_the_agent_lets_in(sshd: StartSshd, ssh_folder: Path, agent: Path, monkeypatch):
    monkeypatch.setenv("SSH_AUTH_SOCK", str(agent))
    guest = sshd()
    trust(ssh_folder, guest)
    add_to(agent, guest.key)
    assert await enter(route_to(guest, key_file=None)) == "in"


async def test_the_agent_of_the_config_is_asked(sshd: StartSshd, ssh_folder: Path, agent: Path):
    guest = sshd()
    trust(ssh_folder, guest)
    add_to(agent, guest.key)
    configure(ssh_folder, f"IdentityAgent {agent}\n")
    assert await enter(route_to(guest, key_file=None)) == "in"


async def test_a_crowded_agent_is_offered_on_further_connections(
    ssh_folder: Path, agent: Path, monkeypatch, tmp_path: Path
):
    monkeypatch.setenv("SSH_AUTH_SOCK", str(agent))
    keys = [generate_key(tmp_path / f"key{number}") for number in range(9)]
    add_to(agent, *(tmp_path / f"key{number}" for number in range(9)))
    async with strict_server(lambda user: user == "ada", keys[8], most_keys=4) as strict:
        trust_strict(ssh_folder, strict)
        configure(ssh_folder, leads_to(strict, more="  User ada"))
        assert await enter(route_by_config()) == "ada"
        assert strict.connections == 3


async def test_identities_only_leaves_the_agents_other_keys_out(
    ssh_folder: Path, agent: Path, monkeypatch, tmp_path: Path
):
    monkeypatch.setenv("SSH_AUTH_SOCK", str(agent))
    keys = [generate_key(tmp_path / f"key{number}") for number in range(3)]
    add_to(agent, *(tmp_path / f"key{number}" for number in range(3)))
    async with strict_server(lambda _user: True, keys[0]) as strict:
        trust_strict(ssh_folder, strict)
        chosen = f"  User ada\n  IdentitiesOnly yes\n  IdentityFile {tmp_path}/key2.pub"
        configure(ssh_folder, leads_to(strict, more=chosen))
        with pytest.raises(GuestLoginError):
            await enter(route_by_config())
        assert {fingerprint for _, fingerprint in strict.attempts} == {keys[2].get_fingerprint()}


FEW_ROUNDS = pytest.mark.filterwarnings("ignore:.*bcrypt.kdf.*rounds")


@FEW_ROUNDS
async def test_an_encrypted_key_is_asked_for_its_passphrase_when_the_guest_would_take_it(
    sshd: StartSshd, ssh_folder: Path
):
    guest = sshd()
    trust(ssh_folder, guest)
    key = generate_key(ssh_folder / "id_ed25519", passphrase="correct")
    guest.authorize(key.export_public_key().decode())
    asking = Answers(passphrases=("wrong", "correct"))
    assert await enter(route_to(guest, key_file=None, asking=asking)) == "in"
    assert asking.asked == [("passphrase", ssh_folder / "id_ed25519")] * 2


@FEW_ROUNDS
async def test_an_encrypted_key_that_the_guest_would_not_take_is_not_asked_for(sshd: StartSshd, ssh_folder: Path):
    guest = sshd()
    trust(ssh_folder, guest)
    generate_key(ssh_folder / "id_ed25519", passphrase="secret")
    asking = Answers(passphrases=("secret",))
    with pytest.raises(GuestLoginError):
        await enter(route_to(guest, key_file=None, asking=asking))
    assert asking.asked == []


@FEW_ROUNDS
async def test_a_passphrase_is_asked_three_times_and_never_told(sshd: StartSshd, ssh_folder: Path):
    guest = sshd()
    trust(ssh_folder, guest)
    key = generate_key(ssh_folder / "id_ed25519", passphrase="correct-horse")
    guest.authorize(key.export_public_key().decode())
    asking = Answers(passphrases=("wrong-one", "wrong-two", "wrong-three", "correct-horse"))
    with pytest.raises(GuestLoginError, match="encrypted and was skipped") as refused:
        await enter(route_to(guest, key_file=None, asking=asking))
    assert len(asking.asked) == 3
    assert "wrong-" not in repr(refused.value.__dict__)


async def test_an_old_encrypted_format_without_its_public_half_is_asked_for(
    sshd: StartSshd, ssh_folder: Path, tmp_path: Path
):
    guest = sshd()
    trust(ssh_folder, guest)
    key = asyncssh.generate_private_key("ecdsa-sha2-nistp256")
    guest.authorize(key.export_public_key().decode())
    file = tmp_path / "old.pem"
    key.write_private_key(str(file), "pkcs8-pem", "secret")
    assert await enter(route_to(guest, key_file=file, asking=Answers(passphrases=("secret",)))) == "in"


@pytest.mark.parametrize("content, said", [("nonsense", "is no key that can be read"), (None, "cannot be read")])
async def test_a_key_that_was_named_and_is_none_is_the_users_to_correct(
    sshd: StartSshd, ssh_folder: Path, tmp_path: Path, content: str | None, said: str
):
    guest = sshd()
    trust(ssh_folder, guest)
    if content is not None:
        (tmp_path / "key").write_text(content)
    with pytest.raises(ConfigError, match=said):
        await enter(route_to(guest, key_file=tmp_path / "key"))


async def test_a_banner_before_the_login_does_no_harm(sshd: StartSshd, ssh_folder: Path):
    guest = sshd(banner="\x1b[31mAuthorized use only!\x1b[0m\n" * 50)
    trust(ssh_folder, guest)
    assert await enter(route_to(guest)) == "in"
