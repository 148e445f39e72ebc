"""Which claim holds an instance, and which run is behind a claim."""

from __future__ import annotations

from collections.abc import Sequence

from imaging.cloud.interface import Cloud
from imaging.runs.journal.journal import Journal
from imaging.runs.source.claim_keys import decode_claims, misplaced_claims, unreadable_claims
from imaging.runs.source.claim_lifecycle import misplaced_claim, several_claims, unreadable_claim
from imaging.runs.source.instance import refuse_half_known
from models.cloud.instance import Instance
from models.errors import NotOwnedError, UnreadableRunError, UsageError
from models.run.claim import Claim
from models.run.record import RunRecord


async def find_claim(journal: Journal, cloud: Cloud, instance_id: str) -> Claim | None:
    """The claim that a run holds on an instance, read from the instance's own metadata; None without one.

    Of several the one whose run this journal has.

    Raises:
        NotFoundError: there is no such instance.
        NotOwnedError: the only claim in its metadata is not about this instance.
        RunError: the only claim is damaged so far that nothing can be restored by it, or there are several and
            this journal knows none of them; with what to do by hand.
    """
    instance = await cloud.compute.instance(instance_id)
    refuse_half_known(instance)
    claims = decode_claims(instance.metadata, instance.id)
    misplaced = misplaced_claims(instance.metadata, instance.id)
    if not claims and misplaced:
        raise misplaced_claim(instance, misplaced)
    unreadable = unreadable_claims(instance.metadata, instance.id)
    if not claims and unreadable:
        raise unreadable_claim(instance, unreadable[0])
    return await _credible(journal, instance, claims)


async def _credible(journal: Journal, instance: Instance, claims: Sequence[Claim]) -> Claim | None:
    """Of several claims the one whose run this journal has; anybody in the project can write one, this file not.

    Raises:
        RunError: it has none of them.
    """
    if len(claims) <= 1:
        return next(iter(claims), None)
    known = [claim for claim in claims if await _knows(journal, claim)]
    if len(known) != 1:
        raise several_claims(instance, claims)
    return known[0]


async def _knows(journal: Journal, claim: Claim) -> bool:
    try:
        return await recorded_run(journal, claim) is not None
    except NotOwnedError:
        return False  # its run is about another instance


async def recorded_run(journal: Journal, claim: Claim) -> RunRecord | None:
    """The run behind a claim, if the journal of this machine has it: by its whole id, and about the same instance.

    Raises:
        NotOwnedError: the run of that id is about another instance.
    """
    try:
        record = await journal.run(claim.run_id)
    except (UnreadableRunError, UsageError):
        return None  # with a run that cannot be read, the claim is what there is
    if record.id != claim.run_id:
        return None  # the journal also finds a run by the beginning of its id
    if claim.instance_id != (record.claim.instance_id if record.claim else record.instance_id):
        raise NotOwnedError(
            f"The claim on the instance {claim.instance_id} names run {record.id}, which is about {record.title}.",
            meaning="Somebody has copied or changed it. Nothing was changed.",
            remedy=f"Restore {record.title} with: imaging undo {record.id}",
        )
    return record
