"""Hosts, users and ports of strangers, at every door that leads to a shell, the ssh config or known_hosts."""

from __future__ import annotations

import base64
import hmac
import sys
from collections.abc import Callable
from pathlib import Path

import asyncssh
import pytest

from imaging.guest.host_keys import names
from imaging.guest.host_keys.known_hosts import known_keys, remember
from imaging.guest.interface import GuestAccess, LoginRoute
from imaging.guest.ssh.addresses import addresses_to_try
from imaging.guest.ssh.connect import connect_guest
from imaging.guest.ssh.jump_hosts import read_hops
from imaging.guest.ssh.users import guesses
from models.errors import ConfigError, GuestUnreachableError, UsageError
from tests.guest.ssh.broken_servers import strict_server
from tests.guest.ssh.conftest import Answers, Told, at, logs, make_image, make_instance
from tests.guest.ssh.test_host_keys import OTHER
from tests.support.children import seen_to_end
from tests.support.hostile_names import CANARY, HOSTS, PORTS, USERS
from tests.support.sshd import generate_key

SALT = base64.b64encode(bytes(20)).decode()
HASH_OF_NOTHING = base64.b64encode(hmac.new(bytes(20), b"", "sha1").digest()).decode()
SPEAKS = "ProxyCommand echo %h %n %r %p >~/spoken; exec false\n"


@pytest.fixture
def ran(ssh_folder: Path, own_home: Path) -> Callable[[], bool]:
    """An ssh config by which each token comes to a shell; says whether any did."""
    (ssh_folder / "config").write_text(f"Match exec true\n  {SPEAKS}  IdentityFile ~/.ssh/%h-%r\n")
    return lambda: (own_home / CANARY).exists() or (own_home / "spoken").exists()


def route(*addresses: str, asking: Answers | None = None, log: str | None = None, **access: object) -> LoginRoute:
    instance = make_instance(addresses=tuple(at(address) for address in addresses))
    said = GuestAccess.model_validate(access)
    return LoginRoute(instance, make_image(), said, asking or Answers(), Told(), logs(log) if log is not None else None)


async def test_an_honest_address_does_come_to_the_shell(ran: Callable[[], bool], own_home: Path):
    async with seen_to_end():
        with pytest.raises(GuestUnreachableError):
            await connect_guest(route("2001:db8::1", user="ada"))
    assert ran()
    assert (own_home / "spoken").read_text() == "2001:db8::1 2001:db8::1 ada 22\n"


async def test_an_address_of_the_cloud_comes_to_no_shell(ran: Callable[[], bool]):
    for text in HOSTS:
        with pytest.raises(GuestUnreachableError, match="no address at all"):
            await connect_guest(route(text, user="ada"))
        assert not ran(), text


async def test_an_address_that_the_user_was_told_comes_to_no_shell(ran: Callable[[], bool]):
    for text in filter(None, HOSTS):
        with pytest.raises(UsageError, match="no address and no host name"):
            await connect_guest(route(address=text, user="ada"))
        assert not ran(), text


async def test_a_user_that_is_no_name_comes_to_no_shell(ran: Callable[[], bool]):
    for text in filter(None, USERS):
        with pytest.raises(UsageError, match="no user's name"):
            await connect_guest(route(address="db-07", user=text))
        assert not ran(), text


def in_config(texts: tuple[str, ...]) -> list[str]:
    """Those that a line of a config file can hold."""
    return [text for text in texts if text and text.isprintable() and text != "%h"]  # %h is the name asked for


def quoted(text: str) -> str:
    """A value in an ssh config."""
    return "'" + text.replace("'", "'\"'\"'") + "'"


IN_CONFIG = {
    "HostName": in_config(HOSTS),
    "HostKeyAlias": [text for text in in_config(HOSTS) if text != "[db-07]:22"],
    "User": in_config(USERS),
    "Port": ["0", "65536", "-1", "x", "1e3", "9" * 400],
}


@pytest.mark.parametrize("keyword", IN_CONFIG)
async def test_what_the_ssh_config_makes_of_a_host_is_held_to_the_same_letters(
    keyword: str, ssh_folder: Path, own_home: Path
):
    for text in IN_CONFIG[keyword]:
        (ssh_folder / "config").write_text(f"{keyword} {quoted(text)}\n{SPEAKS}", "utf-8")
        with pytest.raises(ConfigError):
            await connect_guest(route(address="db-07"))
        assert not (own_home / CANARY).exists(), text
        assert not (own_home / "spoken").exists(), text


def test_a_jump_host_is_held_to_the_same_letters():
    taken = {"[db-07]", "[db-07]:22", "ada@db-07", *(f"db-07{blank}" for blank in " \n\r\t"), " db-07"}
    assert {read_hops(text)[0].host for text in taken} == {"db-07"}  # as `ssh` writes ports and users
    for text in set(HOSTS) - taken:
        for hops in (text, f"ada@{text}", f"ssh://{text}", f"[{text}]:22", f"good,{text}"):
            with pytest.raises(ConfigError):
                read_hops(hops)


def test_a_user_of_a_jump_host_is_held_to_the_same_letters():
    for text in USERS:
        if not text.startswith(" ") and "," not in text:
            with pytest.raises(ConfigError):
                read_hops(f"{text}@db-07")


def test_a_port_is_a_number_that_a_port_can_have():
    for text in PORTS:
        with pytest.raises(UsageError, match="no port"):
            names.port(text, "The port")
        if text != "22 ":  # blanks around a jump host do not belong to it
            with pytest.raises(ConfigError):
                read_hops(f"db-07:{text}")


