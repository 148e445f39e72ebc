"""What keeps a run from starting, and what is said about it."""

from __future__ import annotations

import pytest

from imaging.runs.plan.start_gate import checklist_obstacles, obstacles, refusal, refuse
from models.cloud.network import Network
from models.errors import RunError, UsageError
from models.exit_code import ExitCode
from models.findings import AskedFor, Outcome, Source
from models.run.kind import RunKind
from models.run.obstacle import ObstacleKind
from models.run.plan import Plan, TestLaunchPlan
from models.run.request import RunRequest
from models.steps import StepName
from tests.commands.building import NETWORK, asking, checklist, finding, instance, plan

SEVERAL_NETWORKS = TestLaunchPlan(networks=(NETWORK, Network(id="n2", name="lab")))


def kinds(of: Plan) -> list[ObstacleKind]:
    return [one.kind for one in obstacles(of)]


def test_an_instance_that_was_not_inspected_does_not_start_and_the_error_says_what_helps():
    error = refusal(obstacles(plan(checklist=checklist(not_inspected_because="it has not been inspected yet"))))
    assert error is not None
    assert "it has not been inspected yet" in error.what
    assert "--probe" in error.remedy
    assert "--uninspected" in error.remedy


def test_a_file_whose_system_cannot_be_read_is_not_to_be_logged_in_to():
    unread = checklist(not_inspected_because="its root could not be read")
    (found,) = checklist_obstacles(unread, RunRequest(), of_file=True)
    assert found.text == "The system in the file could not be inspected: its root could not be read."
    assert "--probe" not in found.remedy
    assert "--uninspected" in found.remedy


def test_an_incomplete_inspection_does_not_start_and_names_what_it_left_open():
    unread = finding("FS-ROOT", outcome=Outcome.UNKNOWN, source=Source.GUEST)
    error = refusal(obstacles(plan(checklist=checklist(unread))))
    assert error is not None
    assert "FS-ROOT" in error.what


@pytest.mark.parametrize("reason", ["its disk is encrypted", " x "])
def test_a_reason_lets_an_instance_pass_that_was_not_inspected(reason):
    of = plan(checklist=checklist(not_inspected_because="nobody did"), request=RunRequest(uninspected=reason))
    assert obstacles(of) == ()


def test_a_verification_whose_launch_the_quota_refuses_does_not_start():
    of = plan(kind=RunKind.VERIFY, checklist=None, test=TestLaunchPlan(refused_because="quota: 0 instances free"))
    error = refusal(obstacles(of))
    assert error is not None
    assert error.what == "No test launch is possible: quota: 0 instances free."


def test_an_image_is_made_although_its_test_launch_is_refused():
    assert obstacles(plan(test=TestLaunchPlan(refused_because="quota: 0 instances free"))) == ()


def test_a_reason_lets_no_blocker_pass():
    of = plan(checklist=checklist(finding()), request=RunRequest(uninspected="its disk is encrypted"))
    assert [one.kind for one in obstacles(of)] == [ObstacleKind.BLOCKER]


def test_a_plan_that_is_ready_may_start() -> None:
    assert obstacles(plan()) == ()
    refuse(obstacles(plan()))


def test_a_finding_that_a_step_fixes_does_not_stop_a_run() -> None:
    assert obstacles(plan(checklist=checklist(finding(fixed_by=StepName.DETACH)))) == ()


def test_an_unknown_answer_does_not_stop_a_run() -> None:
    assert obstacles(plan(checklist=checklist(finding(outcome=Outcome.UNKNOWN)))) == ()


def test_a_blocking_finding_stops_a_run_and_says_what_to_do() -> None:
    error = refusal(obstacles(plan(checklist=checklist(finding("STATE-OK", evidence="the instance is SUSPENDED")))))

    assert error is not None
    assert error.exit_code == ExitCode.VIOLATIONS
    assert "STATE-OK: the instance is SUSPENDED." in error.what
    assert "--waive STATE-OK=WHY" in error.remedy
    assert error.meaning == "Nothing was changed."


def test_a_state_in_which_no_run_can_begin_is_said_once_and_no_waiver_is_advised() -> None:
    of = plan(source=instance(status="ERROR"), checklist=checklist(finding("STATE-OK", waivable=False)))
    error = refusal(obstacles(of))

    assert kinds(of) == [ObstacleKind.BLOCKER]
    assert error is not None
    assert "--waive" not in error.remedy


@pytest.mark.parametrize("update", [{"status": "SUSPENDED"}, {"task_state": "rebuilding"}])
def test_a_state_that_a_profile_takes_lightly_stops_a_run_all_the_same(update: dict[str, str]) -> None:
    of = plan(source=instance(**update))

    assert kinds(of) == [ObstacleKind.IMPOSSIBLE]
    assert "a run begins with ACTIVE or SHUTOFF" in obstacles(of)[0].text
    assert obstacles(of.model_copy(update={"kind": RunKind.DEEP_CHECK})) == ()


def test_a_missing_confirmation_before_the_run_names_the_option_that_gives_it() -> None:
    error = refusal(obstacles(plan(checklist=checklist(asking("VOL-NOTCOPIED", AskedFor.BEFORE_RUN)))))

    assert error is not None
    assert error.exit_code == ExitCode.VIOLATIONS
    assert "--attest VOL-NOTCOPIED" in error.remedy


def test_a_missing_confirmation_before_publishing_does_not_stop_a_run() -> None:
    assert obstacles(plan(checklist=checklist(asking("SW-ATTEST", AskedFor.BEFORE_PUBLISHING)))) == ()


def test_blockers_and_missing_confirmations_are_said_at_once_blockers_first() -> None:
    both = checklist(asking("VOL-NOTCOPIED", AskedFor.BEFORE_RUN), finding("STATE-OK"))
    error = refusal(obstacles(plan(checklist=both)))

    assert kinds(plan(checklist=both)) == [ObstacleKind.BLOCKER, ObstacleKind.CONFIRMATION]
    assert error is not None
    assert error.remedy.index("--waive STATE-OK=WHY") < error.remedy.index("--attest VOL-NOTCOPIED")


def test_a_network_that_has_to_be_named_is_wrong_use() -> None:
    error = refusal(obstacles(plan(test=SEVERAL_NETWORKS)))

    assert isinstance(error, UsageError)
    assert "--network: auto (n1), lab (n2)" in error.remedy


def test_a_network_is_asked_for_although_no_test_launch_is_possible_now_for_by_then_it_may_be() -> None:
    refused = SEVERAL_NETWORKS.model_copy(update={"refused_because": "the quota of instances is used up"})

    assert kinds(plan(test=refused)) == [ObstacleKind.NETWORK]


def test_a_deep_check_that_cannot_launch_its_instance_cannot_start() -> None:
    refused = TestLaunchPlan(refused_because="the quota of instances is used up")
    deep = plan(kind=RunKind.DEEP_CHECK, checklist=None, test=refused)

    with pytest.raises(RunError, match=r"No deep check is possible: the quota of instances is used up\."):
        refuse(obstacles(deep))
