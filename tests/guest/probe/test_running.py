"""What the probe tells about programs, containers and files that end with a stop, on trees in the genuine forms."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from models.guest.running import Container, KernelSetting, MemoryFile, PersonsProgram, Running
from tests.guest.probe.running import plant, probe
from tests.support.known import present
from tests.support.needs import needs
from tests.support.shells import EACH_SHELL

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


@pytest.mark.parametrize("shell", EACH_SHELL)
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


@pytest.mark.parametrize("shell", EACH_SHELL)
def test_a_setting_of_the_kernel_is_told_with_what_files_make_it(tmp_path, shell):
    files = {
        "/proc/sys/vm/swappiness": "10\n",
        "/proc/sys/net/core/somaxconn": "4096\n",
        "/etc/sysctl.conf": "# vm.swappiness = 5\nkernel.sysrq = 1\n",
        "/etc/sysctl.d/99-own.conf": "  vm/swappiness=20 # less\n",
        "/etc/rc.local": "#!/bin/sh\necho 1 >/proc/sys/vm/overcommit_memory\n",
        "/proc/sys/vm/overcommit_memory": "1\n",
        "/etc/systemd/system/tune.service": "[Service]\nExecStart=sysctl -w vm.swappiness=30\n",
    }
    told = {each.key: each for each in running(tmp_path, files, shell=shell).kernel_settings}
    assert told["vm.swappiness"] == KernelSetting(key="vm.swappiness", value="10", in_files=("20", "30"))
    assert told["vm.overcommit_memory"].in_files == ("",)
    assert told["net.core.somaxconn"] == KernelSetting(key="net.core.somaxconn", value="4096")


@pytest.mark.parametrize("shell", EACH_SHELL)
def test_a_setting_is_told_whole_by_the_real_kernel(shell):
    """It gives a number to a reader of single bytes, as a shell is, only as far as the first byte."""
    told = {each.key: each.value for each in present(probe("running", shell=shell).running.value).kernel_settings}
    assert told["vm.dirty_ratio"] == Path("/proc/sys/vm/dirty_ratio").read_text().strip()
    assert told["net.core.rmem_max"] == Path("/proc/sys/net/core/rmem_max").read_text().strip()


IP = """#!/bin/sh
case "$*" in
*addr*)
    echo '2: eth0    inet 10.0.0.5/24 brd 10.0.0.255 scope global eth0\\       valid_lft forever preferred_lft forever'
    echo '2: eth0    inet 10.0.0.9/24 scope global secondary eth0\\       valid_lft forever preferred_lft forever' ;;
*) printf '%s\\n' 'default via 10.0.0.1' '169.254.0.0/16 scope link' \\
    '192.168.50.0/24 via 10.0.0.1' '172.16.0.0/12 via 10.0.0.1' ;;
esac
"""


@needs("root")
@pytest.mark.parametrize("shell", EACH_SHELL)
def test_an_address_and_a_route_that_no_file_names_are_told(tmp_path, shell):
    files = {
        "/sys/class/net/eth0/device/vendor": "0x1af4\n",
        "/sys/class/net/docker0/type": "1\n",
        "/etc/netplan/50-cloud-init.yaml": "addresses: [10.0.0.5/24]\nroutes: [{to: 172.16.0.0/12}]\n",
        "/etc/hosts": "110.0.0.9 other\n",
        "/.tools/ip": IP,
    }
    found = running(tmp_path, files, shell=shell)
    assert found.addresses == ("10.0.0.9/24 dev eth0",)
    assert found.routes == ("192.168.50.0/24 via 10.0.0.1 dev eth0",)


def test_what_the_next_start_reads_is_told_with_its_time(tmp_path):
    found = running(tmp_path, {"/etc/fstab": "\n", "/boot/vmlinuz-6.1.0": "x", "/boot/initrd.img-6.1.0": "x"})
    assert {each.path for each in found.boot_files} == {
        "/etc/fstab",
        "/boot/vmlinuz-6.1.0",
        "/boot/initrd.img-6.1.0",
    }
