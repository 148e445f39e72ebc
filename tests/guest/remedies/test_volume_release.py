"""Freeing a volume for a detach from a running guest: which disk it is, and that really nothing uses it any more."""

from __future__ import annotations

from pathlib import Path

import pytest

from imaging.guest.remedies.disk_use import read_devices
from models.errors import GuestError
from models.remedy_action import ActionKind, RemedyAction
from tests.guest.remedies.local_shell import LocalRootShell, give_tool

VOLUME = "0a1b2c3d-4e5f-6789-abcd-ef0123456789"
SERIAL = VOLUME[:20]


def free(*points, volume=VOLUME):
    return RemedyAction(
        kind=ActionKind.UNMOUNT_AND_DETACH,
        summary="As agreed.",
        mount_points=tuple(str(each) for each in points),
        volume_id=volume,
    )


def give_disk(tree, disk, *, serial="", number=None, partitions=()):
    """Let the guest have a disk, by its files in /sys."""
    folder = tree / "sys" / "block" / disk
    for name in ("", *partitions):
        (folder / name / "holders").mkdir(parents=True, exist_ok=True)
        real = Path("/sys/class/block", name or disk, "dev")
        (folder / name / "dev").write_text(number or (real.read_text() if real.exists() else "254:99\n"))
        if name:
            (folder / name / "partition").write_text("1\n")
    if serial:
        (folder / "serial").write_text(serial)
    return folder


@pytest.fixture
def guest(namespace, loop_disk, tree):
    """A guest whose second disk is real, and shows the volume's id as virtio does."""
    (tree / "proc").symlink_to("/proc")
    give_disk(tree, loop_disk, serial=SERIAL)
    return LocalRootShell(tree, enter=namespace.enter)


@pytest.fixture
def a_disk(tree, loop_disk):
    return tree / "sys" / "block" / loop_disk


@pytest.fixture
def data(namespace, loop_disk, tmp_path):
    point = tmp_path / "data"
    point.mkdir()
    namespace.run("mount", f"/dev/{loop_disk}", str(point))
    return point


class TestAFreeVolume:
    async def test_is_unmounted_and_used_by_nothing(self, do, guest, loop_disk, data, told):
        result = await do(guest, free(data))
        assert result.done == f"Unmounted {data}. Nothing uses /dev/{loop_disk} any more."
        assert result.undo == f"sudo mount -t ext4 -o rw,relatime /dev/{loop_disk} {data}"
        assert told[0] == "Reading the disks"

    async def test_may_have_been_mounted_nowhere(self, do, guest, loop_disk):
        assert (await do(guest, free())).done.endswith(f"Nothing uses /dev/{loop_disk} any more.")

    async def test_shows_its_id_whole_where_it_is_a_scsi_disk(self, do, guest, tree, loop_disk):
        folder = tree / "sys" / "block" / loop_disk
        (folder / "serial").unlink()
        (folder / "device").mkdir()
        (folder / "device" / "vpd_pg80").write_bytes(b"\0\x80\0\x24" + VOLUME.encode())
        assert "Nothing uses" in (await do(guest, free())).done


class TestRefused:
    async def test_is_a_volume_that_no_disk_shows(self, do, guest, data, a_disk, namespace):
        (a_disk / "serial").write_text("another-volume-00000")
        with pytest.raises(GuestError, match="no disk shows its id") as caught:
            await do(guest, free(data))
        assert caught.value.meaning == "Nothing was unmounted or detached."
        assert str(data) in namespace.mounted()

    async def test_is_a_volume_that_two_disks_show(self, do, guest, tree):
        give_disk(tree, "vdz", serial=SERIAL)
        with pytest.raises(GuestError, match="2 disks show its id"):
            await do(guest, free())

    async def test_is_a_volume_without_an_id(self, do, guest, tree):
        give_disk(tree, "vdz")
        with pytest.raises(GuestError, match="no disk shows"):
            await do(guest, free(volume=""))

    async def test_is_what_is_mounted_where_nobody_agreed(self, do, guest, data, namespace, loop_disk):
        with pytest.raises(GuestError, match=f"More of /dev/{loop_disk} is in use than was shown: {data}"):
            await do(guest, free("/srv"))
        assert str(data) in namespace.mounted()

    async def test_is_what_a_program_uses(self, do, guest, data, namespace):
        busy = namespace.start("sleep", "60", cwd=data)
        try:
            with pytest.raises(GuestError, match=rf"sleep \(pid {busy.pid}"):
                await do(guest, free(data))
        finally:
            busy.kill()
            busy.communicate()
        assert str(data) in namespace.mounted()

    async def test_is_what_a_container_still_has_mounted(self, do, guest, data, namespace, loop_disk):
        inside = namespace.start(
            "unshare", "-m", "--propagation", "private", "sh", "-c", "echo; exec sleep 60", cwd=Path("/")
        )
        try:
            inside.stdout.readline()
            with pytest.raises(GuestError, match=r"More of|still in use") as caught:
                await do(guest, free(data))
        finally:
            inside.kill()
            inside.communicate()
        assert f"mounted at {data}" in caught.value.what
        assert f"To undo: sudo mount -t ext4 -o rw,relatime /dev/{loop_disk} {data}" in caught.value.meaning

    async def test_is_what_a_program_has_open_as_a_disk(self, do, guest, namespace, loop_disk):
        reading = namespace.start("sh", "-c", f"exec 7</dev/{loop_disk}; echo; exec sleep 60", cwd=Path("/"))
        try:
            reading.stdout.readline()
            with pytest.raises(GuestError, match=rf"/dev/{loop_disk} is open in process {reading.pid}"):
                await do(guest, free())
        finally:
            reading.kill()
            reading.communicate()

    async def test_is_what_is_made_into_something_else(self, do, guest, tree, loop_disk):
        (tree / "sys" / "block" / loop_disk / "holders" / "dm-0").touch()
        mapped = give_disk(tree, "dm-0", number="253:0\n")
        (mapped / "dm").mkdir()
        (mapped / "dm" / "name").write_text("vg-data\n")
        with pytest.raises(GuestError, match=f"/dev/{loop_disk} is part of vg-data") as caught:
            await do(guest, free())
        assert "vgchange -an" in caught.value.remedy

    async def test_is_the_disk_of_the_root(self, do, guest, tree, loop_disk, namespace):
        root = next(line.split() for line in namespace.mounted().splitlines() if line.split()[4] == "/")
        (tree / "sys" / "block" / loop_disk / "dev").write_text(root[2])
        with pytest.raises(GuestError, match="holds the root file system"):
            await do(guest, free("/"))


