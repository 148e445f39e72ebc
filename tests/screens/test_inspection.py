"""Inspecting a guest from the list of instances: progress, stopping, trouble, remedies, saving, deep checks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from textual.widgets import Input

from imaging.cloud.interface import Cloud
from imaging.guest.interface import Progress
from models.errors import ForbiddenError, GuestLoginError, GuestUnreachableError
from models.fact import Fact
from models.findings import Finding, FindingClass, Source
from models.guest.directories import Directories, Directory
from models.guest.facts import GuestFacts
from models.guidelines.facts import InstanceFacts
from models.remedy_action import ActionKind, RemedyAction
from models.run.kind import RunKind
from models.run.record import RunState
from screens.dialogs.choose import ChooseScreen
from screens.dialogs.confirm import ConfirmScreen
from screens.dialogs.finding import FindingScreen
from screens.instances.screen import InstancesScreen
from screens.runs.run import RunScreen
from screens.style.glyphs import ASCII
from screens.widgets.checklist import ChecklistView
from screens.widgets.groups import Head
from screens.widgets.rows import RowList
from tests.guidelines.guest_building import READ_AT, guest_fact
from tests.screens.driving import Driver, FrozenGuests, FrozenRuns, console
from tests.screens.samples import NOW, inspected, run
from tests.screens.test_instances_screen import choose
from tests.support.known import present

HOMES = Directories(homes=(Directory(path="/home/ada", owner="ada", size_kib=2048, files=12, own_files=12),))


async def ready(driver: Driver, name: str) -> None:
    """Wait until the checklist of an instance is there."""
    await choose(driver, name)
    await driver.until(lambda: driver.shown(InstancesScreen).chosen_facts is not None)
    await driver.until(lambda: bool(driver.app.screen.query_one(ChecklistView).rows.items))


def chosen(driver: Driver) -> InstanceFacts:
    """The facts of the instance whose checklist is shown."""
    return present(driver.shown(InstancesScreen).chosen_facts)


def first_with_an_action(rows: RowList[Head | Finding]) -> Finding:
    """The first finding that the console can fix itself."""
    findings = (row for row in rows.items if isinstance(row, Finding))
    return next(found for found in findings if found.remedy and found.remedy.actions)


@pytest.fixture
def guests() -> FrozenGuests:
    return FrozenGuests()


async def test_before_any_inspection_what_only_the_guest_can_tell_is_folded_away(demo, tmp_path, guests):
    async with console(tmp_path, guests=guests) as driver:
        await ready(driver, "db-07")
        shown = driver.app.screen.query_one(ChecklistView).rows.items
        assert not any(getattr(row, "rule", "") == "FS-ROOT" for row in shown)
        assert any(isinstance(row, Head) and row.kind is FindingClass.UNKNOWN and row.hidden > 90 for row in shown)


async def test_p_inspects_and_the_checklist_says_from_when_it_is(demo, tmp_path, guests):
    guests.inside = inspected()
    async with console(tmp_path, guests=guests, size=(120, 36)) as driver:
        await ready(driver, "db-07")
        await driver.press("p")
        await driver.sees(f"inspected {(NOW - timedelta(minutes=2)).astimezone():%H:%M}")
        view = driver.app.screen.query_one(ChecklistView)
        facts = chosen(driver)
        assert facts.guest.known
        assert guests.asked == [("probe", "db-07")]
        assert view.rows.items


async def test_an_inspection_says_what_it_does_and_can_be_stopped(demo, tmp_path, guests):
    async with console(tmp_path, guests=guests) as driver:
        await ready(driver, "db-07")
        await driver.press("p")
        await driver.sees("Asking the guest", "Stop")
        await driver.press("x")
        await driver.until(lambda: "Asking the guest" not in driver.text and "Inspect" in driver.text)


async def test_a_guest_that_cannot_be_reached_is_said_and_the_checklist_stays(demo, tmp_path, guests):
    guests.inside = GuestUnreachableError("db-07 does not answer.", remedy="Use a deep check: d.")
    async with console(tmp_path, guests=guests) as driver:
        await ready(driver, "db-07")
        await driver.press("p")
        await driver.sees("db-07 does not answer.", "Use a deep check: d.")
        await driver.press("escape")
        await driver.sees("3 fixed by the run")


async def test_a_stopped_instance_cannot_be_inspected(demo, tmp_path, guests):
    async with console(tmp_path, guests=guests) as driver:
        await ready(driver, "quiet-box")
        await driver.press("p")
        assert "Inspect" not in driver.text
        assert guests.asked == []


async def test_what_an_earlier_inspection_found_is_shown_when_the_console_is_opened_again(demo, tmp_path, guests):
    guests.known[demo.server_id("db-07")] = inspected()
    async with console(tmp_path, guests=guests) as driver:
        await choose(driver, "db-07")
        await driver.sees(f"inspected {(NOW - timedelta(minutes=2)).astimezone():%H:%M}")


async def test_a_remedy_is_carried_out_after_asking_and_says_how_it_is_undone(demo, tmp_path, guests):
    guests.inside = inspected()
    async with console(tmp_path, guests=guests) as driver:
        await ready(driver, "db-07")
        await driver.press("p")
        await driver.until(lambda: chosen(driver).guest.known)
        await driver.press("enter")
        rows = driver.app.screen.query_one(ChecklistView).rows
        rows.select(first_with_an_action(rows).rule)
        await driver.press("enter")
        driver.shown(FindingScreen)
        await driver.press("a")
        if isinstance(driver.app.screen, ChooseScreen):
            await driver.press("enter")
        await driver.until(lambda: isinstance(driver.app.screen, ConfirmScreen))
        assert len(guests.asked) == 1
        await driver.press("y")
        await driver.sees("It was done.", "So it is undone.")
        assert guests.asked[1][0] == "carry out"


async def test_a_remedy_can_be_chosen_in_the_checklist_itself(demo, tmp_path, guests):
    guests.inside = inspected()
    async with console(tmp_path, guests=guests) as driver:
        await ready(driver, "db-07")
        await driver.press("p")
        await driver.until(lambda: chosen(driver).guest.known)
        assert "Fix" not in driver.text
        await driver.press("enter")
        rows = driver.app.screen.query_one(ChecklistView).rows
        rows.select(first_with_an_action(rows).rule)
        await driver.sees("Fix")
        await driver.press("a")
        await driver.until(lambda: isinstance(driver.app.screen, ChooseScreen | ConfirmScreen))


async def test_a_volume_is_detached_after_the_guest_let_go_and_inspected_only_then(demo, tmp_path, guests, monkeypatch):
    guests.inside = inspected()
    async with console(tmp_path, guests=guests) as driver:
        await ready(driver, "db-07")
        detached = spy_on_detaching(await driver.app.cloud(), guests, monkeypatch)
        action = scratch_to_be_detached(demo)
        driver.shown(InstancesScreen)._carry_out(chosen(driver), action)
        await driver.sees("Do this in db-07?", action.summary)
        await driver.press("y")
        await driver.sees("It was released.", "is detached.")
        assert [what for what, *_ in guests.asked] == ["fix", "detach", "inspect again"]
        assert detached == [action.volume_id]
        left = await (await driver.app.cloud()).compute.attachments(demo.server_id("db-07"))
        assert [each.volume_id for each in left] == [demo.volume_id("pgdata")]


async def test_what_the_guest_let_go_is_inspected_again_when_the_cloud_refuses(demo, tmp_path, guests, monkeypatch):
    guests.inside = inspected()
    async with console(tmp_path, guests=guests) as driver:
        await ready(driver, "db-07")
        cloud = await driver.app.cloud()

        async def refuse(instance_id, volume_id):
            raise ForbiddenError("Detaching is not allowed.")

        monkeypatch.setattr(cloud.compute, "detach_volume", refuse)
        driver.shown(InstancesScreen)._carry_out(chosen(driver), scratch_to_be_detached(demo))
        await driver.sees("Do this in")
        await driver.press("y")
        await driver.sees("Detaching is not allowed.", "It was released.", "Mount it again.")
        assert [what for what, *_ in guests.asked] == ["fix", "inspect again"]


async def test_a_deep_check_says_what_it_costs_before_it_begins(demo, tmp_path, guests):
    runs = FrozenRuns()
    async with console(tmp_path, guests=guests, runs=runs) as driver:
        await ready(driver, "quiet-box")
        await driver.sees("Deep check")
        await driver.press("d")
        await driver.sees("Inspect the disk of quiet-box", "It costs one instance")
        await driver.press("n")
        await driver.until(lambda: not isinstance(driver.app.screen, ConfirmScreen))
        assert runs.started == []
        await driver.press("d")
        await driver.sees("It costs one instance")
        await driver.press("y")
        await driver.until(lambda: isinstance(driver.app.screen, RunScreen))
        assert [plan.kind for plan in runs.started] == [RunKind.DEEP_CHECK]


async def test_what_a_deep_check_found_is_shown_when_it_ends_though_nobody_waited_for_it(demo, tmp_path, guests):
    runs = FrozenRuns()
    async with console(tmp_path, guests=guests, runs=runs) as driver:
        await ready(driver, "quiet-box")
        await driver.press("d")
        await driver.sees("It costs one instance")
        await driver.press("y")
        await driver.until(lambda: isinstance(driver.app.screen, RunScreen))
        await driver.press("escape")
        assert not chosen(driver).guest.known
        guests.known[demo.server_id("quiet-box")] = inspected()
        runs.change(run("new", state=RunState.DONE, kind=RunKind.DEEP_CHECK))
        await driver.until(lambda: chosen(driver).guest.known)


async def test_a_console_that_only_reads_offers_neither_remedies_nor_deep_checks(demo, tmp_path, guests):
    guests.known[demo.server_id("db-07")] = inspected()
    async with console(tmp_path, guests=guests, read_only=True) as driver:
        await ready(driver, "db-07")
        await driver.press("enter", "a", "d")
        assert isinstance(driver.app.screen, InstancesScreen)
        assert "Deep check" not in driver.text


async def test_where_nobody_is_let_in_the_other_ways_are_said(demo, tmp_path, guests):
    guests.inside = GuestLoginError("db-07 rejected every login.", remedy="Name the user with `--user`.")
    async with console(tmp_path, guests=guests) as driver:
        await ready(driver, "db-07")
        await driver.press("p")
        await driver.sees(
            "db-07 rejected every login.", "~/.ssh/config", "Press d in the list", "a deep check inspects its disk"
        )


async def test_why_a_host_key_was_trusted_stays_to_be_read(demo, tmp_path):
    class KnownByConsole(FrozenGuests):
        async def probe(self, route, questions, *, parts=None):
            route.tell(Progress("The host key is the one in the console log: SHA256:x.", stays=True))
            route.tell(Progress("Inspecting the instance"))
            return inspected()

    async with console(tmp_path, guests=KnownByConsole()) as driver:
        await ready(driver, "db-07")
        await driver.press("p")
        await driver.sees("The host key is the one in the console log", "Inspect")


async def test_a_directory_that_the_inspection_did_not_name_can_be_saved_too(demo, tmp_path, guests):
    guests.known[demo.server_id("db-07")] = inspected(directories=HOMES)
    async with console(tmp_path, guests=guests) as driver:
        await ready(driver, "db-07")
        await driver.until(lambda: chosen(driver).guest.known)
        await driver.press("s")
        await driver.sees("Which directories?", "n Another")
        await driver.press("n")
        await driver.sees("Which directory of the instance?")
        await driver.press("backspace")
        await driver.write("srv")
        await driver.press("enter")
        await driver.sees("Name it from the root on")
        await driver.press("home", "slash", "enter")
        await driver.sees("[x] /srv", "Copy 1 marked")
        await driver.press("enter")
        await driver.sees("Copy to which folder")
        await driver.press("enter")
        await driver.until(lambda: [one[:2] for one in guests.asked] == [("save", ("/srv",))])


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
    guests.known[demo.server_id("db-07")] = inspected()
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


def spy_on_detaching(cloud: Cloud, guests: FrozenGuests, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The volumes that the cloud detaches from now on, which the guests' notes of what was asked tell in order."""
    detach = cloud.compute.detach_volume
    seen: list[str] = []

    async def spy(instance_id: str, volume_id: str) -> None:
        guests.asked.append(("detach", volume_id))
        seen.append(volume_id)
        await detach(instance_id, volume_id)

    monkeypatch.setattr(cloud.compute, "detach_volume", spy)
    return seen


