"""What can go wrong while a clone is sealed: no image then, no clone, no interim image, and the source as before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from imaging.cloud.interface import Cloud
from imaging.democloud.guests.deep_check import Manner, packed_pieces
from imaging.guest.deep_check.chunks import LIMIT, hear, unpack
from imaging.guest.seal_proof import PROOF_WORD
from models.cloud.instance import Instance
from models.errors import RunError
from models.run.record import RunRecord, RunState
from models.seal.plan import SealPlan
from models.seal.report import SealState
from models.seal.verdict import SealWord
from models.steps import SEALED_STEPS, StepName, StepState
from tests.runs.sealed.sealing import a_sealed_run, everything, plan_sealed, standing, to_its_end
from tests.runs.test_crash_matrix import DemoClock
from tests.support.demo_here import DemoCloudHere

Planned = Callable[[SealPlan], SealPlan]


class Stage:
    """One sealed run of db-07, and what happens meanwhile."""

    def __init__(self, cloud: Cloud, clock: DemoClock, demo: DemoCloudHere, folder: Path) -> None:
        self.cloud, self.clock, self.demo, self.folder = cloud, clock, demo, folder
        self.name = "db-07"
        self.before: dict[str, Any] = {}

    async def run(
        self, *, test: bool = False, planned_from: str = "", planned: Planned = lambda plan: plan
    ) -> RunRecord:
        """A run to its end; where it is planned from another guest, or otherwise, what is there was not agreed to."""
        source_id = self.demo.server_id(self.name)
        self.before = await everything(self.cloud, source_id)
        guest = planned_from or self.name
        made = a_sealed_run(self.cloud, self.clock, self.folder, source_id, guest=guest, test=test, planned=planned)
        async with made as (journal, new):
            run, _ = await to_its_end(journal, new, self.cloud, self.clock, self.folder)
        return run

    async def left_nothing(self, run: RunRecord, *, images: int = 0) -> None:
        """The source is as before, and there is nothing new but so many images of the run."""
        after = await everything(self.cloud, self.demo.server_id(self.name))
        new = after.pop("images") - self.before.pop("images")
        assert len(new) == images
        assert new <= {run.image_id}
        assert after == self.before
        assert run.instance_restored is True
        assert standing(run) == []

    def around(self, service: str, call: str, happens: Callable[[Any], Any], *, before: bool = False) -> None:
        """Something happens right before or after the first call of this name of the run's."""
        target, left = getattr(self.cloud, service), [1]
        original = getattr(target, call)

        async def wrapped(*arguments: Any, **options: Any) -> Any:
            strikes, left[0] = left[0] > 0, left[0] - 1
            if strikes and before:
                await happens(arguments)
            answer = await original(*arguments, **options)
            if strikes and not before:
                await happens(answer)
            return answer

        setattr(target, call, wrapped)

    async def the_clone(self) -> Instance:
        async for page in self.cloud.compute.instances():
            for each in page:
                if each.name.startswith("imaging-clone-"):
                    return each
        raise AssertionError("there is no clone")


@pytest.fixture
def stage(cloud: Cloud, clock: DemoClock, demo_cloud: DemoCloudHere, tmp_path: Path) -> Stage:
    return Stage(cloud, clock, demo_cloud, tmp_path)


def failed_at(run: RunRecord) -> StepName:
    assert run.state is RunState.FAILED
    return next(record.step for record in run.steps if record.state is StepState.FAILED)


def trouble(run: RunRecord) -> str:
    assert run.trouble is not None
    assert run.trouble.what
    return f"{run.trouble.what} {run.trouble.meaning} {run.trouble.remedy}"


async def test_a_seal_that_fails_in_the_middle_leaves_no_image_and_says_at_what(stage: Stage):
    stage.name = "gis-lab"
    run = await stage.run()
    assert failed_at(run) is StepName.SEAL
    assert "logs: 1 left of 3, such as /var/log/survey/run.log" in trouble(run)
    assert "Log in to gis-lab, and see which program writes what is named" in trouble(run)
    assert run.seal_report is not None
    assert run.seal_report.state is SealState.FAILED
    assert run.image_id is None
    await stage.left_nothing(run)


async def test_a_clone_that_holds_what_nobody_agreed_to_changes_nothing(stage: Stage):
    run = await stage.run(planned_from="web-01")
    assert failed_at(run) is StepName.SEAL
    assert "The clone holds what nobody had agreed to: account ada, account ubuntu, home /home/ada" in trouble(run)
    assert "Inspect it again" in trouble(run)
    assert run.seal_report is not None
    assert run.seal_report.state is SealState.CHANGED
    assert run.seal_report.results == ()
    assert run.image_id is None
    await stage.left_nothing(run)


