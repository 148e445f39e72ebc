"""Before each change of the source: is the claim in its metadata still this run's, and whole?"""

from __future__ import annotations

from collections.abc import Sequence

from imaging.cloud.interface import Cloud
from imaging.runs.source.claim_keys import decode_claims, is_same_claim
from imaging.runs.source.claim_lifecycle import take_away
from imaging.runs.source.instance import refuse_half_known
from models.cloud.instance import Instance
from models.errors import ClaimLostError, NotFoundError
from models.run.claim import Claim
from models.run.record import RunRecord


async def verify_claim(cloud: Cloud, run: RunRecord) -> None:
    """Read the claim in the source's metadata again.

    Raises:
        ClaimLostError: it is gone, another's goes first, or it is not the one in the journal.
        CloudError: it could not be read.
    """
    claim = run.claim
    if claim is None:
        raise ClaimLostError("This run has claimed no instance.", meaning="Nothing of it is touched.")
    try:
        instance = await cloud.compute.instance(claim.instance_id)
    except NotFoundError as error:
        raise ClaimLostError(
            f"The instance {claim.instance_id} is gone: somebody deleted it.",
            meaning="Nothing is left of it that could be restored.",
            request_id=error.request_id,
        ) from error
    # An instance without metadata because its cell is down would look like a lost claim.
    refuse_half_known(instance)
    claims = decode_claims(instance.metadata, instance.id)
    # The smallest run id goes first: the same rule by which two runs that claim at once agree who yields.
    if not claims or claims[0].run_id != claim.run_id:
        raise _lost_to(claims, claim, instance, run.id)
    # Damage that the journal shares was there when the claim was read from the metadata, and is known already.
    if claims[0].damage and not claim.damage:
        raise ClaimLostError(
            f"The claim in the metadata of {instance.name} is damaged: it does not say any more "
            f"{', '.join(claims[0].damage)}.",
            meaning="Somebody has changed it, so nothing more of the instance is touched.",
            remedy=f"The journal has it whole: `imaging undo {run.id}` restores the instance by that.",
        )
    if not is_same_claim(claims[0], claim):
        raise ClaimLostError(
            f"The claim in the metadata of {instance.name} is not the one in this journal.",
            meaning="Somebody has changed it, or this journal is an old copy; nothing more of the instance is touched.",
            remedy="To restore it by what its metadata say, use another state directory: "
            f"XDG_STATE_HOME=$(mktemp -d) imaging undo {instance.id}",
        )


def _lost_to(claims: Sequence[Claim], claim: Claim, instance: Instance, run_id: str) -> ClaimLostError:
    """What to say where another claim goes first, or there is none; as long as another stands, no undo can begin."""
    what = f"The claim of run {claim.run_id} is no longer in the metadata of {instance.name}"
    if any(each.run_id == claim.run_id for each in claims):
        what = f"Beside run {claim.run_id} another has claimed {instance.name}"
    first = f"take its claim away: {take_away(instance, claims[0].run_id)}. Then " if claims else ""
    return ClaimLostError(
        what + (f": run {claims[0].run_id}." if claims else "."),
        meaning="Somebody else may work on the instance, so nothing more of it is touched.",
        remedy=f"If nobody does, {first}`imaging undo {run_id}` restores it; what it lacks is in the report.",
    )
