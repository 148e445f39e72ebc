"""What the seal of an image comes to, as rows and texts: pure functions."""

from __future__ import annotations

from collections.abc import Iterator

from imaging.runs.plan.start_gate import obstacles
from models.formatting import about
from models.run.obstacle import ObstacleKind
from models.run.plan import Plan
from screens.dialogs.confirm import Question
from screens.style.glyphs import Glyphs
from screens.style.tones import Tone
from screens.wizard.pages.content_rows import ContentRow

_DIGEST_SHOWN = 16


def plan_rows(plan: Plan, glyphs: Glyphs) -> Iterator[ContentRow]:
    """What is to be known before the start, below what is lost: obstacles, time, test, warnings, what is agreed to."""
    for number, one in enumerate(obstacles(plan)):
        text = f"Before you can start: {one.text} {_advice(one.kind)}".rstrip()
        yield ContentRow(f"obstacle {number}", text, sign=glyphs.bad, tone=Tone.BAD)
    name = plan.image.name if plan.image is not None else "the image"
    flavor = f" on {plan.test.flavors[0].name}" if plan.test is not None and plan.test.flavors else ""
    yield ContentRow(
        "about",
        f"{name} stays as it is",
        amount=f"{about(plan.estimated_seconds)}, boot test{flavor}",
        sign=glyphs.note,
        names=("If anything fails, no sealed image is left, and clone and test instance are removed.",),
    )
    for number, text in enumerate(plan.warnings):
        yield ContentRow(f"warning {number}", text, sign=glyphs.warn, tone=Tone.WARN)
    if plan.seal is not None:
        digest = plan.seal.digest[:_DIGEST_SHOWN]
        yield ContentRow("digest", f"You agree to {digest} (another plan stops the clone)", tone=Tone.QUIET)


def _advice(kind: ObstacleKind) -> str:
    return "Press n to choose one." if kind is ObstacleKind.NETWORK else ""


def check_question(plan: Plan) -> Question:
    """Asks before an image is inspected."""
    name = plan.image.name if plan.image is not None else "the image"
    test = plan.test
    flavor = f" on {test.flavors[0].name}" if test is not None and test.flavors else ""
    return Question(
        "Inspect the image first",
        f"What a seal removes is planned from an inspection of {name}. Launch a temporary instance of it{flavor}, read "
        "its disk on its console, and remove it?",
        "\n\n".join(
            (
                *plan.warnings,
                "The image is only launched, and stays as it is. When that run is over, esc leads on to the seal.",
            )
        ),
    )
