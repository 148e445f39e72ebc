"""Paths that the system's settings name: only these are told about a command, never its other words."""

from __future__ import annotations

import re
from typing import Final

from imaging.guest.file_probe.part_rows import PartRows

_BETWEEN_WORDS: Final = re.compile(r"[ \t;|&<>()\"'`]+")
_SECRET: Final = re.compile(
    r"\A[-a-z0-9_]*(?:pass(?:word|wd|phrase)?|pwd?|secret|token|api_?key)=", re.IGNORECASE | re.ASCII
)
_PREFIXED: Final = re.compile(r"\A[-+@:!]+(?=/)")
_OPTION: Final = re.compile(r"\A[A-Za-z_-][A-Za-z0-9_-]*=(?=/)")
_SYSTEMS_OWN: Final = re.compile(r"\A(?:/(?:bin|sbin|lib|lib32|lib64|etc|run|dev|proc|sys|boot)|/var/run)(?:/|\Z)")
_PACKAGED: Final = re.compile(r"\A/usr(?:/(?!local/)|\Z)")
_VENDORS: Final = re.compile(r"\A/(?:var|tmp|usr|root|sysroot|system-update)(?:/|\Z)")
_BEFORE: Final = "-@:+!|"
_BEHIND: Final = ";,)\"'"
_MOST: Final = 1_500


class NamedPaths:
    """Rows of kind `use`, each once, without the places that belong to the system itself."""

    def __init__(self, rows: PartRows) -> None:
        """Put them into a part."""
        self._rows = rows
        self._seen: set[tuple[str, str, str]] = set()

    def put(self, enabled: str, how: str, path: str, file: str, *, of_vendor: bool = False) -> None:
        """One path.

        Args:
            enabled: of a unit `yes` or `no`, else `-`.
            how: the word of the setting.
            path: as it was written, with signs that belong to the setting and not to the path.
            file: which names it.
            of_vendor: whether it is a unit of a package, which knows its own places.
        """
        path = path.lstrip(_BEFORE).replace("\t", " ").rstrip(_BEHIND)
        if len(path) < len("/x") or not path.startswith("/") or path.startswith("//") or _is_own(path, of_vendor):
            return
        key = (how, path, file)
        if key in self._seen:
            return
        if len(self._seen) >= _MOST:
            self._rows.incomplete("more than 1,500 paths are named")
            return
        self._seen.add(key)
        self._rows.row("use", enabled, how, path, file)

    def put_all(self, enabled: str, how: str, text: str, file: str, *, of_vendor: bool = False) -> None:
        """The paths among the words of a command or of a setting."""
        for word in _BETWEEN_WORDS.split(text):
            if _SECRET.match(word):
                continue
            plain = _OPTION.sub("", _PREFIXED.sub("", word))
            if plain.startswith("/"):
                self.put(enabled, how, plain, file, of_vendor=of_vendor)


def _is_own(path: str, of_vendor: bool) -> bool:  # it is one question
    own = _SYSTEMS_OWN.match(path) or _PACKAGED.match(path) or (of_vendor and _VENDORS.match(path))
    return bool(own)
