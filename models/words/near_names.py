"""Names near to one that was mistyped, fit to be shown: names of a cloud are untrusted text."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher
from heapq import nsmallest
from itertools import islice

from models.text import one_line

_MOST = 3
_LIKENESS = 0.7
"""Between 0 and 1: `db-7` and `db-07` are 0.89 alike."""
_MOST_COMPARED = 10_000
"""Names; comparing so many takes some tenths of a second."""
_LONGEST_COMPARED = 64
"""Characters of each: comparing long names takes the square of their length."""
_SHORTEST_PART = 3
"""Characters of a name that count as its beginning."""


def near_names(wanted: str, known: Iterable[str]) -> tuple[str, ...]:
    """At most three of the known names that the user may have meant, the nearest first, each cleaned to one line."""
    sought = _comparable(wanted)
    by_form: dict[str, str] = {}
    for name in islice(known, _MOST_COMPARED):
        by_form.setdefault(_comparable(name), name)
    by_form.pop("", None)
    near = _alike(sought, by_form)
    near += [form for form in sorted(by_form) if len(sought) >= _SHORTEST_PART and form.startswith(sought)]
    return tuple(one_line(by_form[form], _LONGEST_COMPARED) for form in list(dict.fromkeys(near))[:_MOST])


def did_you_mean(wanted: str, known: Iterable[str]) -> str:
    """A question with the near names, such as `Did you mean db-07 or db-08?`; empty if there is none."""
    *others, last = near_names(wanted, known) or ("",)
    if not last:
        return ""
    return f"Did you mean {', '.join(others)} or {last}?" if others else f"Did you mean {last}?"


def _alike(sought: str, forms: Iterable[str]) -> list[str]:
    """As `difflib.get_close_matches`, but equals in the order of the alphabet."""
    matcher: SequenceMatcher[str] = SequenceMatcher()
    matcher.set_seq2(sought)
    scored: list[tuple[float, str]] = []
    for form in forms:
        matcher.set_seq1(form)
        # The first two are quick and never less than the third.
        if all(ratio() >= _LIKENESS for ratio in (matcher.real_quick_ratio, matcher.quick_ratio, matcher.ratio)):
            scored.append((-matcher.ratio(), form))
    return [form for _, form in nsmallest(_MOST, scored)]


def _comparable(name: str) -> str:
    return name[:_LONGEST_COMPARED].casefold()
