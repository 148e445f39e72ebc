"""Entries of the Boot Loader Specification, in the order in which GRUB takes them."""

from __future__ import annotations

import pytest

from imaging.guest.report.boot_loader.entries import by_numbers
from models.findings import Outcome
from tests.guest.next_boot.guests import KERNEL, LINE, findings
from tests.guest.next_boot.loaders import NEW, ROCKY, bls, judged
from tests.support.shells import EACH_SHELL


@pytest.mark.parametrize("shell", EACH_SHELL)
def test_entries_of_the_boot_loader_specification_are_chosen_by_grub(tmp_path, shell):
    assert findings(tmp_path, ROCKY, shell=shell)["BOOT-INITRAMFS"].outcome is Outcome.PASS


def test_the_newest_entry_is_taken_without_a_saved_one(tmp_path):
    files = {**ROCKY, f"/boot/loader/entries/m-{NEW}.conf": bls(NEW, initrd="")}
    assert judged(tmp_path / "a", files).blocks
    assert judged(tmp_path / "b", {**files, "/boot/grub2/grubenv": f"saved_entry=m-{KERNEL}\n"}).outcome is Outcome.PASS


def test_a_rescue_entry_is_the_last_one(tmp_path):
    files = {**ROCKY, "/boot/loader/entries/m-0-rescue.conf": bls("0-rescue", line=f"{LINE} single")}
    assert judged(tmp_path, files).outcome is Outcome.PASS


def test_of_two_entries_a_number_comes_after_letters():
    """As rpm compares, so that GRUB takes the entry of the machine-id that begins with a digit."""
    older, newer = "cd33aa-5.14.0-284.30.1.el9.x86_64", "104aff-5.14.0-162.22.2.el9.x86_64"
    assert by_numbers(newer) > by_numbers(older)
    assert by_numbers("5.15.0-100") > by_numbers("5.15.0-99")
