"""No secret leaves by a log, an error or a traceback, however much is logged."""

from __future__ import annotations

import logging
import traceback

import pytest

from imaging.runtime.logs import start_logging, stop_logging
from imaging.runtime.paths import Paths
from models.errors import ImagingError
from models.launch import LaunchRequest
from tests.cloud.scripted import TOKEN, Reply

SECRETS = ("hunter2-very-secret", TOKEN, "hush-hush-admin")


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
