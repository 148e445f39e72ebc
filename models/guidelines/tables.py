"""Rows of the guidelines' data tables: what to search for inside a guest, and what it means when it is there.

The shipped rows are TOML files in `imaging/guidelines/data`; a profile can add rows, replace some by their id, and
switch others off.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from models.base import Frozen
from models.findings import Severity
from models.guest.files import FileSearch

ROW_ID = r"^[a-z0-9][a-z0-9-]*$"
"""Ids of rows: they become the second half of a search's id."""


class SearchRow(Frozen):
    """Where something lies and how it is told, as a row of a table says it."""

    id: str = Field(pattern=ROW_ID)
    paths: tuple[str, ...] = ()
    """Globs; `~/` stands for each home, /root included."""
    names: tuple[str, ...] = ()
    """Globs of file names, to be found anywhere below the search roots."""
    first_line: Mapping[str, str] = Field(default_factory=dict)
    contains: Mapping[str, str] = Field(default_factory=dict)
    words_after: tuple[str, ...] = ()
    anywhere: bool = False
    """Told by content alone: every small text file below the search roots is searched for the marks of `contains`."""
    but_not: tuple[str, ...] = ()
    """Globs of paths that look the same and mean nothing."""

    def search(self, prefix: str) -> FileSearch:
        """The question to the guest; its id is `PREFIX.ID`."""
        return FileSearch(
            id=f"{prefix}.{self.id}",
            paths=self.paths,
            names=self.names,
            first_line=self.first_line,
            contains=self.contains,
            words_after=self.words_after,
            anywhere=self.anywhere,
        )

    @model_validator(mode="after")
    def _can_be_asked(self) -> Self:
        """Refuse what the guest could not be asked: nothing to search for, a relative path, a broken expression."""
        if not self.paths and not self.names and not (self.anywhere and self.contains):
            msg = f"{self.id}: paths or names are needed, or what is searched for anywhere"
            raise ValueError(msg)
        refuse_odd_globs(self.id, self.paths, self.names)
        for pattern in (*self.first_line.values(), *self.contains.values()):
            try:
                re.compile(pattern)
            except re.error as error:
                msg = f"{self.id}: {pattern!r} is not a regular expression: {error}"
                raise ValueError(msg) from error
        return self


class Removal(StrEnum):
    """What has to go of a file with a secret, and what has to stay."""

    FILE = "file"
    """All of it: it holds nothing else."""
    LINES = "lines"
    """The lines with the secret alone: the file holds what the user needs (`~/.bashrc`)."""
    CONTENT = "content"
    """What it holds, but the file stays: a daemon writes to it (`/var/log/auth.log`)."""


class SecretRow(SearchRow):
    """A kind of file that must not be handed on: credentials, identities, histories."""

    rule: str
    """The rule that speaks of it, such as `SEC-CLOUD`."""
    kind: str
    """What it is, in few words: `AWS credentials`."""
    severity: Severity = Severity.BLOCK
    needs: tuple[str, ...] = ()
    """It counts only with one of these marks; none: its place alone tells."""
    milder: Mapping[str, Severity] = Field(default_factory=dict)
    """Severity by mark, where a mark makes it less bad (an encrypted key)."""
    worse: Mapping[str, Severity] = Field(default_factory=dict)
    """Severity by mark, where a mark makes it worse (a mail with a password in it)."""
    removal: Removal = Removal.FILE
    remedy: str = ""
    command: str = ""
    """What takes it away better than `rm`, such as a log-out that tells the other side, too."""

    def search(self, prefix: str) -> FileSearch:
        """The question to the guest: only for what can count, and for line numbers where only lines have to go."""
        wanted = {"marked_only": bool(self.needs), "lines": self.removal is Removal.LINES}
        return super().search(prefix).model_copy(update=wanted)


class SoftwareLicence(StrEnum):
    """Why a product must not simply go into an image."""

    COMMERCIAL = "commercial"
    RESTRICTED = "restricted"
    """Often free for academics, but not to be handed on."""


