"""The proof by the rules: what they found in the source is neither in the sealed clone nor in the sealed image."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from imaging.guidelines.guest.storage import is_below
from imaging.guidelines.rules.guest_rules import GUEST_RULES
from imaging.guidelines.sealing.proofs.proof import Proof, SealProofs
from models.fact import Fact
from models.findings import Finding, Outcome, Severity, Source
from models.guest.accounts import Accounts
from models.guest.directories import Directories
from models.guest.facts import GuestFacts
from models.guest.files import Sighting
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.run.request import Mode, Visibility
from models.seal.plan import OperationId
from models.seal.report import SealReport, SealState

_CHAPTERS = ("SEC-", "DATA-", "ID-")
_ALONE = frozenset({"SYS-PASSWD", "CI-CLEAN"})
_STRICT = frozenset({"CI-CLEAN"})
"""Only a remark about a plain image; of a sealed one it says that the seal left something."""
_NEEDED = ("accounts", "directories", "sightings", "cloud_init", "identity")
"""The parts of the clone's second inspection without which it shows nothing."""


def proof_of_clone(proofs: SealProofs, facts: InstanceFacts, profile: Profile) -> Proof:
    """Proof 1: the clone carried out what was agreed to, and the probe found nothing of it afterwards."""
    report = proofs.seal_report
    if report is None:
        return Proof(unproved=("The clone did not report its seal.",))
    found = [*_against(report, proofs)]
    unproved = [*_not_carried_out(report, proofs)]
    if proofs.clone is None:
        unproved.append("The clone was not inspected after its seal.")
        return Proof(tuple(found), tuple(unproved))
    for name in _NEEDED:
        part: Fact[Any] = getattr(proofs.clone, name)
        if not part.known:
            why = part.unknown_because or "nobody told"
            unproved.append(f"The clone's inspection after the seal lacks {name.replace('_', ' ')}: {why}.")
    # Of what the clone was not asked the image's own inspection tells.
    found += [
        f"In the clone after its seal, {each.rule}: {each.evidence}"
        for each in failing(proofs.clone, proofs, facts, profile)
    ]
    taken = sum(each.before - each.after for each in report.results)
    return Proof(
        tuple(found), tuple(unproved), (f"The clone removed {taken:,} things, and its second inspection is clean.",)
    )


def proof_of_image(proofs: SealProofs, facts: InstanceFacts, profile: Profile) -> Proof:
    """Proof 2, first half: the deep check of the sealed image is clean by the same rules."""
    if proofs.image is None:
        return Proof(unproved=("The sealed image was not inspected.",))
    found = failing(proofs.image, proofs, facts, profile)
    unknown = [
        each
        for each in _asked(proofs.image, proofs, facts, profile)
        if each.outcome is Outcome.UNKNOWN and _counts(each)
    ]
    return Proof(
        tuple(f"In the sealed image, {each.rule}: {each.evidence}" for each in found),
        tuple(f"In the sealed image, {each.rule} has no answer: {each.evidence}" for each in unknown),
        ("The deep check of the sealed image found no secret, no data and no identity.",),
    )


def without_kept(guest: GuestFacts, proofs: SealProofs) -> GuestFacts:
    """The facts without what is kept on purpose; keys, histories and secrets in a home that is kept still count."""
    homes = {each.path for each in proofs.plan.kept if each.owner}
    paths = [each.path for each in proofs.plan.kept if not each.owner]

    def is_kept(path: str) -> bool:
        return path.rstrip("/") in homes or any(is_below(path, kept) for kept in paths)

    changes: dict[str, Fact[Any]] = {}
    if guest.accounts.value is not None:
        changes["accounts"] = _but(guest.accounts, _accounts(guest.accounts.value, proofs.staying))
    if guest.directories.value is not None:
        value = guest.directories.value
        directories = Directories(
            homes=tuple(each for each in value.homes if not is_kept(each.path)),
            others=tuple(each for each in value.others if not is_kept(each.path)),
            desktops=tuple(
                each
                for each in value.desktops
                if not any(is_below(each.path, home) for home in homes) and not is_kept(each.path)
            ),
            caches=value.caches,
            installed=value.installed,
        )
        changes["directories"] = _but(guest.directories, directories)
    if guest.sightings.value is not None:
        sightings: tuple[Sighting, ...] = tuple(
            each for each in guest.sightings.value if not any(is_below(each.path, kept) for kept in paths)
        )
        changes["sightings"] = _but(guest.sightings, sightings)
    return guest.model_copy(update=changes)


def _accounts(known: Accounts, staying: frozenset[str]) -> Accounts:
    return known.model_copy(
        update={
            "accounts": tuple(each for each in known.accounts if each.name not in staying),
            "orphans": tuple(each for each in known.orphans if each.owner not in staying),
        }
    )


def _but(fact: Fact[Any], value: object) -> Fact[Any]:
    return fact.model_copy(update={"value": value})


def _asked(guest: GuestFacts, proofs: SealProofs, facts: InstanceFacts, profile: Profile) -> Iterator[Finding]:
    """The findings of the rules, as if it were a plain image for others: nothing is still to be taken away."""
    request = facts.request
    if request is not None:
        request = request.model_copy(update={"mode": Mode.PLAIN, "visibility": Visibility.SHARED, "waivers": ()})
    of_guest = Fact[GuestFacts](value=without_kept(guest, proofs), source=Source.GUEST, read_at=guest.read_at)
    facts = facts.model_copy(update={"guest": of_guest, "request": request})
    for rule in GUEST_RULES:
        if (rule.id.startswith(_CHAPTERS) or rule.id in _ALONE) and rule.id not in profile.disabled_rules:
            yield rule.find(facts, profile)


def failing(guest: GuestFacts, proofs: SealProofs, facts: InstanceFacts, profile: Profile) -> list[Finding]:
    """What the rules find in a guest that contradicts a seal.

    Args:
        guest: an inspection of what was sealed.
        proofs: their plan says what is kept on purpose, and so contradicts nothing.
        facts: of the source.
        profile: the guidelines.
    """
    findings = _asked(guest, proofs, facts, profile)
    return [each for each in findings if each.outcome is Outcome.FAIL and _counts(each)]


def _counts(finding: Finding) -> bool:
    """Whether it is more than a remark: this boot itself wrote a random seed, and canaries answer for free space."""
    return finding.severity in {Severity.BLOCK, Severity.WARN} or finding.rule in _STRICT


def _against(report: SealReport, proofs: SealProofs) -> Iterator[str]:
    if report.state is not SealState.SEALED:
        yield f"The clone was not sealed: {report.why or report.state.value}."
    elif report.digest != proofs.plan.digest:
        yield "The clone carried out another plan than the one that was agreed to."
    if not proofs.plan.kept:
        yield from (f"The clone still has {each.after:,} of {each.id.value}." for each in report.results if each.after)


def _not_carried_out(report: SealReport, proofs: SealProofs) -> Iterator[str]:
    done: set[OperationId] = {each.id for each in report.results}
    if report.state is SealState.SEALED:
        missing = [each.title for each in proofs.plan.operations if each.id not in done]
        yield from (f"The clone does not say that it removed: {title}." for title in missing)
