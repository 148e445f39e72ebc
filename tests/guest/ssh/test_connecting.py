"""Getting in: which address, as whom, with which key, over which host; and what is said when it does not work."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import asyncssh
import pytest

from imaging.guest.connecting import connect_guest
from imaging.guest.dialling import Patience
from imaging.guest.interface import GuestAccess, Nobody, WayIn
from models.errors import ConfigError, ExitCode, GuestLoginError, GuestUnreachableError, HostKeyError
from models.instance import Instance
from tests.guest.ssh.conftest import Answers, Told, at, make_image, make_instance, trust, way_to
from tests.guest.ssh.misbehaving import Strict, strict_server, tcp_server
from tests.support.sshd import Sshd, StartSshd, generate_key

QUICK = Patience(connect=0.3, login=0.3)


async def enter(way: WayIn, patience: Patience | None = None, say: str = "echo in") -> str:
    shell = await connect_guest(way, patience=patience)
    try:
        return (await shell.run(say, seconds=10)).output.decode().strip()
    finally:
        await shell.close()


def way_by_config(
    *, instance: Instance | None = None, asking: object = None, told: Told | None = None, **access: object
) -> WayIn:
    """A way of which the user said nothing but what is given here."""
    return WayIn(
        instance or make_instance(addresses=(at("203.0.113.7"),)),
        make_image(),
        GuestAccess.model_validate(access),
        asking or Nobody(),  # type: ignore[arg-type]
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


# No way at all


async def test_an_instance_without_address_says_so(ssh_folder: Path):
    with pytest.raises(GuestUnreachableError, match="no address at all"):
        await enter(way_by_config(instance=make_instance()))


async def test_a_stopped_instance_is_not_knocked_at(ssh_folder: Path):
    with pytest.raises(GuestUnreachableError, match="SHUTOFF") as refused:
        await enter(way_by_config(instance=make_instance(status="SHUTOFF", addresses=(at("203.0.113.7"),))))
    assert "deep check" in refused.value.remedy


async def test_nobody_listening_is_said(ssh_folder: Path):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with pytest.raises(GuestUnreachableError, match=f"127.0.0.1 port {port} refuses the connection"):
            await enter(way_by_config(address="127.0.0.1", port=port))


async def test_a_silent_server_is_given_up_in_time(ssh_folder: Path):
    async with tcp_server(b"", hang_up=False) as port:
        with pytest.raises(GuestUnreachableError, match="accepted the connection but did not let it come about"):
            await enter(way_by_config(address="127.0.0.1", port=port), QUICK)


async def test_a_slow_login_gets_more_time_than_the_connection_itself(ssh_folder: Path):
    key = generate_key(ssh_folder / "id_ed25519")
    async with strict_server(lambda _user: True, key, hesitates=0.5) as strict:
        trust_strict(ssh_folder, strict)
        configure(ssh_folder, leads_to(strict, more="  User ada"))
        assert await enter(way_by_config(), Patience(connect=0.4, login=20)) == "ada"


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
            await enter(way_by_config(address="127.0.0.1", port=port), QUICK)
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
            await enter(way_by_config(address="127.0.0.1", port=port))
    assert "\x1b" not in str(refused.value)


async def test_a_name_that_nobody_knows_is_said(ssh_folder: Path, monkeypatch: pytest.MonkeyPatch):
    async def unknown(*_args: object, **_wishes: object) -> object:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", unknown)
    with pytest.raises(GuestUnreachableError, match=r"nowhere\.invalid is a name that nobody knows"):
        await enter(way_by_config(address="nowhere.invalid"))


async def test_a_broken_config_is_the_users_to_correct(ssh_folder: Path):
    configure(ssh_folder, "Host *\n  Port twenty\n")
    with pytest.raises(ConfigError, match="line 2: Invalid Port") as refused:
        await enter(way_by_config())
    assert refused.value.exit_code is ExitCode.USAGE


async def test_a_missing_config_that_was_named_is_said(ssh_folder: Path, tmp_path: Path):
    with pytest.raises(ConfigError, match="cannot be used"):
        await enter(way_by_config(ssh_config=tmp_path / "none"))


# Addresses


async def test_the_next_address_is_tried_when_one_does_not_answer(sshd: StartSshd, ssh_folder: Path):
    guest = sshd()
    trust(ssh_folder, guest)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        deaf = f"Host 198.51.100.9\n  HostName 127.0.0.1\n  Port {unused.getsockname()[1]}\n"
        configure(ssh_folder, deaf + leads_to(guest, "10.0.0.5"))
        instance = make_instance(addresses=(at("10.0.0.5"), at("198.51.100.9", "floating")))
        told = Told()
        way = way_by_config(instance=instance, told=told, user=guest.user, key_file=guest.key)
        assert await enter(way) == "in"
    assert told.text.index("Connecting to 198.51.100.9") < told.text.index("Connecting to 10.0.0.5")


async def test_when_none_answers_each_is_named(ssh_folder: Path):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        configure(ssh_folder, f"Host *\n  HostName 127.0.0.1\n  Port {unused.getsockname()[1]}\n")
        instance = make_instance(addresses=(at("10.0.0.5"), at("198.51.100.9", "floating")))
        with pytest.raises(GuestUnreachableError, match=r"198\.51\.100\.9 .*10\.0\.0\.5 "):
            await enter(way_by_config(instance=instance))


# Users


async def test_users_are_guessed_by_image_until_one_is_let_in(ssh_folder: Path, tmp_path: Path):
    key = generate_key(ssh_folder / "id_ed25519")
    async with strict_server(lambda user: user == "cloud-user", key) as strict:
        trust_strict(ssh_folder, strict)
        configure(ssh_folder, leads_to(strict))
        way = way_by_config()
        way = WayIn(way.instance, make_image("Rocky-9.4"), way.access, way.asking, way.tell)
        assert await enter(way) == "cloud-user"
        assert strict.users == ["rocky", "cloud-user"]


async def test_the_user_of_the_config_wins_over_a_guess(ssh_folder: Path):
    key = generate_key(ssh_folder / "id_ed25519")
    async with strict_server(lambda user: user == "ada", key) as strict:
        trust_strict(ssh_folder, strict)
        configure(ssh_folder, leads_to(strict, more="  User ada"))
        assert await enter(way_by_config()) == "ada"
        assert strict.users == ["ada"]


async def test_the_user_is_asked_when_no_guess_is_let_in(ssh_folder: Path):
    key = generate_key(ssh_folder / "id_ed25519")
    async with strict_server(lambda user: user == "ada", key) as strict:
        trust_strict(ssh_folder, strict)
        configure(ssh_folder, leads_to(strict))
        asking = Answers(users=("typo", "ada"))
        assert await enter(way_by_config(asking=asking)) == "ada"
        assert asking.asked[0] == ("user", ("ubuntu",), f"203.0.113.7 (127.0.0.1) port {strict.port}")


async def test_a_wrong_user_is_refused_with_who_and_what_was_tried(ssh_folder: Path):
    key = generate_key(ssh_folder / "id_ed25519")
    async with strict_server(lambda _user: False, key) as strict:
        trust_strict(ssh_folder, strict)
        configure(ssh_folder, leads_to(strict))
        asking = Answers(users=("ada",))
        with pytest.raises(GuestLoginError) as refused:
            await enter(way_by_config(asking=asking))
    assert refused.value.exit_code is ExitCode.NOT_ALLOWED
    assert f"tried ubuntu, ada with {ssh_folder}/id_ed25519" in refused.value.what
    assert "no SSH agent is running" in refused.value.meaning


async def test_a_user_that_was_named_is_the_only_one(ssh_folder: Path):
    key = generate_key(ssh_folder / "id_ed25519")
    async with strict_server(lambda _user: False, key) as strict:
        trust_strict(ssh_folder, strict)
        configure(ssh_folder, leads_to(strict, more="  User other"))
        asking = Answers(users=("ada",))
        with pytest.raises(GuestLoginError, match="tried root with"):
            await enter(way_by_config(asking=asking, user="root"))
        assert strict.users == ["root"]
        assert asking.asked == []


# Keys


@pytest.fixture
def agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A real ssh-agent; the path of its socket."""
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
    with pytest.raises(GuestLoginError, match="no key at all") as refused:
        await enter(way_to(guest, key_file=None))
    assert "no SSH agent is running" in refused.value.meaning


