"""From a run that failed back to the wizard: filled in as before, under a free name, and nothing starts by itself."""

from __future__ import annotations

from models.findings import Checklist
from models.run.record import RunRecord, RunState
from models.run.request import Attestation, RunRequest, Visibility, Waiver
from models.steps import StepName
from models.verdict import DeadEnd, Verdict, VerdictWord
from screens.dialogs.error import ErrorScreen
from screens.runs.run import RunScreen
from screens.wizard.beginning import beginning_of
from screens.wizard.wizard import WizardScreen
from tests.screens.driving import FrozenRuns, console
from tests.screens.samples import NOW, finding, instance, plan, run

STUCK = Verdict(
    word=VerdictWord.FAILED,
    dead_end=DeadEnd.EMERGENCY,
    evidence=("Timed out waiting for device /dev/vdb.", "Dependency failed for /data."),
)
ASKED = RunRequest(
    name="gis-lab-20261102",
    description="What the course needs.",
    visibility=Visibility.SHARED,
    waivers=(Waiver(rule="SEC-PRIVKEY", reason="a test key"),),
    attestations=(Attestation(rule="SW-ATTEST"),),
)


def failed(instance_id: str) -> RunRecord:
    asked = plan(instance("gis-lab", id=instance_id)).model_copy(update={"request": ASKED})
    return run(state=RunState.FAILED, at=StepName.REPORT, plan=asked, verdict=STUCK, ended_at=NOW)


def test_what_was_asked_is_kept_but_for_its_name_and_what_has_to_be_confirmed_again():
    beginning = beginning_of(failed("id"))
    assert beginning.request.description == "What the course needs."
    assert beginning.request.visibility is Visibility.SHARED
    assert beginning.request.waivers == ASKED.waivers
    assert (beginning.request.name, beginning.request.attestations) == ("", ())
    assert beginning.rule == "VOL-FSTAB"


def test_a_waiver_holds_for_what_was_seen_when_it_was_given():
    waived = finding(rule="SEC-PRIVKEY", evidence="/home/ada/.ssh/id_ed25519")
    record = failed("id")
    checklist = Checklist(findings=(waived,), profile="jetstream")
    record = record.model_copy(update={"plan": record.plan.model_copy(update={"checklist": checklist})})
    assert beginning_of(record).seen == {"SEC-PRIVKEY": "/home/ada/.ssh/id_ed25519"}


async def test_the_wizard_opens_with_the_old_description_and_a_name_that_is_free(demo, tmp_path):
    runs = FrozenRuns()
    async with console(tmp_path, runs=runs) as driver:
        await driver.sees("gis-lab")
        cloud = await driver.app.cloud()
        found = [one async for page in cloud.compute.instances() for one in page if one.name == "gis-lab"]
        runs.records["r1"] = failed(found[0].id)
        await driver.app.push_screen(RunScreen("r1"))
        await driver.sees("It did not boot")
        await driver.press("a")
        await driver.sees("Fix and run again: gis-lab")
        await driver.press("i")
        await driver.until(lambda: isinstance(driver.app.screen, WizardScreen))
        await driver.sees("[Checklist]", "w Waive")
        request = driver.shown(WizardScreen)._state.request
        assert request.description == "What the course needs."
        assert request.name.startswith("gis-lab-2026")
        assert runs.started == []


async def test_an_instance_that_is_gone_is_said_to_be(demo, tmp_path):
    runs = FrozenRuns(failed("11111111-2222-3333-4444-555555555555"))
    async with console(tmp_path, runs=runs) as driver:
        await driver.sees("gis-lab")
        await driver.app.push_screen(RunScreen("r1"))
        await driver.sees("It did not boot")
        await driver.press("a")
        await driver.until(lambda: isinstance(driver.app.screen, ErrorScreen))
