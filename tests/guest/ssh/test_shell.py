"""Commands in a guest: what they print, how they end, and everything that goes wrong with them."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from imaging.guest.ssh.commands.shell import SshShell
from imaging.guest.ssh.connect import connect_guest
from models.errors import BadProbeError, GuestLoginError, GuestUnreachableError
from tests.guest.ssh.conftest import route_to, trust
from tests.support.sshd import Sshd, StartSshd

Open = Callable[..., Awaitable[SshShell]]


@pytest.fixture
async def opened(sshd: StartSshd, ssh_folder: Path) -> AsyncIterator[Open]:
    shells: list[SshShell] = []

    async def open_shell(guest: Sshd | None = None, **settings: object) -> SshShell:
        guest = guest or sshd(**settings)
        trust(ssh_folder, guest)
        shells.append(await connect_guest(route_to(guest)))
        return shells[-1]

    yield open_shell
    for shell in shells:
        await shell.close()


def fake_tools(folder: Path, **scripts: str) -> str:
    """A PATH that begins with tools of the test's own."""
    folder.mkdir(exist_ok=True)
    for name, text in scripts.items():
        tool = folder / name
        tool.write_text(f"#!/bin/sh\n{text}\n")
        tool.chmod(tool.stat().st_mode | stat.S_IXUSR)
    return f"{folder}:/usr/local/bin:/usr/bin:/bin"


ASKS_FOR_A_PASSWORD = 'echo "sudo: a password is required" >&2; exit 1'


CUT = "kill -9 $PPID $(cut -d' ' -f4 /proc/$PPID/stat)"
"""Ends the server's process of this session, also where a login shell stands in between, as dash does."""


async def test_a_cut_connection_is_said_and_not_taken_for_an_answer(opened: Open, sshd: StartSshd):
    guest = sshd()
    shell = await opened(guest)
    waiting = asyncio.create_task(shell.run(f"echo begun; {CUT}; sleep 5; echo never", seconds=5))
    with pytest.raises(GuestUnreachableError, match=r"127\.0\.0\.1 port \d+ was cut"):
        await waiting


async def test_after_a_cut_every_further_command_says_so_at_once(opened: Open):
    shell = await opened()
    with pytest.raises(GuestUnreachableError):
        await shell.run(f"{CUT}; sleep 5", seconds=5)
    with pytest.raises(GuestUnreachableError, match="cut"):
        await shell.run("true", seconds=5)


async def test_a_silent_command_is_ended_when_its_time_is_up(opened: Open, tmp_path: Path):
    shell = await opened()
    with pytest.raises(GuestUnreachableError, match="did not finish within 0 s"):
        await shell.run(f"sleep 1; touch {tmp_path}/late", seconds=0.2)
    assert (await shell.run("echo still there", seconds=5)).output == b"still there\n"


async def test_a_flood_is_stopped_at_the_limit(opened: Open):
    shell = await opened()
    with pytest.raises(BadProbeError, match="more than 100,000 bytes"):
        await shell.run("cat /dev/zero", seconds=20, limit_bytes=100_000)


async def test_a_flood_of_errors_does_not_stop_the_command_and_is_cut(opened: Open):
    shell = await opened()
    result = await shell.run("head -c 9000000 /dev/zero | tr '\\0' e >&2; echo done", seconds=20)
    assert result.output == b"done\n"
    assert len(result.errors) == 4000


async def test_errors_are_cleaned_of_escape_codes(opened: Open):
    result = await (await opened()).run("printf 'a\\033[2Jb\\007' >&2; exit 3", seconds=5)
    assert result.status == 3
    assert result.errors == "ab\N{REPLACEMENT CHARACTER}"


async def test_a_signal_is_a_negative_status(opened: Open):
    result = await (await opened()).run("kill -TERM $$", seconds=5)
    assert result.status in {-15, 143}


async def test_standard_input_arrives_whole_and_ends(opened: Open):
    sent = bytes(range(256)) * 4000
    result = await (await opened()).run("cat", stdin=sent, seconds=20)
    assert result.output == sent


async def test_standard_input_that_nobody_reads_does_no_harm(opened: Open):
    result = await (await opened()).run("exec <&-; echo done", stdin=b"x" * 5_000_000, seconds=20)
    assert result.output == b"done\n"


async def test_progress_grows_to_the_whole(opened: Open):
    seen: list[int] = []
    await (await opened()).run("head -c 300000 /dev/zero", seconds=20, received=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 300_000


async def test_sudo_that_asks_for_a_password_is_a_clear_refusal_and_nothing_runs(opened: Open, tmp_path: Path):
    path = fake_tools(tmp_path / "bin", id="echo 1000", sudo=ASKS_FOR_A_PASSWORD)
    shell = await opened(set_env={"PATH": path})
    with pytest.raises(GuestLoginError, match="without a password: sudo: a password is required"):
        await shell.run(f"touch {tmp_path}/done", seconds=5, as_root=True)
    assert not (tmp_path / "done").exists()


async def test_a_guest_without_sudo_says_that(opened: Open, tmp_path: Path):
    path = fake_tools(tmp_path / "bin", id="echo 1000", sudo="exit 1")
    with pytest.raises(GuestLoginError, match="no sudo"):
        await (await opened(set_env={"PATH": path})).run("true", seconds=5, as_root=True)


async def test_a_command_that_ends_like_a_refusal_is_no_refusal(opened: Open, tmp_path: Path):
    path = fake_tools(tmp_path / "bin", id="echo 1000", sudo='[ "$1" = -n ] && shift; exec "$@"')
    result = await (await opened(set_env={"PATH": path})).run("exit 125", seconds=5, as_root=True)
    assert result.status == 125


async def test_as_root_passes_the_command_through_sudo_unchanged(opened: Open, tmp_path: Path):
    path = fake_tools(tmp_path / "bin", id="echo 1000", sudo='[ "$1" = -n ] && shift; export BY_SUDO=1; exec "$@"')
    odd = "printf '%s|' \"$BY_SUDO\" 'it'\\''s' 'a!b' \"$(echo sub)\""
    result = await (await opened(set_env={"PATH": path})).run(odd, seconds=5, as_root=True)
    assert result.output == b"1|it's|a!b|sub|"


async def test_letting_go_is_quick_though_the_guest_hangs(opened: Open):
    shell = await opened()
    running = asyncio.create_task(shell.run("sleep 30", seconds=40))
    await asyncio.sleep(0.1)
    began = asyncio.get_running_loop().time()
    await shell.close()
    assert asyncio.get_running_loop().time() - began < 2.5
    with pytest.raises(GuestUnreachableError):
        await running


async def test_a_cancelled_command_is_ended_and_the_shell_stays_usable(opened: Open):
    shell = await opened()
    running = asyncio.create_task(shell.run("sleep 30", seconds=40))
    await asyncio.sleep(0.1)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (await shell.run("echo here", seconds=5)).output == b"here\n"