async def test_an_agent_that_is_gone_is_said_and_files_are_used(
    sshd: StartSshd, ssh_folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "gone"))
    guest = sshd()
    trust(ssh_folder, guest)
    with pytest.raises(GuestLoginError) as refused:
        await enter(way_to(guest, key_file=None))
    assert "the SSH agent does not answer" in refused.value.meaning
    assert await enter(way_to(guest)) == "in"


async def test_a_key_in_the_agent_lets_in(sshd: StartSshd, ssh_folder: Path, agent: Path, monkeypatch):
    monkeypatch.setenv("SSH_AUTH_SOCK", str(agent))
    guest = sshd()
    trust(ssh_folder, guest)
    add_to(agent, guest.key)
    assert await enter(way_to(guest, key_file=None)) == "in"


async def test_the_agent_of_the_config_is_asked(sshd: StartSshd, ssh_folder: Path, agent: Path):
    guest = sshd()
    trust(ssh_folder, guest)
    add_to(agent, guest.key)
    configure(ssh_folder, f"IdentityAgent {agent}\n")
    assert await enter(way_to(guest, key_file=None)) == "in"


async def test_a_crowded_agent_is_offered_on_further_connections(
    ssh_folder: Path, agent: Path, monkeypatch, tmp_path: Path
):
    monkeypatch.setenv("SSH_AUTH_SOCK", str(agent))
    keys = [generate_key(tmp_path / f"key{number}") for number in range(9)]
    add_to(agent, *(tmp_path / f"key{number}" for number in range(9)))
    async with strict_server(lambda user: user == "ada", keys[8], most_keys=4) as strict:
        trust_strict(ssh_folder, strict)
        configure(ssh_folder, leads_to(strict, more="  User ada"))
        assert await enter(way_by_config()) == "ada"
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
            await enter(way_by_config())
        assert {fingerprint for _, fingerprint in strict.attempts} == {keys[2].get_fingerprint()}


