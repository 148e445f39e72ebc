"""Puts the looks of the guidelines, what to search for, into shell functions.

Names become one regular expression, which find matches against each file's path in one pass: with 100 names and
200,000 files that took a sixteenth of the time of as many `-iname`. Paths become globs that the shell itself expands.
Marks become a `case` that calls the functions of `part_sightings.sh`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from imaging.guest.probe.quoting import quoted
from models.guest.files import Look

_MARK = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_PLAIN_IN_EXPRESSION = re.compile(r"[A-Za-z0-9_/ ,:;=@%~\"'<>#&!-]|[^\x00-\x7f]")
_GLOB = re.compile(r"\*|\?|\[[^]]*\]")
_BRACKET = re.compile(r"\[!?[A-Za-z0-9._-]+\]")


def look_functions(looks: Iterable[Look]) -> str:
    """The shell functions that `part_sightings.sh` calls.

    They are `asked_names`, `asked_looks`, `asked_paths`, `asked_paths_in_home HOME`, `asked_content LOOK` (whether the
    content matters) and `asked_marks LOOK FILE...`.

    Raises:
        ValueError: a control character, a path that is neither absolute nor in a home, or an odd word for a mark.
    """
    wanted = tuple(looks)
    names = sorted({name for look in wanted for name in look.names})
    everything = f".*/({_any_of(names)})" if names else ""
    by_name = [f"{look.id} ^({_any_of(look.names)})$" for look in wanted if look.names]
    absolute = [_at(look, paths, "$R") for look in wanted if (paths := _paths(look, "/"))]
    in_homes = [_at(look, paths, "$1/") for look in wanted if (paths := _paths(look, "~/"))]
    with_marks = [look for look in wanted if look.first_line or look.contains or look.words_after]
    content = _case("$1", [f"{look.id}) return 0 ;;" for look in with_marks])
    marks = _case("$marks_of", [line for look in with_marks for line in _marks(look)])
    return "\n".join(
        [
            _function("asked_names", [f"printf '%s' {quoted(everything)}"]),
            _function("asked_looks", [f"printf '%s\\n' {quoted(line)}" for line in by_name]),
            _function("asked_paths", absolute),
            _function("asked_paths_in_home", in_homes),
            _function("asked_content", [*content, "return 1"]),
            _function("asked_marks", ["marks_of=$1", "shift", *marks] if marks else [":"]),
        ]
    )


def _any_of(names: Iterable[str]) -> str:
    return "|".join(_expression(name.lower()) for name in names)


def _function(name: str, lines: Iterable[str]) -> str:
    body = "\n".join(f"    {line}" for line in lines) or "    :"
    return f"{name}() {{\n{body}\n}}\n"


def _paths(look: Look, beginning: str) -> list[str]:
    for path in look.paths:
        if not path.startswith(("/", "~/")):
            raise ValueError(f"{look.id}: neither absolute nor in a home: {path!r}")
    return [path for path in look.paths if path.startswith(beginning)]


def _at(look: Look, paths: Iterable[str], root: str) -> str:
    globs = " ".join(f'"{root}"{_glob(path.removeprefix("~/"))}' for path in paths)
    return f"look_at {look.id} {globs}"


def _glob(path: str) -> str:
    """A word for the shell in which nothing but the wildcards is left to it."""
    pieces, at = [], 0
    for wildcard in _GLOB.finditer(path):
        pieces += [_literal(path[at : wildcard.start()]), _wildcard(wildcard.group())]
        at = wildcard.end()
    return "".join([*pieces, _literal(path[at:])])


def _literal(text: str) -> str:
    return quoted(text) if text else ""


def _wildcard(text: str) -> str:
    if text.startswith("[") and _BRACKET.fullmatch(text) is None:
        raise ValueError(f"only letters, digits and ranges of them can stand in brackets: {text!r}")
    return text


def _expression(glob: str) -> str:
    """An extended regular expression for one glob of a name, without what old awks do not know (classes, counts)."""
    pieces, at = [], 0
    for wildcard in _GLOB.finditer(glob):
        pieces += [_escaped(glob[at : wildcard.start()]), _part(wildcard.group())]
        at = wildcard.end()
    return "".join([*pieces, _escaped(glob[at:])])


def _part(wildcard: str) -> str:
    if wildcard == "*":
        return "[^/]*"
    if wildcard == "?":
        return "[^/]"
    return _wildcard(wildcard).replace("[!", "[^", 1)


def _escaped(text: str) -> str:
    return "".join(_escaped_character(character) for character in text)


def _escaped_character(character: str) -> str:
    if _PLAIN_IN_EXPRESSION.fullmatch(character):
        return character
    return f"\\{character}" if character in "^\\" else f"[{character}]"


def _case(word: str, branches: list[str]) -> list[str]:
    return [f"case {word} in", *branches, "esac"] if branches else []


def _marks(look: Look) -> Iterator[str]:
    yield f"{look.id})"
    for function, marks in (("first_line_mark", look.first_line), ("content_mark", look.contains)):
        for mark, expression in marks.items():
            if _MARK.fullmatch(mark) is None:
                raise ValueError(f"{look.id}: a mark is one plain word, not {mark!r}")
            yield f'    {function} {mark} {quoted(expression)} "$@"'
    if look.words_after:
        yield f'    words_after {quoted(" ".join(look.words_after))} "$@"'
    yield "    ;;"
