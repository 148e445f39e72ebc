"""Nova copies an image's properties into later snapshots of its instances: what others make of an image is theirs."""

from __future__ import annotations

import pytest

from tests.acceptance.plain import PlainApi
from tests.acceptance.program import Machine
from tests.acceptance.terminal import wait_for
from tests.acceptance.test_runner_is_killed import LAUNCHING, LONG
from tests.support.demo import DemoCloud


@pytest.mark.slow
def test_what_others_make_of_our_image_is_neither_cleared_away_nor_shown_as_verified(
    machine: Machine, demo: DemoCloud, api: PlainApi
) -> None:
    demo.hooks(spawn={"delay": LONG})
    machine.begin_run("db-07")
    wait_for(lambda: any(LAUNCHING.begun(change) for change in demo.transitions()))
    machine.kill_the_runner()
    demo.hooks()
    demo.turn(LONG)
    (run,) = machine.runs()
    ours = run["image"]["id"]

    theirs = api.launch("colleagues-own", ours)
    early = api.snapshot("made-before-the-verdict", theirs)
    assert api.image(early)["imaging.run"] == run["run"]

    with machine.console() as console:
        console.sees("db-07 → db-07-v1", "Interrupted", "Press R to resume")
        console.press("R")
        console.sees("Resume this run?")
        console.press("y")
        console.sees("The image boots", "restored", "Report written")
        late = api.snapshot("made-after-the-verdict", api.launch("another", ours))
        assert api.image(late)["imaging.verdict"] == "booted"

        console.press("q")
        console.sees("1 Instances   2 Images")
        console.press("2")
        console.sees("astro-base", "listed at")
        for name in ("db-07-v1", "made-before-the-verdict", "made-after-the-verdict"):
            console.press("/")
            console.sees("part of a name")
            console.press(name)
            shown = console.sees(" 1 of ", f"─{name}─")
            assert ("✓ boots" in shown) == (name == "db-07-v1")
            console.press("escape")
            console.sees("listed at", "spectra-tools")

    verdicts = {one["id"]: one["verdict"] for one in machine.imaging("images", "--os-cloud", "demo", "--json").document}
    assert (verdicts[ours], verdicts[early], verdicts[late]) == ("booted", None, None)
    assert (api.image(early)["status"], api.image(late)["status"]) == ("active", "active")
    assert api.server(theirs)["status"] == "ACTIVE"
