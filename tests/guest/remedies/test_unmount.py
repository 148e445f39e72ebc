"""Unmounting, on real mounts: the innermost first, never what is in use, never what nobody agreed to."""

from __future__ import annotations

import shlex

import pytest

from models.errors import GuestError, GuestUnreachableError
from models.remedy_action import ActionKind, RemedyAction
from tests.guest.remedies.local_shell import LocalRootShell, give_tool


def unmount(*points):
    return RemedyAction(kind=ActionKind.UNMOUNT, summary="As agreed.", mount_points=tuple(str(each) for each in points))


@pytest.fixture
def shell(namespace):
    return LocalRootShell(enter=namespace.enter)


@pytest.fixture
def mount(namespace, tmp_path):
    """Mounts an empty file system in the name space."""

    def make(name):
        point = tmp_path / name
        point.mkdir(parents=True, exist_ok=True)
        namespace.run("mount", "-t", "tmpfs", "-o", "size=64k,noexec", "box", str(point))
        if "/" not in name:
            namespace.run("mkdir", "-p", f"{point}/inner")
        return point

    return make


class TestUnmounting:
    async def test_lets_go_and_says_how_to_mount_again(self, do, shell, namespace, mount, told):
        data = mount("data")
        result = await do(shell, unmount(data))
        assert str(data) not in namespace.mounted()
        assert result.done == f"Unmounted {data}."
        assert f"sudo mount {data} if fstab names it" in result.undo
        assert told == [f"Unmounting {data}"]

    @pytest.mark.parametrize("name", ["my data", "a\\b", "$(id)';`x`", "-f", "ünï", "tab\there", "line\nend"])
    async def test_of_a_mount_point_of_any_name(self, do, shell, namespace, mount, name):
        mount("other")
        before = namespace.mounted()
        point = mount(name)
        await do(shell, unmount(point))
        assert namespace.mounted() == before

    async def test_of_a_name_that_was_shown_as_the_kernel_writes_it(self, do, shell, namespace, mount, tmp_path):
        mount("my data")
        await do(shell, unmount(f"{tmp_path}/my\\040data"))
        assert "my\\040data" not in namespace.mounted()

    async def test_begins_with_the_innermost_whatever_the_order(self, do, shell, namespace, mount):
        outer = mount("data")
        inner = mount("data/inner")
        result = await do(shell, unmount(outer, inner))
        assert str(outer) not in namespace.mounted()
        assert result.undo.index(f"{outer} if") < result.undo.index(f"{inner} if")

    async def test_of_what_lies_one_over_the_other_on_one_point(self, do, shell, namespace, mount):
        data = mount("data")
        mount("data")
        await do(shell, unmount(data))
        assert str(data) not in namespace.mounted()

    async def test_of_what_is_gone_already_is_done(self, do, shell, tmp_path):
        result = await do(shell, unmount(tmp_path / "data"))
        assert result.done.startswith("Already unmounted")

    async def test_names_the_device_and_its_options_for_the_way_back(self, do, shell, namespace, loop_disk, tmp_path):
        namespace.run("mount", "-o", "noatime", f"/dev/{loop_disk}", str(tmp_path))
        result = await do(shell, unmount(tmp_path))
        assert result.undo == f"sudo mount -t ext4 -o rw,noatime /dev/{loop_disk} {tmp_path}"
        namespace.run(*shlex.split(result.undo)[1:])


