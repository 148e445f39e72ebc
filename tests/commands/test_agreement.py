"""Who may agree to a run before it starts."""

from __future__ import annotations

import socket
from typing import cast

import click
import pytest

from imaging.cloud.login.resolution import ResolvedCloud
from imaging.commands.flow import agreement, other_host
from imaging.commands.flow.agreement import agree, require_confirmation, show_plan
from imaging.commands.flow.other_host import confirmed_claim, confirmed_host
from imaging.commands.flow.start import Start, print_or_carry_out
from imaging.commands.options.durations import Duration
from imaging.commands.options.run_request import attestations, waivers
from imaging.commands.options.things_named import choose
from imaging.runs.service import RunService
from models.cloud.network import Network
from models.errors import RunError, UsageError
from models.findings import AskedFor, Outcome, Severity
from models.guidelines.profile import Profile
from models.run.claim import Claim
from models.run.plan import Plan
from models.run.record import RunnerPresence
from tests.commands.building import NETWORK, START, asking, checklist, finding, plan, run

OTHER = run(runner=RunnerPresence(host="login2", pid=1, heartbeat_at=START, alive=True))
CLAIM = Claim(run_id="k3f9a1", instance_id="i1", host="login2", claimed_at=START, was_running=True, was_locked=False)


def test_a_missing_word_before_publishing_is_only_told(capsys):
    show_plan(plan(checklist=checklist(asking("SW-ATTEST", AskedFor.BEFORE_PUBLISHING))))

    assert "--attest SW-ATTEST" in capsys.readouterr().err


def _start(of: Plan) -> Start:
    """A start that never comes to its runs and its cloud."""
    return Start(of, cast(RunService, None), cast(ResolvedCloud, None), cast(Profile, None), json=False)


async def test_several_things_that_block_are_listed_each_with_its_remedy_and_the_error_is_short(capsys):
    asked = asking("DATA-SAVED", AskedFor.BEFORE_RUN)
    blocked = plan(checklist=checklist(finding("SEC-PRIVKEY"), finding("SEC-DEV"), asked))
    with pytest.raises(RunError) as refused:
        await print_or_carry_out(_start(blocked), plan_only=False, yes=True)

    assert refused.value.what == "This run cannot start yet: 3 things to do first, as the beginning of the plan lists."
    first, *told = [line.strip() for line in capsys.readouterr().err.splitlines()]
    assert first == "This run cannot start yet: 3 things to do first."
    assert "Or continue anyway: --waive SEC-PRIVKEY=WHY" in told
    assert "Or continue anyway: --waive SEC-DEV=WHY" in told
    assert "To do: If this is true, add --attest DATA-SAVED." in told


async def test_what_blocks_is_said_first_then_what_to_be_warned_of_and_last_what_is_unknown(capsys):
    unknown = [finding(f"X-{number}", outcome=Outcome.UNKNOWN) for number in range(34)]
    mere = finding("SEC-DEV", severity=Severity.WARN)
    blocked = plan(checklist=checklist(*unknown, mere, finding("SEC-PRIVKEY")))
    with pytest.raises(RunError):
        await print_or_carry_out(_start(blocked), plan_only=False, yes=True)

    said = capsys.readouterr().err
    places = [said.index(each) for each in ("SEC-PRIVKEY", "Warning: vdd comes back", "SEC-DEV", "X-0", "X-33")]
    assert places == sorted(places)


async def test_a_single_thing_that_blocks_is_the_error_itself():
    with pytest.raises(RunError, match="SEC-PRIVKEY"):
        await print_or_carry_out(_start(plan(checklist=checklist(finding("SEC-PRIVKEY")))), plan_only=False, yes=True)


def test_without_a_terminal_and_without_yes_nothing_is_done():
    with pytest.raises(UsageError) as caught:
        require_confirmation(yes=False)

    assert "--yes" in caught.value.remedy


def test_yes_agrees_beforehand():
    require_confirmation(yes=True)

    assert agree(yes=True)


