"""What is asked before an image is launched for a test."""

from __future__ import annotations

from models.run.plan import Plan
from screens.dialogs.confirm import Question
from screens.widgets.columns import shortened

_NAME_CELLS = 56
"""What a name takes of a sentence at most, in cells."""


def launch_question(plan: Plan) -> Question:
    """What a test launch will do."""
    name = shortened(plan.image.name, _NAME_CELLS, cut="…") if plan.image else "this image"
    test = plan.test
    flavor = f" in the flavor {test.flavors[0].name}" if test and test.flavors else ""
    network = f" on the network {test.network.name}" if test and test.network else ""
    details = [test.why if test else "", *plan.warnings]
    return Question(
        title="Test launch",
        sentence=f"This will launch a test instance of {name}{flavor}{network}, check two boots, and remove it.",
        details="\n".join(part for part in details if part),
    )
