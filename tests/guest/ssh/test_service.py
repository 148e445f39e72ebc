"""Probing a real login: what is asked of the shell, what is kept, and what happens when the guest misbehaves."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from imaging.guest import inspection, service
from imaging.guest.facts_cache import GuestStore
from imaging.guest.interface import LoginRoute
from imaging.guest.machine import read_ids
from imaging.guest.probe import PARTS, script
from imaging.guest.remedies import FixResult
from imaging.guest.service import GuestService
from imaging.runtime.paths import Paths
from models.errors import BadProbeError, GuestError, GuestUnreachableError
from models.guest.comparison import before_run
from models.guest.files import Questions
from models.remedy_action import ActionKind, RemedyAction
from tests.guest.probe.running import plant
from tests.guest.ssh.conftest import Told, route_to, trust
from tests.guest.ssh.test_shell import ASKS_FOR_A_PASSWORD, fake_tools
from tests.support.clock import ManualClock
from tests.support.known import present
from tests.support.sshd import Sshd, StartSshd

SYSTEM = frozenset({"system"})
ROOT_MOUNT = "25 1 254:1 / / rw - ext4 /dev/vda1 rw\n"
SCRATCH_MOUNT = "26 25 254:17 / /mnt/scratch rw - ext4 /dev/vdb1 rw\n"
OS_RELEASE = 'ID=rocky\nVERSION_ID="9.4"\nPRETTY_NAME="Rocky Linux 9.4"\n'


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A guest's root: as little as the system part needs."""
    root = tmp_path / "root"
    (root / "etc").mkdir(parents=True)
    (root / "etc" / "os-release").write_text(OS_RELEASE)
    return root


@pytest.fixture
def guests(tmp_path: Path) -> GuestService:
    return GuestService(Paths.below(tmp_path / "own"), ManualClock())


def start(sshd: StartSshd, ssh_folder: Path, tree: Path, **settings: object) -> Sshd:
    guest = sshd(**{"set_env": {"IMAGING_PROBE_ROOT": str(tree)}, **settings})
    trust(ssh_folder, guest)
    return guest


async def inspect(guests: GuestService, route: LoginRoute, parts: frozenset[str] | None = SYSTEM):
    """Probe; only parts that this file's small tree can answer quickly."""
    return await guests.probe(route, Questions(), parts=parts)


