"""Chapter *Software*: non-free packages, the cloud's GPU licence, subscriptions, and codes not to be passed on."""

from __future__ import annotations

from imaging.guidelines import tables
from imaging.guidelines.declaration import rule
from imaging.guidelines.evidence import fitted
from imaging.guidelines.guest import parts
from imaging.guidelines.guest.facts import guest_failed, guest_passed, inside, unless_incomplete
from imaging.guidelines.rule import Answer, Chapter
from imaging.guidelines.rules.guest.found_files import file_rule, found_answer, nothing_found, search_for
from imaging.guidelines.rules.guest.products import judge_products
from models.findings import Severity
from models.formatting import counted
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.guidelines.tables import SoftwareLicence
from models.run.request import Visibility


@rule(
    "SW-PKG-NONFREE",
    Chapter.SOFTWARE,
    "Packages from non-free sources",
    Severity.INFO,
    sentences=("S26",),
    by_hand=r"dpkg-query -Wf '${Section} ${Package}\n' | grep -E '^(non-free|restricted|multiverse)'",
)
def sw_pkg_nonfree(facts: InstanceFacts, _profile: Profile) -> Answer:
    """Packages of non-free sections, and sources of third parties; firmware and drivers may be passed on."""
    packages = inside(facts, parts.packages)
    nonfree = [each for each in packages.nonfree if not tables.matches(each.name, tables.redistributable())]
    if nonfree:
        said = [f"{each.name} ({each.origin})" if each.origin else each.name for each in nonfree]
        return guest_failed(
            fitted(f"{counted(len(nonfree), 'package')}: ", said),
            "Check whether their licences let you pass them on.",
            facts,
            parts.packages,
        )
    strange = [each.name for each in packages.repositories if not _is_distributions(each.name)]
    if strange:
        return guest_failed(
            fitted("Packages may come from third parties: ", strange),
            "Check whether what was installed from there may be passed on.",
            facts,
            parts.packages,
        )
    passed = guest_passed("All packages are from the distribution's free sections.", facts, parts.packages)
    return unless_incomplete(passed, facts, parts.packages)


def _is_distributions(name: str) -> bool:
    return tables.matches(name.casefold(), tables.distribution_repositories())


@rule(
    "SW-VGPU",
    Chapter.SOFTWARE,
    "The cloud's GPU licence token",
    Severity.WARN,
    sentences=("S26",),
    by_hand="ls /etc/nvidia/gridd.conf /etc/nvidia/ClientConfigToken",
)
def sw_vgpu(facts: InstanceFacts, profile: Profile) -> Answer:
    """The cloud put it there on purpose: it matters only where the image leaves the project."""
    search = search_for("SW-VGPU", tables.secrets, facts, profile)
    if not search.found:
        return nothing_found(facts, search, "No GPU licence token is there.")
    leaves = facts.request is not None and facts.request.visibility is not Visibility.PRIVATE
    remedy = "Leave it for GPU instances on this cloud; take it away before the image leaves the cloud."
    return found_answer(facts, search.found, remedy, severity=Severity.WARN if leaves else Severity.INFO)


sw_subscription = file_rule(
    "SW-SUBSCRIPTION",
    Chapter.SOFTWARE,
    "Registration with a subscription",
    Severity.BLOCK,
    sentences=("S26",),
    by_hand="sudo subscription-manager identity || pro status",
    nothing="Not registered with a subscription.",
    remedy="Unregister it: every new instance would use the same registration.",
)

sw_academic = rule(
    "SW-ACADEMIC",
    Chapter.SOFTWARE,
    "Non-redistributable code",
    Severity.WARN,
    sentences=("S26",),
    by_hand="ls -d /opt/* /usr/local/*/ | grep -Ei 'vasp|g16|g09|orca|namd|annovar|cellranger|usearch'",
)(
    judge_products(
        SoftwareLicence.RESTRICTED,
        "No sign of a non-redistributable code that we know.",
        "Remove it, or give users a script instead.",
    )
)
