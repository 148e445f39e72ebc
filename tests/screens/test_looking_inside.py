"""Looking into a guest from the list of instances: progress, breaking off, trouble, remedies, saving, deep checks."""

from __future__ import annotations

import pytest

from imaging.guest.interface import Progress
from imaging.runs.deep_planning import plan_deep_check
from models.errors import ForbiddenError, GuestLoginError, GuestUnreachableError
from models.fact import Fact
from models.findings import Source
from models.guest.directories import Directories, Directory
from models.guest.facts import GuestFacts
from models.remedy_action import ActionKind, RemedyAction
from models.run import RunKind, RunState
from screens.choose import ChooseScreen
from screens.confirm import ConfirmScreen
from screens.finding import FindingScreen
from screens.glyphs import ASCII
from screens.instances import InstancesScreen
from screens.run import RunScreen
from screens.widgets.checklist import ChecklistView
from tests.guidelines.guest_building import READ_AT, guest_fact
from tests.screens.driving import Driver, FrozenGuests, FrozenRuns, QuickClock, console
from tests.screens.samples import run
from tests.screens.test_instances_screen import choose

HOMES = Directories(homes=(Directory(path="/home/ada", owner="ada", size_kib=2048, files=12, own_files=12),))


class DeepRuns(FrozenRuns):
    """Plans deep checks for real."""

    async def plan_deep_check(self, cloud, instance_id, request, profile):
        return await plan_deep_check(cloud, QuickClock(), instance_id, request, profile)


async def ready(driver: Driver, name: str) -> None:
    """Wait until the checklist of an instance is there."""
    await choose(driver, name)
    await driver.sees("pass")
    await driver.until(lambda: driver.app.screen.chosen_facts is not None)


@pytest.fixture
def guests() -> FrozenGuests:
    return FrozenGuests()


async def test_before_anybody_looked_what_only_the_guest_can_tell_is_folded_away(demo, tmp_path, guests):
    async with console(tmp_path, guests=guests) as driver:
        await ready(driver, "db-07")
        shown = driver.app.screen.query_one(ChecklistView).rows.items
        assert not any(getattr(row, "rule", "") == "FS-ROOT" for row in shown)
        assert any(getattr(row, "chapter", "") == "File system" for row in shown)


async def test_p_looks_inside_and_the_checklist_says_from_when_it_is(demo, tmp_path, guests):
    guests.inside = guest_fact()
    async with console(tmp_path, guests=guests, size=(120, 36)) as driver:
        await ready(driver, "db-07")
        await driver.press("p")
        await driver.sees(f"guest {READ_AT.astimezone():%Y-%m-%d}")
        view = driver.app.screen.query_one(ChecklistView)
        facts = driver.app.screen.chosen_facts
        assert facts.guest.known
        assert guests.asked == [("probe", "db-07")]
        assert view.rows.items


async def test_a_look_says_what_it_does_and_can_be_broken_off(demo, tmp_path, guests):
    async with console(tmp_path, guests=guests) as driver:
        await ready(driver, "db-07")
        await driver.press("p")
        await driver.sees("Asking the guest", "Break off")
        await driver.press("x")
        await driver.until(lambda: "Asking the guest" not in driver.text and "Look inside" in driver.text)


async def test_a_guest_that_cannot_be_reached_is_said_and_the_checklist_stays(demo, tmp_path, guests):
    guests.inside = GuestUnreachableError("db-07 does not answer.", remedy="Use a deep check: d.")
    async with console(tmp_path, guests=guests) as driver:
        await ready(driver, "db-07")
        await driver.press("p")
        await driver.sees("db-07 does not answer.", "Use a deep check: d.")
        await driver.press("escape")
        await driver.sees("VOL-DETACHED")


async def test_a_stopped_instance_cannot_be_looked_into(demo, tmp_path, guests):
    async with console(tmp_path, guests=guests) as driver:
        await ready(driver, "quiet-box")
        await driver.press("p")
        assert "Look inside" not in driver.text
        assert guests.asked == []


