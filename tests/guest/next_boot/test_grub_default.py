"""GRUB's default entry, what it keeps from boot to boot, and how long it waits."""

from __future__ import annotations

import pytest

from models.findings import Outcome, Severity
from tests.guest.next_boot.guests import KERNEL, grub_cfg, grub_entry, inspect
from tests.guest.next_boot.loaders import BOTH, INSTALLED, NEW, grub, judged
from tests.support.known import known


@pytest.mark.parametrize(
    "default",
    [
        "1>1",
        f"gnulinux-advanced>gnulinux-Ubuntu, with Linux {KERNEL}",
        f"Advanced options for Ubuntu>Ubuntu, with Linux {KERNEL}",
    ],
)
def test_grub_finds_its_default_by_number_id_and_title_through_menus(tmp_path, default):
    boot = known(inspect(tmp_path, {**grub(*BOTH, default=default), **INSTALLED}).boot)
    assert boot.next is not None
    assert (boot.next.version, boot.next.is_running) == (KERNEL, True)


@pytest.mark.parametrize("default", ["7", "nonsense", "0"])
def test_grub_takes_the_first_entry_where_there_is_no_such_one(tmp_path, default):
    boot = known(inspect(tmp_path, {**grub(*BOTH, default=default), **INSTALLED}).boot)
    assert boot.next is not None
    assert boot.next.version == NEW


@pytest.mark.parametrize(
    "kept, version", [("saved_entry=1>1\n", KERNEL), ("saved_entry=0\nnext_entry=1>1\n", KERNEL), ("", NEW)]
)
def test_what_grub_keeps_from_boot_to_boot_counts(tmp_path, kept, version):
    files = {**grub(*BOTH, default="${saved_entry}"), **INSTALLED, "/boot/grub/grubenv": f"# GRUB\n{kept}###"}
    boot = known(inspect(tmp_path, files).boot)
    assert boot.next is not None
    assert boot.next.version == version


def test_the_entry_for_the_next_boot_alone_is_the_one_that_comes(tmp_path):
    files = {**grub(*BOTH), **INSTALLED, "/boot/grub/grubenv": "next_entry=1>2\n"}
    found = judged(tmp_path, files)
    assert found.blocks
    assert "single ends in a shell" in found.evidence


@pytest.mark.parametrize("seconds", ["-1"])
def test_a_boot_loader_that_waits_for_somebody_never_starts(tmp_path, seconds):
    cfg = grub_cfg(grub_entry("Ubuntu")).replace("set timeout=0", f"set timeout={seconds}")
    found = judged(tmp_path, {"/boot/grub/grub.cfg": cfg})
    assert found.blocks
    assert "waits until somebody chooses" in found.evidence


def test_a_long_wait_is_warned_of(tmp_path):
    cfg = grub_cfg(grub_entry("Ubuntu")).replace("set timeout=0", "set timeout=300")
    found = judged(tmp_path, {"/boot/grub/grub.cfg": cfg})
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)


RECORDFAIL = 'if [ "${recordfail}" = 1 ] ; then\n  set timeout=-1\nelse\n  set timeout=2\nfi\n'


@pytest.mark.parametrize("kept, outcome", [("", Outcome.PASS), ("recordfail=1\n", Outcome.FAIL)])
def test_the_wait_after_a_failed_boot_counts_where_one_failed(tmp_path, kept, outcome):
    cfg = RECORDFAIL + grub_cfg(grub_entry("Ubuntu"))
    assert judged(tmp_path, {"/boot/grub/grub.cfg": cfg, "/boot/grub/grubenv": kept}).outcome is outcome
