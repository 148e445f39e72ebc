"""A token that has expired, real in everything but its time: what the services and the command line say."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.contract.subject import Subject, complaint
from tests.openstack.command_line import CommandLine
from tests.support.known import present

HERE = Path(__file__).parent


def token(cloud: Subject, seconds_ago: int) -> str:
    """A token of the member's, made with the cloud's own keys."""
    if cloud.kind != "loopstack":
        pytest.skip("only loopstack's keys are at hand")
    command = [os.environ["LOOPSTACK_PYTHON"], str(HERE / "expired_token.py"), os.environ["LOOPSTACK_STATE"]]
    made = subprocess.run([*command, str(seconds_ago)], capture_output=True, text=True, check=True)
    return made.stdout.strip()


def asked_with(cloud: Subject, value: str, service: str, path: str) -> int:
    endpoint = present(cloud.member.session.get_endpoint(service_type=service, interface="public")).rstrip("/")
    return requests.get(f"{endpoint}{path}", headers={"X-Auth-Token": value}, timeout=30).status_code


PLACES = [
    ("compute", "/servers"),
    ("image", "/v2/images"),
    ("block-storage", "/volumes"),
    ("network", "/v2.0/networks"),
]


def test_every_service_refuses_it_and_takes_one_that_is_still_good(cloud: Subject):
    good, expired = token(cloud, -600), token(cloud, 60)
    assert {asked_with(cloud, good, *place) for place in PLACES} == {200}
    assert {asked_with(cloud, expired, *place) for place in PLACES} == {401}


def test_keystone_calls_it_not_found_rather_than_unauthorized_when_it_is_to_log_in(cloud: Subject):
    method: dict[str, Any] = {"methods": ["token"], "token": {"id": token(cloud, 60)}}
    auth_url = cloud.member.config.config["auth"]["auth_url"]
    reply = requests.post(f"{auth_url}/auth/tokens", json={"auth": {"identity": method}}, timeout=30)
    assert complaint(reply, "error", 404) == "Failed to validate token"


@pytest.mark.parametrize("command", [("instances",), ("images",), ("create", "db-07", "--plan")])
def test_the_command_line_says_that_the_login_is_not_accepted(cloud: Subject, tmp_path: Path, command: tuple[str, ...]):
    auth_url = cloud.member.config.config["auth"]["auth_url"]
    project = cloud.member.current_project_id
    login = {"auth_url": auth_url, "token": token(cloud, 60), "project_id": project}
    status, answer, messages = CommandLine(cloud, tmp_path, auth_type="v3token", auth=login).run(*command)
    assert status == 4, messages
    assert answer is None
    assert "Traceback" not in messages
    assert login["token"] not in messages
    assert "log in" in messages.lower() or "login" in messages.lower()
