"""Evidence that names files of a guest: short enough for two lines, exact enough to be checked by hand."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from models.text import one_line

ROOM = 150
"""Characters of an evidence text: two lines of a narrow screen."""
_PATHS_NAMED = 8
"""How many paths or names one remedy names; the next inspection finds the rest."""
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
    return on_paths(["sudo", "rm", *(["-r"] if recursive else [])], deep)


def on_paths(words: Sequence[str], paths: Sequence[str], *, end: tuple[str, ...] = ("--",)) -> str | None:
    """A command on some paths, at most eight; None where none of them can be named exactly.

    A name with a control character, or one that was no text, reached us changed: a command on it would miss it,
    or do something else.

    Args:
        words: the command and its options.
        paths: what it is to work on.
        end: what ends its options; nothing where the path is an option's own value.
    """
    exact = [path for path in paths if path.startswith("/") and _is_plain(path) and ".." not in path.split("/")]
    return shlex.join([*words, *end, *exact[:_PATHS_NAMED]]) if exact else None


def on_names(words: Sequence[str], names: Sequence[str]) -> str | None:
    """A command for each of some accounts or groups, one a line; None where none has an ordinary name."""
    lines = [shlex.join([*words, name]) for name in names if _NAME.fullmatch(name)]
    return "\n".join(lines[:_PATHS_NAMED]) or None


def _is_plain(path: str) -> bool:
    return path == one_line(path, len(path) + 1) and "\N{REPLACEMENT CHARACTER}" not in path
