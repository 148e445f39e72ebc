"""A passport, gathered from the record of a run and from what is known of its image."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from models.cloud.image import Image
from models.findings import Outcome
from models.guest.system import GuestSystem
from models.run.passport import (
    DecisionKind,
    OriginKind,
    Passport,
    PassportDecision,
    PassportFinding,
    PassportImage,
    PassportOrigin,
    PassportRun,
    PassportSize,
    PassportStep,
)
from models.run.plan import Plan
from models.run.record import RunRecord
from models.steps import StepName, StepState
from models.works.inventory import Inventory, InventoryChange

_GIB = 2**30
_MOST_DIRECTORIES = 8
_BASE = "base_image_ref"
"""The property in which Nova notes the image that a snapshot's instance was launched from."""


def image_id_of(run: RunRecord) -> str | None:
    """The image that a passport of this run is of: the one that it made or tested; None where it is of none."""
    if not (run.spec.tests_image or run.spec.makes_image):
        return None
    return run.image_id or (run.plan.image.id if run.plan.image is not None and not run.spec.makes_image else None)


def base_id_of(plan: Plan) -> str:
    """The image that the new one, or the tested one, goes back to; empty where that is unknown."""
    if plan.source is not None:
        return plan.source.image_id or ""
    if plan.image is None:
        return ""
    return plan.image.id if plan.kind.spec.makes_image else plan.image.properties.get(_BASE, "")


def passport_of(
    run: RunRecord,
    *,
    image: Image | None = None,
    installed: Inventory | None = None,
    change: InventoryChange | None = None,
) -> Passport | None:
    """The passport; None where the run has no image to tell about.

    Args:
        run: the run.
        image: the image as the cloud describes it now; None where it cannot be asked.
        installed: what is installed on it; None: unknown.
        change: what of that goes beyond its base; None: unknown.
    """
    image_id = image_id_of(run)
    if image_id is None:
        return None
    return Passport(
        image=_image(run, image_id, image),
        origin=_origin(run, change),
        run=_run(run),
        boot=run.verdict,
        works=run.works,
        seal=run.seal_verdict,
        findings=tuple(_findings(run.plan)),
        decisions=tuple(_decisions(run.plan)),
        installed=installed,
        change=change,
        sizes=tuple(_sizes(run, image, installed)),
    )


def _image(run: RunRecord, image_id: str, image: Image | None) -> PassportImage:
    known = image or (run.plan.image if run.plan.image is not None and run.plan.image.id == image_id else None)
    data = run.image_data if run.image_data is not None and run.image_data.image_id == image_id else None
    if known is None:
        return PassportImage(
            id=image_id,
            name=run.plan.request.name,
            description=run.plan.request.description,
            size_bytes=data.size_bytes if data else None,
            content_hash=(data.content_hash or "") if data else "",
        )
    return PassportImage(
        id=image_id,
        name=known.name,
        description=known.description,
        visibility=known.visibility,
        disk_format=known.disk_format or "",
        size_bytes=known.size_bytes,
        virtual_size_bytes=known.virtual_size_bytes,
        hash_algorithm=known.hash_algorithm or "",
        content_hash=known.content_hash or "",
        min_disk_gib=known.min_disk_gib,
        min_ram_mib=known.min_ram_mib,
        created_at=known.created_at,
    )


def _origin(run: RunRecord, change: InventoryChange | None) -> PassportOrigin:
    plan = run.plan
    guest = plan.guest.value if plan.guest is not None else None
    system = (guest.system.value if guest is not None else None) or GuestSystem()
    kind, thing_id, name = _source(plan)
    return PassportOrigin(
        kind=kind,
        id=thing_id,
        name=name,
        base_id=base_id_of(plan),
        base_name=change.base_name if change is not None else "",
        sha256=plan.file.identity.sha256 if plan.file is not None and plan.file.identity is not None else "",
        sha512=_sha512_of_file(run),
        system=system.pretty_name,
        system_id=system.id,
        kernel=system.kernel,
        architecture=system.architecture,
        inspected_at=guest.read_at if guest is not None else None,
    )


