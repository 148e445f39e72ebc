"""What a seal would leave and its proofs would find, told before anything is stopped."""

from __future__ import annotations

from collections.abc import Iterator

from imaging.guidelines.sealing.expected import after_seal
from imaging.guidelines.sealing.proofs.by_rules import failing
from imaging.guidelines.sealing.proofs.proof import SealProofs
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.seal.plan import SealPlan
from models.words.seal_remedies import HOW_TO_KEEP


def foreseen(facts: InstanceFacts, profile: Profile, plan: SealPlan) -> Iterator[str]:
    """Why the verdict on this seal can only be *not sealed*, a sentence or two each; nothing where it can be sealed.

    Args:
        facts: with the inspection that the seal is planned from.
        profile: the guidelines.
        plan: what the seal takes away, and what is kept on purpose.
    """
    if facts.guest.value is None:
        return
    proofs = SealProofs(plan=plan, seal_report=None, clone=None, image=None, image_report=None)
    for finding in failing(after_seal(facts.guest.value, plan), proofs, facts, profile):
        yield (
            f"The seal would leave what its proof then finds, {finding.rule}: {finding.evidence} "
            f"Remove it from the instance, or keep it on purpose ({HOW_TO_KEEP})."
        )
