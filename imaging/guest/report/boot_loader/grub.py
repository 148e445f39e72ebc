"""Reads grub.cfg: which entry GRUB starts by itself.

It is a script. What grub-mkconfig and the distributions write is understood: entries and submenus, the `if` around
`default` and `timeout`, `blscfg`. What else may decide is said not to be understood.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from imaging.guest.report.boot_loader.entries import Chosen, Entry, NotUnderstoodError, expanded, without_device
from models import foreign

_SET = re.compile(r"^(?:set +)?(default|timeout|kernelopts|tuned_params|tuned_initrd)=(.*)$")
_KERNEL = re.compile(r"^linux(?:16|efi)?\s+(\S+)\s*(.*)$")
_INITRD = re.compile(r"^initrd(?:16|efi)?\s+(.+)$")
_ANOTHER = re.compile(r"^(?:chainloader|multiboot2?|configfile|source)\b")
_ID = re.compile(r"(?:\$menuentry_id_option|--id)[ =]+('[^']*'|\"[^\"]*\"|\S+)")
_SECONDS = re.compile(r"-?[0-9]{1,6}")
_PLACE = re.compile(r"[0-9]{1,3}")
_DECIDES = re.compile(r"\b(?:default|linux|menuentry)\b")
_KEPT = ("next_entry", "prev_saved_entry", "recordfail", "initrdfail", "boot_counter", "menu_show_once")
"""What GRUB's scripts keep in grubenv for one boot alone, or count there."""
_BESIDE = ("custom.cfg", "user.cfg")
"""Files that grub.cfg takes in where they are there: the first is looked for, the second holds a password alone."""
_IF_ELSE = ("if", "elif", "else", "fi")
_DEEPEST = 30
OfFiles = Callable[[Mapping[str, str]], list[Entry]]


@dataclass
class _Menu:
    """What is read so far."""

    entries: list[Entry] = field(default_factory=list)
    open: list[Entry | str] = field(default_factory=list)
    """Entries, functions and conditions that are not closed, innermost last."""
    defaults: list[str] = field(default_factory=list)
    timeouts: list[str] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    takes_files: bool = False

    @property
    def inside(self) -> Entry | None:
        """The entry that is open."""
        return next((each for each in reversed(self.open) if isinstance(each, Entry)), None)

    @property
    def in_function(self) -> bool:
        return "function" in self.open


def has_entries(lines: Iterable[str]) -> bool:
    """Whether a file is more than a pointer to another one."""
    return any(line.startswith(("menuentry", "blscfg")) for line in lines)


def chosen_by_grub(lines: Iterable[str], environment: Mapping[str, str], of_files: OfFiles) -> Chosen:
    """The entry that GRUB starts by itself.

    Args:
        lines: those of grub.cfg that choose or load anything.
        environment: what grubenv holds.
        of_files: from GRUB's variables to the entries that `blscfg` adds.

    Raises:
        NotUnderstoodError: what that is depends on a form that is not known.
    """
    menu = _Menu(variables=dict(environment))
    for line in lines:
        _take(menu, line, of_files, environment)
    if menu.open:
        raise NotUnderstoodError("its end is missing")
    seconds = [foreign.number(each) for each in menu.timeouts if _SECONDS.fullmatch(each)]
    return Chosen(
        entry=_entry_of(menu.entries, _default(menu, environment)),
        seconds=max(seconds, default=None),
        waits=any(each < 0 for each in seconds),
    )


def _take(menu: _Menu, line: str, of_files: OfFiles, environment: Mapping[str, str]) -> None:
    word = line.split(" ", 1)[0].rstrip(";")
    if len(menu.open) > _DEEPEST:
        raise NotUnderstoodError("too many levels")
    if word in {"menuentry", "submenu"}:
        _open_entry(menu, line, is_menu=word == "submenu")
    elif word == "function":
        menu.open.append("function")
    elif word.startswith("}"):
        _close(menu, line)
    elif word in _IF_ELSE:
        _condition(menu, word, line)
    elif not menu.in_function:
        _statement(menu, line, of_files, environment)


def _open_entry(menu: _Menu, line: str, *, is_menu: bool) -> None:
    if not line.endswith("{"):
        raise NotUnderstoodError("an entry in one line")
    found = _ID.search(line)
    entry = Entry(title=_title(line), id=found[1].strip("'\"") if found else "", is_menu=is_menu)
    around = menu.inside
    (around.below if around is not None else menu.entries).append(entry)
    menu.open.append(entry)


