"""What a measurement hands back, and how it is told."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Number:
    """One measured number beside what it should be."""

    what: str
    value: float | None
    """None: it could not be measured, and `note` says why."""
    unit: str
    """`x` for a ratio; else ms, s, MB, calls/min, bytes/min."""
    aim: str = ""
    """As the design says it; empty for what is only good to know."""
    note: str = ""
    """The parts of a ratio, the spread, or why there is no number."""


def not_measured(what: str, unit: str, aim: str, why: str) -> Number:
    """A number that could not be had here."""
    return Number(what, None, unit, aim, f"not measured: {why}")


def ratio(what: str, ours: Sequence[float], theirs: Sequence[float], *, aim: str = "", names: str) -> Number:
    """The ratio of two medians.

    Args:
        what: what is compared.
        ours: seconds, one for each turn.
        theirs: the same of the other program.
        aim: the design's aim.
        names: what the two are called, for the note: `ours / theirs`.
    """
    mine, other = statistics.median(ours), statistics.median(theirs)
    spread = f"{min(ours):.2f}-{max(ours):.2f} / {min(theirs):.2f}-{max(theirs):.2f}"
    made_of = f"median of {len(ours)}; {spread}" if len(ours) > 1 else "once"
    return Number(what, mine / other, "x", aim, f"{names}: {mine:.2f} s / {other:.2f} s ({made_of})")


def percentile(values: Sequence[float], percent: int) -> float:
    """The value that so many percent do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-len(ordered) * percent // 100) - 1))]


def as_table(numbers: Sequence[Number]) -> str:
    """Lines for people: the number, the aim, and what it was made of."""
    rows = [
        ("what", "value", "aim", "made of"),
        *((one.what, _shown(one), one.aim or "-", one.note) for one in numbers),
    ]
    wide = [max(len(row[column]) for row in rows) for column in range(3)]
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, wide, strict=False)), row[3]]).rstrip()
        for row in rows
    )


def as_json(numbers: Sequence[Number]) -> list[dict[str, Any]]:
    """The same for machines."""
    return [asdict(one) for one in numbers]


def _shown(number: Number) -> str:
    if number.value is None:
        return "-"
    digits = 2 if number.unit in {"x", "s"} else 1 if number.unit in {"ms", "%"} else 0
    return f"{number.value:,.{digits}f} {number.unit}"
