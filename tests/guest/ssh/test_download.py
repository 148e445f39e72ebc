"""Copying directories out of a guest: hostile names, links, cuts, full disks; and that nothing here is overwritten."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from imaging.guest.download import checksums, copy, local_folder
from imaging.guest.download.checksums import guest_digests
from imaging.guest.download.copy import save_directories
from imaging.guest.download.listing import GuestFile, part_name
from imaging.guest.download.result import SavedDirectories
from imaging.guest.ssh.commands.shell import SshShell
from imaging.guest.ssh.connect import connect_guest
from models.errors import GuestError, GuestUnreachableError, UsageError
from tests.guest.ssh.conftest import Told, route_to, trust
from tests.guest.ssh.test_shell import fake_tools
from tests.support.sshd import StartSshd


@pytest.fixture
async def shell(sshd: StartSshd, ssh_folder: Path) -> AsyncIterator[SshShell]:
    guest = sshd()
    trust(ssh_folder, guest)
    shell = await connect_guest(route_to(guest))
    yield shell
    await shell.close()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home directory of the guest."""
    home = tmp_path / "guest" / "home" / "ada"
    home.mkdir(parents=True)
    return home


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "saved"


def copy_of(target: Path, original: Path) -> Path:
    return target / original.relative_to("/")


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def files_below(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if not path.is_dir()]


async def save(shell: SshShell, *directories: Path, target: Path, told: Told | None = None) -> SavedDirectories:
    return await save_directories(shell, tuple(map(str, directories)), target, told or Told())


@pytest.mark.parametrize("directory", ["home/ada", "", "/", "/proc/1", "/home/../dev", "/a\0b"])
async def test_what_is_no_directory_of_people_is_refused(shell: SshShell, target: Path, directory: str):
    with pytest.raises(UsageError):
        await save_directories(shell, (directory,), target, Told())
    assert files_below(target) == []


async def test_a_target_that_is_a_file_is_refused(shell: SshShell, home: Path, tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="cannot be used"):
        await save(shell, home, target=tmp_path / "file")


async def test_a_directory_that_is_not_there_is_left_out_with_why(shell: SshShell, home: Path, target: Path):
    saved = await save(shell, home / "none", target=target)
    assert saved.left_out == ((str(home / "none"), "not there"),)
    assert saved.files == 0


async def test_links_devices_and_pipes_are_not_followed_but_named(shell: SshShell, home: Path, target: Path):
    (home / "outside").symlink_to("/etc")
    (home / "passwd").symlink_to("/etc/passwd")
    os.mkfifo(home / "pipe")
    saved = await save(shell, home, target=target)
    assert dict(saved.left_out) == {
        str(home / "outside"): "a link",
        str(home / "passwd"): "a link",
        str(home / "pipe"): "not a regular file",
    }
    assert files_below(target) == []


async def test_a_link_that_was_named_itself_is_not_followed(shell: SshShell, home: Path, target: Path):
    (home / "link").symlink_to("/etc")
    saved = await save(shell, home / "link", target=target)
    assert saved.left_out == ((str(home / "link"), "a link: name where it leads"),)


NAMES = (
    b"with\nnewline",
    b"\x1b[2Jred",
    b"\xff\xfe not utf-8",
    b"back\\slash",
    b"-rf",
    b" leading and trailing ",
    b"'quotes\" $(touch x) `y`",
    b"..hidden",
    "caf\N{LATIN SMALL LETTER E WITH ACUTE}".encode(),
    b"n" * 255,
)


async def test_hostile_names_arrive_as_they_are_and_are_shown_clean(shell: SshShell, home: Path, target: Path):
    for number, name in enumerate(NAMES):
        (home / os.fsdecode(name)).write_bytes(b"%d" % number)
    (home / "\x1b[2Jlink").symlink_to("x")
    saved = await save(shell, home, target=target)
    found = {os.fsencode(path.name): path.read_bytes() for path in copy_of(target, home).iterdir()}
    assert found == {name: b"%d" % number for number, name in enumerate(NAMES)}
    assert saved.files == len(NAMES)
    assert "\x1b" not in repr(saved)


