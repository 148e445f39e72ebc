"""What a test launch comes to with the tests that are wanted: the same words in the wizard and over a form. Pure."""

from __future__ import annotations

from textual.content import Content

from models.run.plan import TestLaunchPlan
from models.run.request import RunRequest
from models.text import one_line
from screens.style.tones import Tone, joined, toned


def launch_told(request: RunRequest, test: TestLaunchPlan | None, trouble: str) -> Content:
    """In one or two lines: why there can be none, what has to be chosen first, or where it is launched.

    Args:
        request: names the tests.
        test: the test launch of its plan; None while it is not known.
        trouble: why there is no plan; empty where there is one, or will be.
    """
    if trouble:
        return toned(one_line(trouble), Tone.BAD)
    if test is None:
        return toned("Searching for a flavor and a network", Tone.QUIET)
    if test.refused_because:
        return toned(f"A test launch is not possible: {test.refused_because}", Tone.BAD)
    if test.network is None:
        return toned("Several networks are possible: choose one.", Tone.WARN)
    # Of what may not be missed and what may, only one has room here.
    if request.work_tests.files:
        return toned("Everybody in the project can read on the console what a test prints.", Tone.WARN)
    flavor = test.flavors[0].name if test.flavors else ""
    return joined(
        toned("Launched on ", Tone.QUIET), test.network.name, toned(" in ", Tone.QUIET), flavor,
        toned(": ", Tone.QUIET), test.why,
    )  # fmt: skip
