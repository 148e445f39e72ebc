"""The part `boot`, from a disk."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.guest.file_probe.comparing import by_file, by_shell, facts_of, rows_of
from tests.guest.file_probe.sleeping import EACH_TREE, awake
from tests.guest.next_boot.guests import HEALTHY, KERNEL, LINE, grub_cfg, grub_entry
from tests.guest.next_boot.loaders import BOTH, INSTALLED
from tests.guest.probe.running import plant

_RUNNING = ("now", "running", "firmware", "builtin", "module", "loaded", "selinux", "agent", "pages")
_DRIVERS = ("initramfs", "known")
"""That the drivers of the running kernel were listed."""
_WANTS = "/etc/systemd/system/multi-user.target.wants"
FILES: dict[str, str | bytes] = {
    **INSTALLED,
    "/boot/grub/grub.cfg": grub_cfg(*BOTH).encode() + b"menuentry '\xe9' {\r\n\tlinux\t/x token=hunter2 \t \n}\n"
    b" password_pbkdf2 root hunter2\n  set superusers=x\nlinuxefi /y\nsetx timeout=1\nset  default=2\nfi\nelif x\n",
    "/boot/grub2/grub.cfg": "configfile /x\nblscfg\ninsmod x\n",
    "/boot/efi/EFI/ubuntu/grub.cfg": "search x\nset prefix=x\nconfigfile $prefix/grub.cfg\n",
    "/boot/extlinux/extlinux.conf": "# x\n\n DEFAULT l\nLABEL l\n\tLINUX /vmlinuz\n  APPEND x password=hunter2\n#y\n",
    "/boot/loader/entries/a b.conf": "title\tA  b \nlinux /a\noptions x token=hunter2\nOdd x\nno-value\n initrd /i\n",
    "/boot/loader/loader.conf": "timeout 3\ndefault a*\n#x y\n",
    "/boot/grub2/grubenv": "# GRUB\nsaved_entry=x=y\nkernelopts=root=UUID=4 password=hunter2\nown=1\n###",
    "/boot/grub/grubenv": "tuned_params=a\ntuned_x1=b\nrecordfail=1\nboot_success=1\n",
    "/etc/default/grub": "GRUB_CMDLINE_LINUX=\"a b\"\n\tGRUB_CMDLINE_LINUX_DEFAULT='a'\nGRUB_CMDLINE_LINUX_X=x\n#G=1\n",
    "/etc/default/grub.d/50.cfg": 'GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX x.secret=hunter2"\n',
    "/etc/initramfs-tools/initramfs.conf": "MODULES=most\n RESUME=UUID=x y\n#RESUME=no\n",
    "/etc/initramfs-tools/conf.d/resume": "RESUME = no\nRESUME='none'\nRESUME=\n",
    "/usr/lib/dracut/dracut.conf.d/01.conf": 'hostonly="no"\nkernel_cmdline+=" rd.luks=0 "\n',
    "/etc/dracut.conf.d/x.conf": " kernel_cmdline=token=hunter2\n\thostonly=yes # x\n",
    "/etc/selinux/config": "SELINUX=enforcing\n SELINUX=no\nSELINUXTYPE=targeted\r\n selinuxtype= mls \t\n",
    "/etc/selinux/targeted/policy/policy.33": "x",
    "/etc/selinux/mls/policy/policy.33": "",
    "/.autorelabel": "",
    "/usr/sbin/qemu-ga": "",
    "/var/crash/1/vmcore": "x" * 9000,
    "/usr/lib/x86_64-linux-gnu/systemd/libsystemd-shared-252.so": "",
    "/lib/systemd/libsystemd-shared-249.11-0.so": "",
    f"{_WANTS}/kdump.service": "-> /x",
    f"{_WANTS}/qemu-guest-agent.service": "-> /x",
    "/vmlinuz": f"-> boot/vmlinuz-{KERNEL}",
    "/initrd.img": "-> boot/gone",
    f"/boot/vmlinuz-{KERNEL}": "kernel",
    "/boot/vmlinuz-0-rescue-1": "",
    "/boot/vmlinuz-gone": "-> nowhere",
    "/boot/a/b/c/d/too-deep": "x",
    "/boot/a/b/c/deep": "x",
    "/boot/grub/x86_64/module.mod": "x",
    "/boot/efi/EFI/BOOT/BOOTX64.EFI": "x",
    "/boot/grub/custom.cfg": "menuentry x {}\n",
    f"/lib/modules/{KERNEL}/modules.dep": "",
    "/usr/lib/modules/5.0.0/modules.dep": "",
    "/lib/modules/none/modules.builtin": "",
}


@pytest.mark.parametrize("name", EACH_TREE)
def test_a_disk_tells_the_same_boot_as_the_script_in_a_guest(name: str) -> None:
    told, expected = by_file("boot", awake(name)), by_shell("boot", awake(name))
    assert set(rows_of(told, without=_RUNNING)) == set(rows_of(expected, without=_RUNNING)) - {_DRIVERS}
    assert told.incomplete == expected.incomplete


def test_files_of_every_form_tell_the_same_as_the_script(tmp_path: Path) -> None:
    told, expected = by_file("boot", plant(tmp_path, FILES)), by_shell("boot", tmp_path)
    assert set(rows_of(told)) == set(rows_of(expected))
    assert told.incomplete == expected.incomplete == "/boot/grub/custom.cfg is not understood"
    assert facts_of("boot", told) == facts_of("boot", expected)
    assert "hunter2" not in str(told.rows)


def of_disk(root: Path, files: dict[str, str | bytes]) -> Any:
    whole = {path: text for path, text in {**HEALTHY, **files}.items() if text is not None}
    return facts_of("boot", by_file("boot", plant(root, whole)))


def test_the_next_kernel_of_a_disk_is_known_to_its_end(tmp_path: Path) -> None:
    boot = of_disk(tmp_path, {"/boot/grub/grub.cfg": grub_cfg(*BOTH), **INSTALLED})
    assert boot.next_unknown == ""
    assert (boot.next.version, boot.next.is_running, boot.next.has_modules) == ("6.8.0-48-generic", False, True)
    assert (boot.default_command_line, boot.command_line) == (LINE, "")
    assert [each.there for each in (*boot.next.kernels, *boot.next.initrds)] == [True, True]
    assert (boot.host_only_initramfs, boot.initramfs_tool, boot.old_kernels) == (False, "initramfs-tools", (KERNEL,))


@pytest.mark.parametrize(
    "text, made",
    [("", False), ("hostonly=no\n", False), ('hostonly="yes"\n', True), ("#hostonly=yes\n", False)],
)
def test_dracut_makes_an_initramfs_for_any_machine_unless_told_otherwise(tmp_path: Path, text: str, made: bool) -> None:
    plant(tmp_path, {"/etc/dracut.conf": text})
    told, expected = by_file("boot", tmp_path), by_shell("boot", tmp_path)
    assert rows_of(told) == rows_of(expected)
    assert facts_of("boot", told).host_only_initramfs is made


def test_a_kernel_that_is_gone_or_empty_is_not_there(tmp_path: Path) -> None:
    entry = grub_entry("Ubuntu", "6.9.9", initrd="/boot/empty")
    boot = of_disk(tmp_path, {"/boot/grub/grub.cfg": grub_cfg(entry), "/boot/empty": ""})
    assert [each.there for each in (*boot.next.kernels, *boot.next.initrds)] == [False, False]


@pytest.mark.parametrize(
    "files, pages",
    [
        ({}, 0),
        ({"/etc/sysctl.d/10.conf": "# vm.nr_hugepages=9\nvm.nr_hugepages = 16 \r\n"}, 16),
        ({"/usr/lib/sysctl.d/10.conf": "-vm/nr_hugepages=16\n"}, 16),
        ({"/usr/lib/sysctl.d/10.conf": "vm.nr_hugepages=16\n", "/etc/sysctl.d/10.conf": "-> /dev/null"}, 0),
        ({"/usr/lib/sysctl.d/10.conf": "vm.nr_hugepages=16\n", "/etc/sysctl.d/05.conf": "vm.nr_hugepages=8\n"}, 16),
        ({"/etc/sysctl.conf": "vm.nr_hugepages=0\n", "/etc/sysctl.d/99-z.conf": "vm.nr_hugepages=8\n"}, 0),
        ({"/etc/sysctl.d/10.conf": "vm.nr_hugepages=many\nvm.nr_hugepages_mempolicy=5\n"}, 0),
    ],
)
def test_huge_pages_are_those_that_a_start_sets(tmp_path: Path, files: dict[str, str | bytes], pages: int) -> None:
    assert of_disk(tmp_path, files).huge_pages == pages


def test_what_is_no_file_is_never_opened(tmp_path: Path) -> None:
    plant(tmp_path, {"/boot/grub/x": "", "/etc/default/grub/x": "", "/boot/loader/entries/a.conf/x": ""})
    for path in ("boot/grub/grub.cfg", "boot/vmlinuz-1", "etc/sysctl.conf", "boot/grub/custom.cfg"):
        os.mkfifo(tmp_path / path)
    told = by_file("boot", tmp_path)
    assert rows_of(told) == [("empty", "/boot/loader/entries/a.conf/x"), ("kernel", "1")]
    assert told.incomplete == ""
