"""The rows of a checklist: what must be fixed stands on top, what passed is folded, and a filter reaches every rule."""

from __future__ import annotations

import pytest

from models.findings import AskedFor, Checklist, FindingClass, Outcome, Severity, Source
from models.steps import StepName
from screens.dialogs.finding import FindingScreen
from screens.widgets.checklist import ChecklistView
from screens.widgets.groups import Head, Shown, key_of, rows_of
from tests.screens.driving import console
from tests.screens.samples import finding
from tests.screens.test_instances_screen import choose

BLOCKER = finding(rule="B")
CONFIRM = finding(Outcome.UNKNOWN, Severity.ASK, rule="C", asked_for=AskedFor.BEFORE_RUN, source=Source.USER)
WARNING = finding(severity=Severity.WARN, rule="W")
UNKNOWN = finding(Outcome.UNKNOWN, Severity.WARN, rule="U", source=Source.GUEST)
FIXED = finding(rule="F", fixed_by=StepName.STOP)
PASSED = finding(Outcome.PASS, rule="P", title="Quiet title", evidence="No private keys in /home.")
ALL = Checklist(profile="p", findings=(PASSED, FIXED, UNKNOWN, WARNING, CONFIRM, BLOCKER))


def keys(shown: Shown = Shown(), *, inspected: bool = True) -> list[str]:  # noqa: B008  # it is frozen
    return [key_of(row) for row in rows_of(ALL, shown, inspected=inspected)]


def test_blockers_come_first_then_what_must_be_confirmed_and_what_needs_nothing_done_is_folded():
    assert keys() == [
        "B", "C", "group warning", "W", "group unknown", "U", "group fixed by the run", "group pass",
    ]  # fmt: skip


def test_what_is_folded_is_counted():
    *_, last = rows_of(ALL, Shown(), inspected=True)
    assert isinstance(last, Head)
    assert (last.words, last.hidden) == ("1 pass", 1)


def test_before_an_inspection_the_unknowns_are_folded_and_unfold_like_all_others():
    assert "U" not in keys(inspected=False)
    assert "U" in keys(Shown(toggled=frozenset({FindingClass.UNKNOWN})), inspected=False)
    assert "W" not in keys(Shown(toggled=frozenset({FindingClass.WARNING})))
    assert "P" in keys(Shown(toggled=frozenset({FindingClass.PASS})))
    assert "F" in keys(Shown(toggled=frozenset({FindingClass.FIXED_BY_RUN})))


def test_what_the_user_confirmed_stays_in_sight_to_be_taken_back():
    given = CONFIRM.model_copy(update={"outcome": Outcome.PASS})
    rows = rows_of(Checklist(profile="p", findings=(given, PASSED)), Shown(), inspected=True)
    assert [key_of(row) for row in rows] == ["group pass", "C"]


@pytest.mark.parametrize("text", ["quiet", "private KEYS", "P", "passed"])
def test_a_filter_finds_also_what_is_folded_by_title_evidence_rule_and_class(text):
    assert "P" in keys(Shown(text=text))
    assert keys(Shown(text="no such words")) == []


def test_only_what_keeps_a_run_from_starting_can_be_shown():
    assert keys(Shown(only_blocking=True)) == ["B", "C"]


async def test_a_filter_of_the_checklist_leaves_the_list_alone_and_escape_takes_it_off_first(demo, tmp_path):
    async with console(tmp_path) as driver:
        await choose(driver, "db-07")
        await driver.sees("fixed by the run")
        await driver.press("enter", "slash")
        await driver.write("quiesc")
        await driver.press("enter")
        view = driver.app.screen.query_one(ChecklistView)
        await driver.until(lambda: len(view.rows.items) < 4)
        await driver.sees("Quiescing of a running", "esc Show all", " 16 instances")
        await driver.press("escape")
        await driver.until(lambda: len(view.rows.items) > 4)
        assert view.rows.has_focus
        await driver.press("escape")
        assert driver.app.screen.query_one("#instances").has_focus


async def test_the_command_of_a_finding_is_sent_to_the_terminals_clipboard_by_one_key(demo, tmp_path):
    async with console(tmp_path) as driver:
        await choose(driver, "notebook-3")
        await driver.sees("1 blocker")
        await driver.press("enter")
        await driver.sees("C Copy")
        await driver.press("C")
        assert driver.app.clipboard == f"openstack server resume {demo.server_id('notebook-3')}"
        await driver.sees("Sent to the terminal's clipboard: openstack server resume")
        driver.app.copy_to_clipboard("")
        await driver.press("enter")
        assert isinstance(driver.app.screen, FindingScreen)
        await driver.press("C")
        assert driver.app.clipboard.startswith("openstack server resume")


async def test_where_nothing_can_be_copied_the_key_is_not_offered(demo, tmp_path):
    async with console(tmp_path) as driver:
        await choose(driver, "db-07")
        await driver.sees("Confirm: ")
        await driver.press("enter")
        await driver.sees("b Blockers")
        assert "C Copy" not in driver.text
