"""`python -m tests.texts [PATH…]` lists every text that a user can see; `--words` only those with a word to avoid."""

from __future__ import annotations

import sys

from tests.texts.collecting import texts
from tests.texts.words import found_in


def main(arguments: list[str]) -> None:
    """Print one text per line: where it stands, what it is, the text."""
    paths = tuple(argument for argument in arguments if not argument.startswith("--"))
    chosen = (text for text in texts() if not paths or text.path.startswith(paths))
    if "--words" in arguments:
        for found in found_in(chosen):
            print(found)  # noqa: T201  # it is a command
        return
    for text in chosen:
        print(text.place, text.kind, repr(text.text), sep="\t")  # noqa: T201  # the same


main(sys.argv[1:])
