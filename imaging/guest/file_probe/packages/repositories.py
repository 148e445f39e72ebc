"""Where packages come from: the sources that are switched on, in the forms of apt and of yum."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from imaging.guest.file_probe.guest_files import GuestFiles, words_of
from imaging.guest.file_probe.packages.address_masking import masked_addresses
from imaging.guest.file_probe.part_rows import PartRows

_DEB: Final = re.compile(r"^[ \t]*deb[ \t]+")
_OPTIONS: Final = re.compile(r"^\[[^]]*\][ \t]*")
_COMMENT: Final = re.compile(r"(?<![ \t])[ \t]*#.*")
_BLANKS: Final = re.compile(r"[ \t]+")
_FIELD: Final = re.compile(r"^([A-Za-z-]+):(.*)", re.DOTALL)
_ENABLED: Final = re.compile(r"^enabled[ \t]*=(.*)", re.DOTALL)
_OFF: Final = re.compile(r"=[ \t]*(?:0|[Ff]alse|[Nn]o)")


def tell_apt_sources(files: GuestFiles, rows: PartRows) -> None:
    """One for each line or paragraph that packages are fetched by."""
    for path, text in apt_sources(files):
        rows.row("repository", path, masked_addresses(text))


def apt_sources(files: GuestFiles) -> Iterator[tuple[str, str]]:
    """The file of each source, and its addresses, suites and components; with all that is secret in them."""
    for found in files.files("/etc/apt/sources.list", "/etc/apt/sources.list.d/*.list"):
        for line in files.lines_of(found):
            if words_of(line)[:1] == ["deb"]:
                yield found.path, _one_line(line)
    for found in files.files("/etc/apt/sources.list.d/*.sources"):
        for text in _paragraphs(files.lines_of(found)):
            yield found.path, text


def tell_yum_repositories(files: GuestFiles, rows: PartRows) -> None:
    """The id of each that is switched on."""
    for found in files.files("/etc/yum.repos.d/*.repo"):
        for name in _switched_on(files.lines_of(found)):
            rows.row("repository", found.path, name)


def _one_line(line: str) -> str:
    return _BLANKS.sub(" ", _COMMENT.sub("", _OPTIONS.sub("", _DEB.sub("", line))))


def _paragraphs(lines: list[str]) -> Iterator[str]:
    values: dict[str, str] = {}
    for line in (*lines, ""):
        if line.startswith("#"):
            continue
        if not line.strip(" \t"):
            if text := _source(values):
                yield text
            values = {}
        elif field := _FIELD.match(line):
            values[field[1].lower()] = field[2].strip(" \t").replace("\t", " ")


def _source(values: dict[str, str]) -> str:
    is_on = values.get("enabled", "").lower() != "no" and "deb" in values.get("types", "").split(" ")
    if not is_on or not values.get("uris"):
        return ""
    return " ".join(values.get(key, "") for key in ("uris", "suites", "components")).rstrip(" ")


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
