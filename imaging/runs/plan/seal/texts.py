"""The steps of a sealed run in words, beside those that it has in common with a plain one."""

from __future__ import annotations

from collections.abc import Iterator

from imaging.runs.plan.step_texts import after_image_steps, create_steps, openstack, verify_steps
from models.formatting import counted
from models.run.plan import Plan, PlannedStep, TestLaunchPlan
from models.steps import StepName


def sealed_steps(plan: Plan) -> tuple[PlannedStep, ...]:
    """Every step of a run that seals a clone, in the order of its kind."""
    common = create_steps(plan) if plan.source is not None else (verify_steps(plan)[0], *after_image_steps(plan))
    found = {step.step: step for step in (*common, *_of_the_clone(plan))}
    return tuple(_named_for_interim(found[name], plan) for name in plan.kind.spec.steps if name in found)


def _named_for_interim(step: PlannedStep, plan: Plan) -> PlannedStep:
    """The first image of a sealed run is another one than in a plain run."""
    if step.step is not StepName.CREATE_IMAGE or plan.source is None:
        return step
    return PlannedStep(
        step=step.step,
        summary="Ask for an interim image of the instance, private, of which the clone is launched.",
        commands=(openstack("server image create", "--name", "imaging-interim", plan.source.id),),
    )


def _of_the_clone(plan: Plan) -> Iterator[PlannedStep]:
    operations = len(plan.seal.operations) if plan.seal is not None else 0
    yield _launch(plan)
    yield PlannedStep(
        step=StepName.SEAL,
        summary=f"Seal the clone by {counted(operations, 'operation')}, and read its result from its console.",
        commands=("openstack console log show imaging-clone",),
    )
    yield PlannedStep(
        step=StepName.STOP_CLONE,
        summary="Stop the clone, once its result is written down.",
        commands=("openstack server stop imaging-clone",),
    )
    yield from _of_its_image(plan)
    yield _inspection(plan)
    yield PlannedStep(
        step=StepName.PROVE_SEAL,
        summary="Put the proofs together, and note on the image whether it is sealed.",
        commands=("openstack image set --property imaging.sealed=… IMAGE",),
    )


def _launch(plan: Plan) -> PlannedStep:
    clone = plan.clone or TestLaunchPlan()
    flavor = clone.flavors[0].name if clone.flavors else "FLAVOR"
    network = clone.network.id if clone.network else "NETWORK"
    image = plan.image.id if plan.image is not None else "INTERIM"
    size = f"{flavor} ({clone.why})" if clone.why else flavor
    launch = openstack("server create", "--image", image, "--flavor", flavor, "--network", network)
    return PlannedStep(
        step=StepName.LAUNCH_CLONE,
        summary=f"Launch a temporary clone: {size}, without a key, in a security group without a single rule.",
        commands=(
            "openstack security group create imaging-clone",
            "openstack security group rule delete RULE …",
            f"{launch} --security-group imaging-clone --config-drive True --user-data SCRIPT imaging-clone",
        ),
    )


def _of_its_image(plan: Plan) -> Iterator[PlannedStep]:
    yield PlannedStep(
        step=StepName.IMAGE_CLONE,
        summary="Ask for an image of the sealed clone.",
        commands=(openstack("server image create", "--name", plan.request.name, "imaging-clone"),),
    )
    yield PlannedStep(
        step=StepName.WAIT_FOR_SEALED,
        summary="Wait until the sealed image is active and the clone idle.",
        commands=("openstack image show IMAGE",),
    )
    yield PlannedStep(
        step=StepName.REMOVE_CLONE,
        summary="Delete the clone and its security group.",
        commands=("openstack server delete imaging-clone", "openstack security group delete imaging-clone"),
    )
    yield PlannedStep(
        step=StepName.REMOVE_INTERIM,
        summary="Delete the interim image.",
        commands=("openstack image delete INTERIM",),
    )


def _inspection(plan: Plan) -> PlannedStep:
    wanted = plan.request.test
    return PlannedStep(
        step=StepName.INSPECT,
        summary="Inspect the sealed image through a second test instance." if wanted else "No test launch is wanted.",
        commands=("openstack console log show imaging-inspect",) if wanted else (),
        skipped=not wanted,
    )
