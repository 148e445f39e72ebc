"""Where packages come from: the sources that are switched on, in the forms of apt and of yum."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from imaging.guest.file_probe.guest_files import GuestFiles, words_of
from imaging.guest.file_probe.packages.address_masking import masked_addresses
from imaging.guest.file_probe.part_rows import PartRows

_PLACES: Final = ("uris", "suites", "components")
_DEB: Final = re.compile(r"^[ \t]*deb[ \t]+")
_OPTIONS: Final = re.compile(r"^\[[^]]*\][ \t]*")
_COMMENT: Final = re.compile(r"(?<![ \t])[ \t]*#.*")
_BLANKS: Final = re.compile(r"[ \t]+")
_FIELD: Final = re.compile(r"^([A-Za-z-]+):(.*)", re.DOTALL)
_ENABLED: Final = re.compile(r"^enabled[ \t]*=(.*)", re.DOTALL)
_OFF: Final = re.compile(r"=[ \t]*(?:0|[Ff]alse|[Nn]o)")


@dataclass(frozen=True)
class AptSource:
    """Where apt fetches from; with all that is secret in the addresses."""

    uris: tuple[str, ...]
    suites: tuple[str, ...] = ()
    components: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """As one line."""
        return " ".join((*self.uris, *self.suites, *self.components))

    @property
    def is_whole(self) -> bool:
        """Whether apt understands it: addresses, and what is to be had there."""
        return bool(self.suites) and all(":" in uri for uri in self.uris)


def tell_apt_sources(files: GuestFiles, rows: PartRows) -> None:
    """One for each line or paragraph that packages are fetched by."""
    for path, source in apt_sources(files):
        rows.row("repository", path, masked_addresses(source.text))


def apt_sources(files: GuestFiles) -> Iterator[tuple[str, AptSource]]:
    """The file of each source, and what it says."""
    for found in files.files("/etc/apt/sources.list", "/etc/apt/sources.list.d/*.list"):
        for line in files.lines_of(found):
            if words_of(line)[:1] == ["deb"]:
                yield found.path, _of_line(_one_line(line))
    for found in files.files("/etc/apt/sources.list.d/*.sources"):
        for source in _paragraphs(files.lines_of(found)):
            yield found.path, source


def tell_yum_repositories(files: GuestFiles, rows: PartRows) -> None:
    """The id of each that is switched on."""
    for found in files.files("/etc/yum.repos.d/*.repo"):
        for name in _switched_on(files.lines_of(found)):
            rows.row("repository", found.path, name)


def _of_line(text: str) -> AptSource:
    words = text.split(" ")
    return AptSource(tuple(words[:1]), tuple(words[1:2]), tuple(words[2:]))


def _one_line(line: str) -> str:
    return _BLANKS.sub(" ", _COMMENT.sub("", _OPTIONS.sub("", _DEB.sub("", line))))


def _paragraphs(lines: list[str]) -> Iterator[AptSource]:
    values: dict[str, str] = {}
    for line in (*lines, ""):
        if line.startswith("#"):
            continue
        if not line.strip(" \t"):
            if _is_on(values):
                yield AptSource(*(tuple(values.get(key, "").split(" ")) if values.get(key) else () for key in _PLACES))
            values = {}
        elif field := _FIELD.match(line):
            values[field[1].lower()] = field[2].strip(" \t").replace("\t", " ")


def _is_on(values: dict[str, str]) -> bool:
    is_fetched = "deb" in values.get("types", "").split(" ") and bool(values.get("uris"))
    return is_fetched and values.get("enabled", "").lower() != "no"


def _switched_on(lines: list[str]) -> Iterator[str]:
    name, is_on = "", False
    for line in lines:
        if line.startswith("["):
            if name and is_on:
                yield name
            name, is_on = line.replace("[", "").replace("]", "").replace("\t", ""), True
        elif _ENABLED.match(line):
            is_on = _OFF.search(line) is None
    if name and is_on:
        yield name
