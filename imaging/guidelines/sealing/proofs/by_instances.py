"""The proof by two instances: what one tells about itself, another one of the same image does not."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from imaging.guidelines.sealing.proofs.proof import Proof, SealProofs, named
from models.guest.facts import GuestFacts
from models.seal.report import BootSeen

_KINDS = {
    "duid": "DHCP id (DUID)",
    "client": "DHCP client id",
    "secret": "secret of NetworkManager, of which it makes such ids",
    "card": "address of a network card",
}


def proof_of_instances(proofs: SealProofs, source: GuestFacts | None) -> Proof:
    """Proof 4, second half: the instance that booted twice and the one that the deep check inspected differ.

    Args:
        proofs: what both have told.
        source: what was found in the source: where it has no sshd, no host keys are asked for.
    """
    boots = proofs.image_report.boots if proofs.image_report is not None else ()
    first, second = boots[-1] if boots else None, proofs.second
    if first is None or second is None:
        which = "first" if first is None else "second"
        return Proof(
            unproved=(f"The {which} test instance did not tell its ids, so that two instances cannot be compared.",)
        )
    sshd = source.sshd.value if source is not None else None
    has_keys = sshd is None or sshd.installed
    found, unproved = [*_same(first, second)], [*_untold(first, second, has_keys=has_keys)]
    what = "machine-id, SSH host keys and DHCP identity" if has_keys else "machine-id and DHCP identity"
    return Proof(tuple(found), tuple(unproved), (f"Two instances of it differ in {what}.",))


def _same(first: BootSeen, second: BootSeen) -> Iterator[str]:
    if first.machine_id_digest and first.machine_id_digest == second.machine_id_digest:
        yield "Two instances of the sealed image have the same machine-id."
    if _common(first.host_key_digests, second.host_key_digests):
        yield "Two instances of the sealed image have the same SSH host key."
    kinds = {each.partition(" ")[0] for each in _common(first.dhcp_ids, second.dhcp_ids)}
    if kinds:
        what = named(_KINDS.get(kind, "DHCP identity") for kind in sorted(kinds))
        yield f"Two instances of the sealed image have the same {what}."


def _untold(first: BootSeen, second: BootSeen, *, has_keys: bool) -> Iterator[str]:
    told = {
        "machine-id": (first.machine_id_digest, second.machine_id_digest),
        "SSH host keys": (first.host_key_digests, second.host_key_digests) if has_keys else ("-", "-"),
        "DHCP identity": (first.dhcp_ids, second.dhcp_ids),
    }
    for what, of_each in told.items():
        for which, values in zip(("first", "second"), of_each, strict=True):
            if not values:
                yield f"The {which} test instance did not tell its {what}, so that two cannot be compared."


def _common(one: Collection[str], other: Collection[str]) -> set[str]:
    return set(one) & set(other)
