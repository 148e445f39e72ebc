"""Following a run: to its end, until ctrl+c, or until nobody works on it."""

from __future__ import annotations

import asyncio
import json
import os
import signal

import pytest

from imaging.commands.flow import follow
from imaging.commands.flow.exit_status import exit_status
from imaging.commands.flow.follow import LEFT, finish, start_and_follow
from models.exit_code import ExitCode
from models.run.kind import RunKind
from models.run.record import RunnerPresence, RunState, Trouble
from models.run.request import RunRequest
from models.run.source_seen import SourceSeen, SourceState
from models.verdict import Verdict, VerdictWord
from models.works.verdict import WorksVerdict, WorksWord
from tests.commands.building import BOOTED, FAILED, START, plan, run

DOWN = SourceSeen(state=SourceState.DOES_NOT_COME_UP, text="it does not come up")

DONE = run(state=RunState.DONE, verdict=BOOTED, instance_restored=True, image_id="g1", runner=None)
GONE = run(runner=RunnerPresence(host="here", pid=1, heartbeat_at=START, alive=False))


class FakeRuns:
    """The runs of a machine, as they change; after the last change a run that is not over stays as it is."""

    def __init__(self, *records) -> None:
        self.records = list(records)
        self.now = records[0]

    async def run(self, run_id):
        return self.now

    async def watch(self, run_id):
        for record in self.records:
            self.now = record
            yield record
            await asyncio.sleep(0)
        if not self.now.state.is_over:
            await asyncio.Event().wait()


async def _follow(runs, *, json=False, wanted=RunState.DONE):
    async def begin():
        return runs.now

    return await start_and_follow(begin, runs, json=json, wanted=wanted)


async def test_a_run_is_followed_to_its_end(capsys):
    status = await _follow(FakeRuns(run(), DONE))

    assert status == ExitCode.DONE
    assert "test      booted (strong)" in capsys.readouterr().out


async def test_the_run_is_written_as_json_at_the_end(capsys):
    await _follow(FakeRuns(run(), DONE), json=True)

    written = capsys.readouterr()
    assert json.loads(written.out)["state"] == "done"
    assert "Run k3f9a1 has its own process" in written.err


async def test_ctrl_c_leaves_the_run_and_says_how_to_come_back(capsys):
    following_it = asyncio.ensure_future(_follow(FakeRuns(run())))
    await asyncio.sleep(0.05)
    os.kill(os.getpid(), signal.SIGINT)

    assert await asyncio.wait_for(following_it, 2) == LEFT
    shown = capsys.readouterr()
    assert "`imaging watch k3f9a1` follows it, `imaging cancel k3f9a1` ends it" in shown.err
    assert shown.out == ""


async def test_a_second_ctrl_c_is_left_to_the_system():
    with follow.ctrl_c_leaves() as leave:
        leave.ask()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL
    signal.signal(signal.SIGINT, signal.default_int_handler)


async def test_a_run_whose_runner_is_gone_is_not_followed_for_ever(capsys, monkeypatch):
    monkeypatch.setattr(follow, "_GRACE_SECONDS", 0)

    assert await asyncio.wait_for(_follow(FakeRuns(run(), GONE)), 2) == ExitCode.VIOLATIONS
    assert "`imaging resume k3f9a1` continues it" in capsys.readouterr().err


@pytest.mark.parametrize(
    "changes, offered",
    [
        ({}, "`imaging undo k3f9a1` restores the instance"),
        ({"kind": RunKind.VERIFY, "plan": plan(source=None)}, "`imaging undo k3f9a1` removes what it made"),
        ({"kind": RunKind.EXPORT, "plan": plan(source=None)}, "`imaging cancel k3f9a1` removes what it has written"),
    ],
)
def test_a_way_out_says_what_it_does_to_a_run_of_that_kind(changes, offered, capsys):
    finish(GONE.model_copy(update=changes), left=False, json=False)
    assert offered in capsys.readouterr().err


