"""The proofs by the disk itself: no name of the source, no token of the clone, and a second boot as it should be."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from pathlib import PurePosixPath

from imaging.guidelines.sealing.proofs.proof import Proof, SealProofs, named
from models.formatting import counted
from models.guest.facts import GuestFacts
from models.seal.plan import OperationId, SealPlan, TargetAction
from models.seal.report import BootSeen, Canary, CanaryClass, SealedImageReport

_WORDS = {
    CanaryClass.HOME: "files in homes",
    CanaryClass.HISTORY: "histories",
    CanaryClass.LOG: "logs",
    CanaryClass.ROOT_HOME: "files in /root",
    CanaryClass.DELETED: "deleted files",
    CanaryClass.CACHE: "package caches",
    CanaryClass.SWAP: "the swap",
}
_PLANTED_BY = {
    OperationId.HOMES: (CanaryClass.HOME, CanaryClass.HISTORY),
    OperationId.ROOT_HOME: (CanaryClass.ROOT_HOME,),
    OperationId.LOGS: (CanaryClass.LOG,),
}
"""By operation the classes that each clone has; a cache or a swap it may lack."""
_DISK_WHY = "The test instance did not report what is on its disk"
_PREFIX = "SHA256:"


def proof_of_names(proofs: SealProofs) -> Proof:
    """Proof 2, second half: no name of the source is left."""
    report = proofs.image_report
    if report is None:
        return Proof(unproved=(f"{_DISK_WHY}.",))
    found = tuple(f"A name of the source ({each.kind}) is still there: {each.path}." for each in report.needles)
    if report.needles_searched is None:
        return Proof(found, (f"The search for names of the source did not come to its end{_because(report)}.",))
    if report.needles_searched == 0:
        return Proof(found, ("No name of the source could be searched for.",))
    shown = f"{counted(report.needles_searched, 'name')} of the source were searched for, and none was found."
    left_out = f" Not searched for: {named(report.not_searched)}." if report.not_searched else ""
    packed = f" Not searched: {named(report.packed_left)}." if report.packed_left else ""
    inside = " Packed files were searched, but not what is packed once more inside of them."
    return Proof(found, shown=(f"{shown}{left_out}{packed}{inside}",))


def proof_of_canaries(proofs: SealProofs) -> Proof:
    """Proof 3: what the clone wrote before its seal is on no place of the sealed image's raw disk."""
    seal, image = proofs.seal_report, proofs.image_report
    if seal is None or image is None:
        return Proof(unproved=(f"{_DISK_WHY}." if seal is not None else "No token was written before the seal.",))
    counts = {each.kind: each.count for each in image.canaries}
    found = [
        f"On the raw disk of the sealed image there is still something of {_WORDS[kind]}."
        for kind, count in counts.items()
        if count
    ]
    unproved = [*_readers_doubt(proofs)]
    planted = {each.kind: each for each in seal.canaries}
    for kind in CanaryClass:
        if kind in planted:
            unproved += _unproved(planted[kind], counts.get(kind), kind in counts, image)
        elif kind in _expected(proofs.plan):
            unproved.append(f"No token stood for {_WORDS[kind]} before the seal.")
    shown = f"On the raw disk nothing is left of {named(_WORDS[kind] for kind in planted)}."
    return Proof(tuple(found), tuple(unproved), (shown,))


def proof_of_boots(proofs: SealProofs, source: GuestFacts | None) -> Proof:
    """Proof 4: it boots a second time, as itself, with all that is to start."""
    report = proofs.image_report
    if report is None or not report.boots:
        return Proof(unproved=(f"{_DISK_WHY}: no boot is known.",))
    first, last = report.boots[0], report.boots[-1]
    found = [*_still_the_source(report.boots, source), *_lost_units(last, proofs.plan)]
    if first.number != 1 or last.number <= first.number:
        return Proof(tuple(found), (f"The test instance was not seen to boot a second time{_because(report)}.",))
    unproved = [*_not_kept(first, last, source)]
    failed = f" Failed units: {named(last.failed_units)}." if last.failed_units else ""
    return Proof(
        tuple(found), tuple(unproved), (f"It booted a second time with the same identity, not the source's.{failed}",)
    )


def _because(report: SealedImageReport) -> str:
    return f" ({report.trouble})" if report.trouble else ""


def _expected(plan: SealPlan) -> set[CanaryClass]:
    return {kind for name, kinds in _PLANTED_BY.items() if plan.operation(name) is not None for kind in kinds} | {
        CanaryClass.DELETED
    }


def _readers_doubt(proofs: SealProofs) -> Iterator[str]:
    """A reader that misses what it has just written has shown nothing by finding nothing."""
    if proofs.seal_report is not None and not proofs.seal_report.control_seen:
        yield "The clone did not see its own token on its raw disk."
    if proofs.image_report is not None and not proofs.image_report.control_seen:
        yield f"The test instance did not see its own token on its raw disk{_because(proofs.image_report)}."


def _unproved(canary: Canary, count: int | None, is_counted: bool, image: SealedImageReport) -> Iterator[str]:
    what = _WORDS[canary.kind]
    if not canary.seen_before:
        yield f"The token for {what} was not seen on the clone's raw disk before the seal."
    if count is None:
        why = _because(image) if is_counted else ""
        yield f"Whether the raw disk of the sealed image still holds something of {what} is not known{why}."


def _still_the_source(boots: tuple[BootSeen, ...], source: GuestFacts | None) -> Iterator[str]:
    identity = source.identity.value if source is not None else None
    digest = identity.machine_id_digest if identity is not None else ""
    if digest and any(_agree(each.machine_id_digest, digest) for each in boots):
        yield "New instances have the machine-id of the source."
    sshd = source.sshd.value if source is not None else None
    known = {_hexadecimal(each.fingerprint) for each in sshd.host_keys} - {""} if sshd is not None else set()
    if known & {digest for each in boots for digest in each.host_key_digests}:
        yield "New instances have an SSH host key of the source."


def _agree(one: str, other: str) -> bool:
    """Digests are cut to different lengths."""
    return bool(one) and (one.startswith(other) or other.startswith(one))


def _hexadecimal(fingerprint: str) -> str:
    """`SHA256:…` in the digits in which the test instance says it."""
    if not fingerprint.startswith(_PREFIX):
        return ""
    try:
        return base64.b64decode(fingerprint.removeprefix(_PREFIX) + "=", validate=True).hex()
    except (binascii.Error, ValueError):
        return ""


def _not_kept(first: BootSeen, last: BootSeen, source: GuestFacts | None) -> Iterator[str]:
    if not first.machine_id_digest:
        yield "The machine-id of the test instance is not known."
    elif first.machine_id_digest != last.machine_id_digest:
        yield "The test instance had another machine-id after it was restarted."
    if source is None or source.identity.value is None:
        yield "The machine-id of the source is not known, so that nothing can be compared with it."
    sshd = source.sshd.value if source is not None else None
    if set(first.host_key_digests) != set(last.host_key_digests):
        yield "The test instance had other SSH host keys after it was restarted."
    elif not first.host_key_digests and (sshd is None or sshd.installed):
        yield "The test instance has no SSH host keys."


def _lost_units(last: BootSeen, plan: SealPlan) -> Iterator[str]:
    agreed = {
        PurePosixPath(target.name).name
        for operation in plan.operations
        for target in operation.targets
        if target.action is TargetAction.REMOVE
    }
    lost = [name for name in plan.units if name not in last.enabled_units and name not in agreed]
    if lost and last.number > 1:
        yield f"Enabled on the source, and no longer in the sealed image: {named(lost)}."