async def test_what_an_earlier_look_found_is_shown_when_the_console_is_opened_again(demo, tmp_path, guests):
    guests.known[demo.server_id("db-07")] = guest_fact()
    async with console(tmp_path, guests=guests) as driver:
        await choose(driver, "db-07")
        await driver.sees("guest 20")


async def test_a_remedy_is_carried_out_after_asking_and_says_how_it_is_undone(demo, tmp_path, guests):
    guests.inside = guest_fact()
    async with console(tmp_path, guests=guests) as driver:
        await ready(driver, "db-07")
        await driver.press("p")
        await driver.until(lambda: driver.app.screen.chosen_facts.guest.known)
        await driver.press("enter")
        rows = driver.app.screen.query_one(ChecklistView).rows
        actionable = next(row for row in rows.items if getattr(row, "remedy", None) and row.remedy.actions)
        rows.select(actionable.rule)
        await driver.press("enter")
        assert isinstance(driver.app.screen, FindingScreen)
        await driver.press("a")
        if isinstance(driver.app.screen, ChooseScreen):
            await driver.press("enter")
        await driver.until(lambda: isinstance(driver.app.screen, ConfirmScreen))
        assert len(guests.asked) == 1
        await driver.press("y")
        await driver.sees("It was done.", "So it is undone.")
        assert guests.asked[1][0] == "carry out"


async def test_a_remedy_can_be_chosen_in_the_checklist_itself(demo, tmp_path, guests):
    guests.inside = guest_fact()
    async with console(tmp_path, guests=guests) as driver:
        await ready(driver, "db-07")
        await driver.press("p")
        await driver.until(lambda: driver.app.screen.chosen_facts.guest.known)
        assert "Put it right" not in driver.text
        await driver.press("enter")
        rows = driver.app.screen.query_one(ChecklistView).rows
        rows.select(next(row for row in rows.items if getattr(row, "remedy", None) and row.remedy.actions).rule)
        await driver.sees("Put it right")
        await driver.press("a")
        await driver.until(lambda: isinstance(driver.app.screen, ChooseScreen | ConfirmScreen))


async def test_a_volume_is_detached_after_the_guest_let_go_and_looked_at_only_then(demo, tmp_path, guests):
    guests.inside = guest_fact()
    async with console(tmp_path, guests=guests) as driver:
        await ready(driver, "db-07")
        detached = spy_on_detaching(await driver.app.cloud(), guests)
        action = scratch_to_be_detached(demo)
        driver.app.screen.carry_out(driver.app.screen.chosen_facts, action)
        await driver.sees("Carry this out inside db-07?", action.summary)
        await driver.press("y")
        await driver.sees("It was let go.", "is detached.")
        assert [what for what, *_ in guests.asked] == ["mend", "detach", "look again"]
        assert detached == [action.volume_id]
        left = await (await driver.app.cloud()).compute.attachments(demo.server_id("db-07"))
        assert [each.volume_id for each in left] == [demo.volume_id("pgdata")]


async def test_what_the_guest_let_go_is_looked_at_again_when_the_cloud_refuses(demo, tmp_path, guests):
    guests.inside = guest_fact()
    async with console(tmp_path, guests=guests) as driver:
        await ready(driver, "db-07")
        cloud = await driver.app.cloud()

        async def refuse(instance_id, volume_id):
            raise ForbiddenError("Detaching is not allowed.")

        cloud.compute.detach_volume = refuse
        driver.app.screen.carry_out(driver.app.screen.chosen_facts, scratch_to_be_detached(demo))
        await driver.sees("Carry this out inside")
        await driver.press("y")
        await driver.sees("Detaching is not allowed.", "It was let go.", "Mount it again.")
        assert [what for what, *_ in guests.asked] == ["mend", "look again"]


