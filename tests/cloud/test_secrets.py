"""No secret leaves by a log, an error or a traceback, however much is logged."""

from __future__ import annotations

import base64
import io
import json
import logging
import re
import sqlite3
import traceback
from datetime import UTC, datetime
from urllib.parse import unquote

import pytest
from rich.console import Console as RichConsole
from rich.traceback import Traceback

from imaging.cloud.login.console_settings import OwnSettings
from imaging.cloud.login.resolved import made
from imaging.commands.output.failures import tell
from imaging.runs.engine.trouble import trouble_of
from imaging.runs.journal.rows import Changes
from imaging.runtime.logs import start_logging
from imaging.runtime.paths import Paths
from imaging.runtime.redaction import BLOT, redactor
from models.cloud.launch import LaunchRequest
from models.errors import ImagingError
from models.run.intent import Intent, IntentAction
from models.run.record import Trouble
from models.steps import StepName
from screens.dialogs.error import explained
from tests.cloud.scripted import TOKEN, Reply
from tests.support.logs import stop_logging
from tests.support.writings import WRITINGS
from tui.crash import report

PASSWORD = "hunter2-very-secret"
SECRETS = (PASSWORD, TOKEN, "hush-hush-admin")


@pytest.fixture
def everything_logged(tmp_path):
    """The log of a console whose user turned everything up, the libraries too."""
    root = logging.getLogger()
    level = root.level
    path = start_logging(Paths.below(tmp_path), "console", "debug")
    talkative = [logging.getLogger(name) for name in ("keystoneauth", "openstack", "urllib3")]
    before = [logger.level for logger in talkative]
    for logger in talkative:
        logger.setLevel(logging.DEBUG)
    yield path
    for logger, old in zip(talkative, before, strict=True):
        logger.setLevel(old)
    stop_logging()
    root.setLevel(level)


async def test_not_even_the_libraries_own_logs_hold_one(everything_logged, scripted, enter):
    scripted.on("POST", "/compute/v2.1/servers", Reply(202, {"server": {"id": "x", "adminPass": "hush-hush-admin"}}))
    cloud = await enter(scripted.url)
    await cloud.compute.launch(LaunchRequest(name="n", image_id="i", flavor_id="f", network_id="n"))
    text = everything_logged.read_text()
    assert "POST" in text
    for secret in SECRETS:
        assert secret not in text


@pytest.mark.parametrize(
    "reply",
    [
        Reply(401, {"error": {"message": "no: hunter2-very-secret"}}),
        Reply(400, {"error": {"message": "bad password 'hunter2-very-secret'"}}),
        Reply(500, "hunter2-very-secret"),
        Reply(drop=True),
    ],
)
async def test_no_error_of_a_login_holds_one(everything_logged, scripted, enter, reply):
    scripted.on("POST", "/identity/v3/auth/tokens", reply)
    with pytest.raises(ImagingError) as caught:
        await enter(scripted.url)
    logging.getLogger("x").error("failed", exc_info=caught.value)
    whole = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + everything_logged.read_text()
    for secret in SECRETS:
        assert secret not in whole


LETTERS = re.compile("[^A-Za-z0-9+/=%-]")


def _in_every_output(error: ImagingError, capsys: pytest.CaptureFixture[str]) -> str:
    """The error in every way out: as a text, in the log and the journal, on standard error, on the screen."""
    tell(error)
    tell(trouble_of(error))
    screen = explained(RuntimeError(str(error)))
    logging.getLogger("x").error("failed: %s", error, exc_info=error)
    trouble = trouble_of(error).model_dump_json()
    said = capsys.readouterr()
    return "\n".join((str(error), repr(error), str(screen), trouble, said.out, said.err))


@pytest.fixture
def without_colours(monkeypatch):
    """A traceback's lines of source are told as they stand: to find their colours takes longer than all else here."""
    monkeypatch.setattr(Traceback, "_guess_lexer", classmethod(lambda _traceback, _name, _code: "text"))


