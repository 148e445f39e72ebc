"""A test instance of a base that tells what is installed on it, and nothing else: its script in real shells."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from imaging.guest.deep_check.boothook import FIRST_LINE, LARGEST
from imaging.guest.inventory import inventory_listener, read_inventory
from imaging.guest.inventory.listing import listing_user_data
from models.works.inventory import Inventory, PackageManager
from tests.guest.inventory.telling import NONCE, NOW, Machine, of
from tests.support.needs import needs
from tests.support.shells import EACH_SHELL, GUEST_PATH, SHELLS


@dataclass
class Listing:
    """A tree that stands for the disk of a test instance, and a shell that runs what cloud-init takes from its data."""

    machine: Machine

    @property
    def folder(self) -> Path:
        return self.machine.root.parent

    def boot(self, *, systemd: bool = True, rounds: int = 25, unit: bool = True) -> None:
        if systemd:
            (self.machine.root / "run/systemd/system").mkdir(parents=True)
        self.machine.has_tool("systemctl", f'#!/bin/sh\necho "$*" >>{self.folder}/systemctl\n')
        shell = " ".join(SHELLS[self.machine.shell])
        self.machine.has_tool("sh", f'#!/bin/sh\nexec {shell} "$@"\n')
        hook = self.folder / "part-001"
        hook.write_text(listing_user_data(NONCE).removeprefix(f"{FIRST_LINE}\n"))
        self._run(hook, rounds)
        if unit:
            self._run(self.machine.root / f"run/imaging-list-{NONCE}/list", rounds, "unit")

    def _run(self, script: Path, rounds: int, *arguments: str) -> None:
        path = f"{self.folder}/tools:{GUEST_PATH}"
        environment = {
            "PATH": path,
            "IMAGING_LIST_PATH": path,
            "IMAGING_LIST_ROOT": str(self.machine.root),
            "IMAGING_LIST_CONSOLE": str(self.folder / "console"),
            "IMAGING_LIST_REPEATS": str(rounds),
            "IMAGING_LIST_BEAT": "0.2",
        }
        command = [*SHELLS[self.machine.shell], str(script), "trial", *arguments]
        nowhere = subprocess.DEVNULL
        subprocess.run(command, env=environment, stdin=nowhere, stdout=nowhere, stderr=nowhere, timeout=60, check=False)

    @property
    def console(self) -> str:
        return (self.folder / "console").read_text()

    def told(self) -> Inventory:
        return read_inventory(self.console, nonce=NONCE, now=NOW)


@pytest.fixture(params=EACH_SHELL)
def listing(request: pytest.FixtureRequest, tmp_path: Path) -> Listing:
    root = tmp_path / "disk"
    root.mkdir()
    return Listing(Machine(root, str(request.param)))


@needs("dpkg-query")
def test_it_tells_what_is_installed_after_the_boot(listing):
    listing.machine.has_debs(("bash", "5.2.15-2+b7"), ("libc6", "2.36-9+deb12u9"))
    listing.boot()
    assert [each.name for each in of(listing.told(), PackageManager.DPKG)] == ["bash", "libc6"]
    assert listing.told().incomplete == ()


def test_it_says_that_it_began_and_starts_a_unit_behind_the_boot(listing):
    listing.boot(unit=False)
    heard = inventory_listener(NONCE)
    heard.take(listing.console)
    assert heard.heard.began
    assert f"start imaging-list-{NONCE}.service" in (listing.folder / "systemctl").read_text()
    unit = (listing.machine.root / f"run/systemd/system/imaging-list-{NONCE}.service").read_text()
    assert "After=cloud-final.service multi-user.target" in unit


def test_a_second_boothook_of_the_same_boot_does_nothing(listing):
    listing.boot(unit=False)
    before = listing.console
    listing._run(listing.folder / "part-001", 1)
    assert listing.console == before


def test_without_systemd_it_says_that_nothing_comes(listing):
    listing.boot(systemd=False, unit=False)
    heard = inventory_listener(NONCE)
    heard.take(listing.console)
    assert "no systemd" in heard.heard.failed


def test_nothing_is_written_beside_what_lies_in_memory(listing):
    listing.machine.has_debs(("bash", "1"))
    listing.boot(rounds=4)
    written = {file.relative_to(listing.machine.root).parts[0] for file in listing.machine.root.rglob("*")}
    assert written <= {"run", "var"}
    assert {file.name for file in (listing.machine.root / "var").iterdir()} == {"lib"}


def test_it_is_text_that_a_cloud_takes():
    made = listing_user_data(NONCE)
    assert made.startswith(FIRST_LINE)
    assert len(made) < LARGEST // 3
    assert f"# imaging list {NONCE}" in made


def test_a_word_that_is_no_nonce_is_refused():
    with pytest.raises(ValueError, match="not a nonce"):
        listing_user_data("a b; reboot")
