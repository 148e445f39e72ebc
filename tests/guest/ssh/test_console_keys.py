"""Host keys in a console log: what cloud-init prints is found, what a stranger has a daemon log is not."""

from __future__ import annotations

import base64
import itertools
import time
from pathlib import Path

import asyncssh
import pytest

from imaging.democloud.guests.host_keys import console_lines, ed25519_key
from imaging.guest.host_keys.console_keys import fingerprint_of, read_console_keys
from imaging.guest.interface import Nobody
from imaging.guest.ssh.connect import connect_guest
from models.errors import HostKeyError
from tests.guest.ssh.conftest import route_to
from tests.support.sshd import StartSshd

OBSERVED = (Path(__file__).parent / "console-of-a-first-boot.txt").read_text()
BANNER = "[    0.000000] Linux version 6.1.0-56-cloud-amd64 (debian-kernel@lists.debian.org)\n"


def key(number: int, algorithm: str = "ssh-ed25519") -> str:
    """A whole key; not one with which anybody could log in."""
    name = algorithm.encode()
    data = len(name).to_bytes(4, "big") + name + b"\0\0\0 " + bytes([number]) * 32
    return f"{algorithm} {base64.b64encode(data).decode()}"


def print_of(public: str) -> str:
    return fingerprint_of(base64.b64decode(public.split()[1]))


def keys_block(*publics: str, prefix: str = "", end: str = "\n") -> str:
    lines = [
        "-----BEGIN SSH HOST KEY KEYS-----",
        *(f"{each} root@db-07" for each in publics),
        "-----END SSH HOST KEY KEYS-----",
    ]
    return "".join(f"{prefix}{line}{end}" for line in lines)


def prints_block(*publics: str, prefix: str = "<14>Nov 22 21:00:40 cloud-init: ", end: str = "\n") -> str:
    kinds = {"ssh-ed25519": "ED25519", "ssh-rsa": "RSA", "ecdsa-sha2-nistp256": "ECDSA"}
    lines = [
        "#" * 61,
        "-----BEGIN SSH HOST KEY FINGERPRINTS-----",
        *(f"256 {print_of(each)} root@db-07 ({kinds[each.split()[0]]})" for each in publics),
        "-----END SSH HOST KEY FINGERPRINTS-----",
        "#" * 61,
    ]
    return "".join(f"{prefix}{line}{end}" for line in lines)


GOOD, RSA, EVIL = key(1), key(2, "ssh-rsa"), key(9)


def found(log: str) -> set[str]:
    return set(read_console_keys(log).fingerprints)


def test_both_blocks_of_a_real_first_boot_are_found_and_agree():
    without_prints = OBSERVED.replace("BEGIN SSH HOST KEY FINGERPRINTS", "BEGIN")
    without_keys = OBSERVED.replace("BEGIN SSH HOST KEY KEYS", "BEGIN")
    assert len(found(OBSERVED)) == 3
    assert found(OBSERVED) == found(without_prints) == found(without_keys)
    assert found(OBSERVED.replace("\n", "\r\n")) == found(OBSERVED)


def test_the_demonstration_clouds_console_is_one_that_can_be_read():
    secret = bytes(range(32))
    lines = console_lines(secret, "db-07", 1_795_381_240)
    assert found("\n".join(lines)) == {ed25519_key(secret).get_fingerprint()}


@pytest.mark.parametrize(
    "prefix",
    [
        "",
        "ec2: ",
        "cloud-init: ",
        "<14>Apr  9 22:06:30 ec2: ",
        "<14>Nov 22 21:00:40 cloud-init: ",
        "cloud-init[1522]: <14>May 10 22:18:34 cloud-init: ",
        "[   46.801423] cloud-init[368]: <14>Nov 22 21:00:40 cloud-init: ",
    ],
)
def test_each_way_in_which_cloud_init_and_ec2_print_is_known(prefix: str):
    assert found(prints_block(GOOD, RSA, prefix=prefix)) == {print_of(GOOD), print_of(RSA)}
    assert found("login: \n" + prints_block(GOOD, prefix=prefix, end="\r\n") + "db-07 login: ") == {print_of(GOOD)}