@pytest.mark.parametrize("name", WRITINGS)
@pytest.mark.usefixtures("without_colours")
async def test_no_way_out_of_the_program_shows_a_secret_that_a_cloud_echoes(
    everything_logged, scripted, cloud, capsys, name
):
    write = WRITINGS[name]
    secrets = (PASSWORD, TOKEN)
    echoed = [write(secret) for secret in secrets]
    fits = all(one.isascii() and one.isprintable() for one in echoed)
    headers = {"X-Openstack-Request-Id": " ".join(echoed if fits else secrets)}
    bodies = [{"badRequest": {"message": f"no: {one}", "code": 400}} for one in echoed]
    page = f"<html><h1>x</h1><p>no: {echoed[0]}</p></html>"
    replies = [Reply(400, body, headers) for body in (*bodies, page, echoed[1])]
    scripted.on("GET", "/compute/v2.1/flavors/detail", *replies)
    told = ""
    for _ in replies:
        with pytest.raises(ImagingError) as caught:
            await cloud.compute.flavors()
        told += _in_every_output(caught.value, capsys)
    crash = io.StringIO()
    RichConsole(file=crash, width=500).print(report(caught.value, "/logs"))
    told += crash.getvalue()
    told += everything_logged.read_text()
    for secret, one in zip(secrets, echoed, strict=True):
        for form in (secret, one, write(secret[:12]), secret[:12]):
            assert LETTERS.sub("", form) not in LETTERS.sub("", told)
    assert told.count(BLOT) >= len(replies)


def test_what_the_journal_keeps_of_a_stranger_holds_no_secret():
    redactor.hide(PASSWORD)
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE phases (run_id, step, at, text)")
    connection.execute("CREATE TABLE intents (run_id, step, at, action, target)")
    connection.execute("CREATE TABLE steps (run_id, step, state, note, trouble, started_at, ended_at)")
    connection.execute("INSERT INTO steps (run_id, step) VALUES ('r1', 'check')")
    changes = Changes(connection, "r1")
    said = WRITINGS["base64, second place"](PASSWORD)
    now = datetime(2026, 11, 1, tzinfo=UTC)
    changes.add_phase(StepName.CHECK, now, f"seen: {said}")
    changes.add_intent(StepName.CHECK, Intent(at=now, action=IntentAction.LAUNCH, target=said))
    changes.step(StepName.CHECK, note=f"seen: {PASSWORD}", trouble=Trouble(what=f"no: {said}"))
    kept = repr(connection.execute("SELECT text, target, note, trouble FROM phases, intents, steps").fetchall())
    assert PASSWORD not in kept
    assert said not in kept
    assert kept.count(BLOT) == 4
    assert json.loads(connection.execute("SELECT trouble FROM steps").fetchone()[0])["what"] == f"no: {BLOT}"
    connection.close()


@pytest.mark.parametrize("password", ["behind-the-proxy-7", "at%40the%2Fproxy-7"])
@pytest.mark.parametrize("where", ["auth", "entry"])
def test_the_password_in_an_address_is_a_secret_as_written_and_as_sent(password, where):
    url = f"https://ada:{password}@cloud.example:5000"
    made("dev", {"auth": {"auth_url": url}} if where == "auth" else {"image_endpoint_override": url}, OwnSettings())
    basic = base64.b64encode(f"ada:{unquote(password)}".encode()).decode()
    for said in (password, unquote(password), basic):
        assert said not in redactor.clean(f"no such user: {said}")


@pytest.mark.parametrize("name", ["client_secret", "password", "access_token"])
@pytest.mark.parametrize("inner", [False, True])
def test_a_secret_beside_auth_is_one_too(name, inner):
    value = f"of-{name}-{inner}"
    made("dev", {"oidc": {name: value}} if inner else {name: value}, OwnSettings())
    assert redactor.clean(f"you sent {value}") == f"you sent {BLOT}"


def test_where_a_token_is_fetched_is_no_secret():
    address = "https://identity.example/token"
    made("dev", {"auth": {"access_token_endpoint": address, "access_token_type": "access_token"}}, OwnSettings())
    assert redactor.clean(address) == address