@pytest.mark.parametrize("kind, name", [("accounts", "account ada"), ("homes", "home /home/ada"),
                                        ("units", "unit postgresql.service")])  # fmt: skip
@pytest.mark.slow
async def test_one_thing_that_nobody_agreed_to_is_enough(stage: Stage, kind: str, name: str):
    def unagreed(plan: SealPlan) -> SealPlan:
        known = tuple(each for each in getattr(plan, kind) if each != name.partition(" ")[2])
        assert len(known) == len(getattr(plan, kind)) - 1
        return plan.model_copy(update={kind: known})

    run = await stage.run(planned=unagreed)
    assert failed_at(run) is StepName.SEAL
    assert run.seal_report is not None
    assert (run.seal_report.state, run.seal_report.appeared) == (SealState.CHANGED, (name,))
    await stage.left_nothing(run)


async def test_where_the_inspection_told_no_unit_none_is_missed(stage: Stage):
    run = await stage.run(planned=lambda plan: plan.model_copy(update={"units": ()}))
    assert (run.state, run.trouble) == (RunState.DONE, None)
    await stage.left_nothing(run, images=1)


async def test_a_token_that_is_found_afterwards_is_not_sealed_and_the_image_stays_private(stage: Stage):
    stage.name = "web-01"
    run = await stage.run(test=True)
    assert (run.state, "The seal: not sealed." in trouble(run)) == (RunState.FAILED, True)
    assert "histories" in trouble(run)
    assert "ask the cloud's support whether its storage keeps what is overwritten" in trouble(run)
    assert run.seal_verdict is not None
    assert run.seal_verdict.word is SealWord.NOT_SEALED
    assert run.image_id is not None
    assert (await stage.cloud.images.image(run.image_id)).noted_seal == "not sealed"
    await stage.left_nothing(run, images=1)


async def test_a_second_instance_that_does_not_say_who_it_is_proves_nothing(stage: Stage):
    original = stage.cloud.compute.console_log

    async def without_identity(instance_id: str) -> str:
        text = await original(instance_id)
        found = await stage.cloud.compute.instance(instance_id)
        if not found.name.startswith("imaging-inspect-"):
            return text
        return "\n".join(line for line in text.split("\n") if not line.startswith("@@imaging-proof"))

    stage.cloud.compute.console_log = without_identity  # type: ignore[method-assign]
    run = await stage.run(test=True)
    assert run.seal_verdict is not None
    assert (run.seal_verdict.word, len(run.seal_verdict.reasons)) == (SealWord.UNKNOWN, 1)
    assert "The second test instance did not tell its ids" in run.seal_verdict.reasons[0]
    await stage.left_nothing(run, images=1)


@pytest.mark.slow  # what is told is judged in tests/guidelines/sealing; a second instance that tells nothing runs here
async def test_two_instances_with_one_host_key_are_not_sealed(stage: Stage):
    """As where cloud-init keeps host keys that the image brings along: both say what the first one said."""
    original, said = stage.cloud.compute.console_log, [""]

    async def as_the_first(instance_id: str) -> str:
        text = await original(instance_id)
        found = await stage.cloud.compute.instance(instance_id)
        if found.name.startswith("imaging-test-") and (read := _report_of(text, found)):
            said[0] = next(row for row in read.split("\n") if row.startswith("host-key "))
        if not found.name.startswith("imaging-inspect-") or not (own := _report_of(text, found)):
            return text
        rows = [said[0] if row.startswith("host-key ") else row for row in own.rstrip("\n").split("\n")]
        nonce = found.metadata["imaging.marker"]
        made = "\n".join(rows).encode("ascii") + b"\n"
        pieces = packed_pieces(PROOF_WORD, nonce, Manner(LIMIT, ()), lambda _without: made)
        others = [line for line in text.split("\n") if not line.startswith(PROOF_WORD)]
        return "\n".join([*others, *pieces, f"{PROOF_WORD} {nonce} ended", ""])

    stage.cloud.compute.console_log = as_the_first  # type: ignore[method-assign]
    run = await stage.run(test=True)
    assert run.seal_verdict is not None
    assert run.seal_verdict.word is SealWord.NOT_SEALED
    assert run.seal_verdict.reasons == ("Two instances of the sealed image have the same SSH host key.",)
    assert run.image_id is not None
    assert (await stage.cloud.images.image(run.image_id)).noted_seal == "not sealed"


def _report_of(text: str, found: Instance) -> str:
    """What an instance has said about itself on its console; empty as long as it is not whole."""
    heard = hear(text, found.metadata.get("imaging.marker", "-"), PROOF_WORD)
    return unpack(heard).decode("ascii") if heard.whole else ""


async def test_a_quota_that_has_no_room_is_said_before_anything_is_stopped(stage: Stage):
    stage.demo.quotas(instances=1)
    plan = await plan_sealed(stage.cloud, stage.clock, stage.demo.server_id("db-07"), "db-07")
    assert plan.seal is not None
    assert any("quota" in each for each in (*plan.seal.refusals, (plan.clone and plan.clone.refused_because) or ""))