def test_honest_hosts_users_and_ports_are_taken():
    for text in (
        "10.0.0.5",
        "2001:db8::1",
        "::ffff:10.0.0.5",
        "db-07.example.org",
        "db_07",
        "a" * 63,
        "3com.org",
        "7.x",
    ):
        assert names.is_host(text)
    for text in ("ada", "Ada.Lovelace", "_apt", "ada-l", "1000", "a" * 32, "ada@example.org"):
        assert names.is_user(text)
    assert [names.port(number, "The port") for number in (1, "22", 65535)] == [1, 22, 65535]
    hops = read_hops("ada@[2001:db8::1]:2222, gw ,ssh://10.0.0.5:22,2001:db8::2")
    assert [hop.host for hop in hops] == ["2001:db8::1", "gw", "10.0.0.5", "2001:db8::2"]


@pytest.mark.parametrize(
    "text",
    [
        "::ffff:127.0.0.1",
        "::ffff:7f00:1",
        "::ffff:0.0.0.0",
        "0.0.0.1",
        "255.255.255.255",
        "64:ff9b::127.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "::ffff:0:127.0.0.1",
        "::127.0.0.1",
        "2002:7f00:1::1",
    ],
)
def test_an_address_in_other_clothes_does_not_lead_to_this_machine(text: str):
    with pytest.raises(GuestUnreachableError):
        addresses_to_try(make_instance(addresses=(at(text),)), GuestAccess())


def test_an_ipv4_address_in_the_clothes_of_ipv6_is_tried_as_what_it_is():
    instance = make_instance(addresses=(at("::ffff:149.165.150.7"), at("149.165.150.7")))
    assert addresses_to_try(instance, GuestAccess()) == ("149.165.150.7",)


def test_a_user_of_an_images_property_is_held_to_the_same_letters():
    for text in USERS:
        assert guesses(make_instance(), make_image("Ubuntu", os_admin_user=text)) == ("ubuntu",)


async def test_a_user_who_is_named_in_a_dialog_is_held_to_the_same_letters(ssh_folder: Path):
    key = generate_key(ssh_folder / "id_ed25519")
    async with strict_server(lambda _user: False, key) as strict:
        (ssh_folder / "known_hosts").write_text(strict.known_hosts_line)
        with pytest.raises(UsageError, match="no user's name"):
            await connect_guest(route(address="127.0.0.1", port=strict.port, asking=Answers(users=("$(>~/canary)",))))
        assert strict.users == ["ubuntu"]


# known_hosts


def relay(port: int) -> str:
    """A ProxyCommand to a port on loopback, for any address."""
    code = (
        f"import os,socket,threading as t;s=socket.create_connection(('127.0.0.1',{port}));"
        "t.Thread(target=lambda:[os.write(1,d) for d in iter(lambda:s.recv(65536),b'')],daemon=True).start();"
        "[s.sendall(d) for d in iter(lambda:os.read(0,65536),b'')]"
    )
    return f'ProxyCommand {sys.executable} -c "{code}"\n'


@pytest.mark.parametrize("address", ["2001:db8::1%,*", "2001:db8::1%,*.example.org", "2001:db8::1"])
async def test_no_address_of_a_cloud_makes_a_stranger_trusted_for_every_host(address: str, ssh_folder: Path):
    key = generate_key(ssh_folder / "id_ed25519")
    async with strict_server(lambda _user: True, key) as strict:
        (ssh_folder / "config").write_text(relay(strict.port))
        begin, end = (f"-----{word} SSH HOST KEY FINGERPRINTS-----\n" for word in ("BEGIN", "END"))
        log = f"{begin}256 {strict.host_key.get_fingerprint()} x (ED25519)\n{end}"
        if address == "2001:db8::1":  # an honest one is noted, and it alone
            await (await connect_guest(route(address, user="ada", log=log))).close()
            public = strict.host_key.export_public_key().decode()
            assert (ssh_folder / "known_hosts").read_text() == f"2001:db8::1 {public}"
            return
        with pytest.raises(GuestUnreachableError):
            await connect_guest(route(address, user="ada", log=log))
        assert strict.connections == 0
    assert not (ssh_folder / "known_hosts").exists()


def test_no_line_of_known_hosts_means_more_than_one_host(tmp_path: Path):
    file = tmp_path / "known_hosts"
    file.write_text(f"example.org {OTHER}\n")
    key = asyncssh.import_public_key(OTHER)
    for name in set(HOSTS) - {"[db-07]:22"}:
        with pytest.raises(UsageError):
            remember(file, names.KnownName(name), key)
        assert file.read_text() == f"example.org {OTHER}\n"


def test_the_comment_of_a_key_is_not_written(tmp_path: Path):
    file = tmp_path / "known_hosts"
    key = asyncssh.import_public_key(OTHER)
    key.set_comment("x\n* " + OTHER)
    remember(file, names.KnownName("[2001:db8::1]:2222"), key)
    assert file.read_text() == f"[2001:db8::1]:2222 {OTHER.rpartition(' ')[0]}\n"


@pytest.mark.parametrize(
    "line",
    [
        "{good}, {key}",
        ",{good} {key}",
        ",,{good} {key}",
        ", {key}",
        "@cert-authority {good}, {key}",
        f"|1|{SALT}|{HASH_OF_NOTHING} {{key}}",
        *(f"{{good}} {OTHER}{end}* {{key}}" for end in ("\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\r")),
    ],
    ids=ascii,
)
def test_a_line_of_known_hosts_trusts_nobody_whom_it_does_not_name(line: str, tmp_path: Path):
    file = tmp_path / "known_hosts"
    file.write_text(line.format(good="good.example.org", key=OTHER) + "\n", "utf-8", newline="")
    assert known_keys([file], names.KnownName("evil.example.org")).entries == ()
    trusted = known_keys([file], names.KnownName("good.example.org")).entries
    assert len(trusted) == ("good" in line)
