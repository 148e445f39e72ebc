"""The steps of a plan in words, and as the `openstack` commands by which one could do the same by hand.

Names come from the cloud and from the user: they are quoted for the shell, and instances, images and volumes are
addressed by id.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from imaging.guidelines.lineage.succession import links
from models.cloud.instance import Instance, VolumeAttachment
from models.formatting import counted, with_id
from models.run.claim import CLAIM_PREFIX
from models.run.plan import Plan, PlannedStep, PlannedVolume
from models.run.request import Visibility
from models.steps import StepName
from models.text import one_line


def create_steps(plan: Plan) -> tuple[PlannedStep, ...]:
    """Every step of a run that makes an image."""
    source = plan.source
    if source is None:
        return ()
    return (*_before_image(plan, source), *_image(plan, source), _restore(plan, source), *after_image_steps(plan))


def verify_steps(plan: Plan) -> tuple[PlannedStep, ...]:
    """Every step of a test launch alone."""
    image_id = plan.image.id if plan.image else "IMAGE"
    check = PlannedStep(
        step=StepName.CHECK, summary="See that the image is active.", commands=(openstack("image show", image_id),)
    )
    return (check, *_test(plan, image_id), _confirm(image_id), _report())


def openstack(command: str, *arguments: str, since: str | None = None) -> str:
    """One command; `since` names the microversion that it needs, for the client asks for an old one by itself."""
    version = ("--os-compute-api-version", since) if since else ()
    return " ".join(("openstack", *version, command, *(shlex.quote(one_line(each)) for each in arguments)))


def _before_image(plan: Plan, source: Instance) -> tuple[PlannedStep, ...]:
    volumes = plan.volumes
    return (
        PlannedStep(step=StepName.CHECK, summary="Check all preconditions again."),
        PlannedStep(
            step=StepName.UNLOCK,
            summary="Take the lock off; it comes back at the end." if source.locked else "It is not locked.",
            commands=(openstack("server unlock", source.id),) if source.locked else (),
            skipped=not source.locked,
        ),
        PlannedStep(
            step=StepName.CLAIM,
            summary="Note in the instance's own metadata how it is now, so that any machine can restore it.",
            commands=(openstack("server set", *_properties(f"{key}=…" for key in _claim_keys(plan)), source.id),),
        ),
        PlannedStep(
            step=StepName.STOP,
            summary="Shut the instance down." if source.is_running else "It is stopped already.",
            commands=(openstack("server stop", source.id),) if source.is_running else (),
            skipped=not source.is_running,
        ),
        PlannedStep(
            step=StepName.DETACH,
            summary=f"Detach {_names(volumes, in_guest=True)}." if volumes else "No volumes are attached.",
            commands=tuple(
                openstack("server remove volume", source.id, each.attachment.volume_id) for each in reversed(volumes)
            ),
            skipped=not volumes,
        ),
        PlannedStep(
            step=StepName.LOCK,
            summary="Lock the instance while its image is made.",
            commands=(openstack("server lock", source.id),),
        ),
    )


def _image(plan: Plan, source: Instance) -> tuple[PlannedStep, ...]:
    kind = "an empty record and volume snapshots" if source.volume_backed else "its root disk as it is"
    return (
        PlannedStep(
            step=StepName.CREATE_IMAGE,
            summary=f"Ask for an image of the instance: {kind}.",
            commands=(openstack("server image create", "--name", plan.request.name, source.id),),
        ),
        PlannedStep(
            step=StepName.WAIT_FOR_IMAGE,
            summary="Wait until the image is active and the instance idle.",
            commands=("openstack image show IMAGE",),
        ),
    )


def _claim_keys(plan: Plan) -> tuple[str, ...]:
    """The metadata keys of the claim: one for the instance, one for each volume."""
    return (f"{CLAIM_PREFIX}RUN", *(f"{CLAIM_PREFIX}RUN.{number}" for number in range(len(plan.volumes))))


def _properties(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(word for value in values for word in ("--property", value))


def _restore(plan: Plan, source: Instance) -> PlannedStep:
    commands = [openstack("server unlock", source.id)]
    commands += [attach_command(source.id, each.attachment) for each in plan.volumes]
    commands += [openstack("server start", source.id)] if source.is_running else []
    commands.append(openstack("server unset", *_properties(_claim_keys(plan)), source.id))
    if source.locked:
        commands.append(_lock_again(source))
    doing = ["unlock"]
    doing += [f"attach {_names(plan.volumes)} in the old order"] if plan.volumes else []
    doing += ["start it"] if source.is_running else []
    doing += ["lock it as before"] if source.locked else []
    return PlannedStep(
        step=StepName.RESTORE, summary=f"Restore the instance: {', '.join(doing)}.", commands=tuple(commands)
    )


def attach_command(instance_id: str, attachment: VolumeAttachment) -> str:
    """The command that attaches a volume again as it was attached before."""
    options: list[str] = ["--device", attachment.device] if attachment.device else []
    options += ["--tag", attachment.tag] if attachment.tag else []
    options += ["--enable-delete-on-termination"] if attachment.delete_on_termination else []
    since = "2.79" if attachment.delete_on_termination else "2.49" if attachment.tag else None
    return openstack("server add volume", *options, instance_id, attachment.volume_id, since=since)


def _lock_again(source: Instance) -> str:
    if not source.locked_reason:
        return openstack("server lock", source.id)
    return openstack("server lock", "--reason", source.locked_reason, source.id, since="2.73")


def after_image_steps(plan: Plan) -> tuple[PlannedStep, ...]:
    """What is done with an image once it is there."""
    request = plan.request
    describe = PlannedStep(
        step=StepName.DESCRIBE,
        summary="Write the description and what a launch needs onto the image; it stays private.",
        commands=(openstack("image set", "--property", f"description={request.description}", "IMAGE"),),
    )
    return (describe, *_test(plan, "IMAGE"), _publish(plan), _confirm("IMAGE"), _see_up(plan), _report())


def _test(plan: Plan, image_id: str) -> tuple[PlannedStep, ...]:
    test = plan.test
    if test is None or test.refused_because:
        why = f"Not possible: {test.refused_because}." if test else "No test launch is wanted."
        steps = (StepName.TEST_LAUNCH, StepName.VERIFY, StepName.RUN_CHECKS, StepName.REMOVE_TEST)
        return tuple(PlannedStep(step=step, summary=why, skipped=True) for step in steps)
    flavor = test.flavors[0].name if test.flavors else "?"
    network = test.network.name if test.network else "a network still to be named"
    launch = openstack(
        "server create", "--image", image_id, "--flavor", flavor, "--network", _network_id(plan), "imaging-test"
    )
    kept = plan.request.keep_test
    return (
        PlannedStep(
            step=StepName.TEST_LAUNCH,
            summary=f"Launch a test instance: {flavor} ({test.why}) on {network}, closed to incoming traffic, without "
            "a floating IP.",
            commands=("openstack security group create imaging-test", f"{launch} --security-group imaging-test"),
        ),
        PlannedStep(
            step=StepName.VERIFY,
            summary="Read its console until it has come up, or has been silent for too long.",
            commands=("openstack console log show imaging-test",),
        ),
        _checks(plan),
        PlannedStep(
            step=StepName.REMOVE_TEST,
            summary="Keep the test instance, as wanted." if kept else "Delete the test instance and what came with it.",
            commands=()
            if kept
            else ("openstack server delete imaging-test", "openstack security group delete imaging-test"),
            skipped=kept,
        ),
    )


def _checks(plan: Plan) -> PlannedStep:
    tests = plan.request.work_tests.files
    what = f"the checks and {counted(len(tests), 'test')} ({', '.join(test.name for test in tests)})"
    own = "Launch a test instance for it alone, and run" if plan.kind.spec.seals else "Run"
    twin = ", and compare it with a twin launched beside it" if plan.request.twins else ""
    # Of tests a warning of the plan says so.
    told = "" if tests else " Everybody in the project can read on its console what they find."
    return PlannedStep(
        step=StepName.RUN_CHECKS,
        summary=f"{own} {what if tests else 'the checks'} in it over two boots: it restarts itself once{twin}.{told}",
        commands=(f"openstack console log show imaging-{'works' if plan.kind.spec.seals else 'test'}",),
    )


def _network_id(plan: Plan) -> str:
    return plan.test.network.id if plan.test and plan.test.network else "NETWORK"


def _publish(plan: Plan) -> PlannedStep:
    request = plan.request
    follows, linking = _follows(plan)
    if request.visibility is Visibility.PRIVATE:
        summary = f"The image stays private.{follows}"
        return PlannedStep(step=StepName.PUBLISH, summary=summary, commands=linking, skipped=not follows)
    commands = [f"openstack image set --{request.visibility.value} IMAGE"]
    commands += [openstack("image add project", "IMAGE", member) for member in request.members]
    only = "" if request.publish_unverified else ", once it has been seen to boot and none of its checks has failed"
    return PlannedStep(
        step=StepName.PUBLISH,
        summary=f"Make the image {request.visibility.value}{only}.{follows}",
        commands=(*commands, *linking),
    )


def _follows(plan: Plan) -> tuple[str, tuple[str, ...]]:
    """What is noted on an older image that the new one follows: a sentence and commands; empty where none is."""
    older = plan.request.succeeds
    if older is None:
        return "", ()
    of_older, of_newer = links(older, "IMAGE")
    commands = [
        openstack("image set", *_properties(f"{key}={value}" for key, value in noted.items()), image_id)
        for image_id, noted in (("IMAGE", of_newer), (older, of_older))
    ]
    told = f" On both it is noted that it follows {with_id(plan.request.succeeds_name, older)}."
    if plan.request.hide_older:
        told += " That one is hidden from lists once the new one is proved to work."
        commands.append(openstack("image set", "--hidden", older))
    return told, tuple(commands)


def _confirm(image_id: str) -> PlannedStep:
    return PlannedStep(
        step=StepName.CONFIRM_IMAGE,
        summary="See that the image is still there and unchanged.",
        commands=(openstack("image show", image_id),),
    )


def _see_up(plan: Plan) -> PlannedStep:
    if not plan.will_stop or plan.source is None:
        return PlannedStep(step=StepName.SEE_UP, summary="It stays stopped, as it is now.", skipped=True)
    return PlannedStep(
        step=StepName.SEE_UP,
        summary=f"See on the console that {plan.source.name} has come up again.",
        commands=(openstack("console log show", plan.source.id),),
    )


def _report() -> PlannedStep:
    return PlannedStep(step=StepName.REPORT, summary="Write a report of the run.")


def _names(volumes: tuple[PlannedVolume, ...], *, in_guest: bool = False) -> str:
    return ", ".join(_name(each, in_guest=in_guest) for each in volumes)


def _name(planned: PlannedVolume, *, in_guest: bool) -> str:
    """`pgdata (/dev/vdb: mounted at /data - released when it stops)`."""
    name = planned.volume.name if planned.volume and planned.volume.name else planned.attachment.volume_id
    details = (planned.attachment.device or "", planned.in_guest if in_guest else "")
    told = ": ".join(detail for detail in details if detail)
    return f"{name} ({told})" if told else name