async def test_a_link_in_the_target_never_leads_out_of_it(shell: SshShell, home: Path, target: Path, tmp_path: Path):
    (home / "file").write_text("secret")
    outside = tmp_path / "outside"
    outside.mkdir()
    copy_of(target, home).parent.mkdir(parents=True)
    copy_of(target, home).symlink_to(outside)
    saved = await save(shell, home, target=target)
    assert list(outside.iterdir()) == []
    assert saved.left_out == ((str(home / "file"), "its path contains something that is not a folder"),)


async def test_a_link_where_a_file_should_go_is_not_written_through(
    shell: SshShell, home: Path, target: Path, tmp_path: Path
):
    (home / "file").write_text("new")
    victim = tmp_path / "victim"
    victim.write_text("old")
    copy_of(target, home).mkdir(parents=True)
    (copy_of(target, home) / "file").symlink_to(victim)
    (copy_of(target, home) / os.fsdecode(part_name(b"file"))).symlink_to(victim)
    saved = await save(shell, home, target=target)
    assert victim.read_text() == "old"
    assert saved.left_out == ((str(home / "file"), "something that is not a file is already there"),)


@pytest.mark.parametrize("lying_there", ["other size", "same"])
async def test_another_file_here_is_never_overwritten(shell: SshShell, home: Path, target: Path, lying_there: str):
    (home / "file").write_text("from")
    mine = copy_of(target, home) / "file"
    mine.parent.mkdir(parents=True)
    mine.write_text(lying_there)
    saved = await save(shell, home, target=target)
    assert mine.read_text() == lying_there
    assert saved.left_out == ((str(home / "file"), "another file of that name already exists"),)


async def test_what_the_guest_refuses_is_left_out_and_the_rest_comes(
    shell: SshShell, home: Path, target: Path, monkeypatch: pytest.MonkeyPatch
):
    (home / "mine").write_text("x")
    (home / "theirs").write_text("x")
    real = asyncssh.SFTPClient.open

    def refusing(self: asyncssh.SFTPClient, path: bytes, *args: object, **options: object) -> object:
        if path.endswith(b"theirs"):
            raise asyncssh.SFTPPermissionDenied("Permission denied")
        return real(self, path, *args, **options)

    monkeypatch.setattr(asyncssh.SFTPClient, "open", refusing)
    saved = await save(shell, home, target=target)
    assert saved.left_out == ((str(home / "theirs"), "not readable for this user"),)
    assert saved.files == 1
    assert "1 left out" in saved.summary


async def test_files_come_whole_private_and_with_their_time(shell: SshShell, home: Path, target: Path):
    big = home / "deep" / "er" / "big.bin"
    big.parent.mkdir(parents=True)
    big.write_bytes(os.urandom(9_000_000))
    (home / "run.sh").write_text("#!/bin/sh\n")
    (home / "run.sh").chmod(0o4777)
    (home / "empty").touch()
    os.utime(big, (1_700_000_000, 1_700_000_000))
    told = Told()
    saved = await save(shell, home, target=target, told=told)
    assert saved.files == 3
    assert saved.size_bytes == 9_000_000 + len("#!/bin/sh\n")
    assert saved.left_out == ()
    assert digest(copy_of(target, big)) == digest(big)
    assert copy_of(target, big).stat().st_mtime == 1_700_000_000
    assert stat.S_IMODE(copy_of(target, big).stat().st_mode) == 0o600
    assert stat.S_IMODE((copy_of(target, home) / "run.sh").stat().st_mode) == 0o700
    assert (told.progress[-1].done, told.progress[-1].total) == (saved.size_bytes, saved.size_bytes)
    assert not any(name.endswith(".part") for name in files_below(target))


async def test_directories_named_twice_or_inside_each_other_come_once(shell: SshShell, home: Path, target: Path):
    (home / "a").mkdir()
    (home / "a" / "file").touch()
    saved = await save(shell, home, home / "a", home, target=target)
    assert saved.files == 1


