"""A deep check's plan in words: what it costs, what it cannot show, and each step with its commands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from imaging.runs.plan.deep_check.costs import DeepCosts
from imaging.runs.plan.preflight import login_trouble
from imaging.runs.plan.step_texts import openstack
from models.cloud.image import Image
from models.cloud.instance import Instance
from models.formatting import counted
from models.run.plan import Plan, PlannedStep, TestLaunchPlan
from models.steps import StepName

_TRUE = frozenset({"yes", "true", "1", "on"})


def deep_warnings(
    plan: Plan, source: Instance, costs: DeepCosts, base_image: Image | None, now: datetime
) -> Iterator[str]:
    """What the user must know before: the price first, then what may surprise, and what the inspection cannot show."""
    refusal = plan.test.refused_because if plan.test else None
    if refusal:
        yield f"No deep check is possible now: {refusal}."
    yield f"It costs {_price(plan, costs)}. All of it is removed afterwards; the instance itself is only read."
    if source.is_running:
        yield (
            "The snapshot of a running instance is only crash-consistent: its disk as after a power cut. Where the "
            "hypervisor cannot take one from a running machine, the instance is suspended meanwhile, for seconds to "
            "minutes."
        )
    if base_image is not None and base_image.properties.get("os_require_quiesce", "").lower() in _TRUE:
        yield "Its image asks for quiescing (os_require_quiesce): without a guest agent the cloud refuses the snapshot."
    yield (
        "The temporary instance starts what starts by itself on the instance: nobody can log in, but it may reach "
        "out. Its cloud-init must run our script, or nothing is learnt."
    )
    yield "It shows the disk: what is mounted, runs or listens, and what lies on other volumes, needs SSH."
    if plan.test is not None and plan.test.network is None and not refusal:
        yield "The network of the temporary instance must be named."
    trouble = login_trouble(plan.login, now, plan.estimated_seconds)
    if trouble:
        yield f"{trouble} The run will not begin with it."


def _price(plan: Plan, costs: DeepCosts) -> str:
    flavor = plan.test.flavors[0].name if plan.test and plan.test.flavors else "of the smallest size that fits"
    parts = [f"one instance ({flavor}) for some minutes"]
    if costs.volumes:
        size = f", {costs.volumes_gib} GiB" if costs.volumes_gib is not None else ""
        several = f"a snapshot of each of its {costs.volumes} volumes, and as many new volumes made of them"
        one = "a snapshot of its root volume, and a new volume made of it"
        parts.append(f"{one if costs.volumes == 1 else several}{size}")
    else:
        size = f" of at most {costs.image_gib} GiB" if costs.image_gib else ""
        parts.append(f"one temporary image{size}")
    return " and ".join(parts)


def deep_steps(plan: Plan, source: Instance, costs: DeepCosts) -> Iterator[PlannedStep]:
    """Every step of a deep check."""
    yield PlannedStep(step=StepName.CHECK, summary="Check all preconditions again.")
    yield PlannedStep(
        step=StepName.CREATE_IMAGE,
        summary="Ask for a temporary image of the instance as it is: it is neither stopped nor changed.",
        commands=(openstack("server image create", "--name", "imaging-deep", source.id),),
    )
    yield PlannedStep(
        step=StepName.WAIT_FOR_IMAGE,
        summary="Wait until the image is active and the instance idle.",
        commands=("openstack image show IMAGE",),
    )
    yield _launch(plan)
    yield PlannedStep(
        step=StepName.READ_FACTS,
        summary="Read from its console what lies on the disk, and whether it comes up.",
        commands=("openstack console log show imaging-deep",),
    )
    yield PlannedStep(
        step=StepName.REMOVE_TEST,
        summary="Delete the temporary instance and what came with it.",
        commands=("openstack server delete imaging-deep", "openstack security group delete imaging-deep"),
    )
    yield _remove(costs)
    yield PlannedStep(step=StepName.REPORT, summary="Write a report of the run.")


def _launch(plan: Plan) -> PlannedStep:
    test = plan.test or TestLaunchPlan()
    flavor = test.flavors[0].name if test.flavors else "FLAVOR"
    on = test.network.name if test.network else "a network still to be named"
    network = test.network.id if test.network else "NETWORK"
    launch = openstack("server create", "--image", "IMAGE", "--flavor", flavor, "--network", network)
    size = f"{flavor} ({test.why})" if test.why else flavor
    return PlannedStep(
        step=StepName.TEST_LAUNCH,
        summary=f"Launch a temporary instance: {size} on {on}, closed to incoming traffic, without a floating IP.",
        commands=(
            "openstack security group create imaging-deep",
            f"{launch} --security-group imaging-deep --user-data SCRIPT imaging-deep",
        ),
    )


def _remove(costs: DeepCosts) -> PlannedStep:
    commands = ("openstack image delete IMAGE",)
    if not costs.volumes:
        return PlannedStep(step=StepName.REMOVE_SNAPSHOT, summary="Delete the temporary image.", commands=commands)
    return PlannedStep(
        step=StepName.REMOVE_SNAPSHOT,
        summary=f"Delete the temporary image and {counted(costs.volumes, 'volume snapshot')}.",
        commands=(*commands, "openstack volume snapshot delete SNAPSHOT"),
    )
