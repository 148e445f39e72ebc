"""The second test instance of a sealed image: what it says about itself, and whether two of them are told apart."""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path

import pytest

from imaging.guest.deep_check.boothook import LARGEST
from imaging.guest.deep_check.chunks import hear, unpack
from imaging.guest.seal_proof import PROOF_WORD
from imaging.guest.seal_proof.user_data import second_user_data
from imaging.guidelines.guest.questions import questions_for
from imaging.guidelines.profiles import load_profile
from imaging.guidelines.sealing.proofs.by_instances import proof_of_instances
from imaging.guidelines.sealing.proofs.proof import SealProofs
from models.guest.files import Questions
from models.seal.plan import SealPlan
from models.seal.report import BootSeen, SealedImageReport
from tests.guest.seal_proof.proving import NONCE, Guest, parts_of
from tests.guest.seal_proof.test_canaries import disk
from tests.support.needs import SHELLCHECK, require

PARTS = parts_of(second_user_data(Questions(), NONCE))


def lives(guest: Guest, number: int) -> Guest:
    """What makes an instance one of its own."""
    guest.put("/etc/machine-id", f"{number:032x}\n")
    key = base64.b64encode(f"blob {number}".encode()).decode()
    guest.put("/etc/ssh/ssh_host_ed25519_key.pub", f"ssh-ed25519 {key} root@x\n")
    guest.put("/run/systemd/netif/leases/2", f"ADDRESS=10.0.0.{number}\nCLIENTID=ffb6220feb00020000ab11{number:016x}\n")
    guest.put("/sys/class/net/ens3/address", f"fa:16:3e:00:00:{number:02x}\n")
    guest.put("/sys/class/net/ens3/device/vendor", "0x1af4\n")
    guest.put("/sys/class/net/lo/address", "00:00:00:00:00:00\n")
    return guest


def told(guest: Guest) -> BootSeen:
    """What the second test instance says about itself."""
    script = guest.put("/var/lib/cloud/instance/scripts/part-002", PARTS["text/x-shellscript"])
    guest.run(script)
    report = guest.report()
    assert len(report.boots) == 1
    return report.boots[0]


def judged(first: BootSeen, second: BootSeen | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    report = SealedImageReport(boots=(first, first.model_copy(update={"number": 2})))
    proofs = SealProofs(
        plan=SealPlan(operations=()), seal_report=None, clone=None, image=None, image_report=report, second=second
    )
    proof = proof_of_instances(proofs, None)
    return proof.found, proof.unproved


@pytest.fixture
def first(guest: Guest, tmp_path: Path) -> BootSeen:
    """The first test instance, as its proof tells about it."""
    root = tmp_path / "first" / "disk"
    for folder in ("etc", "var/lib", "home", "root", "run"):
        (root / folder).mkdir(parents=True)
    one = lives(Guest(root, guest.shell, disk=disk(tmp_path)), 1)
    return one.proved().boots[0]


def test_two_that_are_each_their_own_are_told_apart(guest: Guest, first: BootSeen):
    second = told(lives(guest, 2))
    assert judged(first, second) == ((), ())
    assert {each.partition(" ")[0] for each in second.dhcp_ids} == {"duid", "card"}


@pytest.mark.parametrize(
    "path, is_said",
    [
        ("/etc/machine-id", "the same machine-id"),
        ("/etc/ssh/ssh_host_ed25519_key.pub", "the same SSH host key"),
        ("/run/systemd/netif/leases/2", "the same DHCP id (DUID)"),
        ("/sys/class/net/ens3/address", "the same address of a network card"),
    ],
)
def test_what_both_have_is_named(guest: Guest, first: BootSeen, tmp_path: Path, path: str, is_said: str):
    lives(guest, 2).put(path, (tmp_path / "first" / "disk" / path[1:]).read_bytes())
    found, _ = judged(first, told(guest))
    assert [is_said in each for each in found] == [True]


NAMES = {
    "dhclient": ("/var/lib/dhcp/dhclient6.ens3.leases", 'default-duid "\\000\\001 \\377x";\nlease6 {\n}\n', "duid"),
    "dhclient of RHEL": ("/var/lib/NetworkManager/dhclient-1-ens3.lease", 'default-duid "\\000\\001";\n', "duid"),
    "dhcpcd": ("/var/lib/dhcpcd/duid", "00:01:00:01:2c\n", "duid"),
    "dhcp6c": ("/var/lib/dhcp6c_duid", b"\x0e\0\0\1\xff", "duid"),
    "NetworkManager": ("/var/lib/NetworkManager/secret_key", b"nm-v2:\xff\0key", "secret"),
    "networkd by its card": ("/run/systemd/netif/leases/3", "CLIENTID=01fa163e000001\n", "client"),
}


@pytest.mark.parametrize("path, content, kind", NAMES.values(), ids=NAMES.keys())
def test_the_names_of_every_client_are_told(guest: Guest, path: str, content: str | bytes, kind: str):
    lives(guest, 1)
    without = told(guest)
    (guest.root.parent / "console").unlink()
    guest.put(path, content)
    more = set(told(guest).dhcp_ids) - set(without.dhcp_ids)
    assert [each.partition(" ")[0] for each in more] == [kind]


def test_an_instance_that_nobody_knows_proves_nothing(guest: Guest, first: BootSeen):
    _, unproved = judged(first, told(guest))
    assert len(unproved) == 3
    assert all(each.startswith("The second test instance did not tell its ") for each in unproved)


def test_what_is_no_file_holds_nothing_up(guest: Guest):
    for path in ("/etc/machine-id", "/etc/ssh/ssh_host_x_key.pub", "/var/lib/dhcpcd/duid", "/var/lib/dhcp/a.leases"):
        place = guest.root / path[1:]
        place.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["mkfifo", place], check=True)
    assert told(guest) == BootSeen(number=1)


def test_no_id_is_shown_itself(guest: Guest):
    told(lives(guest, 1))
    shown = unpack(hear(guest.console, NONCE, PROOF_WORD)).decode()
    assert "machine-id " in shown
    assert not [each for each in (f"{1:032x}", "fa:16:3e", base64.b64encode(b"blob 1").decode()) if each in shown]


def test_it_is_asked_for_what_lies_on_its_disk_as_well():
    assert PARTS["text/cloud-boothook"].startswith(f"#!/bin/sh\n# imaging deep check {NONCE}\n")


@pytest.mark.parametrize("profile", ["jetstream", "jetstream2", "openstack"])
def test_all_that_a_profile_asks_fits(profile: str):
    assert len(second_user_data(questions_for(load_profile(profile)), NONCE)) <= LARGEST


def test_only_a_word_is_a_nonce():
    with pytest.raises(ValueError, match="not a nonce"):
        second_user_data(Questions(), "a b")


@pytest.mark.parametrize("shell", [["dash", "-n"], ["bash", "-n"], ["busybox", "sh", "-n"]])
def test_every_shell_can_read_it(tmp_path: Path, shell: list[str | Path]):
    require(str(shell[0]))
    assert checked(tmp_path, shell) == (0, "")


def test_shellcheck_finds_nothing(tmp_path: Path):
    assert checked(tmp_path, [SHELLCHECK]) == (0, "")


def checked(folder: Path, command: list[str | Path]) -> tuple[int, str]:
    script = folder / "script"
    script.write_text(PARTS["text/x-shellscript"])
    found = subprocess.run([*command, script], capture_output=True, text=True, check=False)
    return found.returncode, found.stdout