@pytest.fixture(autouse=True)
def few_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A whole inspection reads two parts here; how long all of them take is not what these tests are about."""
    monkeypatch.setattr(
        inspection, "script", lambda questions, parts, *, nonce: script(questions, parts or {"system"}, nonce=nonce)
    )


async def test_a_probe_over_a_real_login_is_read_kept_and_told(
    sshd: StartSshd, ssh_folder: Path, tree: Path, guests: GuestService
):
    told = Told()
    route = route_to(start(sshd, ssh_folder, tree), told=told)
    fact = await inspect(guests, route)
    assert fact.value is not None
    assert fact.value.system.value is not None
    assert fact.value.system.value.pretty_name == "Rocky Linux 9.4"
    assert guests.stored(route.instance.id) == fact
    assert any(progress.done for progress in told.progress)


async def test_a_banner_a_noisy_login_shell_and_a_password_for_sudo_do_not_disturb_it(
    sshd: StartSshd, ssh_folder: Path, tree: Path, guests: GuestService, tmp_path: Path
):
    noise = tmp_path / "noisy"
    noise.write_text('#!/bin/sh\necho "@@ Welcome! @@"; echo more >&2; sh -c "$SSH_ORIGINAL_COMMAND"; echo bye\n')
    noise.chmod(0o755)
    path = fake_tools(tmp_path / "bin", sudo=ASKS_FOR_A_PASSWORD)
    guest = start(
        sshd, ssh_folder, tree,
        banner="Authorized use only\n", force_command=str(noise),
        set_env={"IMAGING_PROBE_ROOT": str(tree), "PATH": path},
    )  # fmt: skip
    assert (await inspect(guests, route_to(guest))).known


async def test_parts_read_again_replace_those_and_leave_the_others(
    sshd: StartSshd, ssh_folder: Path, tree: Path, tmp_path: Path
):
    clock = ManualClock()
    guests = GuestService(Paths.below(tmp_path / "own"), clock)
    route = route_to(start(sshd, ssh_folder, tree))
    before = (await inspect(guests, route, None)).value
    assert before is not None
    clock.turn(600)
    (tree / "etc" / "os-release").write_text(OS_RELEASE.replace("9.4", "9.5"))
    after = (await inspect(guests, route, frozenset({"disks"}))).value
    assert after is not None
    assert after.packages == before.packages
    assert after.read_at == before.read_at
    assert present(after.system.value).version == "9.5"  # with every look: it tells about a restart from inside
    assert after.disks.read_at == clock.now()
    renewed = (await inspect(guests, route)).value
    assert renewed is not None
    assert renewed.system.value is not None
    assert renewed.system.value.version == "9.5"
    assert renewed.disks == after.disks


async def test_an_inspection_after_a_run_is_compared_with_the_one_before_it(
    sshd: StartSshd, ssh_folder: Path, tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(
        inspection, "script", lambda questions, parts, *, nonce: script(questions, {"system", "mounts"}, nonce=nonce)
    )
    paths, clock = Paths.below(tmp_path / "own"), ManualClock()
    guests = GuestService(paths, clock)
    route = route_to(start(sshd, ssh_folder, tree))
    plant(tree, {"/proc/stat": "btime 1700000000\n", "/proc/self/mountinfo": f"{ROOT_MOUNT}{SCRATCH_MOUNT}"})
    first = present((await inspect(guests, route, None)).value)
    assert first.since_run is None
    GuestStore(paths, clock).keep_before_run(route.instance.id, before_run("0abc", first, clock.now()))
    assert present((await inspect(guests, route, None)).value).since_run is None  # it was not started since
    plant(tree, {"/proc/stat": "btime 1700009000\n", "/proc/self/mountinfo": ROOT_MOUNT})
    since = present(present((await inspect(guests, route, None)).value).since_run)
    assert [each.what for each in since.losses] == ["/mnt/scratch"]
    assert present(guests.stored(route.instance.id).value).since_run == since


@pytest.mark.parametrize(
    "lie",
    ["echo {}", "true", "echo '@@imaging-probe-begin abc'; echo '{}'; echo '@@imaging-probe-end abc 0'", "exit 7"],
)
async def test_a_guest_that_lies_or_says_nothing_harms_nothing(
    sshd: StartSshd, ssh_folder: Path, tree: Path, guests: GuestService, lie: str
):
    route = route_to(start(sshd, ssh_folder, tree, force_command=lie))
    with pytest.raises(BadProbeError) as refused:
        await inspect(guests, route)
    assert not guests.stored(route.instance.id).known
    if lie == "exit 7":
        assert "ended with status 7" in refused.value.what


async def test_a_gigabyte_is_not_waited_for(sshd: StartSshd, ssh_folder: Path, tree: Path, guests: GuestService):
    route = route_to(start(sshd, ssh_folder, tree, force_command="cat /dev/zero"))
    with pytest.raises(BadProbeError, match="printed more than"):
        await inspect(guests, route)


async def test_a_guest_that_answers_nothing_is_given_up(
    sshd: StartSshd, ssh_folder: Path, tree: Path, guests: GuestService, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(read_ids, "_SECONDS", 0.2)
    route = route_to(start(sshd, ssh_folder, tree, force_command="sleep 5"))
    with pytest.raises(GuestUnreachableError, match="did not finish"):
        await inspect(guests, route)


async def test_a_cancelled_probe_closes_its_connection(
    sshd: StartSshd, ssh_folder: Path, tree: Path, guests: GuestService
):
    guest = start(sshd, ssh_folder, tree, force_command="sleep 5")
    inspecting = asyncio.create_task(inspect(guests, route_to(guest)))
    await logged(guest, "Starting session")
    inspecting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await inspecting
    await logged(guest, "disconnect")


async def test_facts_that_cannot_be_kept_are_still_told(sshd: StartSshd, ssh_folder: Path, tree: Path, tmp_path: Path):
    paths = Paths.below(tmp_path / "own")
    paths.state.mkdir(parents=True)
    (paths.state / "guests").write_text("a file where a folder should be")
    told = Told()
    fact = await inspect(GuestService(paths, ManualClock()), route_to(start(sshd, ssh_folder, tree), told=told))
    assert fact.known
    assert "could not be saved" in told.text


async def logged(guest: Sshd, word: str) -> None:
    """Wait until the server says something."""
    for _ in range(250):
        if word in guest.log:
            return
        await asyncio.sleep(0.02)
    pytest.fail(guest.log)


ACTION = RemedyAction(kind=ActionKind.RUN, summary="Run it.", command="true", touches=("system",))


async def test_a_remedy_is_carried_out_and_what_it_touched_is_read_again(
    sshd: StartSshd, ssh_folder: Path, tree: Path, guests: GuestService, monkeypatch: pytest.MonkeyPatch
):
    route = route_to(start(sshd, ssh_folder, tree))
    await inspect(guests, route, None)

    async def fix(_shell: object, action: RemedyAction, **_more: object) -> FixResult:
        (tree / "etc" / "os-release").write_text(OS_RELEASE.replace("Rocky Linux 9.4", action.summary))
        return FixResult("done", "undo")

    monkeypatch.setattr(service, "carry_out", fix)
    fixed, fact = await guests.carry_out(route, Questions(), action=ACTION)
    assert fixed.done == "done"
    assert fact.value is not None
    assert fact.value.system.value is not None
    assert fact.value.system.value.pretty_name == "Run it."


async def test_a_remedy_that_was_done_is_told_though_the_second_inspection_fails(
    sshd: StartSshd, ssh_folder: Path, tree: Path, guests: GuestService, monkeypatch: pytest.MonkeyPatch
):
    route = route_to(start(sshd, ssh_folder, tree))
    before = (await inspect(guests, route, None)).value
    assert before is not None

    async def fix(_shell: object, _action: RemedyAction, **_more: object) -> FixResult:
        return FixResult("done", "undo")

    async def fail(*_words: object, **_more: object) -> object:
        raise GuestUnreachableError("The connection was cut.")

    monkeypatch.setattr(service, "carry_out", fix)
    monkeypatch.setattr(service, "run_probe", fail)
    fixed, fact = await guests.carry_out(route, Questions(), action=ACTION)
    assert fixed.done == "done"
    assert fact.value is not None
    assert not fact.value.system.known
    assert fact.value.system.unknown_because == "not read again after the fix: The connection was cut."
    assert fact.value.disks == before.disks
    assert guests.stored(route.instance.id) == fact


async def test_a_remedy_that_failed_changes_nothing_that_is_known(
    sshd: StartSshd, ssh_folder: Path, tree: Path, guests: GuestService, monkeypatch: pytest.MonkeyPatch
):
    route = route_to(start(sshd, ssh_folder, tree))
    before = await inspect(guests, route, None)

    async def refuse(*_words: object, **_more: object) -> FixResult:
        raise GuestError("target is busy")

    monkeypatch.setattr(service, "carry_out", refuse)
    with pytest.raises(GuestError, match="busy"):
        await guests.carry_out(route, Questions(), action=ACTION)
    assert guests.stored(route.instance.id) == before


async def test_directories_are_saved_over_a_way_of_their_own(
    sshd: StartSshd, ssh_folder: Path, tree: Path, guests: GuestService, tmp_path: Path
):
    route = route_to(start(sshd, ssh_folder, tree))
    saved = await guests.save(route, directories=(str(tree / "etc"),), target=tmp_path / "saved")
    assert saved.files == 1


def test_the_service_is_loaded_without_asyncssh():
    code = "import sys, imaging.guest.service, imaging.guest.download; sys.exit('asyncssh' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[3])


def test_the_probe_knows_the_parts_that_these_tests_ask_for():
    assert {"system", "disks"} <= set(PARTS)
