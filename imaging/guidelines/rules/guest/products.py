"""Chapter *Software*: licensed products, and those that may not be passed on. Two independent signs are wanted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from imaging.guidelines import tables
from imaging.guidelines.evidence import fitted
from imaging.guidelines.guest import parts
from imaging.guidelines.guest.facts import guest_failed, guest_passed, guest_unknown, inside_or_none, unless_incomplete
from imaging.guidelines.guest.questions import COMPANION, INSTALL
from imaging.guidelines.guest.sightings import seen
from imaging.guidelines.rule import Answer, Judge
from models.findings import Severity
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.guidelines.tables import SoftwareLicence, SoftwareRow


class Sign(StrEnum):
    """What a product is told by; two different ones are independent of each other."""

    PLACE = "place"
    COMPANION = "companion"
    PACKAGE = "package"
    PROCESS = "process"


@dataclass(frozen=True)
class Product:
    """A product of which there are signs."""

    row: SoftwareRow
    signs: dict[Sign, str]
    """Each sign with an example that can be checked."""

    @property
    def is_found(self) -> bool:
        """Whether two independent signs agree."""
        return len(self.signs) > 1

    @property
    def shown(self) -> str:
        """Its name, and the sign that a user finds first."""
        examples = list(self.signs.values())[: 2 if self.is_found else 1]
        return f"{self.row.name} ({', '.join(examples)})"


def judge_products(licence: SoftwareLicence, nothing: str, remedy: str) -> Judge:
    """The judge of the products of one class of licence.

    Args:
        licence: the class.
        nothing: the evidence where there are no signs.
        remedy: what to do where something was found.
    """

    def judge(facts: InstanceFacts, profile: Profile) -> Answer:
        products = signs_of_products(facts, profile, licence)
        found = [each for each in products if each.is_found]
        if found:
            return _products_found(facts, found, "", f"{remedy}{_why(found[0])}")
        if products:
            return _products_found(
                facts, products, "Possibly, by one sign alone: ", "Check whether it is there.", Severity.INFO
            )
        if inside_or_none(facts, parts.packages) is None:
            return guest_unknown("Nothing found by files, but the packages were not read.")
        passed = guest_passed(nothing, facts, parts.sightings, parts.packages)
        return unless_incomplete(passed, facts, parts.sightings, parts.packages)

    return judge


def _products_found(
    facts: InstanceFacts, products: list[Product], before: str, remedy: str, severity: Severity | None = None
) -> Answer:
    return guest_failed(
        fitted(before, [each.shown for each in products]),
        remedy,
        facts,
        parts.sightings,
        command="\n".join(f"sudo {each.row.remove}" for each in products if each.row.remove) or None,
        severity=severity,
    )


def _why(product: Product) -> str:
    return f" Licence: {product.row.why}." if product.row.why else ""


def signs_of_products(facts: InstanceFacts, profile: Profile, licence: SoftwareLicence) -> list[Product]:
    """The products of a class with at least one sign, in the order of the table.

    Raises:
        UnreadError: nobody inspected the guest, or the search could not be made.
    """
    rows = [row for row in tables.software(profile) if row.licence is licence]
    paths: dict[str, list[str]] = {}
    for each in seen(facts, *(f"{row.id}.{search}" for row in rows for search in (INSTALL, COMPANION))):
        paths.setdefault(each.search, []).append(each.path)
    products = [Product(row, {**_files(paths, row), **_package(facts, row), **_process(facts, row)}) for row in rows]
    return [each for each in products if each.signs]


def _files(paths: Mapping[str, list[str]], row: SoftwareRow) -> dict[Sign, str]:
    """Where it lies, and what lies beside it; one file cannot be both signs."""
    signs: dict[Sign, str] = {}
    for sign, search in ((Sign.PLACE, INSTALL), (Sign.COMPANION, COMPANION)):
        there = [path for path in paths.get(f"{row.id}.{search}", ()) if not tables.matches(path, row.but_not)]
        other = next((path for path in there if path not in signs.values()), None)
        if other is not None:
            signs[sign] = other
    return signs


def _package(facts: InstanceFacts, row: SoftwareRow) -> dict[Sign, str]:
    packages = inside_or_none(facts, parts.packages)
    names = packages.names if packages is not None else ()
    name = next((each for each in names if _fits(each, row.packages, row)), None)
    return {Sign.PACKAGE: f"package {name}"} if name else {}


def _process(facts: InstanceFacts, row: SoftwareRow) -> dict[Sign, str]:
    services = inside_or_none(facts, parts.services)
    processes = services.processes if services is not None else ()
    name = next((each.name for each in processes if _fits(each.name, row.processes, row)), None)
    return {Sign.PROCESS: f"{name} runs"} if name else {}


def _fits(name: str, globs: tuple[str, ...], row: SoftwareRow) -> bool:
    return tables.matches(name, globs) and not tables.matches(name, row.but_not)
