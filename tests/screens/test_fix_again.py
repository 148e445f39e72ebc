"""A failed run: its cause is shown with what fixes it, and after a yes fixed, inspected, and the wizard opened."""

from __future__ import annotations

from typing import Any

import pytest

from imaging.guest.service import GuestService
from imaging.runtime.paths import Paths
from models.cloud.instance import Instance
from models.errors import GuestError, GuestUnreachableError
from models.fact import Fact
from models.findings import Checklist, Finding, Outcome, Remedy, Source
from models.guest.mounts import BootMounts
from models.remedy_action import ActionKind, RemedyAction
from models.run.record import RunRecord, RunState
from models.steps import StepName
from models.verdict import DeadEnd, Stage, Verdict, VerdictWord
from screens.dialogs.confirm import ConfirmScreen
from screens.dialogs.error import ErrorScreen
from screens.dialogs.fix_again import FixAgainScreen
from screens.dialogs.notice import NoticeScreen
from screens.runs import repair_work
from screens.runs.run import RunScreen
from screens.runs.texts.repair import question_parts, repair_of
from screens.wizard.targets import PageName
from screens.wizard.wizard import WizardScreen
from tests.screens.driving import Driver, FrozenGuests, FrozenRuns, QuickClock, console
from tests.screens.samples import NOW, finding, inspected, instance, plan, run
from tests.screens.test_again import ASKED, STUCK, failed
from tests.support.demo import DemoCloud
from tests.support.known import present

SILENT = Verdict(word=VerdictWord.INCONCLUSIVE, stage=Stage.SILENT)
PANIC = Verdict(word=VerdictWord.FAILED, dead_end=DeadEnd.KERNEL_PANIC)


def line_action(kind: ActionKind, line: int) -> RemedyAction:
    text = "UUID=1234 /data ext4 defaults 0 2"
    return RemedyAction(kind=kind, summary=f"{kind} {line}", file="/etc/fstab", line=line, line_text=text)


def fstab(*lines: int, **fields: Any) -> Finding:
    kinds = (ActionKind.ADD_NOFAIL, ActionKind.COMMENT_LINE)
    actions = tuple(line_action(kind, line) for kind in kinds for line in lines)
    given: dict[str, Any] = {"rule": "VOL-FSTAB", "remedy": Remedy(text="Add nofail.", actions=actions), **fields}
    return finding(**given)


def ended(verdict: Verdict = STUCK, source: Instance | None = None, *found: Finding) -> RunRecord:
    checklist = Checklist(findings=found, profile="jetstream") if found else None
    asked = plan(source or instance(), checklist=checklist).model_copy(update={"request": ASKED})
    return run(state=RunState.FAILED, at=StepName.REPORT, plan=asked, verdict=verdict, ended_at=NOW)


def listing(*found: Finding) -> Checklist:
    return Checklist(findings=found, profile="jetstream")


def test_each_line_is_fixed_once_and_in_the_mildest_way():
    repair = repair_of(ended(), instance(), listing(fstab(3, 4)))
    assert [(each.kind, each.line) for each in repair.actions] == [
        (ActionKind.ADD_NOFAIL, 3), (ActionKind.ADD_NOFAIL, 4),
    ]  # fmt: skip


def test_what_the_run_knew_counts_where_nobody_has_inspected_since():
    known = fstab(3, outcome=Outcome.WAIVED)
    unknown = finding(rule="VOL-FSTAB", outcome=Outcome.UNKNOWN)
    repair = repair_of(ended(STUCK, None, known), instance(), listing(unknown))
    assert repair.finding == known


def test_what_was_fixed_by_hand_since_is_not_fixed_again():
    passes = finding(rule="VOL-FSTAB", outcome=Outcome.PASS)
    repair = repair_of(ended(STUCK, None, fstab(3)), instance(), listing(passes))
    assert repair.actions == ()


def test_what_is_not_known_yet_is_found_out_first_and_asked_about():
    repair = repair_of(ended(), instance(), listing())
    assert "Show what VOL-FSTAB finds, and ask before it is fixed." in dict(question_parts(repair))["What a yes does"]


def test_a_cause_without_a_fix_says_what_to_do_by_hand():
    by_hand = finding(rule="BOOT-CONSOLE", remedy=Remedy(text="Add a console.", command="sudo vi /etc/default/grub"))
    parts = dict(question_parts(repair_of(ended(SILENT), instance(), listing(by_hand))))
    assert parts["To be done by hand"] == "Add a console.\nsudo vi /etc/default/grub"
    assert "Inspect it by SSH" in parts["What a yes does"]


def test_a_cause_that_no_rule_is_about_leads_to_an_inspection_and_the_wizard():
    parts = dict(question_parts(repair_of(ended(PANIC), instance(), listing(fstab(3)))))
    assert parts["What a yes does"].splitlines() == [
        "1  Inspect it by SSH; that changes nothing.",
        "2  Open the wizard as for this run, with a free name; nothing starts.",
    ]


