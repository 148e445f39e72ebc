"""cloud-init, the machine's identity, and how it boots."""

from __future__ import annotations

import hashlib
import json
import shutil

import pytest

from imaging.guest.probe import script
from imaging.guest.report import read_report
from models.findings import InspectionMethod
from models.guest.boot import Identity
from models.guest.files import Questions
from models.guest.first_boot import Setting, UserData
from tests.guest.probe.running import NONCE, NOW, output_of, plant, probe
from tests.support.known import known

CFG = """# The top level settings are used as module
users:
   - default
disable_root: true   # a comment
preserve_hostname: false
datasource_list:
  - OpenStack
  - None
ssh_pwauth: 0
chpasswd: {expire: False}
password: hunter2
growpart:
  mode: auto
network:
  config: disabled
"""
INSTANCE = "/var/lib/cloud/instances/i-1"
FILES = {
    "/usr/bin/cloud-init": "#!/bin/sh\nexit 1\n",
    "/usr/lib/python3/dist-packages/cloudinit/version.py": (
        '__VERSION__ = "24.4"\n_PACKAGED_VERSION = "24.4-0ubuntu1"\n'
    ),
    "/etc/cloud/cloud.cfg": CFG,
    "/etc/cloud/cloud.cfg.d/99-x.cfg": "manual_cache_clean: true\nnetwork: {config: disabled}\n",
    "/etc/cloud/cloud.cfg.d/README": "ssh_deletekeys: false\n",
    "/run/cloud-init/status.json": json.dumps({"v1": {"init": {"errors": [], "finished": 1}, "stage": None}}),
    "/run/cloud-init/result.json": json.dumps({"v1": {"datasource": "x", "errors": ["a password=hunter2 failed"]}}),
    f"{INSTANCE}/user-data.txt": "#cloud-config\nssh_pwauth: true\nlock_passwd: false\nchpasswd: {expire: False}\n",
    f"{INSTANCE}/user-data.txt.i": "#cloud-config\npassword: hunter2\n",
    f"{INSTANCE}/vendor-data.txt": "",
    f"{INSTANCE}/scripts/part-001": "export OS_APPLICATION_CREDENTIAL_SECRET='abc'\n",
    f"{INSTANCE}/cloud-config.txt": "- ann:$6$salt$hash\n",
}


@pytest.fixture(scope="module")
def cloud_init(tmp_path_factory):
    return probe("cloud_init", root=plant(tmp_path_factory.mktemp("cloud"), FILES)).cloud_init.value


def test_the_version_is_read_without_starting_it(cloud_init):
    assert cloud_init.version == "24.4-0ubuntu1"


def test_settings_are_read_file_by_file_and_only_those_that_matter(cloud_init):
    first, last = "/etc/cloud/cloud.cfg", "/etc/cloud/cloud.cfg.d/99-x.cfg"
    assert cloud_init.settings == (
        Setting(key="disable_root", value="true", file=first),
        Setting(key="preserve_hostname", value="false", file=first),
        Setting(key="datasource_list", value="[OpenStack, None]", file=first),
        Setting(key="ssh_pwauth", value="0", file=first),
        Setting(key="growpart.mode", value="auto", file=first),
        Setting(key="network.config", value="disabled", file=first),
        Setting(key="manual_cache_clean", value="true", file=last),
        Setting(key="network.config", value="disabled", file=last),
    )


def test_the_last_boots_errors_are_told_without_secrets(cloud_init):
    assert (cloud_init.status, cloud_init.errors) == ("error", ("a password=*** failed",))


def test_user_data_says_whether_it_looks_secret_and_never_what_it_holds(cloud_init):
    assert {(each.path.removeprefix(INSTANCE), each.looks_secret) for each in cloud_init.user_data} == {
        ("/user-data.txt", False),
        ("/user-data.txt.i", True),
        ("/scripts/part-001", True),
        ("/cloud-config.txt", True),
    }
    assert "hunter2" not in cloud_init.model_dump_json()
    assert cloud_init.instances_kib > 0


@pytest.mark.parametrize("own, found", [("i-1", False), ("i-2", True), ("", True), ("*", True)])
def test_what_cloud_init_keeps_of_a_temporary_instance_is_none_of_the_disks(tmp_path, own, found):
    tree = plant(tmp_path, FILES)
    said = output_of(script(Questions(), ("cloud_init",), nonce=NONCE), root=tree, env={"INSTANCE_ID": own})
    facts = read_report(said, nonce=NONCE, method=InspectionMethod.DEEP_CHECK, now=NOW)
    assert bool(known(facts.cloud_init).instances_kib) is found


