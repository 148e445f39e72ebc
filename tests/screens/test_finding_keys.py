"""One table says what can be done about a finding: the keys are the same wherever it is seen."""

from __future__ import annotations

from typing import Any

import pytest
from textual.binding import Binding

from models.findings import AskedFor, Finding, Outcome, Remedy, Severity
from models.remedy_action import ActionKind, RemedyAction
from models.steps import StepName
from screens.dialogs.finding import FindingScreen
from screens.finding_keys import TABLE, FindingDeed, Place, possible
from screens.instances.bindings import BINDINGS as OF_INSTANCES
from screens.widgets.checklist import ChecklistView
from screens.wizard.bindings import BINDINGS as OF_WIZARD
from screens.wizard.pages.finding_page import FindingPage
from tests.screens.samples import finding

ACTION = RemedyAction(kind=ActionKind.RUN, summary="Do it.", command="true")
FIXABLE = finding(remedy=Remedy(text="Do it.", command="sudo true", actions=(ACTION,)))
QUESTION = finding(Outcome.UNKNOWN, Severity.ASK, asked_for=AskedFor.BEFORE_RUN)
WHERE = Place(can_enter=True, confirms=True, state_change="Resume")
PLACES: dict[str, list[Any]] = {
    "finding": FindingScreen.BINDINGS,
    "instances": OF_INSTANCES,
    "checklist": ChecklistView.BINDINGS,
    "wizard": OF_WIZARD,
    "page": FindingPage.BINDINGS,
}


@pytest.mark.parametrize("place", PLACES)
def test_no_place_gives_the_key_of_a_deed_to_something_else(place):
    keys = {row.key: row for row in TABLE.values()}
    for binding in PLACES[place]:
        assert isinstance(binding, Binding)
        if binding.key in keys and binding.id not in {"wizard.uninspected", "instances.why-not"}:
            names = {keys[binding.key].name, "Copy", "Refresh", *_STATES}
            assert binding.description in names, binding


_STATES = ("Start", "Resume", "Unpause", "Unshelve", "Confirm resize", "Unlock")


@pytest.mark.parametrize(
    "one, place, deed, offered",
    [
        (FIXABLE, WHERE, FindingDeed.FIX, True),
        (FIXABLE, Place(), FindingDeed.FIX, False),
        (FIXABLE, Place(can_enter=True, can_write=False), FindingDeed.FIX, False),
        (finding(), WHERE, FindingDeed.FIX, False),
        (finding(), Place(), FindingDeed.WAIVE, True),
        (finding(), Place(can_write=False), FindingDeed.WAIVE, False),
        (finding(Outcome.PASS), Place(), FindingDeed.WAIVE, False),
        (finding(fixed_by=StepName.STOP), Place(), FindingDeed.WAIVE, False),
        (finding(Outcome.WAIVED), Place(), FindingDeed.WAIVE, True),
        (finding(waivable=False), Place(), FindingDeed.WAIVE, False),
        (QUESTION, WHERE, FindingDeed.CONFIRM, True),
        (QUESTION, Place(), FindingDeed.CONFIRM, False),
        (finding(rule="STATE-OK"), WHERE, FindingDeed.CHANGE_STATE, True),
        (finding(rule="STATE-OK"), Place(), FindingDeed.CHANGE_STATE, False),
        (finding(), WHERE, FindingDeed.CHANGE_STATE, False),
        (FIXABLE, Place(), FindingDeed.COPY_COMMAND, True),
        (finding(), Place(), FindingDeed.COPY_COMMAND, False),
        (finding(), Place(), FindingDeed.INSPECT, False),
        (finding(), Place(), FindingDeed.READ_AGAIN, True),
    ],
)
def test_what_can_be_done_depends_on_the_finding_and_on_where_it_is_seen(
    one: Finding, place: Place, deed: FindingDeed, offered: bool
):
    assert (deed in possible(one, place)) is offered
