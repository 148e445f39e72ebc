"""Which kernel starts next is read out of the boot loader's own configuration, with all that it needs."""

from __future__ import annotations

import pytest

from imaging.guest.report.boot_loader.entries import by_numbers
from models.findings import Finding, Outcome, Severity
from tests.guest.next_boot.guests import KERNEL, LINE, Files, findings, grub_cfg, grub_entry, inspect
from tests.support.known import known
from tests.support.shells import EACH_SHELL

NEW = "6.8.0-48-generic"
INSTALLED = {
    f"/boot/vmlinuz-{NEW}": "kernel",
    f"/boot/initrd.img-{NEW}": "initrd",
    f"/lib/modules/{NEW}/modules.dep": "a/virtio_blk.ko:\n",
}


def judged(tmp_path, files: Files) -> Finding:
    return findings(tmp_path, files, parts=("system", "boot"))["BOOT-INITRAMFS"]


def grub(*entries: str, default: str = "0", **more: str) -> dict[str, str]:
    return {"/boot/grub/grub.cfg": grub_cfg(*entries, default=default), **more}


BOTH = (
    grub_entry("Ubuntu", NEW),
    "submenu 'Advanced options for Ubuntu' $menuentry_id_option 'gnulinux-advanced' {\n",
    grub_entry(f"Ubuntu, with Linux {NEW}", NEW, indent="\t"),
    grub_entry(f"Ubuntu, with Linux {KERNEL}", indent="\t"),
    grub_entry(f"Ubuntu, with Linux {KERNEL} (recovery mode)", line=f"{LINE} single", indent="\t"),
    "}\n",
)


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


def test_an_entry_that_tries_without_an_initramfs_first_has_one(tmp_path):
    """As GRUB_FORCE_PARTUUID of Ubuntu's cloud images makes it."""
    entry = grub_entry("Ubuntu").replace(
        "\tlinux\t",
        'if [ "${initrdfail}" = 1 ]; then\n\techo x\nelse\n\tlinux\t/boot/vmlinuz-6.8.0-45-generic '
        "root=PARTUUID=root-part ro console=ttyS0 panic=-1\nfi\n\tlinux\t",
    )
    assert judged(tmp_path, grub(entry)).outcome is Outcome.PASS


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


def bls(version: str = KERNEL, line: str = LINE, **more: str) -> str:
    said = {"title": "Rocky", "version": version, "linux": f"/vmlinuz-{version}", "options": line, **more}
    said.setdefault("initrd", f"/initrd.img-{version} $tuned_initrd")
    return "".join(f"{key} {value}\n" for key, value in said.items() if value)


ROCKY = {
    "/boot/grub/grub.cfg": None,
    "/boot/grub2/grub.cfg": grub_cfg("insmod blscfg\nblscfg\n", default="${saved_entry}"),
    f"/boot/loader/entries/m-{KERNEL}.conf": bls(),
}


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


EXTLINUX = f"DEFAULT l1\nTIMEOUT 50\nLABEL l0\n  LINUX /boot/gone\nLABEL l1\n  LINUX /boot/vmlinuz-{KERNEL}\n"


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


