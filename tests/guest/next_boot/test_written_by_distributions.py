"""What distributions write into GRUB's configuration is understood as a whole."""

from __future__ import annotations

from models.findings import Outcome
from tests.guest.next_boot.guests import KERNEL, inspect
from tests.guest.next_boot.loaders import BOTH, INSTALLED, ROCKY, bls, judged
from tests.support.known import known

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
