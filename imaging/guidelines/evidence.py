"""Evidence that names files of a guest: short enough for two lines, exact enough to be checked by hand."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from pathlib import PurePosixPath

from models.text import one_line

ROOM = 150
"""Characters of an evidence text: two lines of a narrow screen."""
_PATHS_NAMED = 24
"""How many paths or names one command names: as many as fill a small screen. What it leaves out is said beside it."""
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@-]*")
"""An ordinary name of an account."""
_SHORTEST = 24
"""Characters that are left of a long item at least."""


def fitted(before: str, items: Sequence[str], after: str = ".", *, room: int = ROOM) -> str:
    """`BEFOREa, b and 3 moreAFTER`: as many items as there is room for, at least the first one.

    Items come from the guest: a long one is cut in its middle.
    """
    for count in range(len(items), 0, -1):
        rest = f" and {len(items) - count} more" if count < len(items) else ""
        text = f"{before}{', '.join(items[:count])}{rest}{after}"
        if len(text) <= room:
            return text
    rest = f" and {len(items) - 1} more" if len(items) > 1 else ""
    left = max(room - len(before) - len(rest) - len(after), _SHORTEST)
    return f"{before}{shortened(items[0], left)}{rest}{after}" if items else f"{before}{after}"


def shortened(text: str, limit: int) -> str:
    """A text without its middle: of a path, the beginning and the name tell most."""
    if len(text) <= limit:
        return text
    tail = limit * 2 // 3
    return f"{text[: limit - tail - 1]}…{text[-tail:]}"


NOT_BY_KEY = (
    "Something in the instance may need it, and a backup on its disk would be in the image, too. "
    "Save the directory first (s in the list), then run the command in the guest."
)
"""Why the console removes no files of people: there is no place for a copy from which it could undo that."""


def removal(paths: Sequence[str], *, recursive: bool = False) -> str | None:
    """The command that removes them, each quoted for a shell; None where none can be named exactly and safely."""
    deep = [path for path in paths if path.strip("/").count("/") >= 1]
    return on_paths(["sudo", "rm", *(["-r"] if recursive else [])], deep if recursive else paths)


def on_paths(words: Sequence[str], paths: Sequence[str], *, end: tuple[str, ...] = ("--",)) -> str | None:
    """A command on some paths, at most as many as fill a screen; None where none of them can be named exactly.

    A name with a control character, or one that was no text, reached us changed: a command on it would miss it,
    or do something else.

    Args:
        words: the command and its options.
        paths: what it is to work on.
        end: what ends its options; nothing where the path is an option's own value.
    """
    named = [path for path in paths if can_be_named(path)][:_PATHS_NAMED]
    return shlex.join([*words, *end, *named]) if named else None


def can_be_named(path: str) -> bool:
    """Whether a command can name this file exactly."""
    is_whole = path.startswith("/") and path.strip("/") != "" and ".." not in path.split("/")
    return is_whole and path == one_line(path, len(path) + 1) and "\N{REPLACEMENT CHARACTER}" not in path


def left_out(paths: Sequence[str], *, most: int = _PATHS_NAMED) -> str:
    """What a command on these paths leaves to the user, as a sentence; empty where it names all of them."""
    odd = [path for path in paths if not can_be_named(path)]
    plain = len(paths) - len(odd)
    told = []
    if plain > most:
        told.append(f"The command names {most} of {plain}: run it, inspect again, and it names the next ones.")
    if odd:
        names = "A name holds" if len(odd) == 1 else f"{len(odd)} names hold"
        told.append(f"{names} characters that no command can: list the directory, and remove it by hand.")
    return " ".join(told)


def listing_of_odd(paths: Sequence[str]) -> str | None:
    """The command that lists where those lie that no command can name; None where there are none."""
    folders = dict.fromkeys(_nameable_folder(path) for path in paths if not can_be_named(path))
    return on_paths(["sudo", "ls", "-lAb"], list(folders))


def removal_or_listing(paths: Sequence[str]) -> str | None:
    """What removes these files, and what lists those that no command can name."""
    return "\n".join(line for line in (removal(paths), listing_of_odd(paths)) if line) or None


def _nameable_folder(path: str) -> str:
    """The nearest directory above a path that a command can name; the root where there is none."""
    folders = PurePosixPath(path).parents
    return next((str(folder) for folder in folders if can_be_named(str(folder))), "")


def on_names(words: Sequence[str], names: Sequence[str]) -> str | None:
    """A command for each of some accounts or groups, one a line; None where none has an ordinary name."""
    lines = [shlex.join([*words, name]) for name in names if is_account_name(name)]
    return "\n".join(lines[:_PATHS_NAMED]) or None


def is_account_name(name: str) -> bool:
    """Whether it is an ordinary name of an account, which means nothing to a shell."""
    return _NAME.fullmatch(name) is not None
