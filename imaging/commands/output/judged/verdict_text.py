"""A verdict as lines for a person; the same is in `--json`."""

from __future__ import annotations

from collections.abc import Iterator

from models.verdict import Verdict


def verdict_lines(verdict: Verdict) -> Iterator[str]:
    """The verdict with its reason, what was seen beside it, and the console lines that it rests on."""
    strength = f" ({verdict.strength.value})" if verdict.strength else ""
    stage = f", stage: {verdict.stage.value}" if verdict.stage else ""
    yield f"{verdict.word.value}{strength}{stage}"
    yield verdict.reason
    for hint in verdict.hints:
        yield f"Hint: {hint}"
    for line in verdict.evidence:
        yield f"  | {line}"
