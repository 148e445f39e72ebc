"""The console log, from which the verdict is read: there only while the instance runs."""

from __future__ import annotations

import pytest

from tests.contract.making import Choice, delete_server, fresh_name, launch, server_request
from tests.contract.subject import Subject, complaint


def ask(cloud: Subject, server: str, **arguments: object):
    return cloud.act(server, "os-getConsoleOutput", arguments)


def test_a_running_server_has_one(cloud: Subject, server: str):
    reply = ask(cloud, server)
    assert reply.status_code == 200
    assert isinstance(reply.json()["output"], str)


def test_a_length_in_lines_may_be_asked_for(cloud: Subject, server: str):
    reply = ask(cloud, server, length=3)
    assert reply.status_code == 200
    assert len(reply.json()["output"].splitlines()) <= 3 or cloud.kind == "loopstack"


def test_its_text_is_the_guests_without_what_xml_cannot_hold(cloud: Subject, server: str):
    """Escape and carriage return are taken out by Nova, what follows them stays."""
    text = "\x1b[0;32m  OK  \x1b[0m Reached target\r\n[/red]\x1b[2J\thost login: "
    with cloud.hooked(console={"text": text}):
        assert ask(cloud, server).json()["output"] == "[0;32m  OK  [0m Reached target\n[/red][2J\thost login: "


def test_a_stopped_server_has_none(cloud: Subject, stopped_server: str):
    message = complaint(ask(cloud, stopped_server), "itemNotFound", 404)
    assert message == "Guest does not have a console available."


def test_a_server_in_error_has_none(cloud: Subject, choice: Choice):
    with cloud.hooked(spawn={"fail": "no room"}):
        server = launch(cloud, server_request(choice, fresh_name(cloud, "doomed")))
        try:
            cloud.until(lambda: cloud.server(server)["status"] == "ERROR", "ERROR")
            assert complaint(ask(cloud, server), "conflictingRequest", 409) == f"Instance {server} is not ready"
        finally:
            delete_server(cloud, server)


def test_a_shelved_server_has_none(cloud: Subject, own_server: str):
    if cloud.act(own_server, "shelve").status_code != 202:
        pytest.skip("shelve is not for members of this cloud")
    cloud.until(lambda: cloud.server(own_server)["status"] == "SHELVED_OFFLOADED", "shelved")
    name = cloud.server(own_server)["name"]
    assert complaint(ask(cloud, own_server), "conflictingRequest", 409) == f"Instance {own_server} is not ready"
    for image in cloud.image.get(f"/images?name={name}-shelved").json()["images"]:
        cloud.image.delete(f"/images/{image['id']}")
