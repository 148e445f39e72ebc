"""What the user must know before a run: everything that will not be exactly as before, or may surprise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from imaging.cloud.interface import Microversion
from imaging.guidelines.lineage.succession import likely_older
from imaging.runs.plan.guest_warnings import guest_warnings
from imaging.runs.plan.preflight import login_trouble, not_restorable
from imaging.runs.source.instance import has_device_gap
from imaging.runs.source.lock import LOCK_REASON_SINCE
from models.cloud.image import Image
from models.formatting import counted, day
from models.run.plan import Plan

_TRUE = frozenset({"yes", "true", "1", "on"})


def source_warnings(plan: Plan, microversion: Microversion, base_image: Image | None, now: datetime) -> tuple[str, ...]:
    """The warnings of a run that makes an image."""
    return (
        *_power(plan, base_image),
        *_devices(plan),
        *guest_warnings(plan, now),
        *not_restorable(plan.volumes, microversion),
        *_volume_backed(plan),
        *_locking(plan, microversion),
        *_test(plan),
        *_checks(plan),
        *_login(plan, now),
    )


def likely_to_follow(plan: Plan, images: Iterable[Image] | None) -> tuple[str, ...]:
    """Which older image the new one may follow, by its name and its source, where that was not said."""
    request, source = plan.request, plan.source
    if request.succeeds is not None or not images:
        return ()
    older = likely_older(
        request.name,
        images,
        project_id=plan.login.identity.project_id,
        source_id=source.id if source is not None else None,
    )
    if older is None or (plan.image is not None and older.id == plan.image.id):
        return ()
    made = f" of {day(older.created_at)}" if older.created_at is not None else ""
    said = f"If the new image is to follow it, say so (--succeeds {older.id}, or with the visibility)"
    return (f"{older.name}{made} has such a name. {said}: both are linked and compared.",)


def image_warnings(plan: Plan, now: datetime) -> tuple[str, ...]:
    """The warnings of a test launch alone."""
    return (*_test(plan), *_checks(plan), *_login(plan, now))


def _power(plan: Plan, base_image: Image | None) -> tuple[str, ...]:
    if not plan.will_stop:
        return ()
    told = [
        (
            "The instance is asked to shut down. A guest that does not obey is powered off by Nova after its time-out, "
            "60 seconds unless the cloud or the image says otherwise; what it had not written by then is lost."
        )
    ]
    quiesce = base_image.properties.get("os_require_quiesce", "") if base_image else ""
    if quiesce.lower() in _TRUE:
        told.append("Its image asks for quiescing while it runs (os_require_quiesce): it is stopped first instead.")
    return tuple(told)


def _devices(plan: Plan) -> tuple[str, ...]:
    attachments = tuple(planned.attachment for planned in plan.volumes)
    told = []
    root = plan.source.root_device if plan.source else None
    if has_device_gap(attachments, root):
        devices = ", ".join(attachment.device or "?" for attachment in attachments)
        told.append(
            f"There is a gap between the device letters ({devices}). The volumes come back in the same order, but the "
            "hypervisor closes gaps: a letter will change. Mounts by UUID or label are not affected."
        )
    if any(attachment.device is None for attachment in attachments):
        told.append(
            "The cloud does not show all device names: the volumes come back in the order in which it lists them."
        )
    return tuple(told)


def _volume_backed(plan: Plan) -> tuple[str, ...]:
    if plan.source is None or not plan.source.volume_backed:
        return ()
    return (
        (
            "The instance boots from a volume, which stays attached. Nova's image of it is an empty record of zero "
            "bytes that names a volume snapshot: it cannot be downloaded, other projects cannot launch it even if it "
            "is shared with them, and the snapshot and the volume must be kept as long as the image is used."
        ),
        "Each launch of such an image makes a new volume, which counts against the quota of volumes.",
    )


def _locking(plan: Plan, microversion: Microversion) -> tuple[str, ...]:
    if plan.source is None:
        return ()
    told = []
    if plan.source.locked is None:
        told.append("This cloud is too old to show whether an instance is locked, so it is not locked meanwhile.")
    if plan.source.locked:
        told.append("The instance is locked. The lock is taken off for the run and comes back at its end.")
    if plan.source.locked and plan.source.locked_reason and microversion < LOCK_REASON_SINCE:
        told.append("The cloud is too old to restore the reason of the lock.")
    return tuple(told)


def _test(plan: Plan) -> tuple[str, ...]:
    test = plan.test
    if test is None:
        return ()
    if test.refused_because:
        return (f"No test launch will be possible ({test.refused_because}): nobody will have seen the image boot.",)
    if test.network is None:
        return ("The network of the test instance must be named.",)
    if test.network.external:
        return (f"The test instance will stand on {test.network.name}, which faces the outside.",)
    return ()


def _checks(plan: Plan) -> Iterator[str]:
    request, test = plan.request, plan.test
    if test is None or test.refused_because or not plan.kind.spec.tests_image:
        return
    if request.work_tests.files:
        names = ", ".join(each.name for each in request.work_tests.files)
        yield (
            f"Your tests ({names}) go into the user data of the test instance, and what they print to its console: "
            "everybody in the project can read both. What looks like a secret is masked in what they print."
        )
    if request.twins:
        flavor = test.flavors[0].name if test.flavors else "the same flavor"
        yield (
            f"There will be no twin to compare with: {test.no_twin_because}."
            if test.no_twin_because
            else f"Two test instances run at once: {flavor} is taken twice for some minutes."
        )
    if request.keep_failed_hours is not None:
        hours = counted(request.keep_failed_hours, "hour")
        yield (
            f"If a check or a test fails, the test instance stays for {hours} and counts against the quota. Its port "
            f"22 is then open to {request.keep_failed_from} alone, for the key pair {request.keep_failed_key}."
        )


def _login(plan: Plan, now: datetime) -> tuple[str, ...]:
    trouble = login_trouble(plan.login, now, plan.estimated_seconds)
    told = [f"{trouble} The run will not begin with it."] if trouble else []
    if plan.login.credential_expiry_unreadable:
        told.append("The cloud does not show when the application credential ends: see that it outlives the run.")
    return tuple(told)
