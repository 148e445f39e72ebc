"""From what a run knows of its test instances to the verdict on whether its image works."""

from __future__ import annotations

from imaging.guidelines.instance.flavor_fit import real_minimum_disk_gib
from imaging.guidelines.works.judge import Tested, judge
from imaging.runs.core.step_context import StepContext
from imaging.runs.test_instance.verdict_note import image_id_under_test
from models.cloud.image import Image
from models.cloud.instance import Instance
from models.errors import ImagingError
from models.seal.verdict import SealWord
from models.works.report import WorksReport
from models.works.verdict import WorksVerdict

_GIB = 1024**3


async def works_verdict(
    ctx: StepContext, server: Instance | None, *, no_twin_because: str, source_seconds: float | None = None
) -> WorksVerdict:
    """The verdict by what is in the journal.

    Args:
        ctx: the step's context.
        server: the test instance that ran the checks; None where there is none.
        no_twin_because: why there was no second one although it was asked for.
        source_seconds: how long the source took to boot; None where its console does not say.
    """
    run = ctx.run
    request, plan, report = run.plan.request, run.plan, run.works_report
    report = _without_key(report, await _fingerprint(ctx)) if report is not None else None
    image = await _image(ctx)
    sealed = run.spec.seals or (image is not None and image.noted_seal == SealWord.SEALED.value)
    of_instance = run.spec.makes_image or (image is not None and image.is_snapshot)
    return judge(
        Tested(
            report=report,
            boot=run.verdict,
            wanted=request.test,
            second_boot=report.second_boot if report is not None else None,
            has_source=plan.source is not None or plan.file is not None or run.spec.seals,
            source=plan.guest.value if plan.guest is not None else None,
            source_boot_seconds=source_seconds,
            seal=plan.seal if run.spec.seals else None,
            sealed=sealed,
            keeps_machine_id=of_instance and not sealed,
            kept_homes=frozenset(request.keep_homes),
            flavor_disk_bytes=await _flavor_disk(ctx, server),
            image_disk_bytes=real_minimum_disk_gib(image) * _GIB or None if image is not None else None,
            tests=request.work_tests,
            twins_wanted=request.twins,
            twin=run.twin_report,
            no_twin_because=no_twin_because,
        )
    )


async def _fingerprint(ctx: StepContext) -> str:
    """That of the key pair with which a failed test instance is to be kept; empty where there is none."""
    name = ctx.run.plan.request.keep_failed_key
    if not name:
        return ""
    try:
        pairs = await ctx.cloud.compute.key_pairs()
    except ImagingError:
        return ""
    return next((pair.fingerprint for pair in pairs if pair.name == name), "")


def _without_key(report: WorksReport, fingerprint: str) -> WorksReport:
    """The report without a key that the run itself had put in, by a key pair: it says nothing of the image."""
    if not fingerprint:
        return report
    boots = tuple(
        boot.model_copy(update={"keys": tuple(key for key in boot.keys if key.fingerprint != fingerprint)})
        if boot.keys is not None
        else boot
        for boot in report.boots
    )
    return report.model_copy(update={"boots": boots})


async def _image(ctx: StepContext) -> Image | None:
    image_id = image_id_under_test(ctx)
    try:
        return await ctx.cloud.images.image(image_id) if image_id is not None else None
    except ImagingError:
        return None  # what it tells is then unknown


async def _flavor_disk(ctx: StepContext, server: Instance | None) -> int | None:
    """The root disk of the flavor; None where it names none, or nobody tells."""
    if server is None:
        return None
    gib = server.flavor.disk_gib
    if gib is None:
        try:
            known = await ctx.cloud.compute.flavors()
        except ImagingError:
            return None
        gib = next((each.disk_gib for each in known if each.id == server.flavor.id), None)
    return gib * _GIB if gib else None
