"""Mount and swap units count wherever systemd reads them, and what stands on them falls with them."""

from __future__ import annotations

import pytest

from models.findings import Finding, Outcome, Severity
from tests.guest.next_boot.guests import HEALTHY, ROOT_DISK, VOLUME, Files, findings, printing
from tests.support.known import command_of
from tests.support.shells import EACH_SHELL

ROOT_LINE = "UUID=root-uuid / ext4 defaults 0 1\n"
WITH_VOLUME = {**HEALTHY, "/.tools/lsblk": printing(ROOT_DISK + VOLUME)}
MOUNTED = {
    "/proc/self/mountinfo": "25 1 252:1 / / rw - ext4 /dev/vda1 rw\n40 25 252:16 / /data rw - ext4 /dev/vdb rw\n"
}
ETC, LIB, RUN = "/etc/systemd/system", "/usr/lib/systemd/system", "/run/systemd/generator"


def unit(what: str = "/dev/disk/by-uuid/data-uuid", where: str = "/data", options: str = "nofail") -> str:
    return f"[Unit]\nDescription=x\n[Mount]\nWhat={what}\nWhere={where}\nType=ext4\nOptions={options}\n"


def judged(tmp_path, files: Files, *lines: str, shell: str = "dash") -> Finding:
    fstab = ROOT_LINE + "".join(f"{line}\n" for line in lines)
    return findings(tmp_path, {"/etc/fstab": fstab, **files}, of=WITH_VOLUME, shell=shell)["VOL-FSTAB"]


BIND = "/data/ftp /ftp none bind 0 0"


@pytest.mark.parametrize("shell", EACH_SHELL)
def test_a_bind_mount_falls_with_the_unit_below_it_though_that_unit_may_fail(tmp_path, shell):
    files = {f"{ETC}/data.mount": unit(), f"{ETC}/multi-user.target.wants/data.mount": "-> ../data.mount"}
    found = judged(tmp_path, files, BIND, shell=shell)
    assert found.blocks
    assert "line 2: /ftp from /data/ftp" in found.evidence


@pytest.mark.parametrize(
    "folder", [ETC, LIB, "/lib/systemd/system", "/usr/local/lib/systemd/system", "/run/systemd/system", RUN]
)
def test_the_unit_may_lie_wherever_systemd_reads_units_and_need_not_be_enabled(tmp_path, folder):
    assert judged(tmp_path, {f"{folder}/data.mount": unit()}, BIND).blocks


def test_a_chain_of_bind_mounts_falls_as_a_whole(tmp_path):
    files = {f"{LIB}/data.mount": unit(), f"{ETC}/srv.mount": unit("/data/srv", "/srv", "bind")}
    assert judged(tmp_path, files, "/srv/ftp /ftp none rbind 0 0").blocks


@pytest.mark.parametrize("option", ["x-systemd.requires=data.mount", "x-systemd.requires-mounts-for=/data/x"])
def test_a_line_may_name_the_unit_that_it_needs(tmp_path, option):
    assert judged(tmp_path, {f"{LIB}/data.mount": unit()}, f"/srv/x /y none bind,{option} 0 0").blocks


def test_a_bind_mount_that_may_fail_lets_the_boot_continue(tmp_path):
    assert judged(tmp_path, {f"{ETC}/data.mount": unit()}, BIND.replace("bind", "bind,nofail")).outcome is Outcome.PASS


def test_a_unit_of_the_root_disk_holds_what_stands_on_it(tmp_path):
    assert judged(tmp_path, {f"{ETC}/data.mount": unit("/srv/data")}, BIND).outcome is Outcome.PASS


def test_a_masked_unit_is_none(tmp_path):
    files = {f"{ETC}/data.mount": "-> /dev/null", f"{LIB}/data.mount": unit()}
    assert judged(tmp_path, files, BIND).outcome is Outcome.PASS


@pytest.mark.parametrize("folder", [LIB, "/lib/systemd/system", "/run/systemd/generator.late"])
def test_a_required_unit_stops_the_boot_wherever_it_lies(tmp_path, folder):
    files = {
        f"{folder}/data.mount": unit(),
        f"{folder}/local-fs.target.requires/data.mount": "-> ../data.mount",
    }
    found = judged(tmp_path, files)
    assert found.blocks
    assert command_of(found) == "sudo systemctl mask data.mount"


