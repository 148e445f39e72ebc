"""What a test instance tells about its system, by real shells on a tree."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from pathlib import Path

import pytest

from models.works.report import MountSeen, SocketSeen
from tests.guest.works.instance import Instance, age, booted_now, public_key

_ID = "0123456789abcdef0123456789abcdef"


def test_nothing_that_was_not_told_passes_for_an_answer(instance: Instance):
    boot = instance.first_boot()
    assert boot.checked
    assert boot.mounts is None
    assert boot.cloud_init_errors is None
    assert boot.name_servers is None
    assert boot.clock_synchronised is None
    assert boot.sockets is None
    assert boot.outside is None
    assert boot.machine_id_own is None
    assert boot.root_disk_bytes is None
    assert boot.power_on_to_prompt_seconds is None


def test_what_fstab_names_and_what_is_mounted(instance: Instance):
    instance.put(
        "/etc/fstab",
        "# a word\nUUID=1 / ext4 rw 0 1\n/dev/vdb /srv/data/ ext4 defaults 0 2\n/dev/vdc /a\\040b xfs nofail 0 0\n"
        "//u:secret@nas/x /nas cifs x-systemd.automount 0 0\n/swap none swap sw 0 0\n/dev/vdd /link ext4 rw 0 0\nodd\n",
    )
    instance.put(
        "/proc/self/mounts", "/dev/vda1 / ext4 rw 0 0\n/dev/vdc /a\\040b xfs rw 0 0\n/dev/vdd /real ext4 rw 0 0\n"
    )
    (instance.root / "link").symlink_to(instance.root / "real")
    (instance.root / "real").mkdir()
    assert instance.first_boot().mounts == (
        MountSeen(source="UUID=1", target="/", mounted=True),
        MountSeen(source="/dev/vdb", target="/srv/data", mounted=False),
        MountSeen(source="/dev/vdc", target="/a b", mounted=True, optional=True),
        MountSeen(source="//u:***@nas/x", target="/nas", mounted=False, optional=True),
        MountSeen(source="/swap", target="none", mounted=False, optional=True),
        MountSeen(source="/dev/vdd", target="/link", mounted=True),
    )


def host_key(instance: Instance, blob: bytes) -> Path:
    instance.put("/etc/ssh/ssh_host_ed25519_key.pub", f"ssh-ed25519 {base64.b64encode(blob).decode()} root@x\n")
    return instance.put("/etc/ssh/ssh_host_ed25519_key", "private")


def test_who_it_is_and_that_it_became_so_at_this_boot(instance: Instance):
    booted_now(instance)
    instance.put("/etc/machine-id", f"{_ID}\n")
    host_key(instance, b"blob")
    boot = instance.first_boot()
    assert boot.machine_id_digest == hashlib.sha256(f"imaging-probe {_ID}".encode()).hexdigest()[:8]
    assert boot.machine_id_own is True
    assert boot.host_key_digests == (hashlib.sha256(b"blob").hexdigest(),)
    assert boot.host_keys_own is True


def test_what_came_with_the_image_is_not_its_own(instance: Instance):
    booted_now(instance)
    age(instance.put("/etc/machine-id", f"{_ID}\n"))
    age(host_key(instance, b"blob"))
    boot = instance.first_boot()
    assert boot.machine_id_own is False
    assert boot.host_keys_own is False


def test_a_clock_that_is_set_later_makes_nothing_old(instance: Instance):
    booted_now(instance)
    instance.put("/etc/machine-id", f"{_ID}\n")
    host_key(instance, b"blob")
    instance.boot(unit=False)
    instance.put("/proc/stat", f"btime {2**31}\n")
    instance.run(instance.root / f"run/imaging-works-{instance.nonce}/works", "unit")
    boot = instance.report().boots[0]
    assert (boot.machine_id_own, boot.host_keys_own) == (True, True)


def test_the_second_boot_remembers_what_the_first_one_saw(instance: Instance):
    booted_now(instance)
    instance.put("/etc/machine-id", f"{_ID}\n")
    host_key(instance, b"blob")
    instance.boot()
    instance.put("/proc/stat", f"btime {2**31}\n")
    instance.boot()
    second = instance.report().boots[1]
    assert (second.machine_id_own, second.host_keys_own) == (True, True)


def test_a_missing_machine_id_is_told(instance: Instance):
    instance.put("/etc/machine-id", "")
    assert instance.first_boot().machine_id_digest == ""


def test_cloud_inits_errors_and_those_that_it_recovered_from(instance: Instance):
    result = {"v1": {"datasource": "DataSourceOpenStack [net]", "errors": ["it broke"]}}
    status = {
        "v1": {
            "init": {"errors": [], "recoverable_errors": {"WARNING": ["odd key", "odd key"]}},
            "modules-final": {"errors": ["script failed"], "recoverable_errors": {}},
            "stage": None,
        }
    }
    instance.put("/run/cloud-init/result.json", json.dumps(result, indent=1))
    instance.put("/run/cloud-init/status.json", json.dumps(status, indent=1))
    boot = instance.first_boot()
    assert boot.cloud_init_errors == ("it broke", "script failed")
    assert boot.cloud_init_recoverable == ("WARNING: odd key",)
    assert boot.cloud_init_source == "DataSourceOpenStack [net]"


def test_what_cloud_init_did_not_write_whole_is_not_known(instance: Instance):
    instance.put("/run/cloud-init/result.json", '{"v1": {"errors": [')
    assert instance.first_boot().cloud_init_errors is None


SYSTEMCTL = """case "$*" in
  *--failed*) echo "survey.service loaded failed failed Survey"; echo "* data.mount loaded failed failed /data"
    echo "ok.service loaded failed failed OK" ;;
  *--state=running*) echo "ssh.service loaded active running SSH"
    echo "imaging-works-x.service loaded active running x" ;;
  *ActiveEnterTimestampMonotonic*) echo ActiveEnterTimestampMonotonic=12345678 ;;
  *Requires*survey.service) echo "Requires=system.slice data.mount"; echo BindsTo= ;;
  *Requires*) echo "Requires=-.mount sysinit.target" ;;
  is-active*data.mount) exit 3 ;;