def test_an_empty_folder_of_instances_is_nothing(tmp_path):
    tree = plant(tmp_path, FILES)
    shutil.rmtree(tree / INSTANCE.lstrip("/"))
    assert known(probe("cloud_init", root=tree).cloud_init).instances_kib is None


def test_an_ordinary_user_does_not_know_what_user_data_holds(tmp_path):
    tree = plant(tmp_path, {f"{INSTANCE}/user-data.txt": "password: x\n"})
    (tree / INSTANCE.lstrip("/") / "user-data.txt").chmod(0)
    for folder in [tree, *tree.parents[:-2]]:
        folder.chmod(0o755)
    found = probe("cloud_init", root=tree, as_user=True).cloud_init
    assert known(found).user_data == (UserData(path=f"{INSTANCE}/user-data.txt", size_bytes=12),)
    assert found.incomplete_because == "only root may read all of /var/lib/cloud"


@pytest.mark.parametrize(
    "files, by",
    [
        ({"/etc/cloud/cloud-init.disabled": ""}, "/etc/cloud/cloud-init.disabled"),
        ({"/etc/systemd/system/cloud-init.service": "-> /dev/null"}, "cloud-init.service is masked"),
        ({"/etc/systemd/system/cloud-init.target": "-> /dev/null"}, "cloud-init.target is masked"),
        ({"/usr/lib/systemd/system/cloud-init.service": "x"}, "cloud-init.service is not enabled"),
    ],
)
def test_what_switches_it_off_is_told(tmp_path, files, by):
    assert known(probe("cloud_init", root=plant(tmp_path, files)).cloud_init).disabled_by == (by,)


def test_without_it_there_is_no_version(tmp_path):
    assert known(probe("cloud_init", root=tmp_path).cloud_init).version is None


@pytest.mark.parametrize(
    "text, state", [(None, "missing"), ("", "empty"), ("uninitialized\n", "uninitialized"), ("0123abcd\n", "filled")]
)
def test_the_machine_id_is_told_by_its_state_alone(tmp_path, text, state):
    tree = plant(tmp_path, {} if text is None else {"/etc/machine-id": text})
    digest = hashlib.sha256(b"imaging-probe 0123abcd").hexdigest()[:8] if state == "filled" else ""
    found = probe("identity", root=tree).identity.value
    assert found == Identity(machine_id=state, machine_id_digest=digest, dbus_machine_id="missing")
    assert "0123abcd" not in found.model_dump_json()


def test_a_saved_random_seed_is_seen(tmp_path):
    assert known(probe("identity", root=plant(tmp_path, {"/var/lib/systemd/random-seed": "x"})).identity).random_seed


KERNEL = "5.14.0-9.el9"
BOOT = {
    "/proc/cmdline": "BOOT_IMAGE=/vmlinuz root=UUID=1 console=ttyS0 password=hunter2\n",
    "/proc/sys/kernel/osrelease": f"{KERNEL}\n",
    "/proc/sys/vm/nr_hugepages": "16\n",
    "/proc/modules": "virtio_blk 1 0\nvirtio_net 1 0\n",
    f"/lib/modules/{KERNEL}/modules.builtin": "kernel/drivers/virtio/virtio_pci.ko\n",
    f"/lib/modules/{KERNEL}/modules.dep": "kernel/drivers/block/virtio_blk.ko.xz:\nkernel/virtio_scsi.ko.zst: a.ko\n",
    "/sys/firmware/efi/x": "",
    "/sys/fs/selinux/enforce": "1",
    "/.autorelabel": "",
    "/boot/vmlinuz-5.14.0-9.el9": "",
    "/boot/vmlinuz-5.14.0-10.el9": "",
    "/boot/vmlinuz-5.14.0-8.el9": "",
    "/boot/vmlinuz-0-rescue-1": "",
    "/usr/bin/qemu-ga": "",
    "/proc/9/comm": "qemu-ga\n",
    "/etc/systemd/system/multi-user.target.wants/kdump.service": "-> /x",
    "/var/crash/1/vmcore": "x" * 9000,
}


def boot(tmp_path, files):
    return probe("boot", root=plant(tmp_path, files)).boot.value


def test_how_it_boots_is_told(tmp_path):
    found = boot(tmp_path, BOOT)
    assert found.command_line == "BOOT_IMAGE=/vmlinuz root=UUID=1 console=ttyS0 password=***"
    assert (found.firmware, found.selinux, found.autorelabel, found.huge_pages) == ("uefi", "enforcing", True, 16)
    assert (found.kdump_enabled, found.crash_dumps_kib > 8, found.guest_agent) == (True, True, "active")
    assert found.old_kernels == ("5.14.0-8.el9",)


