"""Extlinux and systemd-boot are read as they read their own files."""

from __future__ import annotations

import pytest

from models.findings import Outcome
from tests.guest.next_boot.guests import KERNEL, LINE, inspect
from tests.guest.next_boot.loaders import EXTLINUX, INSTALLED, NEW, bls, judged
from tests.support.known import known


@pytest.mark.parametrize(
    "rest, outcome",
    [
        (f"  INITRD /boot/initrd.img-{KERNEL}\n  APPEND {LINE}\n", Outcome.PASS),
        (f"  APPEND initrd=/boot/initrd.img-{KERNEL} {LINE}\n", Outcome.PASS),
        (f"  APPEND {LINE}\n", Outcome.FAIL),
        (f"  INITRD /boot/gone.img\n  APPEND {LINE}\n", Outcome.FAIL),
        (f"  INITRD /boot/initrd.img-{KERNEL}\n  APPEND {LINE}\nINCLUDE other.conf\n", Outcome.UNKNOWN),
    ],
)
def test_extlinux_is_read(tmp_path, rest, outcome):
    files = {"/boot/grub/grub.cfg": None, "/boot/extlinux/extlinux.conf": EXTLINUX + rest}
    assert judged(tmp_path, files).outcome is outcome


@pytest.mark.parametrize(
    "settings, version",
    [
        ("timeout 3\n", NEW),
        (f"default m-{KERNEL}.conf\n", KERNEL),
        (f"default m-{KERNEL}*\n", KERNEL),
        ("default @saved\n", None),
    ],
)
def test_systemd_boot_is_read(tmp_path, settings, version):
    files = {
        **INSTALLED,
        "/boot/grub/grub.cfg": None,
        "/boot/loader/loader.conf": settings,
        f"/boot/loader/entries/m-{KERNEL}.conf": bls(initrd=f"/initrd.img-{KERNEL}"),
        f"/boot/loader/entries/m-{NEW}.conf": bls(NEW, initrd=f"/initrd.img-{NEW}"),
    }
    boot = known(inspect(tmp_path, files).boot)
    assert (boot.next.version if boot.next else None) == version