def test_the_weak_fingerprints_of_old_systems_prove_nothing_and_their_whole_keys_do():
    old = "ec2: 1024 ce:81:70:2d:85:6f:09:54:51:c5:14:cb:87:59:3f:90  root@db-07 (DSA)\n"
    block = prints_block(prefix="ec2: ").replace("ec2: -----END", f"{old}ec2: -----END")
    assert found(block) == set()
    assert found(block + keys_block(GOOD)) == {print_of(GOOD)}


STRANGERS_LINES = [
    *("Invalid user {} from 203.0.113.7 port 4711", "Failed password for invalid user {}", "{}", "GET /{} HTTP/1.1"),
]
WRAPPINGS = [
    *("sshd[12]: ", "[   46.801423] sshd[12]: ", "Nov 22 21:00:40 db-07 sshd[12]: ", "db-07 login: ", "<14>sshd: "),
    *("nginx: ", "cloud-init[12]: sshd[12]: ", "<14>Nov 22 21:00:40 sshd: ", "audit: ", "ec2:", "ec2 : ", "x", " "),
    *("sshd[12]: \r", "db-07 login: \r", "\x00", "\x08" * 9, "\u2028", "\x85", "\ufeff", "\t", "\r", "\x1b[2K"),
]


@pytest.mark.parametrize("block", [keys_block(EVIL), prints_block(EVIL)], ids=["keys", "fingerprints"])
def test_no_line_that_a_daemon_logs_for_a_stranger_is_a_mark_or_a_key(block: str):
    for wrapping, logged in itertools.product(WRAPPINGS, STRANGERS_LINES):
        lines = [wrapping + logged.format(line) for line in block.splitlines()]
        assert found("\n".join(lines) + "\n") == set(), (wrapping, logged)
        assert found("".join(lines) + "\n") == set(), (wrapping, logged)
        assert found("\n".join([*lines, *keys_block(GOOD).splitlines()])) == {print_of(GOOD)}


def test_a_stranger_puts_no_key_into_an_honest_block():
    honest = prints_block(GOOD) + keys_block(GOOD)
    for place in range(honest.count("\n") + 1):
        lines = honest.splitlines()
        stranger = (EVIL, f"256 {print_of(EVIL)} x (RSA)", f"Invalid user {EVIL}", *keys_block(EVIL).split("\n"))
        for smuggled in stranger:
            for wrapped in (f"sshd[1]: Invalid user {smuggled}", f"x\r{smuggled}", f"[    4.1] sshd[1]: {smuggled}"):
                log = "\n".join([*lines[:place], wrapped, *lines[place:]])
                assert found(log) <= {print_of(GOOD)}


@pytest.mark.parametrize(
    "broken",
    [
        keys_block(GOOD).replace("-----END SSH HOST KEY KEYS-----", ""),
        keys_block(GOOD).replace("-----BEGIN SSH HOST KEY KEYS-----", ""),
        keys_block(GOOD).replace("END SSH HOST KEY KEYS", "END SSH HOST KEY FINGERPRINTS"),
        keys_block(GOOD).replace("ssh-ed25519 ", "ssh-rsa "),
        keys_block(GOOD).replace("AAAA", "AAA%"),
        keys_block(GOOD).replace("\n", " "),
        keys_block(GOOD).replace("root@db-07\n", "root@db-07\n\n"),
        keys_block(GOOD).replace("BEGIN SSH", "BEGIN  SSH"),
        prints_block(GOOD).replace("cloud-init: 256", "ec2: 256"),
        prints_block(GOOD).replace("cloud-init: 256", "256"),
        prints_block(GOOD).replace("SHA256:", "sha256:"),
        prints_block(GOOD).replace("cloud-init: -----END", "sshd: -----END"),
        prints_block(GOOD).replace("BEGIN SSH HOST KEY FINGERPRINTS", "BEGIN SSH HOST KEY KEYS"),
        keys_block(*(key(number, f"kind-{number}") for number in range(100))),
        keys_block(GOOD + " " + "x" * 10_000),
    ],
)  # fmt: skip
def test_what_is_not_in_the_form_and_order_of_a_block_is_not_found(broken: str):
    assert found(broken) == set()
    assert "names no host keys any more" in read_console_keys(broken).sentence(print_of(GOOD))


