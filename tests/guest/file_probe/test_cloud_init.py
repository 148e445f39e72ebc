"""The part `cloud_init`, from a disk."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.guest.file_probe.comparing import by_file, by_shell, facts_of, rows_of
from tests.guest.file_probe.sleeping import EACH_TREE, awake, put_to_sleep
from tests.guest.probe.running import plant
from tests.guest.probe.test_secrets import PLACES

_HOW_IT_ENDED = ("status", "result")
_LIB = "/usr/lib/systemd/system"
_ETC = "/etc/systemd/system"
_INSTANCES = "/var/lib/cloud/instances"
FILES: dict[str, str | bytes] = {
    "/usr/bin/cloud-init": "",
    "/etc/cloud/cloud-init.disabled": "",
    "/usr/lib/python3.9/site-packages/cloudinit/version.py": "__VERSION__ = '23.4'\n_PACKAGED_VERSION = '@@X@@'\n",
    "/usr/lib/python2.7/dist-packages/cloudinit/version.py": '  __VERSION__ = "no"\n__VERSION__="18.5" # "x"\n',
    f"{_LIB}/cloud-init.service": "x",
    f"{_LIB}/cloud-config.service": "-> cloud-init.service",
    f"{_ETC}/cloud-final.service": "-> /dev/null",
    f"{_ETC}/cloud-init.target": "-> /dev/null",
    f"{_ETC}/cloud-init.target.wants/cloud-init-local.service": "-> nowhere",
    f"{_ETC}/multi-user.target.wants/cloud-x.service": "-> nowhere",
    f"{_ETC}/multi-user.target.wants/cloud-init.target": "-> nowhere",
    f"{_LIB}/multi-user.target.wants/cloud-init.target": "x",
    "/etc/runlevels/boot/cloud-init": "x",
    "/etc/rcS.d/S10cloud-init": "x",
    "/etc/systemd/system-generators/cloud-init-generator": "-> /dev/null",
    "/usr/local/lib/systemd/system-generators/cloud-init-generator": "not a program",
    "/usr/lib/systemd/system-generators/cloud-init-generator": "#!/bin/sh\n",
    "/etc/cloud/cloud.cfg": "%YAML 1.1\n---\n# c\nusers:\n  - x\n\"disable_root\" : true\n'ssh_pwauth':\n- a\n"
    "network:\n config:\n   password: x\n    y\nother: 1\n  ssh_deletekeys: no\r\nssh_genkeytypes: [a,\n b]\n",
    "/etc/cloud/cloud.cfg.d/a.cfg": "  begins: late\ngrowpart: {mode: auto}\n",
    "/etc/cloud/cloud.cfg.d/b.cfg": "ssh_deletekeys: false\n{odd}\nnetwork: {key: |\n x}\nresize_rootfs: x\n",
    "/etc/cloud/cloud.cfg.d/c.cfg": b"preserve_hostname: \xe9\t#\n\xff\n",
    "/etc/cloud/cloud.cfg.d/empty.cfg": "",
    "/etc/cloud/ds-identify.cfg": "# c\n\npolicy: enabled\r\n datasource: None",
    "/var/lib/cloud/seed/nocloud/meta-data": "x: y\n",
    "/var/lib/cloud/seed/nocloud/user-data": "password: x\n",
    "/var/lib/cloud/instance/manual-clean": "",
    f"{_INSTANCES}/i-1/user-data.txt": "#cloud-config\nx: y\n",
    f"{_INSTANCES}/i-1/user-data.txt.i": b"\xe9 token='\xff\n",
    f"{_INSTANCES}/i-1/cloud-config.txt": "  - ann:$6$salt$hash\n",
    f"{_INSTANCES}/i-1/vendor-data2.txt": "mytoken : x\n",
    f"{_INSTANCES}/i-1/vendor-data.txt": "",
    f"{_INSTANCES}/i-1/scripts/runcmd": "-> ../cloud-config.txt",
    f"{_INSTANCES}/i-1/scripts/tab\there": "-----BEGIN PRIVATE KEY-----\n",
    f"{_INSTANCES}/i-2/scripts/part-001": "tokens = x\nlock_passwd: y\nmypassword = z\ntoken =\nsecret: ''\n",
}


@pytest.mark.parametrize("name", EACH_TREE)
def test_a_disk_tells_the_same_as_the_script_in_a_guest(name: str) -> None:
    told, expected = by_file("cloud_init", awake(name)), by_shell("cloud_init", awake(name))
    assert rows_of(told, without=_HOW_IT_ENDED) == rows_of(expected, without=_HOW_IT_ENDED)
    assert told.incomplete == expected.incomplete


def test_files_of_every_form_tell_the_same_as_the_script(tmp_path: Path) -> None:
    told, expected = by_file("cloud_init", plant(tmp_path, FILES)), by_shell("cloud_init", tmp_path)
    assert rows_of(told) == rows_of(expected)
    assert told.incomplete == expected.incomplete
    assert facts_of("cloud_init", told) == facts_of("cloud_init", expected)


@pytest.mark.parametrize("said", ["status", "result"])
def test_how_the_last_boot_ended_is_told_by_the_files_to_which_those_in_run_lead(tmp_path: Path, said: str) -> None:
    text = PLACES[f"/run/cloud-init/{said}.json"].replace("SECRET", "hunter2")
    plant(tmp_path, {f"/var/lib/cloud/data/{said}.json": text})
    plant(tmp_path, {f"/run/cloud-init/{said}.json": f"-> ../../var/lib/cloud/data/{said}.json"})
    expected = by_shell("cloud_init", tmp_path)
    told = by_file("cloud_init", put_to_sleep(tmp_path))
    assert rows_of(told) == rows_of(expected)
    assert facts_of("cloud_init", told).errors == facts_of("cloud_init", expected).errors != ()
    assert "hunter2" not in str(told.rows)


def test_a_folder_that_many_links_lead_to_counts_once(tmp_path: Path) -> None:
    plant(tmp_path, {f"{_INSTANCES}/i-1/data": b"x" * 50_000})
    os.link(tmp_path / f"{_INSTANCES}/i-1/data".lstrip("/"), tmp_path / f"{_INSTANCES}/i-1/again".lstrip("/"))
    plant(tmp_path, {f"{_INSTANCES}/i-2": "-> i-1", f"{_INSTANCES}/gone": "-> nowhere"})
    assert rows_of(by_file("cloud_init", tmp_path)) == rows_of(by_shell("cloud_init", tmp_path))


def test_what_is_no_file_is_never_opened(tmp_path: Path) -> None:
    plant(tmp_path, {f"{_INSTANCES}/i-1/x": "", "/etc/cloud/cloud.cfg.d/x.cfg/y": ""})
    for path in ("etc/cloud/cloud.cfg", "etc/cloud/cloud.cfg.d/a.cfg", f"{_INSTANCES}/i-1/user-data.txt"):
        os.mkfifo(tmp_path / path.lstrip("/"))
    told = by_file("cloud_init", tmp_path)
    assert {row[0] for row in told.rows} == {"instances"}
    assert told.incomplete == ""


def test_more_user_data_than_anybody_gives_is_said(tmp_path: Path) -> None:
    plant(tmp_path, {f"{_INSTANCES}/i-1/scripts/{number}": "x" for number in range(201)})
    told = by_file("cloud_init", tmp_path)
    assert (len(rows_of(told, without=("instances",))), told.incomplete) == (200, "more than 200 files of user data")
