"""Names of what a cloud holds, kept for the shell's completion, which has no time to ask the cloud.

A file for each kind of thing, cloud and project, mode 0600. It is read at each press of the tab key, so this module
imports no model, and its files are lines with tabs. What it reads is checked again: others may share the home.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from pathlib import Path

from imaging.runtime.private_files import close_folder, read_private, write_private

MOST_NAMES = 10_000
"""Of one kind; more are not kept."""
_MOST_FILES = 60
_LONGEST = 255
_LIMIT_BYTES = 16_000_000
_FIRST_LINE = "imaging names 1"
_ODD = re.compile(r"[\x00-\x1f\x7f]")


class NameKind(StrEnum):
    """What the names are of."""

    INSTANCE = "instance"
    IMAGE = "image"
    RULE = "rule"
    QUESTION = "question"
    """A rule that only the user can answer."""


@dataclass(frozen=True)
class Named:
    """One thing."""

    id: str
    name: str


class NameCache:
    """The names of one user."""

    def __init__(self, cache_folder: Path) -> None:
        """Keep where they lie.

        Args:
            cache_folder: `Paths.cache`.
        """
        self._folder = cache_folder / "names"

    def write(self, kind: NameKind, things: Iterable[Named], *, cloud: str = "", project_id: str = "") -> None:
        """Keep these in the place of those of before.

        Raises:
            OSError: they cannot be written.
        """
        close_folder(self._folder)
        lines = [f"{_FIRST_LINE}\t{_plain(cloud)}"]
        lines += [f"{_plain(thing.id)}\t{_plain(thing.name)}" for thing in islice(things, MOST_NAMES)]
        write_private(self._folder / f"{_beginning(kind, cloud)}{_hash(project_id)}.tsv", "\n".join(lines) + "\n")
        self._drop_oldest()

    def read(self, kind: NameKind, *, cloud: str | None = "", project_id: str | None = None) -> tuple[Named, ...]:
        """What was kept last; nothing where there is none, or it cannot be read.

        Args:
            kind: of what.
            cloud: of which cloud; None for the one that was used last.
            project_id: of which project; None for the one that was used last.
        """
        beginning = f"{kind}-" if cloud is None else _beginning(kind, cloud)
        ending = "" if project_id is None else _hash(project_id)
        files = self._newest_first(beginning, f"{ending}.tsv")
        lines = _lines(files[0]) if files else []
        return tuple(_things(lines[1:]))

    def clouds(self) -> tuple[str, ...]:
        """The names of the clouds whose instances or images were listed."""
        kinds = (NameKind.INSTANCE, NameKind.IMAGE)
        files = [file for kind in kinds for file in self._newest_first(f"{kind}-", ".tsv")]
        heads = (_lines(file)[:1] for file in files)
        found = {head[0].partition("\t")[2] for head in heads if head}
        return tuple(sorted(found - {""}))

    def _newest_first(self, beginning: str, ending: str) -> Sequence[Path]:
        with suppress(OSError):
            files = [file for file in self._folder.iterdir() if file.name.startswith(beginning)]
            files = [file for file in files if file.name.endswith(ending) and file.name[0] != "."]
            return sorted(files, key=lambda file: -file.lstat().st_mtime_ns)[:_MOST_FILES]
        return ()

    def _drop_oldest(self) -> None:
        with suppress(OSError):
            files = sorted(self._folder.glob("*.tsv"), key=lambda file: -file.lstat().st_mtime_ns)
            for file in files[_MOST_FILES:]:
                file.unlink(missing_ok=True)


def _beginning(kind: NameKind, cloud: str) -> str:
    return f"{kind}-{_hash(cloud)}-"


def _hash(text: str) -> str:
    """A name of a cloud may hold what no name of a file may."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def _plain(text: str) -> str:
    return _ODD.sub("?", text[:_LONGEST])


def _lines(file: Path) -> list[str]:
    try:
        lines = read_private(file, _LIMIT_BYTES).decode("utf-8", "replace").split("\n")
    except OSError:
        return []
    return lines if lines[0].partition("\t")[0] == _FIRST_LINE else []


def _things(lines: Iterable[str]) -> Iterator[Named]:
    for line in islice(lines, MOST_NAMES):
        thing_id, tab, name = line.partition("\t")
        if tab:
            yield Named(_plain(thing_id), _plain(name))