async def test_a_remedy_that_is_refused_changes_nothing(demo, tmp_path, guests):
    guests.inside = inspected()
    async with console(tmp_path, guests=guests) as driver:
        await ready(driver, "db-07")
        facts = chosen(driver)
        driver.shown(InstancesScreen)._carry_out(
            facts, RemedyAction(kind=ActionKind.RUN, summary="Do it", command="true")
        )
        await driver.sees("Do this in db-07?", "Do it")
        await driver.press("n")
        await driver.until(lambda: not isinstance(driver.app.screen, ConfirmScreen))
        assert guests.asked == []


async def test_directories_that_were_found_can_be_saved(demo, tmp_path, guests):
    guests.known[demo.server_id("db-07")] = inspected(directories=HOMES)
    async with console(tmp_path, guests=guests) as driver:
        await ready(driver, "db-07")
        await driver.until(lambda: chosen(driver).guest.known)
        await driver.press("s")
        await driver.sees("Which directories?", "[ ] /home/ada", "12 files, 2.0 MiB", "enter Copy this")
        await driver.press("enter")
        await driver.sees("Copy to which folder", "~/saved-from-db-07")
        await driver.press("enter")
        await driver.sees("3 files are in", "/home/ada/x: not readable")
        assert guests.asked[0][:2] == ("save", ("/home/ada",))
        assert guests.asked[0][2].name == "saved-from-db-07"