async def test_again_nothing_is_copied_and_all_is_compared(shell: SshShell, home: Path, target: Path):
    (home / "file").write_text("x")
    await save(shell, home, target=target)
    before = (copy_of(target, home) / "file").stat()
    saved = await save(shell, home, target=target)
    after = (copy_of(target, home) / "file").stat()
    assert (saved.files, saved.left_out) == (1, ())
    assert (before.st_ino, before.st_ctime_ns) == (after.st_ino, after.st_ctime_ns)


async def test_a_cut_keeps_what_came_and_the_next_call_goes_on_there(
    sshd: StartSshd, ssh_folder: Path, home: Path, target: Path, monkeypatch: pytest.MonkeyPatch
):
    big = home / "big"
    big.write_bytes(os.urandom(20_000_000))
    guest = sshd()
    trust(ssh_folder, guest)
    cut = await connect_guest(route_to(guest))
    real = local_folder.append
    offsets: list[int] = []

    def cutting(place: local_folder.Place, data: bytes) -> None:
        real(place, data)
        offsets.append(len(data))
        if sum(offsets) > 5_000_000:
            loop.call_soon_threadsafe(cut.connection.abort)

    def counting(place: local_folder.Place, data: bytes) -> None:
        real(place, data)
        offsets.append(len(data))

    loop = asyncio.get_running_loop()
    monkeypatch.setattr(local_folder, "append", cutting)
    with pytest.raises(GuestUnreachableError, match="was lost") as refused:
        await save(cut, home, target=target)
    assert "kept" in refused.value.meaning
    await cut.close()
    came = sum(offsets)
    assert 5_000_000 < came < 20_000_000
    monkeypatch.setattr(local_folder, "append", counting)
    shell = await connect_guest(route_to(guest))
    offsets.clear()
    saved = await save(shell, home, target=target)
    await shell.close()
    assert saved.files == 1
    assert sum(offsets) == 20_000_000 - came
    assert digest(copy_of(target, big)) == digest(big)


async def test_an_unfinished_copy_that_does_not_agree_is_thrown_away_and_said(
    shell: SshShell, home: Path, target: Path
):
    (home / "file").write_text("from the guest")
    place = copy_of(target, home)
    place.mkdir(parents=True)
    (place / os.fsdecode(part_name(b"file"))).write_text("wrong")
    saved = await save(shell, home, target=target)
    assert saved.left_out == ((str(home / "file"), "it changed while it was copied"),)
    assert list(place.iterdir()) == []
    assert (await save(shell, home, target=target)).files == 1


async def test_a_file_that_changes_while_it_is_copied_is_not_taken_for_good(
    shell: SshShell, home: Path, target: Path, monkeypatch: pytest.MonkeyPatch
):
    (home / "log").write_text("one line\n")
    real = checksums.guest_digests

    async def meanwhile(shell: SshShell, files: list[GuestFile]) -> dict[bytes, str]:
        with (home / "log").open("a") as log:
            log.write("another\n")
        return await real(shell, files)

    monkeypatch.setattr(copy, "guest_digests", meanwhile)
    saved = await save(shell, home, target=target)
    assert saved.left_out == ((str(home / "log"), "it changed while it was copied"),)
    assert not (copy_of(target, home) / "log").exists()


async def test_too_little_room_is_said_before_anything_is_copied(
    shell: SshShell, home: Path, target: Path, monkeypatch: pytest.MonkeyPatch
):
    (home / "file").write_bytes(b"x" * 3_000_000)
    monkeypatch.setattr(local_folder.LocalFolder, "free_bytes", lambda _self: 1_000_000)
    with pytest.raises(UsageError, match=r"disk is full: at least 2\.9 MiB"):
        await save(shell, home, target=target)
    assert not any(name.endswith(".part") for name in files_below(target))


