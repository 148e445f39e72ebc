"""Faults on command, and the record of what was asked and what happened."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

import pytest
import requests

from tests.democloud.talking import Talk
from tests.support.demo import DemoCloud


def test_a_fault_answers_in_place_of_the_service_as_often_as_ordered(ada: Talk, held: DemoCloud):
    held.faults(
        {"method": "GET", "path": "/flavors", "status": 503, "times": 1, "headers": {"Retry-After": "7"}, "body": {}}
    )
    first, second = ada.ask("GET", "/compute/v2.1/flavors"), ada.ask("GET", "/compute/v2.1/flavors")
    assert (first.status_code, first.headers["Retry-After"], second.status_code) == (503, "7", 200)


def test_an_answer_can_be_lost_after_the_call_was_carried_out(ada: Talk, held: DemoCloud):
    held.faults({"method": "POST", "path": "/action$", "drop": True, "when": "after"})
    with pytest.raises(requests.ConnectionError):
        ada.act(held.server_id("db-07"), "os-stop")
    assert ada.status(held.server_id("db-07")) == ("ACTIVE", "powering-off")


def test_or_the_call_before_it_was_carried_out(ada: Talk, held: DemoCloud):
    held.faults({"method": "POST", "path": "/action$", "drop": True, "when": "before"})
    with pytest.raises(requests.ConnectionError):
        ada.act(held.server_id("db-07"), "os-stop")
    assert ada.status(held.server_id("db-07")) == ("ACTIVE", None)


def test_a_500_can_hide_that_the_call_was_carried_out(ada: Talk, held: DemoCloud):
    held.faults({"method": "POST", "path": "/action$", "status": 500, "when": "after"})
    assert ada.act(held.server_id("db-07"), "os-stop").status_code == 500
    assert ada.status(held.server_id("db-07")) == ("ACTIVE", "powering-off")


def test_a_fault_can_be_for_one_action_of_the_many_that_share_a_path(ada: Talk, held: DemoCloud):
    db = held.server_id("db-07")
    held.faults({"method": "POST", "path": "/action$", "sends": '"os-stop"', "status": 503})
    assert ada.act(db, "lock", {"locked_reason": "mine"}).status_code == 202
    assert ada.act(db, "os-stop").status_code == 503
    assert ada.server(db)["locked_reason"] == "mine"


def test_a_fault_can_let_some_calls_go_through_first(ada: Talk, held: DemoCloud):
    held.faults({"path": "/flavors", "status": 503, "skip": 2})
    assert [ada.ask("GET", "/compute/v2.1/flavors").status_code for _ in range(4)] == [200, 200, 503, 200]


def test_calls_are_recorded_with_their_bodies_but_never_a_password(ada: Talk, held: DemoCloud):
    held.forget_calls()
    Talk.log_in(held)
    reply = ada.act(held.server_id("db-07"), "os-stop")
    (login,) = held.calls("POST", "/auth/tokens")
    (stop,) = held.calls("POST", "/action")
    assert login["body"] is None
    assert stop["body"] == {"os-stop": None}
    assert (stop["status"], stop["request_id"]) == (202, reply.headers["x-openstack-request-id"])


def test_transitions_are_recorded_at_the_second_at_which_they_happened(ada: Talk, held: DemoCloud):
    begin = held.now()
    ada.act(held.server_id("db-07"), "os-stop")
    held.turn(100)
    states = [one for one in held.transitions("db-07") if one["field"] == "vm_state"]
    assert [(one["from"], one["to"]) for one in states] == [("active", "stopped")]
    assert states[0]["moment"] == pytest.approx(begin + 4)


def test_the_date_of_an_answer_is_the_clouds_own(ada: Talk, held: DemoCloud):
    held.turn(86_400)
    said = parsedate_to_datetime(ada.ask("GET", "/compute/v2.1/flavors").headers["Date"]).timestamp()
    assert said == pytest.approx(held.now(), abs=1)


def test_void_tokens_are_refused(ada: Talk, held: DemoCloud):
    held.void_tokens()
    assert ada.ask("GET", "/compute/v2.1/servers").status_code == 401


def test_a_cloud_can_be_without_cinder_and_older(ada: Talk, held: DemoCloud):
    held.options(missing_services=["volume"], compute_max="2.42")
    catalogue = ada.ask("GET", "/identity/v3/auth/catalog").json()["catalog"]
    assert {one["type"] for one in catalogue} == {"identity", "image", "compute", "network"}
    assert ada.ask("GET", "/compute/v2.1/servers", at="2.43").status_code == 406


def test_quotas_can_be_used_up(ada: Talk, held: DemoCloud):
    held.quotas(instances=16)
    with pytest.raises(AssertionError, match="Quota exceeded for instances: Requested 1, but already used 16 of 16"):
        ada.launch(held.image_id("Featured-Ubuntu24"))


def test_a_wrong_order_is_400_and_says_why(held: DemoCloud):
    reply = requests.post(
        f"{held.url}/_control/clock", json={"advance": -5}, headers={"X-Control-Token": held.control_token}, timeout=5
    )
    assert (reply.status_code, reply.json()) == (400, {"error": "the clock cannot be turned back (-5.0 s)"})