class TestRefused:
    async def test_is_what_a_program_works_in_and_it_is_named(self, do, shell, namespace, mount):
        data = mount("data")
        busy = namespace.start("sleep", "60", cwd=data / "inner")
        try:
            with pytest.raises(GuestError) as caught:
                await do(shell, unmount(data))
        finally:
            busy.kill()
            busy.communicate()
        assert (
            caught.value.what
            == f"{data} is in use and stays mounted: sleep (pid {busy.pid}, root) works in {data}/inner."
        )
        assert caught.value.meaning == "Nothing was unmounted."
        assert str(data) in namespace.mounted()

    async def test_is_what_a_program_has_a_file_open_in(self, do, shell, namespace, mount, tmp_path):
        data = mount("data")
        busy = namespace.start("sh", "-c", f"exec 7>{data}/wal; echo; exec sleep 60", cwd=tmp_path)
        try:
            busy.stdout.readline()
            with pytest.raises(GuestError, match=rf"sleep \(pid {busy.pid}, root\) has open {data}/wal"):
                await do(shell, unmount(data))
        finally:
            busy.kill()
            busy.communicate()

    async def test_says_what_was_unmounted_before(self, do, shell, namespace, mount):
        data, inner = mount("data"), mount("data/inner")
        busy = namespace.start("sleep", "60", cwd=data)
        try:
            with pytest.raises(GuestError, match="stays mounted") as caught:
                await do(shell, unmount(inner, data))
        finally:
            busy.kill()
            busy.communicate()
        assert f"By now: Unmounted {inner}. To undo that: sudo mount" in caught.value.meaning
        assert str(inner) not in namespace.mounted()
        assert str(data) in namespace.mounted()

    async def test_is_what_holds_a_mount_that_nobody_agreed_to(self, do, shell, namespace, mount):
        data, inner = mount("data"), mount("data/inner")
        shown = str(inner)[:60]  # a long path is cut where it is shown
        with pytest.raises(GuestError, match=f"Something else is mounted inside {data}: {shown}"):
            await do(shell, unmount(data))
        assert str(inner) in namespace.mounted()

    async def test_is_the_root(self, do, shell):
        with pytest.raises(GuestError, match="never unmounted"):
            await do(shell, unmount("/"))

    async def test_is_a_name_that_two_mount_points_are_shown_by(self, do, shell, namespace, mount, tmp_path):
        for name in ("odd\x01name", "odd\x02name"):
            mount(name)
        with pytest.raises(GuestError, match="look like"):
            await do(shell, unmount(f"{tmp_path}/odd\N{REPLACEMENT CHARACTER}name"))
        assert "odd" in namespace.mounted()

    async def test_is_said_when_something_mounts_it_again_at_once(self, do, shell, namespace, mount):
        data = mount("data")
        shell.before = lambda number: mount("data") if number == 2 else None
        with pytest.raises(GuestError, match="mounted again since"):
            await do(shell, unmount(data))

    async def test_is_said_when_the_answer_is_lost(self, do, shell, namespace, mount):
        data = mount("data")
        shell.cut_after = 1
        with pytest.raises(GuestUnreachableError, match=f"umount {data} may have been done"):
            await do(shell, unmount(data))

    async def test_is_a_table_that_cannot_be_read(self, do, tree):
        with pytest.raises(GuestError, match="could not carry it out"):
            await do(LocalRootShell(tree), unmount("/data"))


class TestSwap:
    @pytest.fixture
    def swapping(self, tree):
        (tree / "proc" / "self").mkdir(parents=True)
        (tree / "proc" / "self" / "mountinfo").write_text("21 1 254:1 / / rw - ext4 /dev/vda1 rw\n")
        swaps = tree / "proc" / "swaps"
        swaps.write_text("Filename\tType\tSize\tUsed\tPriority\n/swap\\040file  file 1048572 0 -2\n")
        give_tool(tree, "swapoff", f'echo "$*" >> {tree}/said; sed -i /swap/d {swaps}')
        return LocalRootShell(tree)

    async def test_ends(self, do, swapping, tree):
        result = await do(swapping, unmount("/swap file"))
        assert (tree / "said").read_text() == "-- /swap file\n"
        assert result.done == "No longer swaps to /swap file."
        assert result.undo == "sudo swapon '/swap file'"

    async def test_that_memory_has_no_room_for_stays(self, do, swapping, tree):
        give_tool(tree, "swapoff", 'echo "swapoff: /swap file: swapoff failed: Cannot allocate memory" >&2; exit 255')
        with pytest.raises(GuestError, match=r"still swaps to /swap file.*Cannot allocate memory"):
            await do(swapping, unmount("/swap file"))
