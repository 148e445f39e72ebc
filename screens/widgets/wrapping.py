"""Breaks a text into lines of so many cells, wide characters counted, at blanks where there are some."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len, chop_cells

from screens.widgets.columns import shortened


def wrapped(text: str, width: int, *, most: int = 0, cut: str = "…") -> Sequence[str]:
    """The lines of a text; at least one.

    Args:
        text: without line ends.
        width: in cells.
        most: how many lines at most; 0 for all. The last one ends in `cut` where there would be more.
        cut: the sign of what was left out.
    """
    lines = list(_lines(text, max(2, width))) or [""]
    if most and len(lines) > most:
        rest = " ".join(lines[most - 1 :])
        return [*lines[: most - 1], shortened(rest, max(2, width), cut=cut)]
    return lines


def _lines(text: str, width: int) -> Iterator[str]:
    line = ""
    for word in text.split():
        joined = f"{line} {word}" if line else word
        if cell_len(joined) <= width:
            line = joined
            continue
        if line:
            yield line
        *full, line = chop_cells(word, width)
        yield from full
    if line:
        yield line