async def test_several_directories_are_marked_and_copied_together(demo, tmp_path, guests):
    guests.known[demo.server_id("db-07")] = inspected(directories=HOMES)
    async with console(tmp_path, guests=guests) as driver:
        await ready(driver, "db-07")
        await driver.until(lambda: chosen(driver).guest.known)
        await driver.press("s")
        await driver.sees("Which directories?", "/home/ada", "/root")
        await driver.press("end", "space")
        await driver.sees("[x] /root", "[ ] /home/ada", "enter Copy 1 marked")
        await driver.press("a")
        await driver.sees("[x] /home/ada", "[x] /root")
        await driver.press("a")
        await driver.sees("[ ] /home/ada", "[ ] /root", "Copy this")
        await driver.press("space", "home", "space", "enter")
        await driver.sees("Copy to which folder")
        await driver.press("enter")
        await driver.sees("3 files are in")
        assert guests.asked[0][:2] == ("save", ("/home/ada", "/root"))


async def test_leaving_the_choice_of_directories_copies_nothing(demo, tmp_path, guests):
    async with console(tmp_path, guests=guests) as driver:
        await ready(driver, "db-07")
        await driver.press("s")
        await driver.sees("Which directories?")
        await driver.press("space", "escape")
        await driver.until(lambda: "Which directories?" not in driver.text)
        await driver.pilot.pause()
        assert "Copy to which folder" not in driver.text
        assert guests.asked == []


