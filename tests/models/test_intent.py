"""What a run was about to ask of the cloud, as people read it."""

from __future__ import annotations

import pytest

from models.run.intent import IntentAction, intent_sentence


@pytest.mark.parametrize("action", IntentAction)
def test_each_action_has_one_sentence_of_its_own(action: IntentAction):
    sentence = intent_sentence(action, "x-1")
    assert sentence
    assert "{" not in sentence
    assert [each for each in IntentAction if intent_sentence(each, "x-1") == sentence] == [action]


def test_a_target_that_looks_like_a_pattern_is_shown_as_it_is():
    assert intent_sentence(IntentAction.LAUNCH, "{0} {x}") == "launch {0} {x}"