UBUNTU = """if [ -s $prefix/grubenv ]; then
  set have_grubenv=true
  load_env
fi
if [ "${initrdfail}" = 2 ]; then
   set initrdfail=
elif [ "${initrdfail}" = 1 ]; then
   set next_entry="${prev_entry}"
   if [ "${next_entry}" ]; then
      set initrdfail=2
   fi
fi
if [ "${next_entry}" ] ; then
   set default="${next_entry}"
   set boot_once=true
else
   set default="0"
fi
if [ x"${feature_menuentry_id}" = xy ]; then
  menuentry_id_option="--id"
fi
if [ "${prev_saved_entry}" ]; then
  set saved_entry="${prev_saved_entry}"
fi
function savedefault {
  if [ -z "${boot_once}" ]; then
    saved_entry="${chosen}"
  fi
}
function initrdfail {
    if [ -n "${have_grubenv}" ]; then if [ -n "${partuuid}" ]; then
      if [ -z "${initrdfail}" ]; then
        set initrdfail=1
      fi
      save_env initrdfail
    fi; fi
}
function recordfail {
  set recordfail=1
  if [ -n "${have_grubenv}" ]; then if [ -z "${boot_once}" ]; then save_env recordfail; fi; fi
}
if loadfont $font ; then
  set gfxmode=auto
fi
if [ "${recordfail}" = 1 ] ; then
  set timeout=-1
else
  if [ x$feature_timeout_style = xy ] ; then
    set timeout_style=hidden
    set timeout=0
  elif sleep --interruptible 0 ; then
    set timeout=0
  fi
fi
"""
END = """if [ "$grub_platform" = "efi" ]; then
\tmenuentry 'UEFI Firmware Settings' $menuentry_id_option 'uefi-firmware' {
\t\tfwsetup
\t}
fi
if [ -f  ${config_directory}/custom.cfg ]; then
  source ${config_directory}/custom.cfg
elif [ -z "${config_directory}" -a -f  $prefix/custom.cfg ]; then
  source $prefix/custom.cfg
fi
"""
ROCKY_9 = """set pager=1
if [ -f ${config_directory}/grubenv ]; then
  load_env -f ${config_directory}/grubenv
elif [ -s $prefix/grubenv ]; then
  load_env
fi
if [ "${next_entry}" ] ; then
   set default="${next_entry}"
   set boot_once=true
else
   set default="${saved_entry}"
fi
if [ -f ${prefix}/user.cfg ]; then
  source ${prefix}/user.cfg
  if [ -n "${GRUB2_PASSWORD}" ]; then
    set superusers="root"
  fi
fi
if [ x$feature_timeout_style = xy ] ; then
  set timeout_style=menu
  set timeout=1
else
  set timeout=1
fi
if [ -n "${boot_counter}" -a "${boot_success}" = "0" ]; then
  if [ "${boot_counter}" = "0" -o "${boot_counter}" = "-1" ]; then
    set default=1
    set boot_counter=-1
  else
    decrement boot_counter
  fi
  save_env boot_counter
fi
if [ -z "${kernelopts}" ]; then
  set kernelopts="root=UUID=root-uuid ro console=ttyS0"
fi
insmod blscfg
blscfg
if [ x$feature_timeout_style = xy ] ; then
  if [ "${menu_show_once}" ]; then
    set timeout_style=menu
    set timeout=600
  elif [ "${menu_auto_hide}" -a "${menu_hide_ok}" = "1" ]; then
    set timeout_style=hidden
    set timeout=1
  fi
fi
"""


def test_what_ubuntu_writes_is_understood(tmp_path):
    assert judged(tmp_path, {"/boot/grub/grub.cfg": UBUNTU + "".join(BOTH) + END, **INSTALLED}).outcome is Outcome.PASS


def test_what_enterprise_linux_writes_is_understood(tmp_path):
    files = {
        **ROCKY,
        "/boot/grub2/grub.cfg": ROCKY_9 + END,
        "/boot/grub2/grubenv": f"saved_entry=m-{KERNEL}\n",
        "/boot/efi/EFI/rocky/grub.cfg": "search --fs-uuid --set=dev x\nconfigfile $prefix/grub.cfg\n",
        f"/boot/loader/entries/m-{KERNEL}.conf": bls(line="$kernelopts $tuned_params"),
    }
    boot = known(inspect(tmp_path, files).boot)
    assert (boot.next_unknown, boot.default_command_line) == ("", "root=UUID=root-uuid ro console=ttyS0")
    assert boot.next is not None
    assert (boot.next.title, boot.next.seconds, boot.next.waits) == ("Rocky", 1, False)


def test_a_count_of_failed_boots_decides_where_grub_counts(tmp_path):
    files = {**ROCKY, "/boot/grub2/grub.cfg": ROCKY_9, "/boot/grub2/grubenv": "boot_counter=2\n"}
    assert judged(tmp_path, files).outcome is Outcome.UNKNOWN


def test_of_two_entries_a_number_comes_after_letters():
    """As rpm compares, so that GRUB takes the entry of the machine-id that begins with a digit."""
    older, newer = "cd33aa-5.14.0-284.30.1.el9.x86_64", "104aff-5.14.0-162.22.2.el9.x86_64"
    assert by_numbers(newer) > by_numbers(older)
    assert by_numbers("5.15.0-100") > by_numbers("5.15.0-99")