@pytest.mark.parametrize(
    "status, command",
    [("SHUTOFF", "start"), ("SUSPENDED", "resume"), ("PAUSED", "unpause"), ("SHELVED", "unshelve")],
)
def test_an_instance_that_is_off_is_brought_back_first_and_the_command_is_shown(status, command):
    repair = repair_of(ended(), instance(status=status), listing(fstab(3)))
    done = dict(question_parts(repair))["What a yes does"]
    assert done.splitlines()[1] == f"   $ openstack server {command} id-db-07"


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "SHUTOFF", "locked": True},
        {"status": "ERROR"},
        {"status": "VERIFY_RESIZE"},
        {"status": "SHUTOFF", "task_state": "powering-on"},
    ],
)
def test_where_it_cannot_be_inspected_the_reason_stands_instead_of_a_list(fields):
    parts = dict(question_parts(repair_of(ended(), instance(**fields), listing(fstab(3)))))
    assert "db-07 is" in parts["Not possible now"]
    assert parts["What a yes does"] == ""


@pytest.fixture
def guests(tmp_path) -> GuestService:
    return GuestService(Paths.below(tmp_path).prepared(), QuickClock())


async def asked_about(driver: Driver, runs: FrozenRuns, demo: DemoCloud) -> None:
    """Open the run of gis-lab and press the key."""
    await driver.sees("gis-lab")
    runs.records["r1"] = failed(demo.server_id("gis-lab"))
    await driver.app.push_screen(RunScreen("r1"))
    await driver.sees("It did not boot", "Fix VOL-FSTAB on gis-lab and run again")
    await driver.press("a")
    await driver.until(lambda: isinstance(driver.app.screen, FixAgainScreen))


async def trusted(driver: Driver) -> None:
    """Its host key is in no file of known keys yet."""
    await driver.until(lambda: isinstance(driver.app.screen, ConfirmScreen), lambda: driver.text)
    await driver.sees("Unknown host key for gis-lab")
    await driver.press("y")


async def test_the_cause_is_fixed_and_the_review_opened_and_nothing_starts(demo, tmp_path, guests):
    runs = FrozenRuns()
    async with console(tmp_path, runs=runs, guests=guests) as driver:
        await asked_about(driver, runs, demo)
        await driver.sees("VOL-FSTAB", "Inspect it by SSH")
        await driver.press("enter")
        assert isinstance(driver.app.screen, FixAgainScreen)
        await driver.press("y")
        await trusted(driver)
        await driver.sees("Required at boot: line 3: /data", "$ sudo sed -i.bak -E '3s/")
        await driver.press("y")
        await driver.until(lambda: isinstance(driver.app.screen, NoticeScreen))
        await driver.sees("has the option nofail", "To undo it:")
        await driver.press("escape")
        wizard = driver.shown(WizardScreen)
        assert wizard._page is PageName.REVIEW
        await driver.until(lambda: wizard._state.plan is not None)
        assert wizard._state.request.description == "What the course needs."
        assert wizard._state.request.name.startswith("gis-lab-2026")
        assert present(wizard._state.checklist).of("VOL-FSTAB").outcome is Outcome.PASS
        assert runs.started == []


async def test_an_instance_that_is_off_is_started_within_the_same_yes(demo, tmp_path, guests):
    runs = FrozenRuns()
    async with console(tmp_path, runs=runs, guests=guests) as driver:
        await driver.sees("gis-lab")
        cloud, instance_id = await driver.app.cloud(), demo.server_id("gis-lab")
        await cloud.compute.stop(instance_id)
        demo.turn(600)
        await asked_about(driver, runs, demo)
        await driver.sees("1  Start gis-lab: it is SHUTOFF.", f"openstack server start {instance_id}")
        await driver.press("y")
        await driver.until(lambda: not isinstance(driver.app.screen, FixAgainScreen))
        for _ in range(40):
            demo.turn(10)
            await driver.pilot.pause(0.1)
            if isinstance(driver.app.screen, ConfirmScreen):
                break
        await trusted(driver)
        await driver.sees("sudo sed -i.bak")
        await driver.press("y")
        await driver.sees("gis-lab is ACTIVE now; it was SHUTOFF.", "has the option nofail")


async def test_the_wizard_alone_is_opened_by_its_key_and_nothing_is_touched(demo, tmp_path):
    runs, frozen = FrozenRuns(), FrozenGuests()
    async with console(tmp_path, runs=runs, guests=frozen) as driver:
        await asked_about(driver, runs, demo)
        await driver.press("i")
        await driver.until(lambda: isinstance(driver.app.screen, WizardScreen))
        assert frozen.asked == []


async def test_no_changes_nothing(demo, tmp_path):
    runs, frozen = FrozenRuns(), FrozenGuests()
    async with console(tmp_path, runs=runs, guests=frozen) as driver:
        await asked_about(driver, runs, demo)
        await driver.press("n")
        await driver.until(lambda: isinstance(driver.app.screen, RunScreen))
        await driver.sees("a  Fix VOL-FSTAB")
        assert frozen.asked == []