async def test_a_folder_in_a_home_that_nobody_has_is_said(demo, tmp_path, guests):
    async with console(tmp_path, guests=guests) as driver:
        await ready(driver, "db-07")
        await driver.press("s")
        await driver.sees("Which directories?", "/home", "the homes of all users")
        await driver.press("enter")
        await driver.sees("Copy to which folder", "~/saved-from-db-07")
        driver.app.screen.query_one(Input).value = "~nobody-of-that-name/saved"
        await driver.press("enter")
        await driver.sees("~nobody-of-that-name/saved names the home of an unknown user")
        assert guests.asked == []


async def test_facts_of_another_day_carry_their_date(demo, tmp_path, guests):
    old = Fact[GuestFacts](value=guest_fact().value, source=Source.GUEST, read_at=READ_AT)
    guests.known[demo.server_id("db-07")] = old
    async with console(tmp_path, guests=guests) as driver:
        await choose(driver, "db-07")
        await driver.sees(f"{READ_AT.astimezone():%Y-%m-%d}")


@pytest.mark.parametrize("key", ["z", "enter"])
async def test_a_group_is_unfolded_and_folded_again(demo, tmp_path, key):
    async with console(tmp_path) as driver:
        await ready(driver, "db-07")
        await driver.press("enter")
        rows = driver.app.screen.query_one(ChecklistView).rows
        rows.select("group pass")
        before = len(rows.items)
        await driver.press(key)
        await driver.until(lambda: len(rows.items) > before)
        assert rows.selected_key == "group pass"
        await driver.press(key)
        await driver.until(lambda: len(rows.items) == before)
