"""The words of the journal can all be replaced: no sentence is missing among those that the crash matrix rewords."""

from __future__ import annotations

from enum import Enum
from types import ModuleType
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from models import fact, findings, verdict
from models.run import claim, intent, plan, record
from models.run.intent import IntentAction, intent_sentence
from models.run.record import LeftBehind, OwnedKind, RunRecord, Trouble
from models.seal import plan as seal_plan
from models.seal import report as seal_report
from models.seal import verdict as seal_verdict
from models.steps import StepName
from models.verdict import Verdict, VerdictWord
from tests.runs.engine.conftest import clock, stage
from tests.runs.engine.fakes import Stage, claim_of
from tests.runs.rewording import NO_SENTENCES, SENTENCES, model_name, other_words, reword, telling_words

__all__ = ["clock", "stage"]

MODULES = (record, plan, claim, intent, verdict, findings, fact, seal_plan, seal_report, seal_verdict)


def models_of(module: ModuleType) -> list[type[BaseModel]]:
    found = [each for each in vars(module).values() if isinstance(each, type) and issubclass(each, BaseModel)]
    return [each for each in found if each.__module__ == module.__name__]


def holds_text(annotation: Any) -> bool:
    if isinstance(annotation, type) and issubclass(annotation, str):
        return not issubclass(annotation, Enum)
    return any(holds_text(each) for each in get_args(annotation))


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_each_text_of_a_run_is_either_a_sentence_or_data(module: ModuleType):
    for model in models_of(module):
        texts = {name for name, field in model.model_fields.items() if holds_text(field.annotation)}
        name = model_name(model)
        assert texts == SENTENCES.get(name, frozenset()) | NO_SENTENCES.get(name, frozenset()), name
        assert not SENTENCES.get(name, frozenset()) & NO_SENTENCES.get(name, frozenset())


@pytest.mark.parametrize("words", [other_words, telling_words])
async def test_what_is_reworded_says_nothing_in_its_own_words(stage: Stage, monkeypatch, words):
    reword(monkeypatch, words)
    run = await stage.new_run()
    context, _ = await stage.context(run)
    await context.phase("image saving")
    await context.intend(IntentAction.LAUNCH, "imaging-test-1")
    await context.record(
        claim=claim_of(run).model_copy(update={"damage": ("whether it was running",)}),
        verdict=Verdict(word=VerdictWord.FAILED, reason="its kernel panicked", evidence=("Kernel panic",)),
        changed_meanwhile="stop at 14:02",
    )
    await context.leave(LeftBehind(kind=OwnedKind.SERVER, id="s-1", reason="it is older than the run"))
    await context.writer.wait_for_user(
        Trouble(what="The disk is full.", meaning="Nothing was done.", remedy="Free some.")
    )
    read: RunRecord = await stage.journal.run(run.id)
    assert read.step(StepName.CHECK).phases[0].text == words("image saving")
    assert read.verdict == Verdict(
        word=VerdictWord.FAILED, reason=words("its kernel panicked"), evidence=("Kernel panic",)
    )
    assert read.claim is not None
    assert read.claim.damage == (words("whether it was running"),)
    assert read.changed_meanwhile == words("stop at 14:02")
    assert read.left_behind[0].reason == words("it is older than the run")
    assert read.trouble == Trouble(
        what=words("The disk is full."), meaning=words("Nothing was done."), remedy=words("Free some.")
    )
    assert read.step(StepName.CHECK).intents[0].action is IntentAction.LAUNCH
    assert intent_sentence(IntentAction.UNLOCK) == words("unlock the instance")
