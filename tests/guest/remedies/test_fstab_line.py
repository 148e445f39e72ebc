"""A line of fstab or crypttab: only that line changes, only if it is still the shown one, and a copy stays."""

from __future__ import annotations

import os
import stat

import pytest

from imaging.guest.report.masking import shown_line
from models.errors import GuestError, GuestUnreachableError
from models.remedy_action import ActionKind, RemedyAction
from tests.guest.remedies.local_shell import LocalRootShell, give_tool

FSTAB = (
    b"# /etc/fstab \xc3\xa4 \xff\n"
    b"LABEL=cloudimg-rootfs\t/\text4\tdiscard,errors=remount-ro 0 1\n"
    b"\n"
    b"UUID=data-uuid   /data  ext4\tdefaults\t0  2\r\n"
    b"//nas/share /mnt/nas cifs user=joe,password=s3cret,vers=3 0 0\n"
    b"/dev/vdc /my\\040data ext4"
)
COPY = "etc/fstab.imaging-20261101T140203Z"


def action(line, text, kind=ActionKind.COMMENT_LINE, file="/etc/fstab"):
    """The change of a line as the console offers it: the line is known as the probe has shown it."""
    return RemedyAction(kind=kind, summary="As agreed.", file=file, line=line, line_text=shown_line(text))


DATA = action(4, "UUID=data-uuid   /data  ext4\tdefaults\t0  2")


def told(line):
    """A line of crypttab as the probe tells it: without the key."""
    name, source, _key, options = [*line.split(), "", ""][:4]
    return shown_line(f"{name} {source} - {options}")


@pytest.fixture
def fstab(tree):
    file = tree / "etc" / "fstab"
    file.write_bytes(FSTAB)
    return file


def names(tree):
    return sorted(each.name for each in (tree / "etc").iterdir())


class TestCommentingOut:
    async def test_puts_a_hash_before_the_line_and_changes_no_other_byte(self, do, any_shell, fstab, tree):
        result = await do(any_shell, DATA)
        assert fstab.read_bytes() == FSTAB.replace(b"UUID=data", b"# UUID=data")
        assert (tree / COPY).read_bytes() == FSTAB
        assert names(tree) == ["fstab", "fstab.imaging-20261101T140203Z"]
        assert result.done.startswith("Line 4 of /etc/fstab is commented out; the old file is kept as /etc/fstab.im")
        assert "sudo cp -a /etc/fstab.imaging-20261101T140203Z /etc/fstab && sudo systemctl" in result.undo

    async def test_of_a_last_line_without_a_line_end_adds_none(self, do, any_shell, fstab):
        await do(any_shell, action(6, "/dev/vdc /my\\040data ext4"))
        assert fstab.read_bytes() == FSTAB.replace(b"/dev/vdc", b"# /dev/vdc")

    async def test_of_the_first_line_of_all(self, do, any_shell, tree, fstab):
        fstab.write_bytes(b"/dev/vdb /d ext4\n/dev/vdc /e ext4\n")
        await do(any_shell, action(1, "/dev/vdb /d ext4"))
        assert fstab.read_bytes() == b"# /dev/vdb /d ext4\n/dev/vdc /e ext4\n"

    @pytest.mark.parametrize(
        "line",
        [
            "//nas/share /mnt/nas cifs user=joe,password=hunter2,vers=3 0 0",
            "//nas/share /mnt/nas cifs user=joe,password=hunter,,2 0 0",
            "https://joe:hunter2@dav.org/x /dav davfs _netdev 0 0",
        ],
    )
    async def test_of_a_line_whose_password_was_masked(self, do, any_shell, fstab, line):
        fstab.write_text(f"{line}\n")
        await do(any_shell, action(1, shown_line(line)))
        assert fstab.read_text() == f"# {line}\n"
        assert b"hunter" not in b"".join(any_shell.scripts)

    async def test_of_a_line_that_is_not_valid_text(self, do, any_shell, fstab):
        fstab.write_bytes(b"/dev/vdb /d\xffta ext4\n")
        await do(any_shell, action(1, "/dev/vdb /d\N{REPLACEMENT CHARACTER}ta ext4"))
        assert fstab.read_bytes() == b"# /dev/vdb /d\xffta ext4\n"

    async def test_twice_changes_nothing_the_second_time(self, do, any_shell, fstab, tree):
        await do(any_shell, DATA)
        once = fstab.read_bytes()
        result = await do(any_shell, DATA)
        assert result.done == "Line 4 of /etc/fstab was already changed."
        assert fstab.read_bytes() == once
        assert len(names(tree)) == 2


