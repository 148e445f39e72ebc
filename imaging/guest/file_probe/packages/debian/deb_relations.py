"""What Debian packages need and refuse, and whether a set of packages is whole."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from imaging.guest.file_probe.packages.debian.deb_version import by_deb_version

_ONE: Final = re.compile(r"^\s*([^\s(:\[<]+)(?::([^\s(]+))?\s*(?:\(\s*(<<|<=|=|>=|>>|<|>)\s*([^)\s]+)\s*\))?")
_NEEDS: Final = ("pre-depends", "depends")
_REFUSES: Final = ("breaks", "conflicts")


@dataclass(frozen=True)
class Relation:
    """A package, and which of its versions."""

    name: str
    sign: str = ""
    version: str = ""
    architecture: str = ""
    """`any`, or a machine's; empty where none is said."""

    def fits(self, version: str) -> bool:
        """Whether a version is one of those that are meant."""
        if not self.sign:
            return True
        one, other = by_deb_version(version), by_deb_version(self.version)
        match self.sign:
            case "<<":
                return one < other
            case "<=" | "<":
                return one <= other
            case ">=" | ">":
                return one >= other
            case ">>":
                return one > other
            case _:
                return one == other


class PackageSet:
    """Packages that are installed together."""

    def __init__(self, packages: Iterable[Mapping[str, str]]) -> None:
        """Take them in, each by its fields."""
        self._packages = tuple(packages)
        self._versions: dict[str, list[str]] = defaultdict(list)
        self._for_any: set[str] = set()
        self._provided: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for fields in self._packages:
            self._versions[fields["package"]].append(fields.get("version", ""))
            if fields.get("multi-arch", "").lower() == "allowed":
                self._for_any.add(fields["package"])
            for relation in _relations(fields.get("provides", "")):
                self._provided[relation.name].append((relation.version, fields["package"]))

    def missing(self, check: Callable[[], None], *, for_certain: bool) -> Iterator[str]:
        """The names of the packages of which something is missing that they need.

        Args:
            check: asked in long work.
            for_certain: whether only what is missing for certain counts; else what is wanted of a certain architecture,
                too.
        """
        for fields in self._packages:
            check()
            if any(
                not self._has_any(each, for_certain)
                for field in _NEEDS
                for each in _alternatives(fields.get(field, ""))
            ):
                yield fields["package"]

    def refused(self, check: Callable[[], None]) -> Iterator[str]:
        """The names of those that another one does not suffer beside it."""
        for fields in self._packages:
            check()
            for field in _REFUSES:
                for relation in _relations(fields.get(field, "")):
                    if self._has_beside(relation, fields["package"]):
                        yield relation.name

    def _has_any(self, alternatives: Iterable[Relation], lenient: bool) -> bool:  # passed on
        return any(self._has(each) for each in alternatives if lenient or self._is_sure(each))

    def _is_sure(self, relation: Relation) -> bool:
        return not relation.architecture or (relation.architecture == "any" and relation.name in self._for_any)

    def _has(self, relation: Relation) -> bool:
        if any(relation.fits(version) for version in self._versions.get(relation.name, ())):
            return True
        provided = self._provided.get(relation.name, ())
        return any(not relation.sign or (version and relation.fits(version)) for version, _by in provided)

    def _has_beside(self, relation: Relation, name: str) -> bool:
        if relation.name != name and any(relation.fits(each) for each in self._versions.get(relation.name, ())):
            return True
        provided = self._provided.get(relation.name, ())
        return any(by != name and (not relation.sign or (each and relation.fits(each))) for each, by in provided)


def _alternatives(text: str) -> Iterator[list[Relation]]:
    for group in text.replace("\n", " ").split(","):
        found = [relation for part in group.split("|") if (relation := _relation(part)) is not None]
        if found:
            yield found


def _relations(text: str) -> Iterator[Relation]:
    for group in _alternatives(text):
        yield from group


def _relation(text: str) -> Relation | None:
    found = _ONE.match(text)
    return Relation(found[1], found[3] or "", found[4] or "", found[2] or "") if found else None
