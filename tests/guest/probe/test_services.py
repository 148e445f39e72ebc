"""Units, sockets, processes, and what names paths that may be lost."""

from __future__ import annotations

import pytest

from imaging.guest.report.readers.path_uses import resolved
from models.guest.services import Listener, PathUse, Process, Unit
from tests.guest.probe.running import plant, probe
from tests.support.known import known, present

SYSTEM = "/etc/systemd/system"
SYSTEMCTL = """#!/bin/sh
# systemd 219: a bullet before what failed
echo "● broken.service loaded failed failed A broken thing"
echo "ssh.service loaded active running OpenBSD Secure Shell server"
echo "data.mount loaded failed failed /data"
echo "boot.mount loaded active mounted /boot"
echo "idle.service loaded inactive dead Idle"
"""
RUNNING = {
    "/.tools/systemctl": SYSTEMCTL,
    f"{SYSTEM}/multi-user.target.wants/ssh.service": "-> /lib/systemd/system/ssh.service",
    f"{SYSTEM}/sockets.target.wants/dbus.socket": "-> /lib/systemd/system/dbus.socket",
    f"{SYSTEM}/tmp.mount": "-> /dev/null",
    "/etc/passwd": "root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\n",
    "/proc/1/comm": "systemd\n",
    "/proc/1/status": "Name:\tsystemd\nPPid:\t0\nUid:\t0\t0\t0\t0\nVmSize:\t1 kB\n",
    "/proc/1/exe": "-> /usr/lib/systemd/systemd",
    "/proc/2/status": "Name:\tkthreadd\nPPid:\t0\nUid:\t0\t0\t0\t0\n",
    "/proc/70/status": "Name:\todd \x1b[2J name\nPPid:\t1\nUid:\t1000\t0\t0\t0\nVmSize:\t1 kB\n",
    "/proc/70/exe": "-> /home/ann/run\nit (deleted)",
    "/proc/70/cmdline": "run\0--password=hunter2\0",
    "/proc/70/fd/3": "-> socket:[4711]",
    "/proc/net/tcp": (
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
        "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4711 1 0 100\n"
        "   1: 0100007F:1F91 0100007F:9999 01 00000000:00000000 00:00000000 00000000  1000        0 4712 1 0 100\n"
    ),
    "/proc/net/tcp6": (
        "  sl  local_address remote_address st\n"
        "   0: 00000000000000000000000001000000:0016 00000000000000000000000000000000:0000 0A 0:0 0:0 0  0  0 99 1\n"
    ),
}


@pytest.fixture(scope="module")
def services(tmp_path_factory):
    return probe("services", root=plant(tmp_path_factory.mktemp("running"), RUNNING)).services.value


def test_units_are_those_that_are_enabled_masked_failed_or_running(services):
    assert services.units == (
        Unit(name="broken.service", active="failed"),
        Unit(name="data.mount", active="failed"),
        Unit(name="dbus.socket", enabled="enabled", active="inactive"),
        Unit(name="ssh.service", enabled="enabled", active="active"),
        Unit(name="tmp.mount", enabled="masked", active="inactive"),
    )


def test_listeners_are_told_with_their_process(services):
    assert services.listeners == (
        Listener(protocol="tcp", address="127.0.0.1", port=8080, process="odd \N{REPLACEMENT CHARACTER}[2J name"),
        Listener(protocol="tcp", address="::1", port=22),
    )


def test_processes_are_told_without_their_arguments(services):
    assert [process.pid for process in services.processes] == [1, 70]
    assert services.processes[1].path == "/home/ann/run\N{REPLACEMENT CHARACTER}it"
    assert services.processes[1].user == "ann"
    assert "hunter2" not in services.model_dump_json()


def test_a_system_that_is_not_up_says_so(tmp_path):
    tree = plant(tmp_path, {f"{SYSTEM}/multi-user.target.wants/ssh.service": "-> /x"})
    found = probe("services", root=tree).services
    assert (known(found).runs, found.incomplete_because) == (False, None)
    assert known(found).units == (Unit(name="ssh.service", enabled="enabled"),)


def test_another_init_system_is_said(tmp_path):
    assert "init system" in present(probe("services", root=tmp_path).services.incomplete_because)


