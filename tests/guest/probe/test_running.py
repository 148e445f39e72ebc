"""What the probe tells of programs, containers and files that end with a stop, on trees in the genuine forms."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from models.guest.running import Container, MemoryFile, PersonsProgram, Running
from tests.guest.probe.running import SHELLS, plant, probe
from tests.support.known import present
from tests.support.needs import needs

PASSWD = "root:x:0:0::/root:/bin/bash\nalice:x:1000:1000::/home/alice:/bin/bash\n"
SESSION = "0::/user.slice/user-1000.slice/session-3.scope\n"
SERVICE = "0::/system.slice/survey.service\n"


def process(pid: int, name: str, *, group: str = SESSION, uid: int = 1000, started: int = 0) -> dict[str, str]:
    fields = " ".join(["S", "1", *["0"] * 17, str(started * 100), *["0"] * 20])
    return {
        f"/proc/{pid}/cgroup": group,
        f"/proc/{pid}/stat": f"{pid} ({name}) {fields}\n",
        f"/proc/{pid}/status": f"Name:\t{name}\nUid:\t{uid}\t{uid}\t{uid}\t{uid}\n",
    }


def running(tmp_path: Path, files: dict[str, str], **how: Any) -> Running:
    tree = {"/etc/passwd": PASSWD, "/proc/uptime": "5000.10 9000.00\n", "/proc/self/mountinfo": "", **files}
    return present(probe("running", root=plant(tmp_path, tree), **how).running.value)


@pytest.mark.parametrize("shell", SHELLS)
def test_a_program_of_a_users_session_is_told_with_its_user_and_its_age(tmp_path, shell):
    found = running(tmp_path, process(700, "tmux: server", started=1000), shell=shell)
    assert found.programs == (PersonsProgram(pid=700, user="alice", name="tmux: server", seconds=4000),)


def test_a_service_that_runs_as_a_user_is_none_of_a_session(tmp_path):
    assert running(tmp_path, process(700, "survey", group=SERVICE)).programs == ()


@pytest.mark.parametrize("name", ["a) b", "((x", "odd name", "x)"])
def test_a_name_with_parentheses_is_told_as_it_is(tmp_path, name):
    assert [each.name for each in running(tmp_path, process(700, name, started=1)).programs] == [name]


def test_the_user_manager_of_version_1_groups_counts_too(tmp_path):
    group = (
        "12:pids:/user.slice/user-0.slice/session-1.scope\n1:name=systemd:/user.slice/user-0.slice/session-1.scope\n"
    )
    found = running(tmp_path, process(9, "screen", group=group, uid=0))
    assert [(each.user, each.name) for each in found.programs] == [("root", "screen")]


def container(name: str, *, policy: str, running: str = "true") -> dict[str, str]:
    folder = f"/var/lib/docker/containers/{name * 8}"
    return {
        f"{folder}/config.v2.json": f'{{"State":{{"Running":{running},"Paused":false}},"ID":"x","Name":"/{name}"}}',
        f"{folder}/hostconfig.json": f'{{"Binds":null,"RestartPolicy":{{"Name":"{policy}","MaximumRetryCount":0}}}}',
    }


def test_a_running_container_is_told_with_its_restart_policy(tmp_path):
    files = container("web", policy="no") | container("db", policy="unless-stopped")
    found = running(tmp_path, files | container("old", policy="no", running="false"))
    assert set(found.containers) == {
        Container(name="web", restart_policy="no"),
        Container(name="db", restart_policy="unless-stopped"),
    }


@needs("root")
def test_a_users_file_in_memory_is_told_and_one_on_a_disk_is_not(tmp_path):
    mounts = "25 1 0:22 / /dev/shm rw - tmpfs tmpfs rw\n26 1 254:1 / /tmp rw - ext4 /dev/vda1 rw\n"
    files = {"/proc/self/mountinfo": mounts, "/dev/shm/model.bin": "x" * 20_000, "/tmp/plain": "x" * 20_000}
    root = plant(tmp_path, {"/etc/passwd": PASSWD, "/proc/uptime": "1 1\n", **files})
    for name in ("dev/shm/model.bin", "tmp/plain"):
        os.chown(root / name, 1000, 1000)
    found = present(probe("running", root=root).running.value)
    assert [(each.path, each.size_kib) for each in found.memory_files] == [("/dev/shm/model.bin", 20)]
    assert all(isinstance(each, MemoryFile) for each in found.memory_files)


def test_what_the_next_start_reads_is_told_with_its_time(tmp_path):
    found = running(tmp_path, {"/etc/fstab": "\n", "/boot/vmlinuz-6.1.0": "x", "/boot/initrd.img-6.1.0": "x"})
    assert {each.path for each in found.boot_files} == {
        "/etc/fstab",
        "/boot/vmlinuz-6.1.0",
        "/boot/initrd.img-6.1.0",
    }