async def test_a_deep_check_says_what_it_costs_before_it_begins(demo, tmp_path, guests):
    runs = DeepRuns()
    async with console(tmp_path, guests=guests, runs=runs) as driver:
        await ready(driver, "quiet-box")
        await driver.sees("Deep check")
        await driver.press("d")
        await driver.sees("Look at the disk of quiet-box", "It costs one instance")
        await driver.press("n")
        await driver.until(lambda: not isinstance(driver.app.screen, ConfirmScreen))
        assert runs.started == []
        await driver.press("d")
        await driver.sees("It costs one instance")
        await driver.press("y")
        await driver.until(lambda: isinstance(driver.app.screen, RunScreen))
        assert [plan.deep for plan in runs.started] == [True]


async def test_what_a_deep_check_found_is_shown_when_it_ends_though_nobody_waited_for_it(demo, tmp_path, guests):
    runs = DeepRuns()
    async with console(tmp_path, guests=guests, runs=runs) as driver:
        await ready(driver, "quiet-box")
        await driver.press("d")
        await driver.sees("It costs one instance")
        await driver.press("y")
        await driver.until(lambda: isinstance(driver.app.screen, RunScreen))
        await driver.press("escape")
        assert not driver.app.screen.chosen_facts.guest.known
        guests.known[demo.server_id("quiet-box")] = guest_fact()
        runs.change(run("new", state=RunState.DONE, kind=RunKind.DEEP_CHECK))
        await driver.until(lambda: driver.app.screen.chosen_facts.guest.known)


async def test_a_console_that_only_looks_offers_neither_remedies_nor_deep_checks(demo, tmp_path, guests):
    guests.known[demo.server_id("db-07")] = guest_fact()
    async with console(tmp_path, guests=guests, read_only=True) as driver:
        await ready(driver, "db-07")
        await driver.press("enter", "a", "d")
        assert isinstance(driver.app.screen, InstancesScreen)
        assert "Deep check" not in driver.text


async def test_where_nobody_is_let_in_the_other_ways_are_said(demo, tmp_path, guests):
    guests.inside = GuestLoginError("db-07 lets nobody in.", remedy="Name the user with `--user`.")
    async with console(tmp_path, guests=guests) as driver:
        await ready(driver, "db-07")
        await driver.press("p")
        await driver.sees("db-07 lets nobody in.", "~/.ssh/config", "a deep check looks at its disk without SSH")


async def test_why_a_host_key_was_trusted_stays_to_be_read(demo, tmp_path):
    class KnownByConsole(FrozenGuests):
        async def probe(self, way, questions, *, parts=None):
            way.tell(Progress("The host key is the one in the console log: SHA256:x.", stays=True))
            way.tell(Progress("Looking inside"))
            return guest_fact()

    async with console(tmp_path, guests=KnownByConsole()) as driver:
        await ready(driver, "db-07")
        await driver.press("p")
        await driver.sees("The host key is the one in the console log", "Look inside")


async def test_a_directory_that_the_look_did_not_name_can_be_saved_too(demo, tmp_path, guests):
    guests.known[demo.server_id("db-07")] = guest_fact(directories=HOMES)
    async with console(tmp_path, guests=guests) as driver:
        await ready(driver, "db-07")
        await driver.until(lambda: driver.app.screen.chosen_facts.guest.known)
        await driver.press("s")
        await driver.sees("another directory")
        await driver.press("end", "enter")
        await driver.sees("Which directory of the instance?")


async def test_while_the_checklist_is_read_it_has_most_of_the_lines_and_tells_the_finding_whole(demo, tmp_path, guests):
    async with console(tmp_path, guests=guests) as driver:
        await ready(driver, "db-07")
        view = driver.app.screen.query_one(ChecklistView)
        before = view.size.height
        await driver.press("enter")
        await driver.until(lambda: view.size.height > before)
        assert view.query_one("#finding").display
        await driver.press("escape")
        await driver.until(lambda: view.size.height == before)