class TestNofail:
    @pytest.mark.parametrize(
        "line, becomes",
        [
            ("UUID=d /data ext4 defaults 0 2", "UUID=d /data ext4 defaults,nofail 0 2"),
            ("UUID=d /data ext4 rw", "UUID=d /data ext4 rw,nofail"),
            ("UUID=d /data ext4", "UUID=d /data ext4 defaults,nofail"),
            ("\tUUID=d\t/data\text4\tnoatime\t0\t2  ", "\tUUID=d\t/data\text4\tnoatime,nofail\t0\t2  "),
            ("UUID=d /data ext4 defaults 0 2\r", "UUID=d /data ext4 defaults,nofail 0 2\r"),
        ],
    )
    async def test_joins_the_options_and_nothing_else_moves(self, do, any_shell, fstab, line, becomes):
        fstab.write_bytes(f"# first\n{line}\n# last".encode())
        await do(any_shell, action(2, line, ActionKind.ADD_NOFAIL))
        assert fstab.read_bytes() == f"# first\n{becomes}\n# last".encode()
        assert b"device-timeout" not in fstab.read_bytes()
        again = await do(any_shell, action(2, line, ActionKind.ADD_NOFAIL))
        assert "already changed" in again.done

    @pytest.mark.parametrize(
        "line, becomes",
        [
            ("data UUID=c /etc/key luks", "data UUID=c /etc/key luks,nofail"),
            ("data UUID=c none", "data UUID=c none nofail"),
            ("data UUID=c", "data UUID=c none nofail"),
        ],
    )
    async def test_in_crypttab_fills_the_columns_that_are_missing(self, do, any_shell, tree, line, becomes):
        crypttab = tree / "etc" / "crypttab"
        crypttab.write_text(f"{line}\n")
        shown = action(1, told(line), ActionKind.ADD_NOFAIL, "/etc/crypttab")
        await do(any_shell, shown)
        assert crypttab.read_text() == f"{becomes}\n"
        assert "already changed" in (await do(any_shell, shown)).done

    async def test_in_crypttab_is_refused_where_the_line_is_another_one(self, do, any_shell, tree):
        (tree / "etc" / "crypttab").write_text("data UUID=new /etc/key luks\n")
        with pytest.raises(GuestError, match="the line is different now"):
            await do(any_shell, action(1, "data UUID=c - luks", ActionKind.ADD_NOFAIL, "/etc/crypttab"))

    async def test_that_is_there_already_is_left_alone(self, do, any_shell, fstab, tree):
        fstab.write_text("UUID=d /data ext4 defaults,nofail,noatime 0 2\n")
        text = "UUID=d /data ext4 defaults,nofail,noatime 0 2"
        assert "already changed" in (await do(any_shell, action(1, text, ActionKind.ADD_NOFAIL))).done
        assert names(tree) == ["fstab"]

    async def test_needs_a_line_that_can_be_mounted(self, do, any_shell, fstab):
        fstab.write_text("UUID=d /data\n")
        with pytest.raises(GuestError, match="too few words"):
            await do(any_shell, action(1, "UUID=d /data", ActionKind.ADD_NOFAIL))