async def test_a_run_that_is_taken_up_again_is_followed_on(monkeypatch):
    monkeypatch.setattr(follow, "_GRACE_SECONDS", 0)
    runs = FakeRuns(GONE, DONE)

    async def taken_up(run_id):
        return run() if runs.now is GONE else runs.now

    monkeypatch.setattr(runs, "run", taken_up)

    assert await _follow(runs) == ExitCode.DONE


async def test_what_a_run_waits_for_is_told_once(capsys):
    waiting = run(state=RunState.WAITING, trouble=Trouble(what="The login has expired.", remedy="Log in again."))
    await _follow(FakeRuns(run(), waiting, waiting, DONE))

    shown = capsys.readouterr().err
    assert shown.count("Waiting for you: The login has expired.") == 1
    assert "`imaging resume k3f9a1` continues it" in shown


@pytest.mark.parametrize(
    "fields, wanted, status",
    [
        ({"state": RunState.DONE, "verdict": BOOTED}, RunState.DONE, 0),
        ({"state": RunState.DONE, "verdict": FAILED}, RunState.DONE, 1),
        ({"state": RunState.DONE, "verdict": Verdict(word=VerdictWord.INCONCLUSIVE)}, RunState.DONE, 1),
        ({"state": RunState.DONE, "verdict": Verdict(word=VerdictWord.NOT_TESTED)}, RunState.DONE, 1),
        ({"state": RunState.DONE}, RunState.DONE, 1),
        (
            {
                "state": RunState.DONE,
                "verdict": Verdict(word=VerdictWord.NOT_TESTED),
                "plan": plan(request=RunRequest(test=False)),
            },
            RunState.DONE,
            0,
        ),
        ({"state": RunState.DONE, "verdict": BOOTED, "instance_restored": False}, RunState.DONE, 1),
        ({"state": RunState.FAILED, "verdict": BOOTED}, RunState.DONE, 1),
        ({"state": RunState.CANCELLED}, RunState.DONE, 1),
        ({"state": RunState.WAITING}, RunState.DONE, 1),
        ({"state": RunState.CANCELLED, "instance_restored": True}, RunState.CANCELLED, 0),
        ({"state": RunState.CANCELLED, "instance_restored": False}, RunState.CANCELLED, 1),
        ({"state": RunState.CANCELLED, "instance_restored": True, "source_seen": DOWN}, RunState.CANCELLED, 1),
        ({"state": RunState.UNDONE, "instance_restored": True}, RunState.UNDONE, 0),
        ({"state": RunState.UNDONE, "instance_restored": True}, RunState.DONE, 1),
        ({"state": RunState.FAILED, "instance_restored": False}, RunState.UNDONE, 1),
        ({"state": RunState.DONE, "kind": RunKind.DEEP_CHECK, "verdict": FAILED}, RunState.DONE, 0),
    ],
)
def test_the_exit_status_says_what_came_of_it(fields, wanted, status):
    assert exit_status(run(**fields), wanted) == status


@pytest.mark.parametrize(
    "word,alone,partly",
    [
        (WorksWord.YES, 0, 0),
        (WorksWord.PARTLY, 1, 0),
        (WorksWord.NOT_ASKED, 1, 1),
        (WorksWord.NO, 1, 1),
        (None, 1, 1),
    ],
)
def test_a_verification_ends_well_only_where_the_image_works(word, alone, partly):
    works = WorksVerdict(word=word) if word is not None else None
    verified = {"kind": RunKind.VERIFY, "state": RunState.DONE, "verdict": BOOTED, "works": works}
    assert exit_status(run(**verified)) == alone
    assert exit_status(run(**verified, plan=plan(request=RunRequest(allow_partly=True)))) == partly


@pytest.mark.parametrize("word,status", [(word, 1 if word is WorksWord.NO else 0) for word in WorksWord])
def test_a_run_that_makes_an_image_ends_well_unless_it_is_known_not_to_work(word, status):
    made = run(state=RunState.DONE, verdict=BOOTED, instance_restored=True, works=WorksVerdict(word=word))
    assert exit_status(made) == status


def test_a_source_that_is_not_restored_is_told(capsys):
    finish(run(state=RunState.FAILED, instance_restored=False, runner=None), left=False, json=True)

    assert "`imaging undo k3f9a1` restores it" in capsys.readouterr().err