def _title(line: str) -> str:
    """The first word behind `menuentry`, which quotes may hold together."""
    text = line.partition(" ")[2].lstrip()
    quote = text[:1]
    return text[1:].partition(quote)[0] if quote in {"'", '"'} else text.partition(" ")[0]


def _close(menu: _Menu, line: str) -> None:
    while menu.open and isinstance(menu.open[-1], str) and menu.open[-1] != "function":
        menu.open.pop()
    if not menu.open or line != "}":
        raise NotUnderstoodError("its braces")
    menu.open.pop()


def _condition(menu: _Menu, word: str, line: str) -> None:
    if word == "if" and line.rstrip(";").endswith((" fi", ";fi")):
        if _DECIDES.search(line):
            raise NotUnderstoodError("a condition in one line")
        return
    if word == "if":
        menu.open.append(line)
        return
    if not menu.open or not isinstance(menu.open[-1], str):
        raise NotUnderstoodError("its conditions")
    earlier = menu.open.pop()
    if word == "elif":
        menu.open.append(line.removeprefix("el"))
    elif word == "else":
        menu.open.append(f"else {earlier}")


def _statement(menu: _Menu, line: str, of_files: OfFiles, environment: Mapping[str, str]) -> None:
    entry = menu.inside
    if setting := _SET.match(line):
        if entry is None and _applies(menu, environment):
            _set(menu, setting[1], setting[2].strip().strip("'\""))
    elif line.startswith("blscfg"):
        menu.entries += of_files(menu.variables)
    elif _ANOTHER.match(line):
        if entry is not None:
            entry.odd = line
        elif not any(name in line for name in _BESIDE):
            raise NotUnderstoodError(f"\u201c{line}\u201d")
    elif entry is not None:
        _load(entry, line, menu.variables)


def _applies(menu: _Menu, environment: Mapping[str, str]) -> bool:
    """Whether a setting counts, by the conditions around it that ask what grubenv holds; others may be either way."""
    for condition in menu.open:
        if not isinstance(condition, str):
            continue
        for name in _KEPT:
            if name in condition and condition.startswith("if") is not bool(environment.get(name)):
                return False
    return True


def _set(menu: _Menu, name: str, value: str) -> None:
    if name == "default":
        menu.defaults.append(value)
    elif name == "timeout":
        menu.timeouts.append(value)
    else:
        menu.variables.setdefault(name, value)


def _load(entry: Entry, line: str, variables: Mapping[str, str]) -> None:
    try:
        if kernel := _KERNEL.match(line):
            entry.kernels.append((without_device(kernel[1]), expanded(kernel[2], variables)))
        elif initrd := _INITRD.match(line):
            entry.initrds += [without_device(path) for path in expanded(initrd[1], variables).split()]
    except NotUnderstoodError as unknown:
        entry.odd = str(unknown)


def _default(menu: _Menu, environment: Mapping[str, str]) -> str:
    """What `default` comes to."""
    found = list(dict.fromkeys(menu.defaults))
    if len(found) > 1:
        raise NotUnderstoodError("which of its defaults counts")
    value = found[0] if found else "0"
    for name in ("next_entry", "saved_entry"):
        if value in {f"${{{name}}}", f"${name}"}:
            return environment.get(name, "")
    if "$" in value:
        raise NotUnderstoodError(f"default={value}")
    return value


def _entry_of(entries: list[Entry], default: str) -> Entry:
    """The entry that is meant, by number, title or id, through menus; GRUB takes the first one where there is none."""
    found: Entry | None = None
    for step in default.split(">") if default else [""]:
        if found is not None:
            entries = found.below
        if not entries:
            raise NotUnderstoodError("it has no entry")
        found = _step(entries, step)
    if found is None or found.is_menu:
        raise NotUnderstoodError("the default is a submenu")
    return found


def _step(entries: list[Entry], step: str) -> Entry:
    if _PLACE.fullmatch(step):
        place = foreign.whole(step)
        return entries[place] if place < len(entries) else entries[0]
    return next((each for each in entries if step and step in {each.title, each.id}), entries[0])
