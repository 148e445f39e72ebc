"""A run on a guest with work in it: said before, seen up afterwards, and what is missing listed by a second inspection.

The tests build on one another, in their order. Podman runs a container from a folder with one program, for no registry
is within reach; where the packages are not to be had its place stays empty, and the test says so.
"""

from __future__ import annotations

import sys
import time
from typing import Any

import pytest

from tests.realguest.machine import Machine
from tests.realguest.packages import installed
from tests.realguest.runs import RUN_SECONDS, create, finding, outcome

pytestmark = pytest.mark.timeout(2400)

WORK = r"""
mkfs.ext4 -q -F /dev/vdb
mkdir -p /mnt/scratch
mount /dev/vdb /mnt/scratch
echo kept >/mnt/scratch/kept
sysctl -q vm.swappiness=10
runuser -u debian -- tmux new-session -d -s survey 'sleep 1000000'
"""
CONTAINER = r"""
mkdir -p /srv/box/dev /srv/box/proc /srv/box/sys /srv/box/etc /srv/box/run /srv/box/tmp
for file in /bin/sleep $(ldd /bin/sleep | grep -o '/[^ ]*'); do install -D "$file" "/srv/box$file"; done
podman run -d --name web --rootfs --network host --cgroups=disabled --security-opt seccomp=unconfined \
    /srv/box /bin/sleep 1000000
"""


@pytest.fixture(scope="module")
def busy(source: Machine, tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """A volume mounted by hand, a tmux session of a login, a value of the kernel set by hand."""
    assert installed(source, tmp_path_factory.mktemp("tmux"), "tmux") == ""
    source.ssh(WORK)
    return source


@pytest.fixture(scope="module")
def container(busy: Machine, tmp_path_factory: pytest.TempPathFactory) -> bool:
    """A container of Podman; False where it is not to be had."""
    missing = installed(busy, tmp_path_factory.mktemp("podman"), "podman", "crun")
    if missing:
        sys.stdout.write(f"no container: {missing}\n")
        return False
    sys.stdout.write(busy.ssh(CONTAINER, seconds=300))
    return True


def inspected(machine: Machine) -> dict[str, Any]:
    began = time.monotonic()
    _, document, messages = machine.imaging(
        "check", machine.id, "--probe", "--profile", "openstack", *machine.login_route
    )
    assert document is not None, messages
    sys.stdout.write(f"inspected in {time.monotonic() - began:.0f} s: {document['readiness']}\n")
    return dict(document)


def test_what_the_stop_will_cost_is_said_before(busy: Machine, container: bool):
    document = inspected(busy)
    told = {
        rule: finding(document, rule) for rule in ("STOP-MOUNTS", "STOP-SESSIONS", "STOP-SYSCTL", "STOP-CONTAINERS")
    }
    sys.stdout.write("\n".join(f"{rule}: {one['outcome']}: {one['evidence']}" for rule, one in told.items()) + "\n")
    assert "/mnt/scratch (/dev/vdb)" in told["STOP-MOUNTS"]["evidence"]
    assert "tmux: server of debian" in told["STOP-SESSIONS"]["evidence"]
    assert "vm.swappiness = 10" in told["STOP-SYSCTL"]["evidence"]
    assert (told["STOP-CONTAINERS"]["outcome"] == "fail") is container
    assert finding(document, "STOP-MISSING")["outcome"] == "not-applicable"


def test_the_run_ends_restored_and_seen_up(busy: Machine, container: bool):
    began = time.monotonic()
    status, document, messages = create(busy, "imaging-realguest-restored")
    sys.stdout.write(f"run of {time.monotonic() - began:.0f} s, status {status}: {outcome(document)}\n{messages}\n")
    assert status == 0, messages
    assert document["instance_restored"] is True
    assert document["instance_seen"] == "up"


def test_a_second_inspection_lists_what_is_missing(busy: Machine, container: bool):
    busy.wait(RUN_SECONDS)
    since = inspected(busy)["inspection"]["since_run"]
    lines = [f"{each['code']}: {each['what']} ({each['evidence']})" for each in since["differences"]]
    sys.stdout.write("\n".join([*lines, *since["not_compared"]]) + "\n")
    found = {(each["code"], each["what"]) for each in since["differences"]}
    assert ("mount-missing", "/mnt/scratch") in found
    assert ("program-ended", "tmux: server") in found
    assert any(code == "container-stopped" for code, _ in found) is container
    assert since["not_compared"] == []
