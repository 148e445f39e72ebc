"""What the guests answer to the console: its own scripts, sent as the console sends them, read by its own readers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import asyncssh
import pytest

from imaging.guest.machine.ids import Verdict
from imaging.guest.machine.read_ids import read_machine_ids
from imaging.guest.probe import script
from imaging.guest.remedies import carry_out
from imaging.guest.remedies.current_mounts import read_tables
from imaging.guest.remedies.disk_use import read_disk_use
from imaging.guest.report import read_report
from imaging.guest.ssh.commands.shell import SshShell
from models.errors import GuestError
from models.guest.facts import GuestFacts, InspectionMethod
from models.guest.files import Questions
from models.remedy_action import ActionKind, RemedyAction
from tests.democloud.talking import Talk
from tests.support.demo import DemoCloud
from tests.support.known import known, present

DB, GIS = "192.0.2.107", "192.0.2.31"
STARTER = "if sudo -n true 2>/dev/null; then exec sudo -n sh -s; else exec sh -s; fi"


@pytest.fixture
async def db(held: DemoCloud) -> AsyncIterator[SshShell]:
    async with asyncssh.connect(DB, config=[str(held.ssh_config)]) as connection:
        yield SshShell(connection, user="ubuntu", address=DB)


@pytest.fixture
async def gis(held: DemoCloud) -> AsyncIterator[SshShell]:
    async with asyncssh.connect(GIS, config=[str(held.ssh_config)], known_hosts=None) as connection:
        yield SshShell(connection, user="ubuntu", address=GIS)


async def probed(shell: SshShell, *parts: str, nonce: str = "n0nce") -> GuestFacts:
    text = script(Questions(), parts or None, nonce=nonce)
    result = await shell.run(STARTER, stdin=text.encode(), seconds=20)
    assert result.status == 0
    return read_report(result.output, nonce=nonce, method=InspectionMethod.SSH, now=datetime.now(UTC))


async def test_a_guest_says_truly_which_instance_it_is(db: SshShell, gis: SshShell, ada: Talk):
    for shell, name, other in ((db, "db-07", "gis-lab"), (gis, "gis-lab", "db-07")):
        said = await read_machine_ids(shell)
        assert said.verdict(ada.demo.server_id(name)) is Verdict.SAME
        assert said.verdict(ada.demo.server_id(other)) is Verdict.OTHER


async def fix(shell: SshShell, kind: ActionKind, **more) -> str:
    action = RemedyAction(kind=kind, summary="", **more)
    result = await carry_out(shell, action, now=datetime(2026, 11, 23, tzinfo=UTC), tell=lambda _progress: None)
    return result.done


async def test_the_probe_gets_the_recorded_report_with_its_own_nonce(db: SshShell):
    facts = await probed(db, nonce="another1")
    assert facts.as_root
    assert facts.user == "ubuntu"
    assert facts.system.value is not None
    assert (facts.system.value.id, facts.system.value.version) == ("ubuntu", "24.04")
    assert facts.disks.value is not None
    assert [device.name for device in facts.disks.value.devices if device.serial] == ["/dev/vdb", "/dev/vdc"]


async def test_only_the_parts_that_were_asked_for_come(db: SshShell):
    facts = await probed(db, "mounts", "disks")
    assert facts.mounts.known
    assert facts.disks.known
    assert not facts.system.known


async def test_its_times_are_those_of_the_clouds_clock(db: SshShell, held: DemoCloud):
    before = known((await probed(db, "system")).system)
    held.turn(40 * 86_400)
    after = known((await probed(db, "system")).system)
    assert (present(after.first_boot_at) - present(before.first_boot_at)).days == 40


async def test_it_takes_its_time_where_the_clock_goes_on(db: SshShell, held: DemoCloud):
    held.hold(held=False)
    held.speed(50)
    began = held.now()
    await probed(db, "system")
    assert held.now() - began >= 1.6


async def test_a_volume_that_is_detached_is_gone_from_disks_and_mounts(db: SshShell, ada: Talk, held: DemoCloud):
    path = f"/compute/v2.1/servers/{held.server_id('db-07')}/os-volume_attachments"
    ada.ask("DELETE", f"{path}/{held.volume_id('scratch')}")
    held.turn(5)
    facts = await probed(db, "disks", "mounts")
    assert "/dev/vdc" not in {device.name for device in known(facts.disks).devices}
    assert "/scratch" not in {mount.point for mount in known(facts.mounts).mounts}
    ada.ask("POST", path, {"volumeAttachment": {"volumeId": held.volume_id("scratch")}})
    held.turn(5)
    facts = await probed(db, "disks", "mounts")
    assert "/dev/vdc" in {device.name for device in known(facts.disks).devices}
    assert "/scratch" not in {mount.point for mount in known(facts.mounts).mounts}, "attached again, not yet mounted"


async def test_what_nobody_uses_can_be_unmounted_and_is_mounted_again_at_the_next_boot(
    db: SshShell, ada: Talk, held: DemoCloud
):
    assert "Unmounted /scratch" in await fix(db, ActionKind.UNMOUNT, mount_points=("/scratch",))
    assert "/scratch" not in {mount.point for mount in known((await probed(db, "mounts")).mounts).mounts}
    assert not (await read_tables(db)).at("/scratch")
    ada.act(held.server_id("db-07"), "reboot", {"type": "SOFT"})
    held.turn(30)
    assert (await read_tables(db)).at("/scratch")


async def test_what_the_database_uses_stays_mounted_and_it_is_said_by_whom(db: SshShell):
    with pytest.raises(GuestError, match=r"stays mounted: postgres \(pid 2211"):
        await fix(db, ActionKind.UNMOUNT, mount_points=("/var/lib/postgresql",))
    assert (await read_tables(db)).at("/var/lib/postgresql")


async def test_a_volume_can_be_freed_by_its_serial_number(db: SshShell, held: DemoCloud):
    scratch = held.volume_id("scratch")
    assert (await read_disk_use(db)).disks_of_volume(scratch) == ["vdc"]
    done = await fix(db, ActionKind.UNMOUNT_AND_DETACH, volume_id=scratch, mount_points=("/scratch",))
    assert "Nothing uses /dev/vdc any more." in done


async def test_a_line_of_fstab_with_nofail_lets_new_instances_boot(gis: SshShell, ada: Talk, held: DemoCloud):
    (entry,) = [each for each in known((await probed(gis, "boot_mounts")).boot_mounts).fstab if each.point == "/data"]
    line = {"file": "/etc/fstab", "line": entry.line, "line_text": entry.text}
    assert "has the option nofail" in await fix(gis, ActionKind.ADD_NOFAIL, **line)
    (now,) = [each for each in known((await probed(gis, "boot_mounts")).boot_mounts).fstab if each.point == "/data"]
    assert now.options == ("defaults", "nofail")
    assert "already changed" in await fix(gis, ActionKind.ADD_NOFAIL, **line)
    launched = ada.launched_from(ada.image_of(held.server_id("gis-lab")))
    assert ada.console(launched).endswith("a-launch login: ")


async def test_a_line_that_is_commented_out_is_no_entry_any_more(gis: SshShell):
    (entry,) = [each for each in known((await probed(gis, "boot_mounts")).boot_mounts).fstab if each.point == "/data"]
    await fix(gis, ActionKind.COMMENT_LINE, file="/etc/fstab", line=entry.line, line_text=entry.text)
    assert "/data" not in {each.point for each in known((await probed(gis, "boot_mounts")).boot_mounts).fstab}


async def test_another_line_than_was_shown_is_left_alone(gis: SshShell):
    with pytest.raises(GuestError, match="has changed since it was shown"):
        await fix(gis, ActionKind.COMMENT_LINE, file="/etc/fstab", line=3, line_text="UUID=0 /other ext4 defaults 0 2")


async def test_updates_are_installed_once_by_the_command_that_says_so(db: SshShell):
    pending = present(known((await probed(db, "updates")).updates).pending)
    assert [each.name for each in pending] == ["postgresql-16", "tzdata"]
    assert "succeeded" in await fix(db, ActionKind.RUN, command="apt-get update")
    assert len(present(known((await probed(db, "updates")).updates).pending)) == 2
    assert "succeeded" in await fix(db, ActionKind.RUN, command="apt-get update && apt-get -y upgrade")
    assert known((await probed(db, "updates")).updates).pending == ()


async def test_any_other_command_is_not_found(db: SshShell):
    with pytest.raises(GuestError, match="exit status 127"):
        await fix(db, ActionKind.RUN, command="rm -rf /home/ada")


async def test_a_file_that_was_copied_out_can_be_compared(db: SshShell, held: DemoCloud):
    names = b"/home/ada/analysis/fit.py\0/etc/shadow\0"
    result = await db.run("LC_ALL=C exec nice xargs -0 sha256sum", stdin=names, seconds=5)
    assert result.output.endswith(b"  /home/ada/analysis/fit.py\n")
    assert "/etc/shadow" in result.errors
    assert result.status == 123
