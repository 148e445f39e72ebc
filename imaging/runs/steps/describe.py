"""Describe image: what the user said about it, and the limits that a launch must keep to. It stays private."""

from __future__ import annotations

from imaging.guidelines.instance.flavor_fit import real_minimum_disk_gib
from imaging.runs.core.step_context import StepContext, StepResult
from imaging.runs.ownership.images_and_servers import ATTESTED, ATTESTED_ABOUT
from imaging.runs.ownership.made_things import ROLE, RUN, SEALED, SOURCE
from models.cloud.image import Image
from models.errors import RunError
from models.formatting import size_mib
from models.run.intent import IntentAction
from models.run.lock_reason import is_reason_of_a_run
from models.steps import StepName

_OUR_PREFIX = "imaging."
_LOCKED_REASON = "locked_reason"
_PROPERTY_RULES = "PROP-"


async def describe(ctx: StepContext) -> StepResult:
    """Goal: name, description, properties, min_disk and min_ram are as planned, and no foreign note is left on it.

    A snapshot inherits its base image's properties, and with them what an earlier run may have noted there.
    """
    if ctx.run.image_id is None:
        raise RunError("There is no image to describe.")
    image = await ctx.cloud.images.image(ctx.run.image_id)
    request = ctx.run.plan.request
    wanted = _properties(ctx, image)
    # Only what differs: after a restart nothing is left to do, and no intent is written.
    fresh = {key: value for key, value in wanted.items() if image.properties.get(key) != value}
    # V24: a verdict or an attestation of an ancestor would count for this image as well.
    stale = tuple(key for key, value in image.properties.items() if key not in wanted and _is_leftover(key, value))
    name = request.name if image.name != request.name else None
    disk = _minimum_disk(image)
    ram = request.min_ram_mib if request.min_ram_mib not in {None, image.min_ram_mib} else None
    if fresh or stale or name or disk is not None or ram is not None:
        await ctx.intend(IntentAction.DESCRIBE_IMAGE, image.id)
        await ctx.cloud.images.update_image(
            image.id, name=name, min_disk_gib=disk, min_ram_mib=ram, properties=fresh, remove_properties=stale
        )
    memory = ram or image.min_ram_mib
    and_memory = f" and {size_mib(memory)} of memory" if memory else ""
    return StepResult(f"needs {disk or image.min_disk_gib} GiB of disk{and_memory}")


def _is_leftover(key: str, value: str) -> bool:
    """Whether a property says something of an earlier image, or that its source was locked by us for a while.

    Nova copies the reason of the source's lock into the image; one that the user gave is left alone.
    """
    return key.startswith(_OUR_PREFIX) or (key == _LOCKED_REASON and is_reason_of_a_run(value))


def _minimum_disk(image: Image) -> int | None:
    """A disk smaller than what the image unpacks to passes Nova's check and fails on the host."""
    # V9: it has no bytes and no virtual size to go by.
    if image.is_volume_backed:
        return None
    needed = real_minimum_disk_gib(image)
    return needed if needed > image.min_disk_gib else None


def _properties(ctx: StepContext, image: Image) -> dict[str, str]:
    request = ctx.run.plan.request
    file = ctx.run.plan.file
    wanted = {RUN: ctx.run.id, **file.properties} if file else {RUN: ctx.run.id, SOURCE: ctx.run.instance_id or ""}
    if ctx.run.spec.seals:
        wanted[ROLE] = SEALED
    if request.description:
        wanted["description"] = request.description
    if request.attestations:
        wanted[ATTESTED] = ",".join(sorted(attestation.rule for attestation in request.attestations))
        # V24: images made from this one inherit the attestation; the id keeps it from counting for them.
        wanted[ATTESTED_ABOUT] = image.id
    if _fixes_properties(ctx):
        wanted |= {
            key: value for key, value in ctx.profile.recommended_properties.items() if key not in image.properties
        }
    return wanted


def _fixes_properties(ctx: StepContext) -> bool:
    """Whether the checklist says that this step sets the properties that the cloud asks for."""
    checklist = ctx.run.plan.checklist
    return checklist is not None and any(
        finding.rule.startswith(_PROPERTY_RULES) and finding.fixed_by is StepName.DESCRIBE
        for finding in checklist.violations
    )
