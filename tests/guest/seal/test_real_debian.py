"""The seal in a real Debian with systemd and cloud-init, on disks of its own, compared file by file."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from imaging.guest.seal import canary_token, read_seal_report
from imaging.guest.seal.script import seal_script
from models.guest.files import Questions
from models.seal.plan import KeptThing, OperationId, SealPlan, SealTarget, TargetAction
from models.seal.report import CanaryClass, SealState
from tests.guest.debians import install, suites
from tests.guest.seal.sealing import NONCE, NOW, Sealed, State, changed, plan, state_of, target
from tests.support.needs import needs

pytestmark = [
    pytest.mark.timeout(1500),
    pytest.mark.slow,
    needs("root", "debootstrap"),
]
SWAPPED = b"what memory held: swordfish"
_MIB = 1024 * 1024


@dataclass
class Machine:
    """A root disk with a Debian on it, and a second file system that stands for a volume of the same disk."""

    root: Path
    volume: Path

    def inside(self, command: str) -> str:
        setting = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}
        entered = ["chroot", str(self.root), "sh", "-c", command]
        return subprocess.run(entered, capture_output=True, text=True, check=True, env=setting).stdout

    def sealed(self, made: SealPlan) -> Sealed:
        script = seal_script(made, Questions(), NONCE)
        around = Path(__file__).with_name("chroot.sh")
        entered = ["unshare", "--mount", "--pid", "--fork", "sh", str(around), str(self.root), str(self.volume)]
        ran = subprocess.run(entered, input=script.encode(), capture_output=True, check=False)
        text = ran.stdout.decode("utf-8", "replace")
        assert text, ran.stderr.decode()
        report, facts = read_seal_report(text, nonce=NONCE, now=NOW)
        return Sealed(report, facts, text)

    def plan(self) -> SealPlan:
        """Alice goes, the default user is as new, carol's home is kept."""
        links = [*self.root.glob("etc/systemd/system/*.wants/*"), *self.root.glob("etc/systemd/system/*.requires/*")]
        wanted: dict[OperationId, tuple[SealTarget, ...]] = dict.fromkeys(OperationId, ())
        wanted[OperationId.ACCOUNTS] = (target(TargetAction.ACCOUNT, "alice"),)
        wanted[OperationId.PASSWORDS] = tuple(target(TargetAction.LOCK, name) for name in ("carol", "debian"))
        wanted[OperationId.HOMES] = (
            target(TargetAction.REMOVE, "/home/alice"), target(TargetAction.RENEW, "/home/debian"),
        )  # fmt: skip
        wanted[OperationId.KEPT_HOMES] = (target(TargetAction.STRIP, "/home/carol"),)
        wanted[OperationId.ROOT_HOME] = (target(TargetAction.RENEW, "/root"),)
        wanted[OperationId.DIRECTORIES] = tuple(
            target(TargetAction.EMPTY, p) for p in ("/mnt", "/tmp", "/var/tmp", "/scratch")
        )
        return plan(
            wanted,
            kept=(KeptThing(path="/home/carol", owner="carol"),),
            accounts=("root", "alice", "carol", "debian"),
            homes=("/home/alice", "/home/carol", "/home/debian"),
            units=tuple({each.name for each in links}),
        )


@pytest.fixture(scope="module", params=suites("bookworm"))
def machine(request, tmp_path_factory) -> Iterator[Machine]:
    """A Debian in which people have worked."""
    folder = tmp_path_factory.mktemp(request.param)
    root, volume, devices = folder / "root", folder / "volume", []
    try:
        for size, place in ((2048, root), (64, volume)):
            devices.append(attach(place, size))
        install(root, request.param)
        (volume / "left").write_text("on the second file system\n")
        release(volume, None)
        debian = Machine(root, Path(devices[1]))
        live_in(debian)
        yield debian
    finally:
        for place, device in ((volume, None), (root, None), *((None, device) for device in devices)):
            release(place, device)


def attach(place: Path, mib: int) -> str:
    """A loop device with an ext4, mounted."""
    disk = place.with_name(f"{place.name}.disk")
    with disk.open("wb") as file:
        file.truncate(mib * _MIB)
    subprocess.run(["mkfs.ext4", "-q", "-F", disk], check=True, capture_output=True)
    made = subprocess.run(["losetup", "--find", "--show", disk], check=False, capture_output=True, text=True)
    if made.returncode:
        pytest.skip("no loop devices here")
    place.mkdir()
    subprocess.run(["mount", made.stdout.strip(), place], check=True)
    return made.stdout.strip()


def release(place: Path | None, device: str | None) -> None:
    command = ["umount", str(place)] if place else ["losetup", "--detach", str(device)]
    for _ in range(50):
        if subprocess.run(command, check=False, capture_output=True).returncode == 0:
            return
        if place and not os.path.ismount(place):
            return
        time.sleep(0.1)


def live_in(machine: Machine) -> None:
    """Accounts, secrets, logs, a service of one's own, something below a mount, and a swap that held memory."""
    machine.inside(Path(__file__).with_name("live_in.sh").read_text(encoding="ascii"))
    with (machine.root / "swap").open("r+b") as swap:
        for place in (65536 + 100, 5 * _MIB, 8 * _MIB - 4096):
            swap.seek(place)
            swap.write(SWAPPED)


@dataclass(repr=False)
class Run:
    machine: Machine
    before: State
    after: State
    volume: State
    said: Sealed
    again: Sealed
    later: State
    verified: tuple[str, str]