@pytest.mark.parametrize("folder", [ETC, LIB])
def test_a_target_may_require_it_by_its_own_text(tmp_path, folder):
    files = {
        f"{ETC}/data.mount": unit(),
        f"{folder}/local-fs.target.d/10-data.conf": "[Unit]\nRequires=x.mount data.mount\n",
    }
    assert judged(tmp_path, files).blocks


def test_what_is_added_to_a_unit_counts(tmp_path):
    files = {
        f"{ETC}/data.mount": unit("/srv/data"),
        f"{LIB}/data.mount.d/50-disk.conf": "[Mount]\nWhat=LABEL=data\n",
        f"{ETC}/local-fs.target.requires/data.mount": "-> ../data.mount",
    }
    assert judged(tmp_path, files).blocks


def test_of_two_units_of_one_name_the_nearer_one_counts(tmp_path):
    files = {
        f"{ETC}/data.mount": unit("/srv/data"),
        f"{LIB}/data.mount": unit(),
        f"{LIB}/local-fs.target.requires/data.mount": "-> ../data.mount",
    }
    assert judged(tmp_path, files).outcome is Outcome.PASS


def test_a_linked_unit_is_read(tmp_path):
    files = {
        "/data.unit": unit(),
        f"{ETC}/data.mount": "-> ../../../data.unit",
        f"{ETC}/local-fs.target.requires/data.mount": "-> ../data.mount",
    }
    assert judged(tmp_path, files).blocks


@pytest.mark.parametrize("how", ["wants", "requires"])
def test_a_swap_unit_on_a_volume_delays_the_boot(tmp_path, how):
    files = {
        f"{ETC}/dev-vdb.swap": "[Swap]\nWhat=/dev/vdb\n",
        f"{ETC}/swap.target.{how}/dev-vdb.swap": "-> ../dev-vdb.swap",
    }
    found = judged(tmp_path, files)
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)
    assert "dev-vdb.swap" in found.evidence


def test_what_the_generator_made_of_fstab_is_not_told_twice(tmp_path):
    made = unit().replace("[Unit]\n", "[Unit]\nSourcePath=/etc/fstab\n")
    line = "UUID=data-uuid /data ext4 defaults,nofail 0 2"
    assert judged(tmp_path, {f"{RUN}/data.mount": made}, line).evidence.startswith("2 lines")


def test_the_kernels_own_file_systems_are_not_told(tmp_path):
    files = {
        f"{LIB}/dev-hugepages.mount": "[Mount]\nWhat=hugetlbfs\nWhere=/dev/hugepages\nType=hugetlbfs\n",
        f"{LIB}/sysinit.target.wants/dev-hugepages.mount": "-> ../dev-hugepages.mount",
    }
    assert judged(tmp_path, files).outcome is Outcome.PASS


@pytest.mark.parametrize("text", ["[Mount]\nWhere=/data\n", "[Mou", unit("/dev/disk/by-label/%i")])
def test_a_unit_that_is_cut_short_or_in_an_unknown_form_passes_nothing(tmp_path, text):
    assert judged(tmp_path, {f"{ETC}/data.mount": text}).outcome is Outcome.UNKNOWN


def test_a_file_that_is_mounted_as_a_disk_must_be_there(tmp_path):
    line = "/srv/disk.img /x ext4 loop 0 0"
    assert judged(tmp_path / "a", {}, line).blocks
    assert judged(tmp_path / "b", {"/srv/disk.img": "x"}, line).outcome is Outcome.PASS


def test_where_such_a_file_lies_on_a_volume_mounted_by_hand_nobody_can_tell(tmp_path):
    line = "/data/disk.img /x ext4 loop 0 0"
    assert judged(tmp_path, {**MOUNTED, "/data/disk.img": "x"}, line).outcome is Outcome.UNKNOWN


def test_systemd_makes_the_source_of_a_bind_mount_that_nothing_else_needs(tmp_path):
    assert judged(tmp_path, MOUNTED, BIND).outcome is Outcome.PASS
