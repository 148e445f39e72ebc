"""Plans, runs and failures as lines of text."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from imaging.commands.output.failures import tell
from imaging.commands.output.plan_text import headline, plan_lines
from imaging.commands.output.run_text import news, outcome
from imaging.runs.plan.start_gate import obstacles
from models.cloud.image import Image
from models.errors import ForbiddenError
from models.findings import AskedFor
from models.run.obstacle import Obstacle
from models.run.plan import Plan, TestLaunchPlan
from models.run.record import Phase, RunState, StepRecord, Trouble
from models.run.request import OnFailure, RunRequest
from models.steps import StepName, StepState
from tests.commands.building import BOOTED, FAILED, asking, at, checklist, finding, instance, plan, run, steps
from tests.support.works_samples import NO, YES


@pytest.fixture(autouse=True)
def utc(monkeypatch):
    monkeypatch.setenv("TZ", "UTC")
    import time

    time.tzset()


def _stop(state: StepState, **fields) -> StepRecord:
    return StepRecord(step=StepName.STOP, state=state, started_at=at(1), **fields)


def test_the_headline_says_what_the_instance_goes_through():
    assert headline(plan()) == (
        "This will stop db-07 and detach 2 volumes; the whole run takes about 4 minutes, and then db-07 is restored."
    )


def test_the_headline_of_a_stopped_instance_without_volumes_says_that_nothing_of_it_changes():
    quiet = plan(source=instance(status="SHUTOFF"), volumes=())

    assert "This will not change the power or the volumes of db-07" in headline(quiet)


def test_the_headline_of_a_verification_names_the_image():
    alone = plan(source=None, image=Image(id="g1", name="db-07-v1", status="active"), volumes=(), checklist=None)

    assert headline(alone).startswith("This will launch a test instance of db-07-v1 and remove it")


def _texts(planned: Plan, *, commands: bool = False, blocked: Iterable[Obstacle] = ()) -> list[str]:
    return [line.text for line in plan_lines(planned, commands=commands, blocked=blocked)]


def test_a_plan_shows_the_commands_that_do_the_same_by_hand():
    lines = _texts(plan(), commands=True)

    assert "  1. stop: Stop db-07." in lines
    assert "       $ openstack server stop i1" in lines
    assert "  2. lock: Lock db-07. (nothing to do)" in lines
    assert "Warning: vdd comes back as vdc" in lines
    assert "Volume: pgdata at /dev/vdb" in lines
    assert "Test launch: m3.tiny on auto (smallest that fits)" in lines
    assert "On failure: the instance is restored" in lines


def test_a_plan_says_when_no_test_is_possible_or_wanted():
    refused = plan(test=TestLaunchPlan(refused_because="the quota of instances is used up"))

    assert "Test launch: not possible, the quota of instances is used up" in _texts(refused)
    assert "Test launch: none" in _texts(plan(test=None))


def test_a_plan_says_when_a_failure_leaves_the_source_as_it_is():
    left = plan(request=RunRequest(on_failure=OnFailure.LEAVE))

    assert any("left stopped" in line for line in _texts(left))


def test_a_plan_begins_with_what_blocks_it_and_what_to_do_about_it():
    asked = asking("DATA-SAVED", AskedFor.BEFORE_RUN)
    blocked = plan(checklist=checklist(finding("SEC-PRIVKEY", title="Private keys on the disk"), asked))
    lines = _texts(blocked, blocked=obstacles(blocked))

    assert [line.strip() for line in lines[: lines.index("")]] == [
        "This run cannot start yet: 2 things to do first.",
        f"✗ Private keys on the disk{' ' * 41}SEC-PRIVKEY",
        "2 volumes are attached.",
        "To do: Detach them.",
        "$ openstack server remove volume i1 v1",
        "Or continue anyway: --waive SEC-PRIVKEY=WHY",
        "? Please confirm: Attached volumes. DATA-SAVED is asked.",
        "To do: If this is true, add --attest DATA-SAVED.",
    ]


def test_what_a_step_of_the_run_fixes_is_never_said_to_block():
    fixed = plan(checklist=checklist(finding(fixed_by=StepName.DETACH)))
    lines = _texts(fixed, blocked=obstacles(fixed))

    assert lines[0] == headline(fixed)
    assert "1 fixed by the run: the run does this itself" in lines
    assert not [line for line in lines if "block" in line]


def test_news_are_the_steps_that_changed():
    before = run(steps=steps(STOP=_stop(StepState.RUNNING)))
    now = run(steps=steps(STOP=_stop(StepState.DONE, ended_at=at(7), note="after 6 s")))

    assert list(news(before, now)) == ["14:00:07  stop                  done: after 6 s"]


def test_news_are_the_phases_that_are_new():
    first = Phase(at=at(2), text="powering off")
    second = Phase(at=at(4), text="almost off")
    before = run(steps=steps(STOP=_stop(StepState.RUNNING, phases=(first,))))
    now = run(steps=steps(STOP=_stop(StepState.RUNNING, phases=(first, second))))

    assert list(news(before, now)) == ["14:00:04  stop                    almost off"]


def test_the_first_read_tells_everything_so_far():
    now = run(steps=steps(STOP=_stop(StepState.DONE, ended_at=at(7))))

    assert list(news(None, now)) == ["14:00:01  stop                  started", "14:00:07  stop                  done"]


def test_no_news_are_no_lines():
    assert list(news(run(), run())) == []


def test_a_step_that_failed_says_why():
    failed = _stop(StepState.FAILED, ended_at=at(7), trouble=Trouble(what="It did not stop."))

    assert list(news(run(steps=steps(STOP=_stop(StepState.RUNNING))), run(steps=steps(STOP=failed)))) == [
        "14:00:07  stop                  failed: It did not stop."
    ]


def test_the_outcome_names_source_image_verdict_and_report():
    ended = run(state=RunState.DONE, verdict=BOOTED, image_id="g1", instance_restored=True, report_path="/r.md")

    assert list(outcome(ended)) == [
        "run       k3f9a1: done",
        "instance  db-07 (i1): restored",
        "image     db-07-v1 (g1)",
        "test      booted (strong): the marker was printed",
        "report    /r.md",
    ]


def test_the_outcome_of_a_failed_test_shows_the_console_lines():
    lines = list(outcome(run(state=RunState.DONE, verdict=FAILED)))

    assert "          | You are in emergency mode." in lines
    assert "          hint: a device was missing" in lines


def test_the_outcome_says_that_an_image_works_in_one_line_and_how_many_checks_that_took():
    lines = list(outcome(run(state=RunState.DONE, verdict=BOOTED, works=YES)))

    assert "works     yes: It booted twice; 1 check passed, and 1 test." in lines
    assert "          2 checks: 1 pass, 1 skipped; 1 test" in lines


def test_the_outcome_of_an_image_that_does_not_work_shows_what_failed_first():
    lines = list(outcome(run(state=RunState.DONE, verdict=BOOTED, works=NO)))
    begin = next(place for place, line in enumerate(lines) if line.startswith("works"))

    assert lines[begin:] == [
        "works     no: Failed: lost-units, tables.sh (boot 2).",
        "          x Enabled services: Enabled on the source, and not here: nginx.service.",
        "            | nginx.service",
        "          x tables.sh (boot 2): not ok: 2 reads the table",
        "            | fail 2 reads the table",
        "            | no such table",
        "            | password: ***",
        "          ! Clock: Its clock follows no time service.",
        "          ! tables.sh (boot 2): it printed what looks like a secret; it was masked in the test instance",
        "          3 checks: 1 pass, 1 fail, 1 warn; 2 tests",
    ]


def test_the_outcome_says_when_the_source_is_not_as_it_was():
    assert "instance  db-07 (i1): NOT restored" in outcome(run(instance_restored=False))


def test_a_failure_is_told_in_its_parts(capsys):
    tell(ForbiddenError("You may not.", meaning="Nothing was changed.", remedy="Ask.", request_id="req-1"))

    assert capsys.readouterr().err.splitlines() == [
        "Error: You may not.",
        "  What it means: Nothing was changed.",
        "  What to do: Ask.",
        "  Request: req-1",
    ]


def test_no_control_code_of_a_cloud_reaches_the_terminal(capsys):
    tell(ForbiddenError("No \x1b[2Jway", remedy="a\x9b31mb"))

    shown = capsys.readouterr().err
    assert "\x1b" not in shown
    assert "\x9b" not in shown
