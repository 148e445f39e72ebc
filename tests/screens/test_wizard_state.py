"""What the pages of the wizard share is judged when it has changed, and only then."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.run.request import RunRequest
from screens.rules_loading import judged
from screens.wizard.state import WizardState
from tests.guidelines.building import facts, profile


@pytest.fixture
def times(monkeypatch) -> list[RunRequest | None]:
    """The requests that the rules were asked about."""
    asked = []

    def noted(facts, profile):
        asked.append(facts.request)
        return judged(facts, profile)

    monkeypatch.setattr("screens.wizard.state.judged", noted)
    return asked


def begun() -> WizardState:
    known = facts()
    assert known.instance.value is not None
    return WizardState(known.instance.value, profile(), RunRequest(name="db", description="A database"), facts=known)


def test_nothing_new_is_judged_once(times):
    first = begun().judged()
    again = replace(first, busy=True).judged()
    assert again.checklist is first.checklist
    assert len(times) == 1


def test_another_request_is_judged_again(times):
    first = begun().judged()
    other = replace(first, request=first.request.model_copy(update={"name": "web"})).judged()
    assert [each.name for each in times] == ["db", "web"]
    assert other.checklist is not first.checklist


def test_facts_that_were_read_again_are_judged_again(times):
    first = begun().judged()
    replace(first, facts=facts(request=first.request)).judged()
    assert len(times) == 2