class TestAGuestOfFiles:
    """What needs no real mounts: the tables are files."""

    @pytest.fixture
    def tables(self, tree):
        own = tree / "proc" / "1"
        own.mkdir(parents=True)
        (own / "ns").mkdir()
        (own / "ns" / "mnt").symlink_to("mnt:[4026531841]")
        (tree / "proc" / "self").symlink_to("1")
        (tree / "proc" / "swaps").write_text("Filename\tType\tSize\tUsed\tPriority\n")
        mounts = own / "mountinfo"
        mounts.write_text("21 1 254:1 / / rw - ext4 /dev/vda1 rw\n")
        give_disk(tree, "vdb", serial=SERIAL, number="254:16\n")
        return mounts

    async def test_an_automount_that_would_mount_it_again_is_refused(self, do, tree, tables):
        waiting = "40 21 0:40 / /data rw - autofs systemd-1 rw\n41 40 254:16 / /data rw - ext4 /dev/vdb rw\n"
        tables.write_text(tables.read_text() + waiting)
        give_tool(tree, "umount", f"touch {tree}/unmounted")
        with pytest.raises(GuestError, match="There is an automount unit at /data") as caught:
            await do(LocalRootShell(tree), free("/data"))
        assert caught.value.meaning == "Nothing was unmounted or detached."
        assert not (tree / "unmounted").exists()

    async def test_swap_shown_as_lsblk_shows_it_is_ended(self, do, tree, tables):
        swaps = tree / "proc" / "swaps"
        swaps.write_text(f"{swaps.read_text()}/dev/vdb partition 1048572 0 -2\n")
        give_tool(tree, "swapoff", f"sed -i /vdb/d {swaps}")
        result = await do(LocalRootShell(tree), free("[SWAP]"))
        assert result.done == "No longer swaps to /dev/vdb. Nothing uses /dev/vdb any more."

    async def test_swap_that_nobody_agreed_to_end_is_refused(self, do, tree, tables):
        swaps = tree / "proc" / "swaps"
        swaps.write_text(f"{swaps.read_text()}/dev/vdb partition 1048572 0 -2\n")
        with pytest.raises(GuestError, match="More of /dev/vdb is in use than was shown: /dev/vdb"):
            await do(LocalRootShell(tree), free())


class TestWhatTheKernelSays:
    DISK_USE = (
        b"disk\tvdb\t%b\ndevice\tvdb\t254:16\tvdb\t\ndevice\tvdb1\t254:17\tvdb\t\ndevice\tvdb2\t254:18\tvdb\t\n"
        b"mount\t1\t21 1 254:1 / / rw - ext4 /dev/vda1 rw\n" % SERIAL.encode()
    )

    def reasons(self, more=b""):
        return read_devices(self.DISK_USE + more).reasons("vdb")

    def test_nothing_is_nothing(self):
        assert self.reasons(b"alone\tvdb\tfree\n") == ()

    def test_a_partition_counts_for_its_disk(self):
        more = b"mount\t812\t40 21 254:17 / /my\\040data rw - ext4 /dev/vdb1 rw\n"
        assert self.reasons(more) == ("mounted at /my data (mount namespace of pid 812)",)

    def test_a_file_system_with_a_number_of_its_own_is_known_by_its_device(self):
        assert self.reasons(b"mount\t1\t40 21 0:44 /@ /data rw - btrfs /dev/vdb2 rw\n")

    def test_another_disk_of_a_btrfs_counts_too(self):
        assert self.reasons(b"member\tvdb1\n") == ("part of a btrfs on vdb1",)

    def test_swap_counts(self):
        assert self.reasons(b"swap\t/dev/vdb2   partition 1 0 -2\n") == ("swapped to (/dev/vdb2)",)

    def test_an_unnamed_use_counts_where_the_kernel_gives_the_disk_to_nobody(self):
        assert self.reasons(b"alone\tvdb\tbusy\n") == ("in use by the kernel, which does not say for what",)

    @pytest.mark.parametrize("nonsense", [b"mount\n", b"mount\t1\tx\n", b"device\n", b"\xff\x00\n", b"holder\tvdb\n\n"])
    def test_nonsense_breaks_nothing(self, nonsense):
        self.reasons(nonsense)
