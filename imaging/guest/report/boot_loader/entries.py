"""What boot loaders choose from: menus, entries, and what stops us from understanding one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from models import foreign

_NUMBER = re.compile(r"([0-9]{1,15})")
_VARIABLE = re.compile(r"\$\{?([a-z_]+)\}?")
_DEVICE = re.compile(r"^\([^)]*\)")
_LONGEST_LINE = 4_096
"""Characters; the kernel takes 2,048, and 4,096 on some architectures."""
_MAY_BE_EMPTY = frozenset(
    {"kernelopts", "tuned_params", "tuned_initrd", "extra_cmdline", "vt_handoff", "linux_gfx_mode"}
)
"""Variables that GRUB's scripts leave empty unless somebody set them."""


class NotUnderstoodError(Exception):
    """A form of configuration that is not known: what it comes to cannot be told."""


@dataclass
class Entry:
    """One line of a menu: a kernel, or a menu below."""

    title: str = ""
    id: str = ""
    kernels: list[tuple[str, str]] = field(default_factory=list)
    """Each with its kernel line."""
    initrds: list[str] = field(default_factory=list)
    below: list[Entry] = field(default_factory=list)
    is_menu: bool = False
    odd: str = ""
    """What of it is no kernel: another boot loader, a form that is not known."""


@dataclass(frozen=True)
class Chosen:
    """What a boot loader starts by itself, and how long it waits before."""

    entry: Entry
    seconds: float | None = None
    waits: bool = False


def from_files(rows: Iterable[tuple[str, str, str]], variables: Mapping[str, str]) -> list[Entry]:
    """The entries of the Boot Loader Specification, one a file, newest kernel first.

    Args:
        rows: key, value and file.
        variables: those of GRUB's environment, which older entries name.
    """
    by_file: dict[str, list[tuple[str, str]]] = {}
    for key, value, file in rows:
        by_file.setdefault(file, []).append((key, value))
    newest_first = sorted(by_file, key=lambda file: by_numbers(_name(file)), reverse=True)
    return [_entry(_name(file), by_file[file], variables) for file in newest_first]


def _name(file: str) -> str:
    return file.rpartition("/")[2].removesuffix(".conf")


def _entry(name: str, said: list[tuple[str, str]], variables: Mapping[str, str]) -> Entry:
    found = Entry(id=name)
    kernel = ""
    options: list[str] = []
    initrds: list[str] = []
    for key, value in said:
        match key:
            case "title":
                found.title = value
            case "linux":
                kernel = value
            case "options":
                options.append(value)
            case "initrd":
                initrds.append(value)
            case "efi" | "uki" | "uki-url":
                found.odd = f"{key} {value}"
    try:
        found.initrds = [path for initrd in initrds for path in expanded(initrd, variables).split()]
        found.kernels = [(kernel, expanded(" ".join(options), variables))] if kernel else []
    except NotUnderstoodError as unknown:
        found.odd = str(unknown)
    return found


def expanded(text: str, variables: Mapping[str, str]) -> str:
    """A text with the variables that are known; those that stay empty unless set are taken out.

    Raises:
        NotUnderstoodError: it names another one.
    """

    def value(found: re.Match[str]) -> str:
        name = found[1]
        if name not in variables and name not in _MAY_BE_EMPTY:
            raise NotUnderstoodError(f"the variable ${name}")
        return variables.get(name, "")[:_LONGEST_LINE]

    return _VARIABLE.sub(value, text[:_LONGEST_LINE], count=8).strip()


def by_numbers(version: str) -> tuple[tuple[int, int, str], ...]:
    """So that 5.15.0-100 comes after 5.15.0-99, and a number after letters, as rpm and GRUB compare."""
    pieces = [piece for piece in _NUMBER.split(version) if piece]
    return tuple((1, foreign.whole(piece), "") if _NUMBER.fullmatch(piece) else (0, 0, piece) for piece in pieces)


def without_device(path: str) -> str:
    """A path without the device before it: `($root)/vmlinuz`, `(hd0,gpt1)/vmlinuz`."""
    return _DEVICE.sub("", path.strip("'\""))
