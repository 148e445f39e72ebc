"""Which kernel starts next is read out of the boot loader's own configuration, with all that it needs."""

from __future__ import annotations

import pytest

from models.findings import Outcome
from tests.guest.next_boot.guests import KERNEL, LINE, findings, grub_cfg, grub_entry, inspect
from tests.guest.next_boot.loaders import BOTH, EXTLINUX, INSTALLED, NEW, grub, judged
from tests.support.known import known


@pytest.mark.parametrize("root", ["UUID=root-uuid", "LABEL=cloudimg-rootfs", "/dev/mapper/vg-root", "/dev/vg/root"])
def test_a_next_kernel_without_an_initramfs_cannot_find_its_root(tmp_path, root):
    entry = grub_entry("Ubuntu", NEW, line=f"root={root} ro console=ttyS0", initrd=None)
    found = judged(tmp_path, {**grub(entry), f"/boot/vmlinuz-{NEW}": "x"})
    assert found.blocks
    assert f"vmlinuz-{NEW} has no initramfs" in found.evidence


def test_one_that_looks_up_its_root_by_itself_may_come_up(tmp_path):
    entry = grub_entry("Ubuntu", NEW, line="root=PARTUUID=root-part ro console=ttyS0", initrd=None)
    assert judged(tmp_path, {**grub(entry), **INSTALLED}).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("gone", [f"/boot/vmlinuz-{NEW}", f"/boot/initrd.img-{NEW}"])
@pytest.mark.parametrize("text", [None, ""], ids=["missing", "empty, as on a full disk"])
def test_the_kernel_and_its_initramfs_must_be_there(tmp_path, gone, text):
    found = judged(tmp_path, {**grub(grub_entry("Ubuntu", NEW)), **INSTALLED, gone: text})
    assert found.blocks
    assert gone in found.evidence


def test_of_a_file_in_a_folder_that_nobody_listed_it_cannot_be_told(tmp_path):
    entry = grub_entry("Ubuntu", initrd="/boot/grub/own/initrd")
    assert judged(tmp_path, grub(entry)).outcome is Outcome.UNKNOWN


def test_a_kernel_that_has_not_run_yet_passes_by_how_its_initramfs_was_made(tmp_path):
    found = judged(tmp_path, {**grub(*BOTH), **INSTALLED})
    assert found.outcome is Outcome.PASS
    assert NEW in found.evidence


@pytest.mark.parametrize("gone", [f"/lib/modules/{NEW}/modules.dep", "/etc/initramfs-tools/initramfs.conf"])
def test_where_that_is_not_known_it_does_not_pass(tmp_path, gone):
    assert judged(tmp_path, {**grub(*BOTH), **INSTALLED, gone: None}).outcome is Outcome.UNKNOWN


def test_an_entry_that_tries_without_an_initramfs_first_has_one(tmp_path):
    """As GRUB_FORCE_PARTUUID of Ubuntu's cloud images makes it."""
    entry = grub_entry("Ubuntu").replace(
        "\tlinux\t",
        'if [ "${initrdfail}" = 1 ]; then\n\techo x\nelse\n\tlinux\t/boot/vmlinuz-6.8.0-45-generic '
        "root=PARTUUID=root-part ro console=ttyS0 panic=-1\nfi\n\tlinux\t",
    )
    assert judged(tmp_path, grub(entry)).outcome is Outcome.PASS


def test_a_link_tells_the_version_of_a_kernel(tmp_path):
    entry = grub_entry("Debian").replace(f"/boot/vmlinuz-{KERNEL}", "/vmlinuz")
    boot = known(inspect(tmp_path, {**grub(entry), "/vmlinuz": f"-> boot/vmlinuz-{KERNEL}"}).boot)
    assert boot.next is not None
    assert (boot.next.version, boot.next.is_running) == (KERNEL, True)


WHOLE = grub_cfg(*BOTH)
UNKNOWN_FORMS: dict[str, dict[str, str | None]] = {
    "nothing": {"/boot/grub/grub.cfg": None},
    "an empty file": {"/boot/grub/grub.cfg": ""},
    "noise": {"/boot/grub/grub.cfg": "\x00%$&!\n" * 20},
    "a file that points to another one": {"/boot/grub/grub.cfg": "configfile /grub/other.cfg\n"},
    "entries of another file": {"/boot/grub/grub.cfg": WHOLE + "source /boot/own.cfg\n"},
    "its own additions": {"/boot/grub/custom.cfg": "set default=9\n"},
    "a default that is worked out": {"/boot/grub/grub.cfg": grub_cfg(*BOTH, default="${own_choice}")},
    "two defaults": {"/boot/grub/grub.cfg": "set default=1\n" + WHOLE},
    "a menu as the default": {"/boot/grub/grub.cfg": grub_cfg(*BOTH, default="1")},
    "another boot loader": {"/boot/grub/grub.cfg": grub_cfg("menuentry 'Windows' {\n\tchainloader +1\n}\n", *BOTH)},
    "a kernel in a variable": {
        "/boot/grub/grub.cfg": grub_cfg(grub_entry("x").replace(f"/boot/vmlinuz-{KERNEL} ", f"/boot/x {LINE} $odd "))
    },
    "two boot loaders": {"/boot/extlinux/extlinux.conf": EXTLINUX},
    "a whole kernel image": {
        "/boot/grub/grub.cfg": None,
        "/boot/loader/loader.conf": "timeout 0\n",
        "/boot/loader/entries/a.conf": "title x\nefi /EFI/Linux/x.efi\n",
    },
}


@pytest.mark.parametrize("form", UNKNOWN_FORMS)
def test_a_form_that_is_not_known_passes_no_rule_about_the_kernel(tmp_path, form):
    found = findings(tmp_path, {**INSTALLED, **UNKNOWN_FORMS[form]})
    rules = ("BOOT-INITRAMFS", "BOOT-ROOTREF", "BOOT-CONSOLE", "BOOT-MEMORY", "VOL-CRYPT-LVM", "ID-MACHINEID")
    assert [rule for rule in rules if found[rule].outcome is Outcome.PASS] == []


CUTS = [at for at in range(len(WHOLE)) if WHOLE[at] == "\n"][2:-1]


@pytest.mark.parametrize("at", CUTS[::3])
def test_a_configuration_that_was_cut_short_anywhere_never_passes_another_kernel(tmp_path, at):
    """The rest may set another default; where the part that is left is whole by itself, it is what GRUB would see."""
    cut = WHOLE[: at + 1]
    found = judged(tmp_path, {"/boot/grub/grub.cfg": cut, **INSTALLED})
    complete = cut.count("{\n") == cut.count("}\n") and "menuentry" in cut
    assert found.outcome is (Outcome.PASS if complete else Outcome.UNKNOWN)
