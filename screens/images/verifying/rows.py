"""What a test launch comes to, as rows: pure functions."""

from __future__ import annotations

from collections.abc import Iterator

from models.formatting import about
from models.run.plan import Plan
from screens.images.obstacle_rows import obstacle_rows
from screens.style.glyphs import Glyphs
from screens.style.tones import Tone
from screens.wizard.pages.content_rows import ContentRow


def verify_rows(plan: Plan, tests: ContentRow, glyphs: Glyphs) -> Iterator[ContentRow]:
    """What has to be done first, then what is launched, the user's own tests, and what is to be known of it.

    Args:
        plan: of the test launch.
        tests: the row of the user's own tests.
        glyphs: the signs that the terminal can show.
    """
    yield from obstacle_rows(plan, glyphs)
    name, test = plan.image.name if plan.image is not None else "the image", plan.test
    yield ContentRow(
        "about",
        "A test instance is launched, checked in two boots, and removed",
        names=(f"{name} stays as it is.",),
    )
    yield tests
    yield ContentRow("time", f"Takes {about(plan.estimated_seconds)}")
    if test is not None and test.flavors:
        yield ContentRow("flavor", f"Flavor: {test.flavors[0].name}", names=(test.why,))
    if test is not None and test.network is not None:
        yield ContentRow("network", f"Network: {test.network.name}")
    for number, text in enumerate(plan.warnings):
        yield ContentRow(f"warning {number}", text, sign=glyphs.warn, tone=Tone.WARN)
