"""Chapter *Software*: non-free packages, the cloud's GPU licence, subscriptions; and the judges of the rest."""

from __future__ import annotations

from collections.abc import Mapping

from imaging.guidelines import parts, tables
from imaging.guidelines.evidence import fitted
from imaging.guidelines.guest_facts import guest_failed, guest_passed, inside, unless_incomplete
from imaging.guidelines.rule import Answer, Judge
from imaging.guidelines.rules.inside import licences, places
from imaging.guidelines.rules.inside.found_files import found_answer, judge_files, nothing_found, search_for
from imaging.guidelines.rules.inside.products import judge_products
from imaging.guidelines.rules.inside.unsuitable import unsuitable
from imaging.guidelines.wording import counted
from models.facts import InstanceFacts
from models.findings import Severity
from models.profile import Profile
from models.request import Visibility
from models.tables import SoftwareLicence


def _nonfree(facts: InstanceFacts, _profile: Profile) -> Answer:
    """Packages of non-free sections, and sources of third parties; firmware and drivers may be passed on."""
    packages = inside(facts, parts.packages)
    nonfree = [each for each in packages.nonfree if not tables.matches(each.name, tables.redistributable())]
    if nonfree:
        said = [f"{each.name} ({each.origin})" if each.origin else each.name for each in nonfree]
        return guest_failed(
            fitted(f"{counted(len(nonfree), 'package')}: ", said),
            "Look whether their licences let you pass them on.",
            facts,
            parts.packages,
        )
    strange = [each.name for each in packages.repositories if not _is_distributions(each.name)]
    if strange:
        return guest_failed(
            fitted("Packages may come from third parties: ", strange),
            "Look whether what was installed from there may be passed on.",
            facts,
            parts.packages,
        )
    passed = guest_passed("All packages are from the distribution's free sections.", facts, parts.packages)
    return unless_incomplete(passed, facts, parts.packages)


def _is_distributions(name: str) -> bool:
    return tables.matches(name.casefold(), tables.distribution_repositories())


def _vgpu(facts: InstanceFacts, profile: Profile) -> Answer:
    """The cloud put it there on purpose: it matters only where the image leaves the project."""
    search = search_for("SW-VGPU", tables.secrets, facts, profile)
    if not search.found:
        return nothing_found(facts, search, "No GPU licence token is there.")
    leaves = facts.request is not None and facts.request.visibility is not Visibility.PRIVATE
    remedy = "Leave it for GPU children on this cloud; take it away before the image leaves the cloud."
    return found_answer(facts, search.found, remedy, severity=Severity.WARN if leaves else Severity.INFO)


JUDGES: Mapping[str, Judge] = {
    "SW-LICENSED": judge_products(
        SoftwareLicence.COMMERCIAL,
        "No sign of a commercial product that we know.",
        "Remove it by its maker's uninstaller, unless its licence allows clones.",
    ),
    "SW-ACADEMIC": judge_products(
        SoftwareLicence.RESTRICTED,
        "No sign of a code that we know and that may not be passed on.",
        "Remove it, or give users a script instead.",
    ),
    "SW-LICFILES": licences.files,
    "SW-LICSERVER": licences.servers,
    "SW-PKG-NONFREE": _nonfree,
    "SW-VGPU": _vgpu,
    "SW-SUBSCRIPTION": judge_files(
        "SW-SUBSCRIPTION",
        "It is registered to no subscription.",
        tables.secrets,
        "Unregister it: every child would use the same registration.",
    ),
    "SW-CLOUD-UNSUITABLE": unsuitable,
    "SW-LOCATION": places.location,
    "SW-DEPENDS-ON-LOST": places.dependence,
}
