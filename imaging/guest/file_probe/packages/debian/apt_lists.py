"""What apt's lists offer for the packages that are installed, as apt chooses where nobody pins anything.

Nothing here guesses: where apt would weigh more than versions and the priorities of releases, `NotKnownError` says so.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from imaging.files.disk.file_system import NAMES
from imaging.files.disk.tree import Found, Tree
from imaging.guest.file_probe.guest_files import GuestFiles
from imaging.guest.file_probe.packages.debian.deb_version import by_deb_version
from imaging.guest.file_probe.packages.debian.dpkg_status import Deb, stanzas
from imaging.guest.file_probe.packages.repositories import AptSource

LISTS: Final = "/var/lib/apt/lists"
_MOST_BYTES: Final = 400_000_000
"""Of all lists together; those of Ubuntu have some 150 MB."""
_LIST: Final = "_Packages"
_ENDINGS: Final = (_LIST, *(f"{_LIST}.{packed}" for packed in ("gz", "xz", "lz4", "bz2", "zst", "lzma")))
_PACKAGE: Final = re.compile(r"^Package: (\S+)$", re.MULTILINE | re.ASCII)
_QUOTED: Final = re.compile(r"[\\|{}\[\]<>\"^~_=!@#$%&*\x00-\x20\x7f-\xff]")
_SECURITY: Final = re.compile(r"security|esm", re.IGNORECASE)
_INSTALLED, _DEFAULT, _UPGRADES_ONLY, _NEVER = 100, 500, 100, 1
"""Priorities, as `apt policy` shows them."""
_ALL: Final = 100
_BUILT: Final = ("installed-size", "depends", "pre-depends", "conflicts", "breaks", "replaces")
"""By these apt tells two packages of the same version apart."""
_HTTP: Final = ("http://", "https://")


class NotKnownError(Exception):
    """What an upgrade would install cannot be told from the files; the message says why, for people."""


@dataclass(frozen=True)
class Release:
    """What a list is a part of."""

    fields: Mapping[str, str]

    @property
    def priority(self) -> int:
        """How apt ranks it."""
        if self._says("notautomatic"):
            return _UPGRADES_ONLY if self._says("butautomaticupgrades") else _NEVER
        return _DEFAULT

    @property
    def is_for_security(self) -> bool:
        """Whether apt's simulation names it so that the probe takes it for security."""
        return any(_SECURITY.search(self.fields.get(key, "")) for key in ("origin", "label", "suite", "codename"))

    def _says(self, key: str) -> bool:
        return self.fields.get(key, "").lower() == "yes"


@dataclass(frozen=True)
class Offer:
    """A version of a package in a list."""

    fields: Mapping[str, str]
    release: Release

    @property
    def version(self) -> str:
        """As dpkg compares it."""
        return self.fields.get("version", "")

    def is_built_as(self, fields: Mapping[str, str]) -> bool:
        """Whether apt takes what is installed under the same version for the same, and not for another one."""
        return all(_bare(self.fields.get(key, "")) == _bare(fields.get(key, "")) for key in _BUILT)

    @property
    def is_held_for_some(self) -> bool:
        """Whether it is given to some machines before others."""
        phased = self.fields.get("phased-update-percentage", "")
        return phased.isdigit() and not (len(phased) == len(str(_ALL)) and phased >= str(_ALL))


@dataclass(frozen=True)
class Upgrade:
    """A newer version of an installed package."""

    deb: Deb
    offer: Offer
    is_for_security: bool


