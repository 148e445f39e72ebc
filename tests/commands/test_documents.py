"""What is written as JSON."""

from __future__ import annotations

import json

import pytest

from imaging.commands.documents.check import check_document
from imaging.commands.documents.image import image_document
from imaging.commands.documents.inspection import inspection_document
from imaging.commands.documents.instance import instance_document
from imaging.commands.documents.plan import plan_document
from imaging.commands.documents.run import run_document
from imaging.commands.output.checklist_text import since_run_lines
from imaging.commands.output.streams import write_json, write_json_line
from models.cloud.image import SEALED, SEALED_ABOUT, VERDICT, VERDICT_ABOUT, WORKS, WORKS_ABOUT, Image
from models.guest.facts import GuestFacts
from models.guest.since_run import Difference, DifferenceCode, SinceRun
from models.run.record import Phase, RunState, StepRecord, Trouble
from models.steps import StepName, StepState
from tests.commands.building import BOOTED, FAILED, LOGIN, START, at, checklist, finding, instance, plan, run, steps
from tests.support.works_samples import NO


def test_a_checklist_has_the_documented_fields():
    written = check_document(instance(), checklist(finding(fixed_by=StepName.DETACH))).model_dump(mode="json")

    assert written["schema"] == "imaging.check/1"
    assert written["instance"] == {"id": "i1", "name": "db-07", "status": "ACTIVE"}
    assert written["readiness"] == "ready"
    assert written["not_inspected_because"] is None
    assert written["findings"][0] == {
        "rule": "VOL-DETACHED",
        "chapter": "Volumes",
        "title": "Attached volumes",
        "outcome": "fail",
        "severity": "block",
        "evidence": "2 volumes are attached",
        "remedy": {"text": "Detach them.", "command": "openstack server remove volume i1 v1", "actions": []},
        "fixed_by": "detach volumes",
        "asked_for": None,
        "source": None,
        "read_at": None,
        "inspection": None,
    }


SINCE = SinceRun(
    run="0abc",
    before_at=at(0),
    differences=(Difference(code=DifferenceCode.MOUNT_MISSING, what="/mnt/scratch", evidence="/dev/vdb1"),),
    not_compared=("units: systemctl did not tell",),
)


def test_what_is_missing_since_a_run_is_written_with_its_code():
    inspected = GuestFacts(read_at=at(60), since_run=SINCE)
    written = inspection_document(inspected).model_dump(mode="json")["since_run"]
    assert written == {
        "run": "0abc",
        "before_read_at": at(0).isoformat().replace("+00:00", "Z"),
        "differences": [{"code": "mount-missing", "what": "/mnt/scratch", "evidence": "/dev/vdb1"}],
        "not_compared": ["units: systemctl did not tell"],
    }


def test_what_is_missing_since_a_run_is_a_line_each_for_people():
    head, *lines = since_run_lines(SINCE)
    assert head.startswith("Compared with before run 0abc (inspection of ")
    assert lines == [
        "  Not mounted any more: /mnt/scratch (/dev/vdb1)",
        "  Not compared: units: systemctl did not tell",
    ]
    assert since_run_lines(SINCE.model_copy(update={"differences": (), "not_compared": ()}))[1:] == [
        "  All that was compared is there again."
    ]


def test_a_run_has_the_documented_fields():
    done = StepRecord(step=StepName.STOP, state=StepState.DONE, started_at=at(0), ended_at=at(6.5), note="stopped")
    ended = run(
        state=RunState.DONE,
        steps=steps(STOP=done),
        verdict=BOOTED,
        image_id="g1",
        instance_restored=True,
        report_path="/state/report.md",
    )

    written = run_document(ended).model_dump(mode="json")

    assert written["schema"] == "imaging.run/1"
    assert written["run"] == "k3f9a1"
    assert written["steps"][3] == {
        "step": "stop",
        "state": "done",
        "started_at": "2026-11-22T14:00:00Z",
        "seconds": 6.5,
        "note": "stopped",
        "trouble": None,
    }
    assert written["image"] == {"id": "g1", "name": "db-07-v1"}
    assert written["test"]["flavor"] == "m3.tiny"
    assert (written["test"]["verdict"], written["test"]["strength"]) == ("booted", "strong")
    assert (written["instance_restored"], written["report"]) == (True, "/state/report.md")