def _sha512_of_file(run: RunRecord) -> str:
    """Of a file that was sent as it lies, which was hashed on its way."""
    file, sent = run.plan.file, run.sent_file
    return sent.sha512 if sent is not None and file is not None and file.is_sent_as_it_lies else ""


def _source(plan: Plan) -> tuple[OriginKind, str, str]:
    """What it was made from: kind, id and name."""
    if plan.source is not None:
        return OriginKind.INSTANCE, plan.source.id, plan.source.name
    if plan.file is not None:
        return OriginKind.FILE, "", plan.file.name
    if plan.image is not None and plan.kind.spec.makes_image:
        return OriginKind.IMAGE, plan.image.id, plan.image.name
    return OriginKind.UNKNOWN, "", ""


def _run(run: RunRecord) -> PassportRun:
    off_from, off_until = _off(run)
    return PassportRun(
        id=run.id,
        kind=run.kind,
        state=run.state,
        began_at=run.created_at,
        ended_at=run.ended_at,
        cloud=run.identity.cloud,
        auth_url=run.identity.auth_url,
        region=run.identity.region,
        project_id=run.identity.project_id,
        profile=run.plan.request.profile,
        test_flavor=run.test_flavor or "",
        steps=tuple(
            PassportStep(
                step=each.step, state=each.state, started_at=each.started_at, ended_at=each.ended_at, note=each.note
            )
            for each in run.steps
        ),
        off_from=off_from,
        off_until=off_until,
    )


def _off(run: RunRecord) -> tuple[datetime | None, datetime | None]:
    """From when to when the source was off; None twice where the run did not stop it."""
    steps = {each.step: each for each in run.steps}
    stop, restore = steps.get(StepName.STOP), steps.get(StepName.RESTORE)
    was_running = run.claim.was_running if run.claim is not None else run.plan.will_stop
    if stop is None or stop.state is not StepState.DONE or not was_running:
        return None, None
    return stop.started_at, restore.ended_at if restore is not None else None


def _findings(plan: Plan) -> Iterator[PassportFinding]:
    for each in plan.checklist.findings if plan.checklist is not None else ():
        if each.outcome not in {Outcome.PASS, Outcome.NOT_APPLICABLE}:
            yield PassportFinding(
                rule=each.rule,
                chapter=each.chapter,
                title=each.title,
                outcome=each.outcome,
                severity=each.severity,
                evidence=each.evidence,
                fixed_by=each.fixed_by,
            )


def _decisions(plan: Plan) -> Iterator[PassportDecision]:
    for waiver in plan.request.waivers:
        yield PassportDecision(kind=DecisionKind.WAIVED, rule=waiver.rule, reason=waiver.reason)
    for word in plan.request.attestations:
        yield PassportDecision(kind=DecisionKind.CONFIRMED, rule=word.rule, by=word.given_by, at=word.given_at)
    if plan.request.uninspected:
        yield PassportDecision(kind=DecisionKind.UNINSPECTED, reason=plan.request.uninspected)


def _sizes(run: RunRecord, image: Image | None, installed: Inventory | None) -> Iterator[PassportSize]:
    """What the page draws, as far as it is known."""
    boots = run.works_report.boots if run.works_report is not None else ()
    root = next((boot for boot in reversed(boots) if boot.root_bytes), None)
    data = run.image_data
    sizes = [
        ("stored in the cloud", image.size_bytes if image else data.size_bytes if data else None),
        ("disk of the image", image.virtual_size_bytes if image else None),
        ("smallest disk of a flavor", image.min_disk_gib * _GIB if image else None),
        ("root file system of the test instance", root.root_bytes if root else None),
    ]
    directories = installed.directories or () if installed is not None else ()
    largest = sorted((each for each in directories if each.size_bytes), key=lambda each: -(each.size_bytes or 0))
    sizes += [(each.path, each.size_bytes) for each in largest[:_MOST_DIRECTORIES]]
    yield from (PassportSize(title=title, size_bytes=size) for title, size in sizes if size)