async def test_a_quota_that_is_used_up_meanwhile_refuses_the_clone(stage: Stage):
    async def used_up(_answer: object) -> None:
        stage.demo.quotas(instances=1)

    stage.around("compute", "create_image", used_up)
    run = await stage.run()
    assert failed_at(run) is StepName.LAUNCH_CLONE
    assert "quota" in trouble(run)
    await stage.left_nothing(run)


@pytest.mark.parametrize(
    "fault",
    [
        "No valid host was found. There are not enough hosts available.",
        pytest.param("libvirt is gone", marks=pytest.mark.slow),
    ],
)
async def test_a_clone_that_goes_into_error_ends_the_run(stage: Stage, fault: str):
    stage.demo.hooks(spawn={"fail": fault, "text": fault, "match": "imaging-clone-"})
    run = await stage.run()
    assert failed_at(run) is StepName.LAUNCH_CLONE
    assert fault in trouble(run)
    await stage.left_nothing(run)


@pytest.mark.slow
async def test_where_the_first_host_has_no_room_the_next_larger_flavor_is_sealed(stage: Stage):
    text = "No valid host was found."
    stage.demo.hooks(spawn={"fail": text, "text": text, "match": "imaging-clone-", "times": 1})
    run = await stage.run()
    assert (run.state, run.trouble) == (RunState.DONE, None)
    assert "the next larger" in run.step(StepName.LAUNCH_CLONE).note
    await stage.left_nothing(run, images=1)


async def test_a_silent_clone_ends_the_run_and_nobody_claims_a_seal(stage: Stage):
    stage.demo.hooks(console={"text": "[    0.000000] Linux version 6.1.0\n", "match": "imaging-clone-"})
    run = await stage.run()
    assert failed_at(run) is StepName.SEAL
    assert "printed no report" in trouble(run)
    assert run.image_id is None
    await stage.left_nothing(run)


@pytest.mark.slow
async def test_without_a_group_the_clone_has_no_network_and_takes_longer(stage: Stage):
    refused = {"NeutronError": {"type": "PolicyNotAuthorized", "message": "rule:create_security_group is disallowed"}}
    stage.demo.faults({"method": "POST", "path": "/security-groups", "status": 403, "body": refused, "times": 1})
    run = await stage.run()
    assert (run.state, run.trouble) == (RunState.DONE, None)
    launched = run.step(StepName.LAUNCH_CLONE)
    assert any("on no network" in phase.text for phase in launched.phases)
    seconds = run.step(StepName.SEAL).seconds
    assert seconds is not None
    assert seconds > 120
    await stage.left_nothing(run, images=1)


@pytest.mark.slow
async def test_a_group_whose_rules_stay_is_removed_and_the_clone_has_no_network(stage: Stage):
    refused = {"NeutronError": {"type": "PolicyNotAuthorized", "message": "rule:delete_security_group_rule"}}
    stage.demo.faults({"method": "DELETE", "path": "/security-group-rules/", "status": 403, "body": refused})
    run = await stage.run()
    assert (run.state, run.trouble) == (RunState.DONE, None)
    assert any("on no network" in phase.text for phase in run.step(StepName.LAUNCH_CLONE).phases)
    await stage.left_nothing(run, images=1)


@pytest.mark.parametrize("path,sends", [("/servers$", "imaging-clone-"), ("/action$", "createImage"),
                                        ("/security-groups", "imaging-clone-")])  # fmt: skip
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.slow
async def test_an_answer_that_gets_lost_at_a_create_makes_no_second_thing(
    stage: Stage, *, path: str, sends: str, when: str
):
    stage.demo.faults({"method": "POST", "path": path, "sends": sends, "drop": True, "when": when, "times": 1})
    run = await stage.run()
    assert (run.state, run.trouble) == (RunState.DONE, None)
    await stage.left_nothing(run, images=1)


@pytest.mark.slow
async def test_an_interim_image_that_somebody_deletes_before_the_launch_ends_the_run(stage: Stage):
    async def deleted(_arguments: object) -> None:
        async for page in stage.cloud.images.images():
            for image in page:
                if image.name.startswith("imaging-interim-"):
                    await stage.cloud.images.delete_image(image.id)

    stage.around("compute", "flavors", deleted, before=True)
    stage.around("networking", "create_security_group", deleted, before=True)
    run = await stage.run()
    assert failed_at(run) is StepName.LAUNCH_CLONE
    await stage.left_nothing(run)


