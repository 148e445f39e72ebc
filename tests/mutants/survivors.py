"""What was broken and not noticed, and the list of what need not be."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

LIST = Path(__file__).with_name("survivors.toml")


@dataclass(frozen=True)
class Change:
    """One fault as it was put into one function: the lines that it took away, and those that it put there."""

    function: str
    was: str
    now: str


def change_of(mutant: str, diff: str) -> Change:
    """Read the change out of mutmut's diff; the number of a mutant says nothing once the function has changed."""
    lines = [line for line in diff.splitlines() if not line.startswith(("---", "+++"))]
    function = mutant.partition("__mutmut_")[0].replace(".x_", ".", 1).replace(".xǁ", ".", 1).replace("ǁ", ".")
    return Change(function, _side(lines, "-"), _side(lines, "+"))


def _side(lines: Iterable[str], sign: str) -> str:
    return " ".join(line[1:].strip() for line in lines if line.startswith(sign))


def accepted() -> dict[Change, str]:
    """The changes that no test has to notice, each with its reason."""
    rows = tomllib.loads(LIST.read_text(encoding="utf-8")).get("survivor", [])
    return {Change(row["function"], row["was"], row["now"]): row["reason"] for row in rows}