async def test_where_nobody_is_let_in_it_is_said_that_nothing_was_changed(demo, tmp_path):
    runs, frozen = FrozenRuns(), FrozenGuests()
    frozen.inside = GuestUnreachableError("gis-lab does not answer.")
    async with console(tmp_path, runs=runs, guests=frozen) as driver:
        await asked_about(driver, runs, demo)
        await driver.press("y")
        await driver.until(lambda: isinstance(driver.app.screen, ErrorScreen))
        await driver.sees("gis-lab does not answer.", "Nothing was changed.", "It ended at: inspecting by SSH.")


async def test_what_was_started_is_said_where_the_fix_fails(demo, tmp_path, guests, monkeypatch):
    runs = FrozenRuns()

    async def refuse(*_: object, **__: object) -> None:
        raise GuestError("/etc/fstab has changed since it was shown.", meaning="The file was not changed.")

    monkeypatch.setattr(guests, "carry_out", refuse)
    async with console(tmp_path, runs=runs, guests=guests) as driver:
        await asked_about(driver, runs, demo)
        await driver.press("y")
        await trusted(driver)
        await driver.sees("$ sudo sed")
        await driver.press("y")
        await driver.until(lambda: isinstance(driver.app.screen, ErrorScreen))
        await driver.sees("The file was not changed.", "It ended at: Add nofail to line 3")


async def test_what_is_under_way_can_be_stopped_and_is_not_left_by_escape(demo, tmp_path):
    runs = FrozenRuns()
    async with console(tmp_path, runs=runs, guests=FrozenGuests()) as driver:  # its inspection never ends
        await asked_about(driver, runs, demo)
        await driver.press("y")
        await driver.sees("Asking the guest", "x Stop")
        await driver.press("escape")
        assert isinstance(driver.app.screen, RunScreen)
        await driver.press("x")
        await driver.sees("Stopped", "Nothing was changed.")
        await driver.press("escape")
        await driver.sees("a  Fix VOL-FSTAB")


async def test_a_line_that_was_fixed_meanwhile_is_left_alone(demo, tmp_path):
    runs, frozen = FrozenRuns(), FrozenGuests()
    frozen.inside = inspected()
    async with console(tmp_path, runs=runs, guests=frozen) as driver:
        await asked_about(driver, runs, demo)
        await driver.press("y")
        await driver.sees("VOL-FSTAB found nothing: nothing had to be fixed.")
        await driver.press("escape")
        driver.shown(WizardScreen)
        assert [what for what, *_ in frozen.asked] == ["probe"]


async def test_a_fix_that_was_agreed_to_is_not_left_out_without_a_word_where_nothing_could_be_read(demo, tmp_path):
    runs, frozen = FrozenRuns(), FrozenGuests()
    frozen.inside = inspected(boot_mounts=Fact[BootMounts](unknown_because="no permission", source=Source.GUEST))
    async with console(tmp_path, runs=runs, guests=frozen) as driver:
        await driver.sees("gis-lab")
        source = instance("gis-lab", id=demo.server_id("gis-lab"))
        runs.records["r1"] = ended(STUCK, source, fstab(3))
        await driver.app.push_screen(RunScreen("r1"))
        await driver.sees("It did not boot")
        await driver.press("a")
        await driver.sees("add nofail 3", "$ sudo sed")
        await driver.press("y")
        await driver.until(lambda: isinstance(driver.app.screen, ErrorScreen))
        await driver.sees("did not answer VOL-FSTAB", "The fix was not applied.", "Nothing was changed.")


async def test_a_known_fix_is_applied_at_once_where_the_inspection_finds_the_same(demo, tmp_path, monkeypatch):
    runs, frozen = FrozenRuns(), FrozenGuests()
    frozen.inside = inspected()
    monkeypatch.setattr(repair_work, "judged", lambda *_: listing(fstab(3)))
    async with console(tmp_path, runs=runs, guests=frozen) as driver:
        await asked_about(driver, runs, demo)
        await driver.sees("add nofail 3", "$ sudo sed")
        await driver.press("y")
        await driver.sees("It was done.", "So it is undone.")
        assert [what for what, *_ in frozen.asked] == ["probe", "carry out"]


async def test_another_line_than_the_one_agreed_to_is_asked_about_again(demo, tmp_path, monkeypatch):
    runs, frozen = FrozenRuns(), FrozenGuests()
    frozen.inside = inspected()
    answers = [listing(fstab(3)), listing(fstab(4))]
    monkeypatch.setattr(repair_work, "judged", lambda *_: answers.pop(0))
    async with console(tmp_path, runs=runs, guests=frozen) as driver:
        await asked_about(driver, runs, demo)
        await driver.sees("add nofail 3")
        await driver.press("y")
        await driver.sees("add nofail 4")
        await driver.press("n")
        await driver.until(lambda: isinstance(driver.app.screen, RunScreen))
        assert [what for what, *_ in frozen.asked] == ["probe"]