async def test_a_disk_that_fills_up_meanwhile_ends_it_clearly(
    shell: SshShell, home: Path, target: Path, monkeypatch: pytest.MonkeyPatch
):
    for number in range(20):
        (home / f"file{number}").write_bytes(b"x" * 100_000)
    real = os.fdopen

    def full(descriptor: int, mode: str = "r", *args: Any, **options: Any) -> object:
        if mode == "wb":
            os.close(descriptor)
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(descriptor, mode, *args, **options)

    monkeypatch.setattr(os, "fdopen", full)
    with pytest.raises(UsageError, match="The disk is full") as refused:
        await save(shell, home, target=target)
    assert "kept" in refused.value.meaning


async def test_a_guest_without_sha256sum_is_said(sshd: StartSshd, ssh_folder: Path, home: Path, target: Path, tmp_path):
    path = fake_tools(tmp_path / "bin", xargs="exit 127")
    guest = sshd(set_env={"PATH": path})
    trust(ssh_folder, guest)
    (home / "file").touch()
    shell = await connect_guest(route_to(guest))
    with pytest.raises(GuestError, match="no sha256sum"):
        await save(shell, home, target=target)
    await shell.close()


async def test_a_guest_without_file_transfer_is_said(sshd: StartSshd, ssh_folder: Path, home: Path, target: Path):
    guest = sshd(force_command="echo no files today")
    trust(ssh_folder, guest)
    shell = await connect_guest(route_to(guest))
    with pytest.raises(GuestUnreachableError, match="does not support copying files"):
        await save(shell, home, target=target)
    await shell.close()


async def test_checksums_of_odd_names_are_those_of_the_files(shell: SshShell, home: Path):
    files = []
    for name in NAMES:
        path = home / os.fsdecode(name)
        path.write_bytes(name)
        files.append(GuestFile(os.fsencode(path), len(name), 0, 0o600))
    missing = GuestFile(os.fsencode(home / "gone"), 1, 0, 0o600)
    digests = await guest_digests(shell, [missing, *files])
    assert digests == {file.path: hashlib.sha256(file.path.rpartition(b"/")[2]).hexdigest() for file in files}


class Liar(asyncssh.SFTPServer):
    """A guest that names files as no guest can."""

    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        plain = asyncssh.SFTPAttrs(permissions=stat.S_IFREG | 0o644, size=4)
        for name in (b"../../../../escaped", b"..", b".", b"", b"/etc/cron.d/x", b"a\0b", part_name(b"x"), b"honest"):
            yield asyncssh.SFTPName(name, attrs=plain)

    def lstat(self, path: bytes) -> asyncssh.SFTPAttrs:
        return asyncssh.SFTPAttrs(permissions=stat.S_IFDIR | 0o755)

    def open(self, path: bytes, *_args: object) -> object:
        raise asyncssh.SFTPNoSuchFile("gone")


async def test_names_that_lead_elsewhere_are_refused(ssh_folder: Path, tmp_path: Path, target: Path):
    key = asyncssh.generate_private_key("ssh-ed25519")
    ends: list[asyncssh.SSHServerConnection] = []
    server = await asyncssh.listen(
        "127.0.0.1", 0, server_host_keys=[key], sftp_factory=Liar, server_factory=lambda: NoLogin(ends)
    )
    connection = await asyncssh.connect("127.0.0.1", server.get_port(), known_hosts=None, config=None, username="x")
    shell = SshShell(connection, user="x", address="liar")
    saved = await save_directories(shell, ("/home/ada",), target, Told())
    await shell.close()
    server.close()
    for end in ends:
        end.abort()
        await end.wait_closed()
    await server.wait_closed()
    assert saved.files == 0
    assert dict(saved.left_out)["/home/ada/honest"] == "not there"
    assert [why for path, why in saved.left_out if "honest" not in path].count("not a valid file name") == 4
    assert "escaped" not in files_below(tmp_path)
    assert files_below(target) == []


class NoLogin(asyncssh.SSHServer):
    """Lets everybody in, and keeps its ends of the connections, to be closed before the test's loop is."""

    def __init__(self, ends: list[asyncssh.SSHServerConnection]) -> None:
        self._ends = ends

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._ends.append(conn)

    def begin_auth(self, username: str) -> bool:
        return False