async def test_an_encrypted_key_is_asked_for_its_passphrase_when_the_guest_would_take_it(
    sshd: StartSshd, ssh_folder: Path
):
    guest = sshd()
    trust(ssh_folder, guest)
    key = generate_key(ssh_folder / "id_ed25519", passphrase="correct")
    guest.authorize(key.export_public_key().decode())
    asking = Answers(passphrases=("wrong", "correct"))
    assert await enter(way_to(guest, key_file=None, asking=asking)) == "in"
    assert asking.asked == [("passphrase", ssh_folder / "id_ed25519")] * 2


async def test_an_encrypted_key_that_the_guest_would_not_take_is_not_asked_for(sshd: StartSshd, ssh_folder: Path):
    guest = sshd()
    trust(ssh_folder, guest)
    generate_key(ssh_folder / "id_ed25519", passphrase="secret")
    asking = Answers(passphrases=("secret",))
    with pytest.raises(GuestLoginError):
        await enter(way_to(guest, key_file=None, asking=asking))
    assert asking.asked == []


async def test_a_passphrase_is_asked_three_times_and_never_told(sshd: StartSshd, ssh_folder: Path):
    guest = sshd()
    trust(ssh_folder, guest)
    key = generate_key(ssh_folder / "id_ed25519", passphrase="correct-horse")
    guest.authorize(key.export_public_key().decode())
    asking = Answers(passphrases=("wrong-one", "wrong-two", "wrong-three", "correct-horse"))
    with pytest.raises(GuestLoginError, match="encrypted and was left out") as refused:
        await enter(way_to(guest, key_file=None, asking=asking))
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
    assert await enter(way_to(guest, key_file=file, asking=Answers(passphrases=("secret",)))) == "in"


@pytest.mark.parametrize("content, said", [("nonsense", "is no key that can be read"), (None, "cannot be read")])
async def test_a_key_that_was_named_and_is_none_is_the_users_to_correct(
    sshd: StartSshd, ssh_folder: Path, tmp_path: Path, content: str | None, said: str
):
    guest = sshd()
    trust(ssh_folder, guest)
    if content is not None:
        (tmp_path / "key").write_text(content)
    with pytest.raises(ConfigError, match=said):
        await enter(way_to(guest, key_file=tmp_path / "key"))