def test_this_machine_can_be_probed_as_anybody():
    found = known(probe("services", as_user=True).services)
    assert Process(pid=1, name=found.processes[0].name, user="root") in found.processes


UNIT = (
    "[Service]\nUser=ann\nEnvironmentFile=-/home/ann/env\nWorkingDirectory=~\n"
    "ExecStartPre=-/bin/mkdir -p /data/tmp\n"
    "ExecStart=/usr/bin/python3 \\\n  /home/ann/app.py --key=hunter2 --out=/mnt/o\n"
    "#ExecStop=/home/ann/no\n"
)
NAMING = {
    "/etc/passwd": "ann:x:1000:1000::/home/ann:/bin/sh\n",
    f"{SYSTEM}/survey.service": UNIT,
    f"{SYSTEM}/multi-user.target.wants/survey.service": "-> ../survey.service",
    f"{SYSTEM}/off.service": "[Service]\nExecStart=/home/ann/off\n",
    f"{SYSTEM}/tick.service": "[Service]\nExecStart=/data/tick\n",
    f"{SYSTEM}/timers.target.wants/tick.timer": "-> ../tick.timer",
    "/lib/systemd/system/vendor.service": "[Service]\nExecStart=/usr/sbin/v /var/x /tmp/y\nWorkingDirectory=/root\n",
    "/etc/cron.d/backup": "PATH=/bin\n# /home/no\n0 1 * * * root cd /home/ann && ./b -p hunter2 > /mnt/log\n",
    "/etc/docker/daemon.json": '{"data-root": "/data/docker"}\n',
    f"{SYSTEM}/sockets.target.wants/docker.service": "-> /x",
    "/usr/local/bin/tool": "-> ../../../opt/tool/bin/tool",
    "/opt/tool": "-> /data/tool-1.2",
    "/opt/other": "-> opt-v2",
    "/var/lib/docker": "-> /data/docker",
    "/var/run": "-> /run",
    "/home/bob": "-> /data/bob",
    "/bin": "-> usr/bin",
    "/usr/local/bin/editor": "-> /etc/alternatives/editor",
    "/etc/alternatives/editor": "-> /home/ann/editor",
}


@pytest.fixture(scope="module")
def uses(tmp_path_factory):
    return probe("path_uses", root=plant(tmp_path_factory.mktemp("naming"), NAMING)).path_uses.value


def test_units_name_paths_and_nothing_else(uses):
    named = {(use.how, use.path, use.enabled) for use in uses if use.user == f"{SYSTEM}/survey.service"}
    assert named == {
        ("User's home", "/home/ann", True),
        ("EnvironmentFile", "/home/ann/env", True),
        ("WorkingDirectory", "/home/ann", True),
        ("ExecStartPre", "/data/tmp", True),
        ("ExecStart", "/home/ann/app.py", True),
        ("ExecStart", "/mnt/o", True),
    }
    assert "hunter2" not in str(uses)


def test_a_unit_that_nothing_starts_is_told_apart_from_one_with_a_timer(uses):
    enabled = {use.user.rpartition("/")[2]: use.enabled for use in uses if use.how == "ExecStart"}
    assert (enabled["off.service"], enabled["tick.service"]) == (False, True)


def test_units_of_the_vendor_are_quiet_about_the_systems_own_places(uses):
    assert not [use for use in uses if use.user.startswith("/lib")]


def test_cron_entries_name_paths(uses):
    assert {use.path for use in uses if use.how == "cron"} == {"/home/ann", "/mnt/log"}


def test_data_directories_that_were_moved_are_told(uses):
    assert PathUse(user="/etc/docker/daemon.json", how="data-root", path="/data/docker", enabled=True) in uses


def test_links_are_followed_to_their_end_and_ordinary_ones_left_out(uses):
    assert {(use.user, use.path) for use in uses if use.how == "link"} == {
        ("/usr/local/bin/tool", "/data/tool-1.2/bin/tool"),
        ("/opt/tool", "/data/tool-1.2"),
        ("/var/lib/docker", "/data/docker"),
        ("/home/bob", "/data/bob"),
        ("/usr/local/bin/editor", "/home/ann/editor"),
        ("/etc/alternatives/editor", "/home/ann/editor"),
    }


def test_links_in_a_circle_end_somewhere():
    assert resolved("/a/x", {"/a": "/b", "/b": "/a"}) in {"/a/x", "/b/x"}
