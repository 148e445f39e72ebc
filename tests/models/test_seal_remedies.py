"""What is said to do after a seal that failed, or that is not proved: something for every case."""

from __future__ import annotations

import pytest

from models.seal.plan import OperationId, SealOperation, SealPlan
from models.seal.report import OperationResult, SealReport, SealState
from models.seal.verdict import SealProof, SealVerdict, SealWord
from models.words.seal_remedies import failed_operation, remedy_of_failed_seal, remedy_of_verdict

PLAN = SealPlan(operations=tuple(SealOperation(id=each, title=each.value) for each in OperationId))
ORDER = list(OperationId)


def report(*done: OperationId, left: OperationId | None = None) -> SealReport:
    """What a clone says that carried out some operations, of one of which something is left."""
    results = [OperationResult(id=each, before=3, after=int(each is left)) for each in done]
    return SealReport(nonce="a", state=SealState.FAILED, results=tuple(results))


@pytest.mark.parametrize("failed", OperationId)
def test_the_operation_that_left_something_is_the_one_that_failed(failed):
    done = ORDER[: ORDER.index(failed) + 1]
    assert failed_operation(report(*done, left=failed), PLAN) is failed


def test_one_that_could_not_even_be_counted_is_the_next_of_the_plan():
    assert failed_operation(report(OperationId.AGENTS), PLAN) is OperationId.FSTAB
    assert failed_operation(report(), PLAN) is None
    assert failed_operation(report(*ORDER), PLAN) is None
    assert failed_operation(report(OperationId.AGENTS), None) is None


@pytest.mark.parametrize("failed", OperationId)
def test_every_failure_has_something_to_do_on_the_instance(failed):
    done = ORDER[: ORDER.index(failed) + 1]
    told = remedy_of_failed_seal(report(*done, left=failed), PLAN, "survey-07")
    assert told.startswith("Log in to survey-07, and ")
    assert "Then inspect it again, and make the image again." in told
    assert "in the wizard" in told


def test_a_home_of_which_something_is_left_can_be_kept_by_option_and_by_key():
    told = remedy_of_failed_seal(report(OperationId.HOMES, left=OperationId.HOMES), PLAN, "survey-07")
    assert "--keep PATH" in told
    assert "+ on the page Content" in told


def test_what_came_back_is_written_by_a_program():
    assert "which program writes" in remedy_of_failed_seal(report(*ORDER), PLAN, "survey-07")


def test_of_an_image_that_is_sealed_an_instance_is_needed_first():
    told = remedy_of_failed_seal(report(OperationId.HOMES, left=OperationId.HOMES), PLAN, "")
    assert told.startswith("Launch an instance of the image")


def test_a_clone_that_says_nothing_of_its_work_leads_to_its_console():
    assert "clone's console" in remedy_of_failed_seal(report(), PLAN, "survey-07")


@pytest.mark.parametrize("word", [SealWord.NOT_SEALED, SealWord.UNKNOWN])
@pytest.mark.parametrize("proof", SealProof)
def test_every_proof_that_fails_or_is_missing_has_something_to_do(proof, word):
    told = remedy_of_verdict(SealVerdict(word=word, reasons=("x",), doubts=(proof,)), "survey-07")
    assert told.endswith("Until then do not share this one: it stays private.")
    assert len(told) > 100
    other = SealWord.UNKNOWN if word is SealWord.NOT_SEALED else SealWord.NOT_SEALED
    assert told != remedy_of_verdict(SealVerdict(word=other, reasons=("x",), doubts=(proof,)), "survey-07")


def test_the_same_advice_is_said_once_and_names_the_instance():
    told = remedy_of_verdict(SealVerdict(word=SealWord.NOT_SEALED, doubts=tuple(SealProof)), "survey{07}")
    assert "lies on survey{07}, too: remove it there." in told
    assert told.count("--keep PATH") == 1


def test_without_a_verdict_the_image_stays_private():
    assert remedy_of_verdict(None, "survey-07") == "Until then do not share this one: it stays private."
