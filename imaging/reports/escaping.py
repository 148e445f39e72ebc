"""Foreign text in each format: shown exactly, never taken for markup, a directive, or a command of a pipeline.

A pipeline reads commands from the output of its programs: GitHub a line that begins with `::`, and `##[` anywhere in
a line; Azure Pipelines `##[` and `##vso[`. None of the formats lets one through as it stands.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from models.text import one_line

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Every character that XML 1.0 has no way to write."""
_MARKUP = re.compile(r"[\\`*_{}\[\]<>()#+!|~&@$]|:(?=[:/])|(?<=:):|(?<=\S)\.(?=[^\W\d])")
"""A dot before a letter, too: many renderers make a link of whatever ends like the name of a host."""
_BLOCK_START = re.compile(r"^(?:-|(?<!\d)\d{1,9}(?=\.))")
"""What begins a list at the beginning of a line."""
_FENCE = re.compile("`{3,}")
_HASH_COMMAND = re.compile(r"#(?=#(?:\[|vso\[))")
_COLON_COMMAND = re.compile(r"^([^\S\n]*):(?=:)", re.MULTILINE)
"""GitHub leaves out every blank of Unicode before it looks for a command."""
_HASH = "\N{FULLWIDTH NUMBER SIGN}"


def xml_text(text: object) -> str:
    """A text that XML 1.0 can hold: what it cannot is U+FFFD. The library that writes it escapes the markup."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", str(text))


def without_commands_in_xml(document: str) -> str:
    """An XML document in which no pipeline finds a command: the first character of each is a reference."""
    return _COLON_COMMAND.sub(r"\1&#58;", _HASH_COMMAND.sub("&#35;", document))


def markdown(text: object) -> str:
    """A text as one line of Markdown that shows exactly its characters: no markup, link, mention, formula or HTML."""
    escaped = _MARKUP.sub(lambda found: f"\\{found[0]}", one_line(text).strip())  # blanks would begin a block of code
    return _BLOCK_START.sub(lambda found: f"\\{found[0]}" if found[0] == "-" else f"{found[0]}\\", escaped)


def code_block(lines: Sequence[str]) -> Iterator[str]:
    """Lines of Markdown that show a text as it is: between fences that are longer than any in the text.

    Only what a pipeline would take for a command is parted by a blank: no escape is known between fences.
    """
    runs = (len(run) for line in lines for run in _FENCE.findall(line))
    fence = "`" * (1 + max(runs, default=2))
    yield fence
    yield from (without_commands(line) for line in lines)
    yield fence


def tap(text: object) -> str:
    """A text for the line of a test: `#` begins a directive in every version of TAP, and only some know an escape."""
    return one_line(text).replace("\\", "\\\\").replace("#", _HASH)


def quoted(text: object) -> str:
    """A text as a string of JSON, which is one of YAML as well."""
    return without_commands_in_json(json.dumps(one_line(text), ensure_ascii=False))


def without_commands_in_json(document: str) -> str:
    """A JSON document in which no pipeline finds a command: it can only stand inside of a string."""
    return _HASH_COMMAND.sub(r"\\u0023", document)


def without_commands(line: str) -> str:
    """A line of plain text in which no pipeline finds a command: a blank parts what would begin one."""
    return _COLON_COMMAND.sub(r"\1: ", _HASH_COMMAND.sub("# ", line))


def sarif(text: object) -> str:
    """A text as a message of SARIF, in which `[a](1)` would be a link and `{0}` a placeholder."""
    line = one_line(text)
    if "](" in line:
        line = line.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
    return line.replace("{", "{{").replace("}", "}}") if _PLACEHOLDER.search(line) else line


_PLACEHOLDER = re.compile(r"\{\d")