class AptLists:
    """The lists that are here."""

    def __init__(self, tree: Tree, files: GuestFiles, sources: Iterable[AptSource]) -> None:
        """Find them.

        Raises:
            NotKnownError: one is packed, or of none of the sources, so that it cannot be told whether it counts.
            DiskUnreadableError: they cannot be read.
        """
        self._tree = tree
        self._files = files
        listed = [found for found in tree.below(LISTS) if found.is_file and found.name.endswith(_ENDINGS)]
        self._lists = [found for found in listed if found.name.endswith(_LIST)]
        if len(self._lists) < len(listed):
            raise NotKnownError("the package lists are packed in a form that only apt reads")
        if sum(found.node.size_bytes for found in self._lists) > _MOST_BYTES:
            raise NotKnownError("the package lists are too large")
        known = tuple(sources)
        if any(not any(_belongs(found.name, source) for source in known) for found in self._lists):
            raise NotKnownError("a package list belongs to none of the sources")

    def upgrades(self, debs: Iterable[Deb]) -> list[Upgrade]:
        """The newest version that apt would take of each package of which there is a newer one.

        Raises:
            NotKnownError: a list is damaged.
            DiskUnreadableError: it cannot be read.
        """
        installed: dict[str, list[Deb]] = defaultdict(list)
        for deb in debs:
            if deb.is_installed:
                installed[deb.name].append(deb)
        offers: dict[tuple[str, str], list[Offer]] = defaultdict(list)
        for found in self._lists:
            for offer in self._offers(found, installed.keys()):
                for deb in installed[offer.fields["package"]]:
                    if _is_version_of(offer, deb):
                        offers[deb.name, deb.architecture].append(offer)
        every = ((deb, offers[deb.name, deb.architecture]) for group in installed.values() for deb in group)
        chosen = ((deb, _chosen(deb, each), each) for deb, each in every)
        return [Upgrade(deb, best, _is_for_security(best, each)) for deb, best, each in chosen if best is not None]

    def _offers(self, found: Found, names: Collection[str]) -> Iterator[Offer]:
        text = self._tree.read_found(found, limit_bytes=found.node.size_bytes).decode(NAMES)
        release = self._release(found)
        for place in _PACKAGE.finditer(text):
            if place[1] in names:
                self._tree.check()
                end = text.find("\n\n", place.start())
                for fields in stanzas(text[place.start() : end if end >= 0 else len(text)]):
                    yield Offer(fields, release)

    def _release(self, found: Found) -> Release:
        """What the file beside the list says; none is there for a source that nobody vouches for."""
        base = found.path.removesuffix("_Packages")
        begin = base.partition("_dists_")
        suite = f"{begin[0]}_dists_{begin[2].rsplit('_', 2)[0]}" if begin[1] else base
        for ending in ("_InRelease", "_Release"):
            text = self._files.text(f"{suite}{ending}")
            if text is not None:
                return Release(_head(text))
        return Release({})


def _head(text: str) -> Mapping[str, str]:
    lines = (line.partition(":") for line in text.split("\n") if line[:1].isalpha())
    return {key.lower(): value.strip() for key, colon, value in lines if colon}


def _is_version_of(offer: Offer, deb: Deb) -> bool:
    """Of the same architecture, or of all of them before or now."""
    architecture = offer.fields.get("architecture", "")
    return architecture == deb.architecture or "all" in {architecture, deb.architecture}


def _chosen(deb: Deb, offers: Iterable[Offer]) -> Offer | None:
    """The one that apt would install instead; None where it would leave what is there."""
    every = tuple(offers)
    now = by_deb_version(deb.version)
    if any(offer.version == deb.version and not offer.is_built_as(deb.fields) for offer in every):
        raise NotKnownError("a package was built otherwise than the one of the same version in the lists")
    ranks = [offer.release.priority for offer in every if by_deb_version(offer.version) == now]
    least = max([_INSTALLED, *ranks])
    newer = [each for each in every if by_deb_version(each.version) > now and each.release.priority >= least]
    return max(newer, key=lambda each: (each.release.priority, by_deb_version(each.version)), default=None)


def _bare(text: str) -> str:
    return "".join(text.split()).lower()


def _is_for_security(offer: Offer, offers: Iterable[Offer]) -> bool:
    same = (each for each in offers if each.version == offer.version)
    return bool(_SECURITY.search(offer.version)) or any(each.release.is_for_security for each in same)


def _belongs(name: str, source: AptSource) -> bool:
    """Whether apt would give the list of a source that name."""
    return any(_is_list_of(name, uri, suite, source) for uri in source.uris for suite in source.suites)


def _is_list_of(name: str, uri: str, suite: str, source: AptSource) -> bool:
    """The first part of a name is the address; of what is no address of a server nothing is asked."""
    place = _as_file_name(uri).rstrip("_") if uri.startswith(_HTTP) else None
    if suite.endswith("/"):
        ending = f"_{_quoted(suite)}Packages"
        return name == f"{place}{ending}" if place is not None else name.endswith(ending)
    for component in source.components:
        before, middle, rest = name.partition(f"_dists_{_quoted(suite)}_{_quoted(component)}_binary-")
        if middle and rest.endswith(_LIST) and (place is None or before == place):
            return True
    return False


def _as_file_name(uri: str) -> str:
    """As apt names what it fetched: without scheme and user."""
    rest = uri.partition("://")[2]
    host, slash, path = rest.partition("/")
    return _quoted(host.rpartition("@")[2] + slash + path)


def _quoted(text: str) -> str:
    return _QUOTED.sub(lambda sign: f"%{ord(sign[0]):02x}", text).replace("/", "_")
