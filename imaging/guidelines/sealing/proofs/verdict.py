"""The verdict on a seal: *sealed* only where every proof holds. A pure function of what was reported."""

from __future__ import annotations

from imaging.guidelines.sealing.proofs.by_disk import proof_of_boots, proof_of_canaries, proof_of_names
from imaging.guidelines.sealing.proofs.by_instances import proof_of_instances
from imaging.guidelines.sealing.proofs.by_rules import proof_of_clone, proof_of_image
from imaging.guidelines.sealing.proofs.proof import SealProofs
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.seal.plan import KeptThing
from models.seal.verdict import SealProof, SealVerdict, SealWord


def seal_verdict(proofs: SealProofs, facts: InstanceFacts, profile: Profile) -> SealVerdict:
    """What the proofs come to.

    Args:
        proofs: what the clone and the test instances reported.
        facts: those of the source, with the inspection that the seal was planned from.
        profile: the guidelines, by which both inspections are judged again.
    """
    source = facts.guest.value
    made = {
        SealProof.CLONE: proof_of_clone(proofs, facts, profile),
        SealProof.IMAGE: proof_of_image(proofs, facts, profile),
        SealProof.NAMES: proof_of_names(proofs),
        SealProof.CANARIES: proof_of_canaries(proofs),
        SealProof.BOOTS: proof_of_boots(proofs, source),
        SealProof.INSTANCES: proof_of_instances(proofs, source),
    }
    found = tuple(dict.fromkeys(reason for each in made.values() for reason in each.found))
    unproved = tuple(dict.fromkeys(reason for each in made.values() for reason in each.unproved))
    word = SealWord.NOT_SEALED if found else SealWord.UNKNOWN if unproved else SealWord.SEALED
    return SealVerdict(
        word=word,
        reasons=(*found, *unproved),
        doubts=tuple(name for name, each in made.items() if (each.found if found else each.unproved)),
        proofs=tuple(sentence for each in made.values() if each.holds for sentence in each.shown),
        kept=tuple(_kept(each) for each in proofs.plan.kept),
    )


def _kept(thing: KeptThing) -> str:
    return f"{thing.path} ({thing.why})" if thing.why else thing.path