@pytest.mark.parametrize(
    "settings, missing",
    [
        ("SELINUX=enforcing\nSELINUXTYPE=targeted\n", ""),
        ("SELINUX=enforcing\n  selinuxtype= targeted \n", ""),
        ("SELINUX=enforcing\n", ""),
        ("# SELINUXTYPE=mls\nSELINUX=enforcing\nSELINUXTYPE=targted\n", "/etc/selinux/targted"),
        ("SELINUX=Enforcing\nSELINUXTYPE=targeted\nSELINUXTYPE=mls\n", "/etc/selinux/mls"),
        ('SELINUX=enforcing\nSELINUXTYPE="targeted"\n', '/etc/selinux/"targeted"'),
        ("SELINUX=enforcing\nSELINUXTYPE=\n", "/etc/selinux/"),
        ("SELINUX=permissive\nSELINUX=enforcing\nSELINUXTYPE=targted\n", ""),
        ("SELINUX=disabled\nSELINUXTYPE=targted\n", ""),
        ("SELINUXTYPE=targted\n", ""),
    ],
)
def test_a_policy_that_the_next_boot_enforces_and_does_not_find_is_told(tmp_path, settings, missing):
    policies = {"/etc/selinux/targeted/policy/policy.33": "x", "/etc/selinux/mls/policy/policy.33": ""}
    found = boot(tmp_path, {**BOOT, **policies, "/etc/selinux/config": settings})
    assert (found.selinux, found.selinux_policy_missing) == ("enforcing", missing)


def test_without_a_running_selinux_the_settings_say_its_mode(tmp_path):
    assert boot(tmp_path, {"/etc/selinux/config": "SELINUX=permissive\n"}).selinux == "permissive"


@pytest.mark.parametrize(
    "files, host_only, modules",
    [
        ({"/etc/initramfs-tools/initramfs.conf": "MODULES=most\n"}, False, ("virtio_blk", "virtio_pci", "virtio_scsi")),
        ({"/usr/lib/dracut/dracut.conf.d/01-dist.conf": 'hostonly="yes"\n'}, True,
         ("virtio_blk", "virtio_net", "virtio_pci")),
        ({"/usr/lib/dracut/dracut.conf.d/01-dist.conf": 'hostonly="yes"\n',
          "/etc/dracut.conf.d/x.conf": "hostonly=no\n"}, False, ("virtio_blk", "virtio_pci", "virtio_scsi")),
    ],
)  # fmt: skip
def test_a_generic_initramfs_holds_every_driver_and_another_one_what_is_loaded(tmp_path, files, host_only, modules):
    found = boot(tmp_path, {**BOOT, **files})
    assert (found.host_only_initramfs, found.virtio_modules) == (host_only, modules)


def test_drivers_are_unknown_without_their_lists(tmp_path):
    assert boot(tmp_path, {"/proc/cmdline": "ro\n"}).virtio_modules is None


@pytest.mark.parametrize(
    "files, line",
    [
        ({"/boot/grub/grub.cfg": "menuentry 'x' {\n\tlinux\t/vmlinuz root=UUID=2 ro\n}\n"}, "root=UUID=2 ro"),
        ({"/boot/extlinux/extlinux.conf": "LABEL l\n  LINUX /vmlinuz\n  APPEND root=UUID=3 ro\n"}, "root=UUID=3 ro"),
        ({"/boot/loader/entries/a.conf": "title a\nlinux /a\noptions $kernelopts $tuned_params\n",
          "/boot/grub2/grub.cfg": "blscfg\n",
          "/boot/grub2/grubenv": "# GRUB\nkernelopts=root=UUID=4 ro \n"}, "root=UUID=4 ro"),
        ({"/boot/loader/entries/a.conf": "linux /a\noptions root=UUID=5\noptions ro\n",
          "/boot/loader/loader.conf": "timeout 3\n"}, "root=UUID=5 ro"),
        ({"/etc/default/grub": 'GRUB_CMDLINE_LINUX="console=ttyS0"\nGRUB_CMDLINE_LINUX_DEFAULT=""\n',
          "/etc/default/grub.d/50.cfg": 'GRUB_CMDLINE_LINUX_DEFAULT="quiet splash"\n'}, "console=ttyS0 quiet splash"),
    ],
)  # fmt: skip
def test_the_line_of_the_next_kernel_is_found_in_every_boot_loader(tmp_path, files, line):
    assert boot(tmp_path, files).default_command_line == line