esac"""


def test_failed_units_and_those_that_failed_because_of_a_mount(instance: Instance):
    instance.has("systemctl", SYSTEMCTL)
    wants = instance.root / "etc/systemd/system/multi-user.target.wants"
    wants.mkdir(parents=True)
    (wants / "survey.service").symlink_to("../survey.service")
    boot = instance.first_boot()
    assert boot.failed_units == ("survey.service", "data.mount", "ok.service")
    assert boot.failed_because_of_mount == ("survey.service", "data.mount")
    assert boot.enabled_units == ("survey.service",)
    assert boot.running_units == ("ssh.service",), "without the unit of the checks themselves"
    assert boot.power_on_to_prompt_seconds == 12.345


def test_the_disk_of_the_root_and_what_others_have_of_it(instance: Instance):
    gib = 2**21
    instance.put("/proc/self/mountinfo", "29 1 254:1 / / rw shared:1 - ext4 /dev/vda1 rw\n")
    disk = "sys/devices/vda"
    instance.put(f"/{disk}/size", f"{20 * gib}\n")
    for number, (start, size) in {
        1: (2 * gib, gib),
        14: (2048, 8192),
        15: (gib, gib // 4),
        16: (15 * gib, gib),
    }.items():
        for name, value in {"start": start, "size": size, "partition": number}.items():
            instance.put(f"/{disk}/vda{number}/{name}", f"{value}\n")
    (instance.root / "sys/dev/block").mkdir(parents=True)
    (instance.root / "sys/dev/block/254:1").symlink_to("../../devices/vda/vda1")
    boot = instance.first_boot()
    assert boot.root_bytes
    assert boot.root_disk_bytes == 20 * 2**30
    assert boot.root_taken_bytes == 2**22 + 2**28 + 2**30, "of all others, wherever they lie"
    assert not boot.root_on_lvm


def test_a_root_on_lvm_is_told(instance: Instance):
    instance.put("/proc/self/mountinfo", "29 1 253:0 / / rw - xfs /dev/mapper/vg-root rw\n")
    instance.put("/sys/devices/dm-0/dm/uuid", "LVM-abc\n")
    (instance.root / "sys/dev/block").mkdir(parents=True)
    (instance.root / "sys/dev/block/253:0").symlink_to("../../devices/dm-0")
    boot = instance.first_boot()
    assert boot.root_on_lvm
    assert boot.root_disk_bytes is None


def test_its_own_name_and_that_of_its_metadata_are_told(instance: Instance):
    instance.put("/proc/sys/kernel/hostname", "web-01\n")
    instance.put("/run/cloud-init/instance-data.json", '{"v1": {\n  "local_hostname": "web-01.example",\n "x": 1}}\n')
    boot = instance.first_boot()
    assert (boot.host_name, boot.metadata_host_name) == ("web-01", "web-01.example")


def test_sockets_beyond_loopback_as_ss_tells_them(instance: Instance):
    instance.has(
        "ss",
        'echo "tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:((\\"sshd\\",pid=1,fd=3))"\n'
        'echo "tcp LISTEN 0 128 127.0.0.1:25 0.0.0.0:*"\necho "tcp LISTEN 0 128 [::1]:25 [::]:*"\n'
        'echo "udp UNCONN 0 0 127.0.0.53%lo:53 0.0.0.0:*"\necho "tcp LISTEN 0 128 [::]:8888 [::]:*"\n',
    )
    assert set(instance.first_boot().sockets or ()) == {
        SocketSeen(protocol="tcp", address="0.0.0.0", port=22, process="sshd"),
        SocketSeen(protocol="tcp", address="::", port=8888),
    }


def test_sockets_as_the_kernel_tells_them(instance: Instance):
    head = "  sl  local_address rem_address   st\n"
    instance.put(
        "/proc/net/tcp",
        f"{head}   0: 00000000:0016 00000000:0000 0A\n   1: 0100007F:0019 00000000:0000 0A\n"
        "   2: 0501A8C0:0050 0101A8C0:0051 01\n",
    )
    instance.put("/proc/net/udp6", f"{head}   0: 000080FE00000000FF005450EEFF0002:0222 {'0' * 32}:0000 07\n")
    assert set(instance.first_boot().sockets or ()) == {
        SocketSeen(protocol="tcp", address="0.0.0.0", port=22),
        SocketSeen(protocol="udp", address="fe80::5054:ff:200:ffee", port=546),
    }


@pytest.mark.parametrize(
    "tool, does, synchronised",
    [
        ("timedatectl", "echo NTPSynchronized=yes", True),
        ("timedatectl", "echo NTPSynchronized=no", False),
        ("timedatectl", '[ "$1" != show ] && echo "System clock synchronized: yes"', True),
        ("chronyc", 'echo "Leap status     : Normal"', True),
        ("chronyc", 'echo "Leap status     : Not synchronised"', False),
    ],
)
def test_it_is_told_whether_the_clock_is_synchronised(instance: Instance, tool: str, does: str, synchronised: bool):
    instance.has(tool, does)
    assert instance.first_boot().clock_synchronised is synchronised


def test_names_for_dhcp_are_told_by_digests(instance: Instance):
    instance.put("/sys/class/net/ens3/address", "fa:16:3e:00:00:01\n")
    instance.put("/sys/class/net/ens3/device/vendor", "0x1af4\n")
    (told,) = instance.first_boot().dhcp_ids
    assert told.startswith("card ")
    assert "fa:16" not in told


def test_every_list_is_bounded(instance: Instance):
    instance.put("/etc/fstab", "".join(f"/dev/vd{n} /mnt/{n} ext4 rw 0 0\n" for n in range(2_000)))
    instance.put("/etc/passwd", "".join(f"u{n}:x:{n}:{n}::/home/{n}:/bin/sh\n" for n in range(2_000)))
    instance.put("/etc/resolv.conf", "".join(f"nameserver 10.0.1.{n}\n" for n in range(250)))
    instance.put("/home/1/.ssh/authorized_keys", "".join(f"{public_key(str(n).encode())}\n" for n in range(500)))
    instance.has("python3", "exit 1")
    boot = instance.first_boot()
    assert boot.checked
    assert len(boot.mounts or ()) < 100
    assert len(boot.name_servers or ()) <= 8
    assert len(boot.keys or ()) <= 100


def test_what_is_no_file_holds_nothing_up(instance: Instance):
    for path in ("/etc/machine-id", "/etc/ssh/ssh_host_x_key.pub", "/etc/fstab", "/root/.ssh/authorized_keys",
                 "/run/cloud-init/result.json", "/etc/resolv.conf", "/etc/imaging/tests.d/x"):  # fmt: skip
        place = instance.root / path[1:]
        place.parent.mkdir(parents=True, exist_ok=True)
        os.mkfifo(place, 0o755)
    assert instance.first_boot().checked