async def test_a_banner_before_the_login_does_no_harm(sshd: StartSshd, ssh_folder: Path):
    guest = sshd(banner="\x1b[31mAuthorized use only!\x1b[0m\n" * 50)
    trust(ssh_folder, guest)
    assert await enter(way_to(guest)) == "in"


# Jump hosts and proxies


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
    way = way_by_config(address="10.0.0.5", user=guest.user, key_file=guest.key)
    assert await enter(way) == "in"
    assert "Accepted publickey" in jump.log


async def test_a_jump_host_that_refuses_the_key_is_named(sshd: StartSshd, ssh_folder: Path, tmp_path: Path):
    guest, jump = sshd(), sshd()
    trust(ssh_folder, jump)
    other = tmp_path / "other"
    generate_key(other)
    configure(ssh_folder, jump_config(guest, jump, jump_user="ada@").replace(str(jump.key), str(other)))
    with pytest.raises(GuestLoginError, match=rf"bastion \(127\.0\.0\.1\).* tried ada with {other}") as refused:
        await enter(way_by_config(address="10.0.0.5", user=guest.user, key_file=guest.key))
    assert "ProxyCommand" in refused.value.remedy


async def test_a_new_jump_host_is_not_trusted_by_what_was_said_of_the_guest(sshd: StartSshd, ssh_folder: Path):
    guest, jump = sshd(), sshd()
    configure(ssh_folder, jump_config(guest, jump))
    with pytest.raises(HostKeyError, match="bastion") as refused:
        await enter(way_by_config(address="10.0.0.5", user=guest.user, host_key=jump.host_key.fingerprint))
    assert "--host-key" not in refused.value.remedy


async def test_a_guest_that_the_jump_host_cannot_reach_is_said(sshd: StartSshd, ssh_folder: Path):
    guest, jump = sshd(), sshd()
    trust(ssh_folder, jump)
    guest.stop()
    configure(ssh_folder, jump_config(guest, jump))
    with pytest.raises(GuestUnreachableError, match="cannot be reached from the jump host"):
        await enter(way_by_config(address="10.0.0.5", user=guest.user, key_file=guest.key))


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
    assert await enter(way_by_config(address="10.0.0.5", user=guest.user, key_file=guest.key)) == "in"
    assert "Accepted publickey" in first.log
    assert "Accepted publickey" in second.log


async def test_a_circle_of_jump_hosts_ends(ssh_folder: Path):
    configure(ssh_folder, "Host a\n  ProxyJump b\nHost b\n  ProxyJump a\n")
    with pytest.raises(ConfigError, match="circle"):
        await enter(way_by_config(address="a"))


async def test_a_proxy_command_is_run_by_the_shell_and_may_print_errors(sshd: StartSshd, ssh_folder: Path):
    guest = sshd()
    trust(ssh_folder, guest)
    command = "sh -c 'echo noise >&2; exec busybox nc 127.0.0.1 %p'"
    configure(ssh_folder, f"Host *\n  ProxyCommand {command}\n")
    assert await enter(way_to(guest)) == "in"


async def test_a_proxy_command_that_does_not_exist_is_said(sshd: StartSshd, ssh_folder: Path):
    guest = sshd()
    configure(ssh_folder, "Host *\n  ProxyCommand /no/such/command\n")
    with pytest.raises(GuestUnreachableError, match="closed the connection before the login"):
        await enter(way_to(guest))


async def test_the_config_of_the_cloud_replaces_the_users(sshd: StartSshd, ssh_folder: Path, tmp_path: Path):
    guest = sshd()
    configure(ssh_folder, "Host *\n  Port 1\n  User nobody\n")
    own = tmp_path / "ssh_config"
    known = tmp_path / "known"
    known.write_text(f"db-07 {guest.host_key.public}\n")
    more = f"  HostKeyAlias db-07\n  User {guest.user}\n  IdentityFile {guest.key}\n  UserKnownHostsFile {known}"
    own.write_text(leads_to(guest, more=more))
    assert await enter(way_by_config(ssh_config=own)) == "in"
