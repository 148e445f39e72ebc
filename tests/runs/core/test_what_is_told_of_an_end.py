"""What is told of a run that is over or stuck: of its seal, its checks, a test instance that it keeps, the way out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from imaging.runs.core.outcome import (
    awaits_source,
    is_overdue,
    is_proven_sealed,
    kept_hint,
    kept_note,
    outcome_by_verdict,
    overdue_lines,
    trouble_at_the_end,
    way_out,
)
from models.run.claim import Claim
from models.run.intent import Intent, IntentAction
from models.run.kind import RunKind
from models.run.record import Owned, OwnedKind, OwnedRole, RunRecord, RunState, StepRecord, Trouble
from models.seal.verdict import SealProof, SealVerdict, SealWord
from models.steps import StepName, StepState
from models.verdict import Verdict, VerdictWord
from models.works.verdict import WorksVerdict, WorksWord
from tests.runs.ownership.things import BEGAN, run_of
from tests.support.known import present

BOOTED = Verdict(word=VerdictWord.BOOTED)
SILENT = Verdict(word=VerdictWord.INCONCLUSIVE, reason="The console showed nothing.")
SEALED = SealVerdict(word=SealWord.SEALED)
UNPROVED = SealVerdict(
    word=SealWord.UNKNOWN, reasons=("Its disk could not be read.", "It booted once."), doubts=(SealProof.IMAGE,)
)
FOUND = SealVerdict(word=SealWord.NOT_SEALED, reasons=("Its name is left.",), doubts=(SealProof.NAMES,))
BROKEN = WorksVerdict(word=WorksWord.NO, reason="A test failed.", failed=("check NET", "test pdal"))
HOUR = timedelta(hours=1)


def failed(kind: RunKind = RunKind.SEALED, **fields: Any) -> RunRecord:
    """A run that has failed although its image boots."""
    return run_of(kind=kind, **{"outcome": RunState.FAILED, "verdict": BOOTED, "image_id": "i-1", **fields})


def end(run: RunRecord) -> Trouble:
    return present(trouble_at_the_end(run))


class TestSeal:
    @pytest.mark.parametrize("verdict, proven", [(None, False), (UNPROVED, False), (FOUND, False), (SEALED, True)])
    def test_a_sealed_run_is_done_only_where_its_seal_is_proved(
        self, verdict: SealVerdict | None, *, proven: bool
    ) -> None:
        run = run_of(kind=RunKind.SEALED, verdict=BOOTED, seal_verdict=verdict)
        assert is_proven_sealed(run) is proven
        assert outcome_by_verdict(run) is (RunState.DONE if proven else RunState.FAILED)

    def test_a_plain_run_needs_none(self) -> None:
        assert outcome_by_verdict(run_of(verdict=BOOTED)) is RunState.DONE

    def test_what_could_not_be_proved_is_told_with_what_to_do_about_it(self) -> None:
        trouble = end(failed(seal_verdict=UNPROVED))
        assert trouble.what == "The seal: unknown."
        assert trouble.meaning == "Its disk could not be read. It booted once. The image is kept, private."
        assert trouble.remedy.startswith("Make room in the quota for a second test instance")

    def test_what_was_found_is_to_be_removed_from_the_instance_by_its_name(self) -> None:
        assert "Take the names of db-07 out of the files" in end(failed(seal_verdict=FOUND)).remedy
        of_an_image = end(run_of(None, RunKind.SEAL, outcome=RunState.FAILED, verdict=BOOTED, seal_verdict=FOUND))
        assert "Take the names of an instance of the image out of the files" in of_an_image.remedy
        assert of_an_image.meaning == "Its name is left."

    def test_without_any_verdict_on_it_it_is_not_proven(self) -> None:
        trouble = end(failed(image_id=None))
        assert (trouble.what, trouble.meaning) == ("The seal: not proven.", "")
        assert trouble.remedy == "Until then do not share this one: it stays private."

    def test_of_an_image_that_did_not_boot_the_boot_is_told(self) -> None:
        assert end(failed(verdict=SILENT, seal_verdict=UNPROVED)).what == "The test launch: inconclusive."

    def test_of_a_plain_run_nothing_is_told_of_a_seal(self) -> None:
        assert end(failed(RunKind.CREATE)).what == "The test launch: booted."


class TestChecks:
    @pytest.mark.parametrize("word", [WorksWord.YES, WorksWord.PARTLY, WorksWord.NOT_ASKED])
    def test_only_what_is_known_not_to_work_fails_a_run(self, word: WorksWord) -> None:
        assert outcome_by_verdict(run_of(verdict=BOOTED, works=WorksVerdict(word=word))) is RunState.DONE
        assert outcome_by_verdict(run_of(verdict=BOOTED, works=BROKEN)) is RunState.FAILED

    def test_what_failed_is_named_and_the_instance_is_to_be_fixed(self) -> None:
        trouble = end(failed(RunKind.CREATE, works=BROKEN))
        assert trouble.what == "The image boots, but it does not work: check NET, test pdal."
        assert trouble.meaning == "The image is kept, private."
        assert "fix the instance, and make the image again" in trouble.remedy

    def test_an_image_of_somebody_else_is_fixed_by_them(self) -> None:
        trouble = end(failed(RunKind.VERIFY, works=BROKEN))
        assert trouble.meaning == "The image itself was not changed."
        assert "The person who made the image can fix its instance" in trouble.remedy

    def test_they_come_before_the_seal_and_after_the_boot(self) -> None:
        assert end(failed(works=BROKEN, seal_verdict=UNPROVED)).what.startswith("The image boots, but")
        assert end(failed(works=BROKEN, verdict=SILENT)).what == "The test launch: inconclusive."


def keeping(**fields: Any) -> RunRecord:
    """A run that is over and keeps a test instance for an hour."""
    server = Owned(kind=OwnedKind.SERVER, id="t-1", name="imaging-test-r1")
    return failed(**{"state": RunState.FAILED, "owned": (server,), "kept_until": BEGAN + HOUR, **fields})


NOT_KEEPING: tuple[dict[str, Any], ...] = (
    {"kept_until": None},
    {"owned": ()},
    {"owned": (Owned(kind=OwnedKind.SERVER, id="t-1", removed=True),)},
    {"owned": (Owned(kind=OwnedKind.SERVER, id="t-1", role=OwnedRole.CLONE),)},
    {"state": RunState.RUNNING},
)


class TestKeptTestInstance:
    def test_until_when_it_stays_and_how_it_goes_before_is_told(self) -> None:
        assert kept_hint(keeping()) == (
            " It keeps its test instance until 2026-11-01 15:00 UTC; `imaging cancel r1` removes it now."
        )

    @pytest.mark.parametrize("fields", NOT_KEEPING)
    def test_of_a_run_that_keeps_none_nothing_is_told(self, fields: dict[str, Any]) -> None:
        run = keeping(**fields)
        assert (kept_hint(run), kept_note(run), is_overdue(run, BEGAN + 2 * HOUR)) == ("", "", False)
        assert overdue_lines((run,), BEGAN + 2 * HOUR) == ()

    def test_how_to_log_in_is_what_the_last_step_that_kept_it_noted(self) -> None:
        steps = (
            StepRecord(step=StepName.VERIFY, note="kept until the end of the boot"),
            StepRecord(step=StepName.RUN_CHECKS, note="2 failed; kept until 14:30, as wanted: `ssh debian@10.0.0.4`"),
            StepRecord(
                step=StepName.REMOVE_TEST, note="kept until 15:00, once kept until 14:59: `ssh debian@10.0.0.5`"
            ),
            StepRecord(step=StepName.PUBLISH, note="kept until 16:00"),
        )
        assert kept_note(keeping(steps=steps)) == "until 14:59: `ssh debian@10.0.0.5`"
        assert kept_note(keeping(steps=steps[:2])) == "until 14:30, as wanted: `ssh debian@10.0.0.4`"

    def test_without_a_note_the_time_is_told(self) -> None:
        removed = StepRecord(step=StepName.REMOVE_TEST, note="nothing to remove")
        assert kept_note(keeping(steps=(removed,))) == "until 2026-11-01 15:00 UTC"

    def test_it_is_overdue_from_its_time_on(self) -> None:
        before = BEGAN + HOUR - timedelta(seconds=1)
        assert not is_overdue(keeping(), before)
        assert is_overdue(keeping(), BEGAN + HOUR)
        assert overdue_lines((keeping(),), before) == ()

    def test_each_that_is_overdue_is_told_by_its_name_with_how_it_is_removed(self) -> None:
        nameless = Owned(kind=OwnedKind.SERVER, id="t-2", role=OwnedRole.WORKS)
        run = keeping(owned=(*keeping().owned, nameless))
        words = "of run r1 was to be removed by 2026-11-01 15:00 UTC. Remove it: imaging resume r1"
        assert overdue_lines((run_of(), run), BEGAN + HOUR) == (
            f"The test instance imaging-test-r1 {words}",
            f"The test instance t-2 {words}",
        )


class TestWayOut:
    def test_it_says_what_it_does(self) -> None:
        assert way_out(run_of()) == "`imaging undo r1` restores the instance"
        assert way_out(run_of(None, RunKind.VERIFY)) == "`imaging undo r1` removes what it made"
        assert way_out(run_of(None, RunKind.EXPORT)) == "`imaging cancel r1` removes what it has written"


class TestWatchingTheSource:
    def restored(self, state: StepState = StepState.PENDING, **fields: Any) -> RunRecord:
        """A run that has stopped a running source and restored it."""
        stopped = Intent(at=BEGAN, action=IntentAction.STOP, target="source-1")
        steps = (StepRecord(step=StepName.STOP, intents=(stopped,)), StepRecord(step=StepName.SEE_UP, state=state))
        claim = Claim(
            run_id="r1", instance_id="source-1", host="h", claimed_at=BEGAN, was_running=True, was_locked=False
        )
        return run_of(**{"steps": steps, "claim": claim, "instance_restored": True, **fields})

    @pytest.mark.parametrize("state", [StepState.PENDING, StepState.RUNNING, StepState.WAITING])
    def test_a_restored_source_that_nobody_has_watched_is_still_to_be_watched(self, state: StepState) -> None:
        assert awaits_source(self.restored(state))

    @pytest.mark.parametrize("state", [StepState.DONE, StepState.SKIPPED, StepState.FAILED])
    def test_once_it_was_watched_it_is_not_watched_again(self, state: StepState) -> None:
        assert not awaits_source(self.restored(state))

    @pytest.mark.parametrize(
        "fields", [{"instance_restored": False}, {"instance_restored": None}, {"claim": None}, {"steps": ()}]
    )
    def test_one_that_was_not_restored_or_never_stopped_is_not_watched(self, fields: dict[str, Any]) -> None:
        assert not awaits_source(self.restored(**fields))
