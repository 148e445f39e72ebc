"""The list of instances names the next step on the way to an image, and no step that is not possible."""

from __future__ import annotations

import pytest

from models.cloud.instance import Instance
from models.findings import Checklist, Finding, Outcome, Source
from screens.instances.table.next_step import next_step
from tests.screens.driving import console
from tests.screens.samples import finding
from tests.screens.test_instances_screen import choose

UNREAD = {"not_inspected_because": "no inspection was made yet"}
STATE = finding(rule="STATE-SUSPENDED", waivable=False)
OPEN = finding(Outcome.UNKNOWN, rule="FS-ROOT", source=Source.GUEST)


@pytest.mark.parametrize(
    "status, findings, more, change, words",
    [
        ("ACTIVE", (), UNREAD, "", "p inspects it"),
        ("SHUTOFF", (), UNREAD, "Start", "u (Start) to inspect it, or d"),
        ("ACTIVE", (finding(), finding(rule="B")), {}, "", "fix or waive 2, then i"),
        ("SUSPENDED", (STATE,), UNREAD, "Resume", "u (Resume)"),
        ("ERROR", (STATE, finding()), UNREAD, "", ""),
        ("ACTIVE", (finding(Outcome.PASS),), {}, "", "i makes an image"),
        ("ACTIVE", (OPEN,), {}, "", ""),
    ],
)
def test_the_next_step_is_one_that_can_be_taken(status, findings: tuple[Finding, ...], more, change, words):
    of = Checklist(profile="p", findings=findings, **more)
    assert next_step(Instance(id="i", name="x", status=status), of, change) == words


@pytest.mark.parametrize(
    "name, said",
    [
        ("db-07", "─db-07 · next: p inspects it─"),
        ("notebook-3", "─notebook-3 · next: u (Resume)─"),
        ("gpu-trial", "─gpu-trial─"),
    ],
)
async def test_it_stands_above_the_checklist(demo, tmp_path, name, said):
    async with console(tmp_path) as driver:
        await choose(driver, name)
        await driver.sees(said)


async def test_a_console_that_only_reads_advises_nothing(demo, tmp_path):
    async with console(tmp_path, read_only=True) as driver:
        await choose(driver, "db-07")
        await driver.sees("─db-07─", "fixed by the run")