@pytest.mark.parametrize("answer, agreed", [("y", True), ("yes", True), ("", False), ("n", False), ("run", False)])
def test_anything_but_yes_means_no(answer, agreed, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin.readline", lambda: f"{answer}\n", raising=False)

    assert agree(yes=False) is agreed
    assert ("Nothing was changed." in capsys.readouterr().err) is not agreed


def test_our_own_machine_needs_no_confirmation():
    ours = run(runner=RunnerPresence(host=socket.gethostname(), pid=1, heartbeat_at=START, alive=False))

    assert confirmed_host(ours, yes=False, other_host=None) is None
    assert confirmed_host(run(runner=None), yes=False, other_host=None) is None


def test_another_machine_is_confirmed_by_its_name_in_a_script():
    assert confirmed_host(OTHER, yes=True, other_host="login2") == "login2"


@pytest.mark.parametrize("yes, other_host", [(True, None), (True, "login3"), (False, "login2"), (False, None)])
def test_another_machine_is_not_taken_over_from_otherwise(yes, other_host):
    with pytest.raises(UsageError) as caught:
        confirmed_host(OTHER, yes=yes, other_host=other_host)

    assert "--yes --other-host login2" in caught.value.remedy


@pytest.mark.parametrize("word, passes", [("login2\n", True), ("y\n", False), ("\n", False)])
def test_at_a_terminal_the_name_of_the_machine_has_to_be_typed(word, passes, monkeypatch):
    monkeypatch.setattr(other_host, "is_interactive", lambda: True)
    monkeypatch.setattr("sys.stdin.readline", lambda: word, raising=False)

    if passes:
        assert confirmed_claim(CLAIM, "db-07", yes=False, other_host=None) == "login2"
    else:
        with pytest.raises(UsageError):
            confirmed_claim(CLAIM, "db-07", yes=False, other_host=None)


def test_a_claim_is_shown_with_host_and_time(capsys):
    confirmed_claim(CLAIM, "db-07", yes=True, other_host="login2")

    shown = capsys.readouterr().err
    assert "run k3f9a1 of the machine login2, since 2026-11-22" in shown


def test_a_claim_of_our_own_machine_is_undone_with_yes_alone():
    own = CLAIM.model_copy(update={"host": socket.gethostname()})

    assert confirmed_claim(own, "db-07", yes=True, other_host=None) is None


@pytest.mark.parametrize("text, seconds", [("90", 90), ("90s", 90), ("30m", 1800), ("2h", 7200), ("1h30m", 5400)])
def test_a_length_of_time_is_read(text, seconds):
    assert Duration().convert(text, None, None) == seconds


@pytest.mark.parametrize("text", ["", "0", "soon", "-5m", "5d", "m"])
def test_what_is_no_length_of_time_is_refused(text):
    with pytest.raises(click.BadParameter):
        Duration().convert(text, None, None)


def test_a_word_is_given_once_and_with_the_time():
    given = attestations(["SW-ATTEST", "SW-ATTEST"], START)

    assert [(word.rule, word.given_at) for word in given] == [("SW-ATTEST", START)]


@pytest.mark.parametrize("rule", ["NO-SUCH-RULE", "VOL-DETACHED"])
def test_a_word_that_nobody_asks_for_is_wrong_use(rule):
    with pytest.raises(UsageError):
        attestations([rule], START)


def test_a_waiver_has_a_reason_that_may_hold_an_equals_sign():
    assert waivers(["VOL-BFV=a=b"])[0].reason == "a=b"


@pytest.mark.parametrize("text", ["VOL-BFV", "VOL-BFV=", "VOL-BFV= ", "NO-SUCH-RULE=because"])
def test_a_waiver_without_reason_or_rule_is_wrong_use(text):
    with pytest.raises(UsageError):
        waivers([text])


def test_a_thing_is_chosen_by_id_or_by_a_name_of_its_own():
    lab, other = Network(id="n2", name="lab"), Network(id="n3", name="lab")

    assert choose("network", "n3", [NETWORK, lab, other]) is other
    assert choose("network", "auto", [NETWORK, lab, other]) is NETWORK
    with pytest.raises(UsageError, match=r"2 networks are named lab\. Use one of their ids: n2, n3\."):
        choose("network", "lab", [NETWORK, lab, other])
    with pytest.raises(UsageError, match=r"no network named x\. Available: auto\."):
        choose("network", "x", [NETWORK])


def test_a_question_is_asked_on_standard_error(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin.readline", lambda: "y\n", raising=False)
    agreement.agree(yes=False)

    written = capsys.readouterr()
    assert (written.out, written.err) == ("", "Start? [y/N] ")
