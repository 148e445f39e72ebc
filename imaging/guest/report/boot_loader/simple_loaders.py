"""Reads the configurations of extlinux and systemd-boot: which entry they start by themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase

from imaging.guest.report.boot_loader.entries import Chosen, Entry, NotUnderstoodError
from models import foreign

_COUNTED = re.compile(r"\+\d+(-\d+)?$")
"""What systemd-boot adds to the name of an entry that it tries a few times."""
_NUMBER = re.compile(r"[0-9]{1,6}")
_TENTHS = 10


def chosen_by_extlinux(lines: Iterable[str]) -> Chosen:
    """The entry that extlinux starts by itself.

    Raises:
        NotUnderstoodError: what that is depends on a form that is not known.
    """
    entries: dict[str, Entry] = {}
    default, label, timeout, prompts = "", "", 0.0, False
    for line in lines:
        word, _, value = line.partition(" ")
        value = value.strip()
        match word.upper():
            case "LABEL":
                label = value
                entries[label] = Entry(id=value, title=value)
            case "DEFAULT" | "ONTIMEOUT":
                default = value
            case "TIMEOUT" | "TOTALTIMEOUT":
                timeout = foreign.number(value) / _TENTHS if _NUMBER.fullmatch(value) else 0
            case "PROMPT":
                prompts = value != "0"
            case "INCLUDE" | "CONFIG" | "COM32" | "BOOT" | "LOCALBOOT":
                raise NotUnderstoodError(f"\u201c{line}\u201d")
            case "MENU" if value.upper() == "DEFAULT" and label:
                default = label
            case _ if label:
                _load(entries[label], word.upper(), value)
    if not entries or (default and default not in entries):
        raise NotUnderstoodError("which entry is its default")
    entry = entries[default] if default else next(iter(entries.values()))
    return Chosen(entry, seconds=timeout, waits=prompts and not timeout)


def _load(entry: Entry, word: str, value: str) -> None:
    if word in {"KERNEL", "LINUX"}:
        entry.kernels = [(value, entry.kernels[0][1] if entry.kernels else "")]
    elif word == "INITRD":
        entry.initrds += [path for path in value.split(",") if path]
    elif word == "APPEND":
        given = [each.removeprefix("initrd=") for each in value.split() if each.startswith("initrd=")]
        entry.initrds += [path for each in given for path in each.split(",")]
        entry.kernels = [(entry.kernels[0][0] if entry.kernels else "", value)]


def chosen_by_systemd_boot(settings: Iterable[tuple[str, str]], entries: list[Entry]) -> Chosen:
    """The entry that systemd-boot starts by itself.

    Args:
        settings: keys and values of loader.conf.
        entries: newest kernel first.

    Raises:
        NotUnderstoodError: what that is depends on a form that is not known.
    """
    said = dict(settings)
    default, timeout = said.get("default", ""), said.get("timeout", "0")
    if default.startswith("@") or not entries:
        raise NotUnderstoodError(f"default {default}" if entries else "it has no entry")
    names = {_COUNTED.sub("", entry.id): entry for entry in reversed(entries)}
    fitting = [entry for name, entry in names.items() if default and fnmatchcase(f"{name}.conf", _pattern(default))]
    return Chosen(
        fitting[-1] if fitting else entries[0],
        seconds=foreign.number(timeout) if _NUMBER.fullmatch(timeout) else None,
        waits=timeout == "menu-force",
    )


def _pattern(default: str) -> str:
    return default if default.endswith((".conf", "*")) else f"{default}.conf"
