"""Every rule that the cloud can answer is seen on a real one to fail, to pass, and to be fixed by its step."""

from __future__ import annotations

import pytest

from imaging.guidelines.catalogue import RULES
from models.findings import Outcome, Source
from tests.openstack import test_rules_of_images, test_rules_of_instances
from tests.openstack.rule_account import NOT_SEEN, SHOWN
from tests.openstack.rule_ground import Ground
from tests.openstack.rule_states import an_image_of

SHOWN_BY = (test_rules_of_instances, test_rules_of_images)
"""Where the rules are shown: importing these has put them into `SHOWN`."""


def test_every_rule_that_the_cloud_can_answer_is_shown_or_has_a_reason_why_not():
    answerable = {rule.id for rule in RULES if rule.answered_by is not Source.GUEST}
    outcomes = (Outcome.FAIL, Outcome.PASS)
    excused = {rule for rule in answerable if all(NOT_SEEN.get((rule, outcome)) for outcome in outcomes)}
    assert answerable - set(SHOWN) == excused
    assert {rule for rule, _ in NOT_SEEN} <= answerable


@pytest.mark.asyncio(loop_scope="session")
async def test_what_is_listed_as_not_seen_is_indeed_not_to_be_seen(ground: Ground, instance: str):
    with an_image_of(ground.subject, instance) as image_id:
        for judged in (await ground.judge(instance, name="db"), await ground.judge(instance, image_id=image_id)):
            for rule, outcome in NOT_SEEN:
                assert judged.checklist.of(rule).outcome is not outcome, judged.checklist.of(rule)