@pytest.mark.parametrize("text", ["m3.tiny on auto_allocated_network", "something else"])
def test_the_flavor_that_was_tried_last_comes_from_its_field_and_from_no_sentence(text: str):
    launching = StepRecord(step=StepName.TEST_LAUNCH, phases=(Phase(at=START, text=text),))
    larger = run(steps=steps(TEST_LAUNCH=launching), test_flavor="m3.quad")
    assert run_document(larger).model_dump(mode="json")["test"]["flavor"] == "m3.quad"


def test_a_failed_verdict_brings_its_console_lines():
    written = run_document(run(verdict=FAILED)).model_dump(mode="json")

    assert written["test"]["evidence"] == ["You are in emergency mode."]


def test_a_run_says_why_it_waits():
    waiting = run(state=RunState.WAITING, trouble=Trouble(what="The login has expired.", request_id="req-1"))

    written = run_document(waiting).model_dump(mode="json")

    assert written["trouble"] == {
        "what": "The login has expired.",
        "meaning": "",
        "remedy": "",
        "request_id": "req-1",
    }


def test_a_run_without_image_or_verdict_says_null():
    written = run_document(run()).model_dump(mode="json")

    assert (written["image"], written["test"]["verdict"], written["instance_restored"]) == (None, None, None)


def test_an_instance_says_whose_it_is():
    assert instance_document(instance(user_id="u1"), LOGIN).mine is True
    assert instance_document(instance(user_id="u2"), LOGIN).mine is False
    assert instance_document(instance(), LOGIN).mine is None


def test_a_verdict_that_an_image_inherited_is_not_shown():
    properties = {VERDICT: "booted", VERDICT_ABOUT: "g1"}
    ours = Image(id="g1", name="ours", status="active", properties=properties)
    second = Image(id="g2", name="second", status="active", properties=properties)

    assert image_document(ours, LOGIN).verdict == "booted"
    assert image_document(second, LOGIN).verdict is None


@pytest.mark.parametrize(
    "word, about, said",
    [("sealed", "g1", "sealed"), ("not sealed", "g1", "not sealed"), ("odd", "g1", None), ("sealed", "g0", None)],
)
def test_a_seal_is_told_only_of_the_image_that_it_is_about(word, about, said):
    properties = {SEALED: word, SEALED_ABOUT: about}
    image = Image(id="g1", name="ours", status="active", properties=properties)
    assert image_document(image, LOGIN).sealed == said


@pytest.mark.parametrize(
    "word, about, said", [("yes", "g1", "yes"), ("partly", "g1", "partly"), ("odd", "g1", None), ("yes", "g0", None)]
)
def test_that_it_works_is_told_only_of_the_image_that_it_is_about(word, about, said):
    properties = {WORKS: word, WORKS_ABOUT: about}
    image = Image(id="g1", name="ours", status="active", properties=properties)
    assert image_document(image, LOGIN).works == said


def test_a_run_that_was_not_judged_says_nothing_of_works():
    assert run_document(run()).works is None


def test_a_run_has_every_check_and_test_that_its_verdict_rests_on():
    written = run_document(run(works=NO)).model_dump(mode="json")["works"]
    assert written["works"] == "no"
    assert written["failed"] == ["lost-units", "tables.sh (boot 2)"]
    assert [(each["check"], each["outcome"], each["blocking"]) for each in written["checks"]] == [
        ("second-boot", "pass", True),
        ("lost-units", "fail", True),
        ("clock", "warn", False),
    ]
    assert written["tests"][1]["parts"][1] == {
        "number": 2,
        "title": "reads the table",
        "outcome": "fail",
        "reason": "",
    }
    assert written["tests"][1]["secret_printed"] is True


def test_a_plan_says_what_would_be_done():
    written = plan_document(plan()).model_dump(mode="json")

    assert written["steps"][0]["commands"] == ["openstack server stop i1"]
    assert [volume["name"] for volume in written["volumes"]] == ["pgdata", "scratch"]
    assert written["will_stop"] is True


def test_json_arrives_whatever_the_locale(capsys):
    write_json([instance_document(instance(name="天 ☃"), LOGIN)])

    written = capsys.readouterr().out
    assert written.isascii()
    assert json.loads(written)[0]["name"] == "天 ☃"


def test_a_follower_of_a_run_gets_one_line_for_each_read(capsys):
    write_json_line(run_document(run()))
    write_json_line(run_document(run()))

    assert [json.loads(line)["run"] for line in capsys.readouterr().out.splitlines()] == ["k3f9a1", "k3f9a1"]