def test_the_newest_boot_that_printed_keys_counts():
    old, new = keys_block(EVIL), keys_block(GOOD)
    assert found(BANNER + old + BANNER + new) == {print_of(GOOD)}
    assert found(BANNER + old + BANNER + new + BANNER + "no keys again\n") == {print_of(GOOD)}
    cut = new.removesuffix("-----END SSH HOST KEY KEYS-----\n")
    assert found(BANNER + old + BANNER + cut) == set()


def test_a_boots_line_that_a_stranger_wrote_begins_no_boot():
    said = f"sshd[1]: Invalid user {BANNER}"
    assert read_console_keys(BANNER + keys_block(GOOD) + said + keys_block(EVIL)).contradicts_itself


@pytest.mark.parametrize(
    "log",
    [
        keys_block(GOOD, EVIL),
        keys_block(GOOD) + keys_block(EVIL),
        prints_block(GOOD) + keys_block(EVIL),
        keys_block(EVIL) + "login: \n" + prints_block(GOOD, RSA),
    ],
)
def test_two_keys_of_one_kind_in_one_boot_prove_nothing(log: str):
    keys = read_console_keys(log)
    assert keys.fingerprints == frozenset()
    assert "names different keys for one boot" in keys.sentence(print_of(GOOD))


async def test_the_log_of_a_stranger_opens_no_door(sshd: StartSshd, ssh_folder: Path):
    guest = sshd()
    lines = ("-----BEGIN SSH HOST KEY KEYS-----", guest.host_key.public, "-----END SSH HOST KEY KEYS-----")
    log = "".join(f"sshd[12]: Invalid user {line} from 203.0.113.7 port 4711\n" for line in lines)
    for text in (log, log.replace("\n", " "), "".join(f"sshd[12]: x\r{line}\n" for line in lines)):
        with pytest.raises(HostKeyError, match="names no host keys any more"):
            await connect_guest(route_to(guest, asking=Nobody(), log=text))
    assert not (ssh_folder / "known_hosts").exists()


@pytest.mark.parametrize(
    "piece",
    [
        *("-----BEGIN SSH HOST KEY KEYS-----\n", "-----BEGIN SSH HOST KEY KEYS-----", keys_block(GOOD)),
        *(BANNER, BANNER + keys_block(EVIL), "[" * 5_000 + "Linux version\n", "\r", "\n", " " * 6_000 + "\n"),
        *("<14>Nov 22 21:00:40 cloud-init: SSH HOST KEY", "A" * 5_900 + "SSH HOST KEY\n"),
        "-----BEGIN SSH HOST KEY FINGERPRINTS-----\n" + ("256 SHA256:" + "A" * 43 + " x" + " (A" * 99 + "\n") * 19,
    ],
    ids=lambda piece: ascii(piece[:20]),
)
def test_twice_the_log_takes_at_most_about_twice_the_time(piece: str):
    def seconds(size: int) -> float:
        log = piece * (size // len(piece))
        begun = time.process_time()
        read_console_keys(log)
        return time.process_time() - begun

    pairs = [(seconds(25_000), seconds(100_000)) for _ in range(3)]
    assert min(long / max(short, 1e-4) for short, long in pairs) < 8  # four times the size; a square would be sixteen


def test_a_key_is_told_by_the_fingerprint_that_ssh_keygen_prints():
    public = asyncssh.generate_private_key("ssh-ed25519").convert_to_public()
    assert fingerprint_of(public.public_data) == public.get_fingerprint()