async def test_a_terminal_without_unicode_gets_a_checklist_without_it(demo, tmp_path, guests):
    guests.known[demo.server_id("db-07")] = guest_fact()
    async with console(tmp_path, guests=guests, glyphs=ASCII) as driver:
        await ready(driver, "db-07")
        await driver.press("enter")
        await driver.until(lambda: driver.app.screen.query_one("#finding").display)
        await driver.pilot.pause()
        below = driver.lines[6:]
        assert [line[:-2] for line in below if not line[:-2].isascii()] == []  # the scrollbar is the terminal's last


def scratch_to_be_detached(demo) -> RemedyAction:
    volume_id = demo.volume_id("scratch")
    return RemedyAction(
        kind=ActionKind.UNMOUNT_AND_DETACH, summary="Unmount /scratch, then detach it.", volume_id=volume_id,
        touches=("disks", "mounts"),
    )  # fmt: skip


def spy_on_detaching(cloud, guests: FrozenGuests) -> list[str]:
    """The volumes that the cloud detaches from now on, which the guests' notes of what was asked tell in order."""
    detach, seen = cloud.compute.detach_volume, []

    async def spy(instance_id, volume_id):
        guests.asked.append(("detach", volume_id))
        seen.append(volume_id)
        await detach(instance_id, volume_id)

    cloud.compute.detach_volume = spy
    return seen


async def test_a_remedy_that_is_refused_changes_nothing(demo, tmp_path, guests):
    guests.inside = guest_fact()
    async with console(tmp_path, guests=guests) as driver:
        await ready(driver, "db-07")
        facts = driver.app.screen.chosen_facts
        driver.app.screen.carry_out(facts, RemedyAction(kind=ActionKind.RUN, summary="Do it", command="true"))
        await driver.sees("Carry this out inside db-07?", "Do it")
        await driver.press("n")
        await driver.until(lambda: not isinstance(driver.app.screen, ConfirmScreen))
        assert guests.asked == []


async def test_directories_that_were_found_can_be_saved(demo, tmp_path, guests):
    guests.known[demo.server_id("db-07")] = guest_fact(directories=HOMES)
    async with console(tmp_path, guests=guests) as driver:
        await ready(driver, "db-07")
        await driver.until(lambda: driver.app.screen.chosen_facts.guest.known)
        await driver.press("s")
        await driver.sees("Which directory?", "/home/ada", "12 files, 2 MiB")
        await driver.press("enter")
        await driver.sees("Into which folder", "~/saved-from-db-07")
        await driver.press("enter")
        await driver.sees("3 files are in", "/home/ada/x: not readable")
        assert guests.asked[0][:2] == ("save", ("/home/ada",))
        assert guests.asked[0][2].name == "saved-from-db-07"


async def test_facts_of_another_day_carry_their_date(demo, tmp_path, guests):
    old = Fact[GuestFacts](value=guest_fact().value, source=Source.GUEST, read_at=READ_AT)
    guests.known[demo.server_id("db-07")] = old
    async with console(tmp_path, guests=guests) as driver:
        await choose(driver, "db-07")
        await driver.sees(f"{READ_AT.astimezone():%Y-%m-%d}")


@pytest.mark.parametrize("key", ["z", "enter"])
async def test_a_chapter_is_unfolded_and_folded_again(demo, tmp_path, key):
    async with console(tmp_path) as driver:
        await ready(driver, "db-07")
        await driver.press("enter")
        rows = driver.app.screen.query_one(ChecklistView).rows
        rows.select("chapter Owner")
        before = len(rows.items)
        await driver.press(key)
        await driver.until(lambda: len(rows.items) > before)
        assert rows.selected_key == "chapter Owner"
        await driver.press(key)
        await driver.until(lambda: len(rows.items) == before)
