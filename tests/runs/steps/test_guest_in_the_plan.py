"""What an inspection found goes into the plan, its warnings, the last check, and the report."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from imaging.guidelines.profiles import load_profile
from imaging.runs.plan.image_plan import plan_run
from imaging.runs.report.guest import guest_lines
from imaging.runs.report.run_report import as_markdown
from imaging.runs.steps.check import check
from models.errors import RunError
from models.fact import Fact
from models.findings import Outcome, Source
from models.guest.comparison import before_run
from models.guest.directories import Directories, Directory
from models.guest.disks import BlockDevice, Disks
from models.guest.facts import GuestFacts
from models.guest.mounts import BootMounts, FstabEntry, Mount, Mounts, MountUser, SwapArea
from models.run.plan import Plan
from models.run.request import Mode, RunRequest, Visibility
from models.steps import StepName
from tests.guidelines.guest_building import ROOT, VDA, VDA1, guest, partly, read_then, untold
from tests.runs.steps.held_world import DB, PGDATA, HeldWorld
from tests.runs.steps.memory_context import MemoryContext
from tests.support.known import present

PROFILE = load_profile("jetstream")
REQUEST = RunRequest(name="postgres-16", description="PostgreSQL 16 with PostGIS, beside the base image Ubuntu24.")
VDB = BlockDevice(name="/dev/vdb", kind="disk", fs_type="ext4", uuid="data-uuid", serial=PGDATA[:20])
VDC = BlockDevice(name="/dev/vdc", kind="disk", fs_type="swap")
DISKS = Disks(devices=(VDA, VDA1, VDB, VDC), root=ROOT, file_systems=(ROOT,))
ROOT_MOUNT = Mount(point="/", source="/dev/vda1", fs_type="ext4")
DATA_MOUNT = Mount(point="/data", source="/dev/vdb", fs_type="ext4")
POSTGRES = MountUser(point="/data", pid=812, process="postgres", user="postgres", uses="cwd")
IN_USE = Mounts(mounts=(ROOT_MOUNT, DATA_MOUNT), users=(POSTGRES,), users_complete=True)
DATA_LINE = FstabEntry(
    line=3, source="UUID=data-uuid", point="/data", fs_type="ext4", options=("defaults",), text="UUID=data-uuid /data …"
)


Inspected = Callable[..., Fact[GuestFacts]]
Planned = Callable[..., Awaitable[Plan]]


@pytest.fixture
def look(world: HeldWorld) -> Inspected:
    """What an inspection a moment ago found; parts can be given."""

    def made(**parts: Any) -> Fact[GuestFacts]:
        read_at = parts.pop("read_at", world.clock.now() - timedelta(minutes=2))
        found = read_then(guest(**{"disks": DISKS, "mounts": IN_USE, **parts}), read_at)
        return Fact[GuestFacts](value=found, source=Source.GUEST, read_at=read_at)

    return made


@pytest.fixture
def plan(world: HeldWorld) -> Planned:
    async def made(seen: Fact[GuestFacts] | None = None, **request: Any) -> Plan:
        wanted = REQUEST.model_copy(update=request)
        return await plan_run(world.cloud, world.clock, DB, wanted, PROFILE, guest=seen)

    return made


def detach_summary(plan: Plan) -> str:
    return next(step.summary for step in plan.steps if step.step is StepName.DETACH)


def outcome(plan: Plan, rule: str) -> Outcome:
    assert plan.checklist is not None
    return plan.checklist.of(rule).outcome


class TestThePlan:
    async def test_keeps_what_was_found_and_judges_by_it(self, plan: Planned, look: Inspected) -> None:
        seen = look()
        made = await plan(seen)
        assert made.guest == seen
        assert outcome(made, "FS-ROOT") is Outcome.PASS
        assert outcome(await plan(), "FS-ROOT") is Outcome.UNKNOWN

    async def test_without_a_look_warns_of_nothing_inside(self, plan: Planned) -> None:
        made = await plan()
        assert made.guest is None
        assert not any("fstab" in warning or "readable" in warning for warning in made.warnings)

    async def test_a_look_that_failed_is_no_look(self, plan: Planned) -> None:
        made = await plan(Fact[GuestFacts](unknown_because="no key fits", source=Source.GUEST))
        assert detach_summary(made) == "Detach pgdata (/dev/vdb), scratch (/dev/vdc)."

    async def test_can_be_written_down_and_read_again(self, plan: Planned, look: Inspected) -> None:
        made = await plan(look())
        assert type(made).model_validate_json(made.model_dump_json()) == made


class TestEachVolume:
    async def test_that_is_mounted_says_where_and_by_whom(self, plan: Planned, look: Inspected) -> None:
        made = await plan(look())
        assert made.volumes[0].in_guest == "mounted at /data, used by postgres (pid 812) - released when it stops"
        assert "pgdata (/dev/vdb: mounted at /data, used by postgres (pid 812) - released" in detach_summary(made)

    async def test_that_is_free_says_so(self, plan: Planned, look: Inspected) -> None:
        made = await plan(look(mounts=Mounts(mounts=(ROOT_MOUNT,))))
        assert made.volumes[0].in_guest == "not mounted"

    async def test_that_is_known_by_its_letter_alone_says_that(self, plan: Planned, look: Inspected) -> None:
        made = await plan(look())
        assert made.volumes[1].in_guest == "not mounted, told by its device name alone"

    async def test_that_is_swapped_to_is_in_use(self, plan: Planned, look: Inspected) -> None:
        made = await plan(look(mounts=Mounts(mounts=(ROOT_MOUNT,), swaps=(SwapArea(path="/dev/vdc"),))))
        assert made.volumes[1].in_guest.startswith("swapped to")

    async def test_that_belongs_to_something_else_is_in_use(self, plan: Planned, look: Inspected) -> None:
        member = BlockDevice(name="/dev/vdb", kind="disk", fs_type="LVM2_member", serial=PGDATA[:20])
        made = await plan(look(disks=Disks(devices=(VDA, VDA1, member), root=ROOT), mounts=Mounts()))
        assert made.volumes[0].in_guest.startswith("part of")

    async def test_that_the_guest_does_not_show_says_so(self, plan: Planned, look: Inspected) -> None:
        made = await plan(look(disks=Disks(devices=(VDA, VDA1), root=ROOT)))
        assert made.volumes[0].in_guest == "not found among the guest's disks"

    async def test_is_not_called_free_after_half_an_inspection(self, plan: Planned, look: Inspected) -> None:
        made = await plan(look(mounts=partly(Mounts, Mounts(mounts=(ROOT_MOUNT,)))))
        assert made.volumes[0].in_guest == "not seen mounted"

    async def test_is_not_spoken_of_where_mounts_were_not_read(self, plan: Planned, look: Inspected) -> None:
        made = await plan(look(mounts=untold(Mounts)))
        assert made.volumes[0].in_guest == ""

    async def test_of_a_stopped_instance_is_mounted_no_more(
        self, plan: Planned, look: Inspected, world: HeldWorld
    ) -> None:
        world.set(vm_state="stopped")
        assert (await plan(look())).volumes[0].in_guest == ""

    async def test_shows_hostile_names_as_text(self, plan: Planned, look: Inspected) -> None:
        odd = Mount(point="/da\nta\x1b[2J", source="/dev/vdb", fs_type="ext4")
        made = await plan(look(mounts=Mounts(mounts=(ROOT_MOUNT, odd))))
        assert made.volumes[0].in_guest.isprintable()


class TestWarnings:
    async def test_of_a_line_that_the_boot_cannot_do_without_come_before_anything_is_changed(
        self, plan: Planned, look: Inspected, world: HeldWorld
    ) -> None:
        made = await plan(look(boot_mounts=BootMounts(fstab=(DATA_LINE,))))
        (warning,) = [each for each in made.warnings if "emergency mode" in each]
        assert "line 3 (/data) of /etc/fstab without nofail" in warning
        assert "Do not start the instance while they are detached" in warning
        assert world.calls == []

    async def test_of_new_instances_alone_where_nothing_is_detached(
        self, plan: Planned, look: Inspected, world: HeldWorld
    ) -> None:
        world.db.attachments = []
        made = await plan(look(boot_mounts=BootMounts(fstab=(DATA_LINE,))))
        assert any(
            each.startswith("Instances launched from the image will stop in emergency mode") for each in made.warnings
        )

    async def test_of_a_source_that_will_not_come_up_again(self, plan: Planned, look: Inspected) -> None:
        gone = DATA_LINE.model_copy(update={"source": "UUID=gone"})
        made = await plan(look(boot_mounts=BootMounts(fstab=(gone,))))
        (warning,) = [each for each in made.warnings if "emergency mode" in each]
        assert "asks for what is not there: line 3 (/data)" in warning
        assert "it will not come up again by itself" in warning

    @pytest.mark.parametrize("options", [("nofail",), ("noauto",), ("x-systemd.automount",), ("_netdev",)])
    async def test_are_not_made_of_lines_that_a_boot_can_do_without(
        self, plan: Planned, look: Inspected, options: tuple[str, ...]
    ) -> None:
        line = DATA_LINE.model_copy(update={"options": options})
        made = await plan(look(boot_mounts=BootMounts(fstab=(line,))))
        assert not any("emergency" in each for each in made.warnings)

    async def test_of_letters_in_fstab_that_will_change(self, plan: Planned, look: Inspected, world: HeldWorld) -> None:
        by_letter = DATA_LINE.model_copy(update={"source": "/dev/vdd", "options": ("nofail",)})
        seen = look(boot_mounts=BootMounts(fstab=(by_letter,)))
        assert not any("by letter" in each for each in (await plan(seen)).warnings)
        world.set_device(1, "/dev/vdd")
        assert any(
            "names disks by letter, which will change: line 3 (/data)" in each for each in (await plan(seen)).warnings
        )

    async def test_count_what_will_be_published(self, plan: Planned, look: Inspected) -> None:
        homes = (
            Directory(path="/home/alice", owner="alice", size_kib=3 * 1024, files=9, own_files=7),
            Directory(path="/home/bob", owner="bob", size_kib=8, files=4, own_files=0),
            Directory(path="/home/nfs", owner="carol", size_kib=8, files=4, own_files=4, separate=True),
        )
        others = (Directory(path="/root", owner="root", size_kib=1024, files=9, own_files=2), Directory(path="/mnt"))
        seen = look(directories=Directories(homes=homes, others=others))
        assert (
            "9 files, 4.0 MiB of 2 users will be readable by everybody in this project who launches the image: "
            "/home/alice (3.0 MiB), /root (1.0 MiB)."
        ) in (await plan(seen)).warnings
        shared = await plan(seen, visibility=Visibility.SHARED, members=("p",))
        assert any("readable by everybody who launches the image" in each for each in shared.warnings)

    async def test_say_nothing_of_what_a_seal_takes_away(self, plan: Planned, look: Inspected) -> None:
        home = Directory(path="/home/alice", owner="alice", size_kib=9, own_files=7)
        seen = look(directories=Directories(homes=(home,)), boot_mounts=BootMounts(fstab=(DATA_LINE,)))
        plain, sealed = await plan(seen), await plan(seen, mode=Mode.SEALED)
        assert any("will be readable" in each for each in plain.warnings)
        assert not any("will be readable" in each for each in sealed.warnings)

    async def test_count_at_least_where_not_all_was_read(self, plan: Planned, look: Inspected) -> None:
        home = Directory(path="/home/alice", owner="alice", size_kib=9, own_files=7, incomplete="time was up")
        made = await plan(look(directories=Directories(homes=(home,))))
        assert any(each.startswith("At least 7 files, 9 KiB of 1 user will") for each in made.warnings)

    async def test_say_that_a_look_is_old(self, plan: Planned, look: Inspected, world: HeldWorld) -> None:
        assert not any("Probe again" in each for each in (await plan(look())).warnings)
        old = look(read_at=world.clock.now() - timedelta(hours=3))
        assert any("is from 2126-11-01 11:00 UTC" in each for each in (await plan(old)).warnings)


class TestTheLastCheck:
    async def test_judges_by_the_guest_again(
        self, ctx: MemoryContext, plan: Planned, look: Inspected, world: HeldWorld
    ) -> None:
        ctx.profile = PROFILE
        ctx.change(plan=await plan(uninspected="to compare"))
        without = (await check(ctx)).note
        ctx.change(plan=await plan(look(), uninspected="to compare"))
        assert unknowns((await check(ctx)).note) < unknowns(without)

    async def test_keeps_what_runs_now_for_an_inspection_after_the_run(
        self, ctx: MemoryContext, plan: Planned, look: Inspected
    ) -> None:
        ctx.profile = PROFILE
        ctx.change(plan=await plan(look(), uninspected="to compare"))
        await check(ctx)
        before = present(ctx.guests.before_run(DB))
        assert (before.run, before.mounts.value) == (ctx.run.id, IN_USE)

    async def test_of_a_guest_that_nobody_inspected_nothing_older_is_kept(
        self, ctx: MemoryContext, plan: Planned, look: Inspected, world: HeldWorld
    ) -> None:
        ctx.profile = PROFILE
        ctx.guests.keep_before_run(DB, before_run("0old", present(look().value), world.clock.now()))
        ctx.change(plan=await plan(uninspected="to compare"))
        await check(ctx)
        assert ctx.guests.before_run(DB) is None

    async def test_refuses_what_the_guest_forbids(self, ctx: MemoryContext, plan: Planned, look: Inspected) -> None:
        ctx.profile = PROFILE
        btrfs = ROOT.model_copy(update={"fs_type": "btrfs"})
        ctx.change(plan=await plan(look(disks=DISKS.model_copy(update={"root": btrfs}))))
        with pytest.raises(RunError, match="FS-ROOT"):
            await check(ctx)


def unknowns(note: str) -> int:
    return next(int(part.removesuffix(" unknown")) for part in note.split(", ") if part.endswith(" unknown"))


class TestTheReport:
    async def test_says_how_old_and_how_complete_the_look_was(
        self, ctx: MemoryContext, plan: Planned, look: Inspected
    ) -> None:
        made = await plan(look(packages=untold(object, "rpm did not answer"), mounts=partly(Mounts, IN_USE)))
        text = list(guest_lines(made))
        assert text[0] == (
            "Inspected by ssh on 2126-11-01 13:58:00 UTC, as ubuntu, as root, 2 minutes before the plan was made."
        )
        assert text[1] == "18 of 19 parts were read."
        assert "Perhaps not all of: mounts (time was up)." in text
        assert "Not read: packages (rpm did not answer)." in text
        assert "Found: 2 mounts, 1 fstab line, 0 accounts, 0 homes, 0 files." in text
        assert text[-2].startswith(f"Volume {PGDATA}: mounted at /data")
        ctx.change(plan=made)
        assert "## The inspection of the instance" in as_markdown(ctx.run)

    async def test_says_that_nobody_looked(self, ctx: MemoryContext) -> None:
        assert "The instance was not inspected" in as_markdown(ctx.run)

    async def test_shows_hostile_names_as_text(self, ctx: MemoryContext, plan: Planned, look: Inspected) -> None:
        odd = Mount(point="/<b>[x](y)", source="/dev/vdb", fs_type="ext4")
        ctx.change(plan=await plan(look(mounts=Mounts(mounts=(odd,)))))
        assert "<b>" not in as_markdown(ctx.run)