class SoftwareRow(Frozen):
    """A licensed or restricted product, and by which independent signals it is told."""

    id: str = Field(pattern=ROW_ID)
    name: str
    licence: SoftwareLicence
    install: tuple[str, ...] = ()
    """Globs of where it lies: the first signal."""
    install_names: tuple[str, ...] = ()
    """Names of programs that are found anywhere: the same signal."""
    companion: tuple[str, ...] = ()
    """Globs of what lies beside it (a licence, a version file, data): the second signal."""
    companion_names: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    """Globs of package names: a signal."""
    processes: tuple[str, ...] = ()
    """Globs of program names that run: a signal."""
    but_not: tuple[str, ...] = ()
    """Globs of paths and package names of free look-alikes."""
    why: str = ""
    """Of a restricted one: what its licence asks for."""
    remove: str = ""
    """How its maker takes it away, where that is known."""

    @model_validator(mode="after")
    def _can_be_asked(self) -> Self:
        """Refuse a product by which nothing could be recognised."""
        searches = (*self.install, *self.install_names, *self.companion, *self.companion_names)
        if not (*searches, *self.packages, *self.processes):
            msg = f"{self.id}: install, companion, packages or processes are needed"
            raise ValueError(msg)
        refuse_odd_globs(self.id, (*self.install, *self.companion), (*self.install_names, *self.companion_names))
        return self


class LicenceRow(SearchRow):
    """A kind of licence file: what in it is a key, and what only points to a server."""

    product: str = ""
    """Empty where the words of its feature lines tell."""
    key_marks: tuple[str, ...] = ()
    """Marks of a key; with neither these nor pointer marks in the row, the file's name alone tells."""
    pointer_marks: tuple[str, ...] = ()
    """Marks of a mere pointer to a licence server."""


class PlaceRow(SearchRow):
    """A kind of software that people put into their homes."""

    kind: str
    root: int = Field(default=0, ge=0, le=4)
    """How many path components up from what is found the software's own folder lies."""
    severity: Severity = Severity.WARN
    """As long as nothing of the system needs it; then it is a warning in any case."""


class UnsuitableRow(Frozen):
    """Something that runs and does not fit a cloud, or keeps others from working."""

    id: str = Field(pattern=ROW_ID)
    kind: str
    processes: tuple[str, ...] = ()
    """Globs of program names that run."""
    ports: tuple[str, ...] = ()
    """`udp/67`: what listens there."""
    packages: tuple[str, ...] = ()
    """Globs of package names; alone they only make it possible."""
    harmless_listeners: tuple[str, ...] = ()
    """Globs of `PROCESS@ADDRESS` that listen there with good reason (libvirt's dnsmasq)."""
    severity: Severity = Severity.WARN
    unit: str = ""
    """The unit to be switched off."""


class SealRow(Frozen):
    """Something that a seal does to the system by itself, and why."""

    id: str
    """As in `models.seal.plan.OperationId`."""
    title: str
    reasons: tuple[str, ...]
    """Numbers of the page's sentences, and ids of rules."""


class StayingId(Frozen):
    """Ids of one machine that a seal leaves, for they lie deep in data that stay."""

    units: tuple[str, ...]
    """Globs of the units whose data it is."""
    text: str


class Treatment(Frozen):
    """What becomes of a directory or file that the page names, in an image of either mode."""

    number: str = Field(pattern=r"^S\d+$")
    """Of the page's sentence."""
    plain: str
    sealed: str


class SupportRow(Frozen):
    """How long the maker supports one version of a system in its standard way."""

    id: str
    """As in os-release's ID."""
    version: str = Field(pattern=r"^\d+(\.\d+)*$")
    ends: date
    name: str = ""
    """A word of its full name, where two systems share an ID and a number: CentOS Linux 8 and CentOS Stream 8."""


def refuse_odd_globs(row: str, paths: tuple[str, ...], names: tuple[str, ...]) -> None:
    """Refuse globs that the probe cannot take.

    Raises:
        ValueError: a path is neither absolute nor below `~/`, a name has a slash, or one has a control character.
    """
    for path in paths:
        if not path.startswith(("/", "~/")) or ".." in path.split("/"):
            msg = f"{row}: the path {path!r} must begin with / or ~/ and not climb"
            raise ValueError(msg)
    for name in names:
        if "/" in name or not name.strip("*?"):
            msg = f"{row}: {name!r} is no glob of a file name"
            raise ValueError(msg)
    if any(not glob.isprintable() for glob in (*paths, *names)):
        msg = f"{row}: control characters cannot be searched for"
        raise ValueError(msg)
