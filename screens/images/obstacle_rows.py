"""What keeps a planned run from starting, as rows: pure functions."""

from __future__ import annotations

from collections.abc import Iterator

from imaging.runs.plan.start_gate import obstacles
from models.run.obstacle import Obstacle, ObstacleKind
from models.run.plan import Plan
from screens.style.glyphs import Glyphs
from screens.style.tones import Tone
from screens.wizard.pages.content_rows import ContentRow

_ADVICE = {
    ObstacleKind.BLOCKER: "w: give a reason",
    ObstacleKind.UNINSPECTED: "u: continue without",
    ObstacleKind.NETWORK: "n: choose it",
}


def obstacle_rows(plan: Plan, glyphs: Glyphs) -> Iterator[ContentRow]:
    """All of them, each with the key that does something about it, or with what to do."""
    for number, one in enumerate(obstacles(plan)):
        yield _obstacle(number, one, glyphs)


def _obstacle(number: int, one: Obstacle, glyphs: Glyphs) -> ContentRow:
    return ContentRow(
        f"obstacle {number}",
        one.text,
        amount=_ADVICE.get(one.kind, ""),
        sign=glyphs.bad,
        tone=Tone.BAD,
        names=(one.remedy,) if one.remedy and one.kind not in _ADVICE else (),
    )