@pytest.fixture(scope="module")
def run(machine: Machine) -> Run:
    made = machine.plan()
    verify = "dpkg --verify 2>/dev/null || :"
    before, verified = state_of(machine.root), machine.inside(verify)
    said = machine.sealed(made)
    after, verified_after = state_of(machine.root), machine.inside(verify)
    again = machine.sealed(made)
    later = state_of(machine.root)
    place = machine.root.with_name("volume")
    subprocess.run(["mount", machine.volume, place], check=True)
    volume = state_of(place)
    return Run(machine, before, after, volume, said, again, later, (verified, verified_after))


def test_it_is_sealed_and_says_so(run):
    assert (run.said.report.state, run.said.report.why, run.said.report.appeared) == (SealState.SEALED, "", ())
    assert {each.id: each.after for each in run.said.report.results} == dict.fromkeys(OperationId, 0)


def test_what_was_to_go_is_gone_also_below_mounts(run):
    there = run.after.keys()
    gone = (
        "/mnt/hidden", "/scratch/volume/hidden", "/scratch/bound/hidden", "/scratch/other", "/home/alice", "/tmp/left",
        "/root/.netrc",
        "/etc/passwd-", "/etc/shadow-", "/etc/sudoers.d/alice", "/var/log/journal/0123", "/var/lib/cloud/instance",
        "/var/lib/cloud/instances/i-1", "/etc/ssh/ssh_host_ed25519_key",
    )  # fmt: skip
    assert [path for path in gone if path in there] == []
    assert [path for path in gone if path not in run.before] == []


def test_nothing_else_has_changed(run):
    expected = (
        "/etc/passwd", "/etc/shadow", "/etc/group", "/etc/gshadow", "/etc/subuid", "/etc/subgid", "/etc/hosts",
        "/etc/hostname", "/etc/machine-id", "/etc/ssh/ssh_host_", "/etc/sudoers.d/alice", "/mnt/", "/tmp/", "/root/",
        "/var/log/", "/var/tmp/", "/var/lib/cloud/", "/var/lib/dbus/machine-id", "/var/cache/apt/", "/var/backups/",
        "/var/cache/debconf/passwords.dat", "/var/lib/systemd/", "/swap", "/etc/resolv.conf", "/home/",
        "/scratch/",
    )  # fmt: skip
    assert {path for path in changed(run.before, run.after) if not path.startswith(expected)} == set()
    new = run.after.keys() - run.before.keys()
    assert new == set()


def test_owners_modes_and_the_files_themselves_stay(run):
    for path in changed(run.before, run.after) & run.after.keys() - {"/var/lib/dbus/machine-id", "/root/.bashrc"}:
        assert (run.before[path][:3], run.before[path][4]) == (run.after[path][:3], run.after[path][4]), path


def test_a_second_file_system_of_the_disk_is_emptied_and_stays_mounted(run):
    assert run.volume.keys() == {"/"}
    assert "/scratch/volume" in run.after


def test_what_is_bound_from_elsewhere_stays_where_it_lies(run):
    assert run.after["/srv/kept/file"] == run.before["/srv/kept/file"]
    assert "/scratch/bound" in run.after


def test_the_home_of_root_is_as_its_package_made_it(run):
    stock = run.machine.root / "usr/share/base-files"
    left = {path for path in run.after if path.startswith("/root/")}
    assert left == {"/root/.bashrc", "/root/.profile"}
    assert run.after["/root/.bashrc"][:3] == run.before["/root/.bashrc"][:3], "its mode and owner"
    for name in ("bashrc", "profile"):
        assert (run.machine.root / f"root/.{name}").read_bytes() == (stock / f"dot.{name}").read_bytes()


def test_the_homes_are_as_they_were_agreed(run):
    assert {path for path in run.after if path.startswith("/home/debian/")} == {
        f"/home/debian/{name}" for name in (".bashrc", ".profile", ".bash_logout")
    }
    assert run.after["/home/carol/thesis.tex"] == run.before["/home/carol/thesis.tex"]
    assert not [path for path in run.after if path.startswith("/home/carol/.ssh")]


def test_the_disk_showed_every_token_before_and_shows_none_after(run):
    canaries = {each.kind: (each.seen_before, each.seen_after) for each in run.said.report.canaries}
    assert canaries == dict.fromkeys(CanaryClass, (True, False))
    assert run.said.report.control_seen
    assert canary_token(NONCE, CanaryClass.HOME) not in run.said.console


def test_the_swap_is_empty_but_for_its_header(run):
    swap = (run.machine.root / "swap").read_bytes()
    assert swap[4086:4096] == b"SWAPSPACE2"
    assert swap[65536:].count(0) == len(swap) - 65536
    assert len(swap) == 8 * _MIB


def test_the_service_of_ones_own_is_still_enabled(run):
    assert (run.machine.root / "etc/systemd/system/multi-user.target.wants/own.service").is_symlink()


def test_the_packages_miss_nothing(run):
    before, after = (set(each.splitlines()) for each in run.verified)
    assert after <= before


def test_sealed_again_nothing_changes(run):
    assert (run.again.report.state, run.again.report.why) == (SealState.SEALED, "")
    assert {each.id: each.before for each in run.again.report.results if each.before} == {}
    assert changed(run.after, run.later) <= {"/swap"}
    assert run.after["/swap"][-1] == run.later["/swap"][-1], "it had a token, and lost it again"


def test_the_inspection_afterwards_sees_it(run):
    facts = run.said.facts
    assert facts is not None
    assert [each.name for each in facts.accounts.value.accounts] == ["root", "debian", "carol"]
    assert facts.identity.value.machine_id == "empty"
    assert facts.identity.value.dbus_machine_id == "link"