class TestRefused:
    @pytest.mark.parametrize(
        "line, text",
        [
            (4, "UUID=other-uuid /data ext4 defaults 0 2"),
            (3, "UUID=data-uuid /data ext4 defaults 0 2"),
            (40, "UUID=data-uuid /data ext4 defaults 0 2"),
            (4, "UUID=data-uuid /data ext4 defaults 0 2 more"),
            (5, "//nas/share /mnt/nas cifs user=jim,password=***,vers=3 0 0"),
            (5, "//nas/share /mnt/nas cifs user=joe,password=*** 0 0"),
            (2, "UUID=*** / ext4 discard,errors=remount-ro 0 1"),
        ],
    )
    async def test_is_a_line_that_is_another_one_now(self, do, any_shell, fstab, line, text):
        with pytest.raises(GuestError, match="the line is different now") as caught:
            await do(any_shell, action(line, text))
        assert caught.value.meaning == "The file was not changed."
        assert fstab.read_bytes() == FSTAB
        assert names(fstab.parent.parent) == ["fstab"]

    @pytest.mark.parametrize(
        "vague",
        [
            action(4, "  "),
            action(None, "UUID=d /data ext4"),
            action(0, "UUID=d /data ext4"),
            action(1, "root:x:0:0::/:/bin/sh", file="/etc/passwd"),
        ],
    )
    async def test_is_what_does_not_say_clearly_which_line(self, do, tree, fstab, vague):
        shell = LocalRootShell(tree)
        with pytest.raises(GuestError, match="is not clear"):
            await do(shell, vague)
        assert shell.commands == []

    async def test_is_a_file_that_is_gone(self, do, any_shell, tree):
        with pytest.raises(GuestError, match="is not there"):
            await do(any_shell, DATA)
        assert names(tree) == []

    async def test_is_a_full_disk_and_no_temporary_file_stays(self, do, tree, fstab):
        give_tool(tree, "cp", 'echo "cp: error writing: No space left on device" >&2; exit 1')
        with pytest.raises(GuestError, match=r"could not be backed up.*No space left") as caught:
            await do(LocalRootShell(tree), DATA)
        assert "free space" in caught.value.remedy
        assert fstab.read_bytes() == FSTAB
        assert names(tree) == ["fstab"]

    @pytest.mark.parametrize("tool", ["mv", "mktemp", "tail"])
    async def test_is_a_step_that_fails_and_no_temporary_file_stays(self, do, tree, fstab, tool):
        give_tool(tree, tool, "echo Operation not permitted >&2; exit 1")
        with pytest.raises(GuestError, match=r"could not be rewritten.*Operation not permitted"):
            await do(LocalRootShell(tree), DATA)
        assert fstab.read_bytes() == FSTAB
        assert names(tree) == ["fstab"]

    async def test_is_a_file_that_somebody_writes_at_the_same_moment(self, do, tree, fstab):
        give_tool(tree, "mktemp", f'echo "# new" >> {fstab}; exec /usr/bin/mktemp "$@"')
        with pytest.raises(GuestError, match="could not be rewritten"):
            await do(LocalRootShell(tree), DATA)
        assert fstab.read_bytes() == FSTAB + b"# new\n"

    async def test_is_said_when_the_answer_is_lost(self, do, tree, fstab):
        shell = LocalRootShell(tree)
        shell.cut_after = 0
        with pytest.raises(GuestUnreachableError, match="may have been done"):
            await do(shell, DATA)
        assert "already changed" in (await do(LocalRootShell(tree), DATA)).done


class TestTheFile:
    async def test_keeps_its_mode_and_its_owner(self, do, any_shell, fstab, tree):
        fstab.chmod(0o640)
        if os.geteuid() == 0:
            os.chown(fstab, 12, 34)
        before = fstab.stat()
        await do(any_shell, DATA)
        for file in (fstab, tree / COPY):
            now = file.stat()
            assert (stat.S_IMODE(now.st_mode), now.st_uid, now.st_gid) == (0o640, before.st_uid, before.st_gid)

    async def test_is_copied_beside_an_earlier_copy_never_over_it(self, do, any_shell, fstab, tree):
        (tree / COPY).write_text("an earlier one")
        result = await do(any_shell, DATA)
        assert (tree / COPY).read_text() == "an earlier one"
        assert (tree / f"{COPY}-2").read_bytes() == FSTAB
        assert "Z-2" in result.undo

    async def test_is_never_copied_through_a_link_that_lies_in_wait(self, do, any_shell, fstab, tree):
        (tree / COPY).symlink_to(tree / "etc" / "shadow")
        await do(any_shell, DATA)
        assert not (tree / "etc" / "shadow").exists()

    async def test_stays_a_link_where_it_is_one(self, do, any_shell, fstab, tree):
        real = tree / "etc" / "fstab.real"
        fstab.rename(real)
        fstab.symlink_to("fstab.real")
        await do(any_shell, DATA)
        assert fstab.is_symlink()
        assert b"# UUID=data" in real.read_bytes()


class TestSystemd:
    @pytest.fixture
    def systemd(self, tree, fstab):
        (tree / "run" / "systemd" / "system").mkdir(parents=True)
        give_tool(tree, "systemctl", f'echo "$*" >> {tree}/said')
        return tree / "said"

    async def test_reads_the_file_again(self, do, tree, systemd):
        await do(LocalRootShell(tree), DATA)
        assert systemd.read_text() == "daemon-reload\n"

    async def test_that_cannot_is_no_failure_but_said(self, do, tree, systemd):
        give_tool(tree, "systemctl", "exit 1")
        assert "systemd could not reload it" in (await do(LocalRootShell(tree), DATA)).done

    async def test_is_not_asked_where_it_does_not_run(self, do, tree, fstab):
        give_tool(tree, "systemctl", f"touch {tree}/said")
        await do(LocalRootShell(tree), DATA)
        assert not (tree / "said").exists()


async def test_a_hostile_line_stays_text(do, any_shell, fstab, tree):
    line = '/dev/vdb /$(touch${IFS}x)\';\\040`id` ext4 a=\\\\,"b",*&|[x] 0 0'
    fstab.write_text(f"{line}\n")
    await do(any_shell, action(1, line, ActionKind.ADD_NOFAIL))
    assert fstab.read_text() == f"{line.replace('[x]', '[x],nofail')}\n"