@pytest.mark.slow
async def test_a_clone_that_somebody_deletes_ends_the_run(stage: Stage):
    async def deleted(answer: object) -> None:
        await stage.cloud.compute.delete_instance(str(answer))

    async def launched(answer: object) -> None:
        stage.around("compute", "console_log", lambda _: deleted(answer))

    stage.around("compute", "launch", launched)
    run = await stage.run()
    assert "deleted by somebody else" in trouble(run)
    assert run.image_id is None
    await stage.left_nothing(run)


async def test_a_clone_that_goes_off_without_a_result_is_launched_again(stage: Stage):
    async def stopped(_text: object) -> None:
        await stage.cloud.compute.stop((await stage.the_clone()).id)

    async def launched(_answer: object) -> None:
        stage.around("compute", "console_log", stopped)

    stage.around("compute", "launch", launched)
    run = await stage.run()
    assert (run.state, run.trouble) == (RunState.DONE, None)
    assert sum(each.name.startswith("imaging-clone-") and each.kind.value == "server" for each in run.owned) == 2
    await stage.left_nothing(run, images=1)


@pytest.mark.slow
async def test_a_clone_that_always_goes_off_is_given_up_after_the_third(stage: Stage):
    original = stage.cloud.compute.console_log

    async def going_off(instance_id: str) -> str:
        found = await stage.cloud.compute.instance(instance_id)
        if found.name.startswith("imaging-clone-") and found.status == "ACTIVE" and found.task_state is None:
            await stage.cloud.compute.stop(instance_id)
        return await original(instance_id)

    stage.cloud.compute.console_log = going_off  # type: ignore[method-assign]
    run = await stage.run()
    assert failed_at(run) is StepName.SEAL
    assert "went off without a result 3 times" in trouble(run)
    await stage.left_nothing(run)


@pytest.mark.slow
async def test_a_clone_that_somebody_starts_after_its_seal_is_not_imaged(stage: Stage):
    async def started(_answer: object) -> None:
        clone = await stage.the_clone()

        async def off() -> bool | None:
            now = await stage.cloud.compute.instance(clone.id)
            return True if now.status == "SHUTOFF" and now.task_state is None else None

        while await off() is None:
            await stage.clock.sleep(1)
        await stage.cloud.compute.start(clone.id)
        for _ in range(10):
            await stage.clock.sleep(1)
        await stage.cloud.compute.stop(clone.id)

    async def claimed(_answer: object) -> None:
        stage.around("compute", "stop", started)

    stage.around("compute", "launch", claimed)
    run = await stage.run()
    assert failed_at(run) is StepName.IMAGE_CLONE
    assert "Somebody has used the clone" in trouble(run)
    await stage.left_nothing(run)


# The steps before are those of every run that makes an image; what follows the inspection takes no time.
STEPS = SEALED_STEPS[SEALED_STEPS.index(StepName.WAIT_FOR_IMAGE) : SEALED_STEPS.index(StepName.INSPECT) + 1]
INSTANT = {StepName.IMAGE_CLONE, StepName.REMOVE_INTERIM, StepName.DESCRIBE}


@pytest.mark.parametrize(
    "step",
    [
        pytest.param(step, marks=() if step is StepName.SEAL else pytest.mark.slow)
        for step in STEPS
        if step not in INSTANT
    ],
)
async def test_a_run_cancelled_in_any_step_leaves_nothing(stage: Stage, step: StepName):
    source_id = stage.demo.server_id("db-07")
    stage.before = await everything(stage.cloud, source_id)
    async with a_sealed_run(stage.cloud, stage.clock, stage.folder, source_id) as (journal, new):
        sleep = stage.clock.sleep

        async def cancelling(seconds: float) -> None:
            now = await journal.run(new.id)
            if now.step(step).started_at is not None and not now.cancel_requested and now.outcome is None:
                await journal.request_change(new.id, lambda changes: changes.run(cancel_requested=True))
            await sleep(seconds)

        stage.clock.sleep = cancelling  # type: ignore[method-assign]
        run, _ = await to_its_end(journal, new, stage.cloud, stage.clock, stage.folder)
    after = await everything(stage.cloud, source_id)
    new_images = after.pop("images") - stage.before.pop("images")
    assert after == stage.before
    assert (run.state, run.trouble) == (RunState.CANCELLED, None)
    assert run.instance_restored is not False
    assert new_images <= {run.image_id}
    assert standing(run) == []


async def test_a_plan_that_refuses_the_seal_does_not_start(stage: Stage):
    from imaging.runs.plan.start_gate import obstacles, refuse

    plan = await plan_sealed(stage.cloud, stage.clock, stage.demo.server_id("db-07"), "db-07")
    assert plan.seal is not None
    refused = plan.model_copy(update={"seal": plan.seal.model_copy(update={"refusals": ("It is encrypted.",)})})
    with pytest.raises(RunError, match="No sealed image can be made: It is encrypted"):
        refuse(obstacles(refused))
