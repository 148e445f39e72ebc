"""A guest that makes up files costs a bounded amount of memory before it is refused."""

from __future__ import annotations

import stat
import tracemalloc
from collections.abc import AsyncIterator

import asyncssh
import pytest

from imaging.guest.download import listing
from imaging.guest.download.listing import MOST_LEFT_OUT, Listing, list_files
from models.errors import UsageError
from tests.guest.ssh.test_download import NoLogin

FILE = asyncssh.SFTPAttrs(
    permissions=stat.S_IFREG | 0o644, size=5_000_000_000, atime=1_700_000_000, mtime=1_700_000_000
)
LINK = asyncssh.SFTPAttrs(permissions=stat.S_IFLNK | 0o777, size=4)


class Inventor(asyncssh.SFTPServer):
    """A guest whose one directory holds as many files, links and overlong names as its name says."""

    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        files, links, overlong = map(int, path.rpartition(b"/")[2].split(b"-"))
        for number in range(files):
            yield asyncssh.SFTPName(b"%0100d" % number, attrs=FILE)
        for number in range(links):
            yield asyncssh.SFTPName(b"link%0100d" % number, attrs=LINK)
        for number in range(overlong):
            yield asyncssh.SFTPName(b"%03000d" % number, attrs=FILE)

    def lstat(self, path: bytes) -> asyncssh.SFTPAttrs:
        return asyncssh.SFTPAttrs(permissions=stat.S_IFDIR | 0o755)

    def open(self, path: bytes, *_args: object) -> object:
        raise asyncssh.SFTPNoSuchFile("gone")


@pytest.fixture
async def sftp() -> AsyncIterator[asyncssh.SFTPClient]:
    key = asyncssh.generate_private_key("ssh-ed25519")
    ends: list[asyncssh.SSHServerConnection] = []
    server = await asyncssh.listen(
        "127.0.0.1", 0, server_host_keys=[key], sftp_factory=Inventor, server_factory=lambda: NoLogin(ends)
    )
    connection = await asyncssh.connect("127.0.0.1", server.get_port(), known_hosts=None, config=None, username="x")
    async with connection.start_sftp_client(path_encoding=None) as client:
        yield client
    connection.close()
    server.close()
    for end in ends:
        end.abort()
        await end.wait_closed()
    await server.wait_closed()


async def listed(sftp: asyncssh.SFTPClient, files: int, links: int = 0, overlong: int = 0) -> Listing:
    return await list_files(sftp, [b"/%d-%d-%d" % (files, links, overlong)], lambda _count: None)


async def test_a_file_takes_little_more_memory_than_its_path(sftp):
    await listed(sftp, 10)
    tracemalloc.start()
    found = await listed(sftp, 800)
    kept = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    paths = sum(len(file.path) for file in found.files)
    assert len(found.files) == 800
    assert kept < 4 * paths


async def test_paths_have_a_limit_of_their_own_beside_that_of_their_number(sftp, monkeypatch):
    monkeypatch.setattr(listing, "_MOST_PATH_BYTES", 100_000)
    with pytest.raises(UsageError, match="paths"):
        await listed(sftp, 1_000)


async def test_what_is_left_out_is_counted_and_no_longer_named_when_it_is_much(sftp):
    found = await listed(sftp, 1, links=MOST_LEFT_OUT + 100, overlong=3)
    assert (found.left_out_count, len(found.left_out), len(found.files)) == (MOST_LEFT_OUT + 103, MOST_LEFT_OUT, 1)
    assert found.size_bytes == 5_000_000_000


async def test_a_name_that_no_file_system_takes_is_left_out(sftp):
    found = await listed(sftp, 0, overlong=2)
    assert [why for _path, why in found.left_out] == ["not a valid file name"] * 2
    assert found.path_bytes == 0
