"""Nova's list of servers: pages, and what has changed since."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from tests.contract.making import Choice, a_server, delete_server, fresh_name, launch, server_request
from tests.contract.subject import Subject, complaint


def next_page(listing: dict[str, Any]) -> str | None:
    links = {link["rel"]: link["href"] for link in listing.get("servers_links", [])}
    return links.get("next")


def test_detail_gives_whole_servers_and_the_short_list_ids_and_names(cloud: Subject, server: str):
    short = cloud.compute.get("/servers").json()["servers"]
    assert set(next(s for s in short if s["id"] == server)) == {"id", "name", "links"}
    whole = cloud.compute.get("/servers/detail").json()["servers"]
    assert next(s for s in whole if s["id"] == server)["status"] == "ACTIVE"


def test_the_newest_comes_first(cloud: Subject, server: str):
    times = [s["created"] for s in cloud.compute.get("/servers/detail").json()["servers"]]
    assert times == sorted(times, reverse=True)


def test_pages_follow_each_other_by_limit_and_marker(cloud: Subject, choice: Choice, server: str):
    with a_server(cloud, server_request(choice, fresh_name(cloud, "second"))):
        everyone = [s["id"] for s in cloud.compute.get("/servers/detail").json()["servers"]]
        seen: list[str] = []
        url: str | None = "/servers/detail?limit=1"
        while url is not None:
            listing = cloud.compute.get(url).json()
            assert len(listing["servers"]) <= 1
            seen += [s["id"] for s in listing["servers"]]
            url = next_page(listing)
            assert url is None or f"marker={seen[-1]}" in url
        assert seen == everyone
        after_first = cloud.compute.get(f"/servers?marker={everyone[0]}").json()["servers"]
        assert [s["id"] for s in after_first] == everyone[1:]


def test_an_unknown_marker_is_400(cloud: Subject):
    reply = cloud.compute.get("/servers/detail?marker=11111111-2222-3333-4444-555555555555")
    message = complaint(reply, "badRequest", 400)
    assert message == "marker [11111111-2222-3333-4444-555555555555] not found"


@pytest.mark.parametrize("limit", ["-1", "x"])
def test_a_limit_that_is_no_number_is_400(cloud: Subject, limit: str):
    reply = cloud.compute.get(f"/servers/detail?limit={limit}")
    assert "Invalid input for query parameters limit" in complaint(reply, "badRequest", 400)


def test_an_answer_carries_the_clouds_own_time(cloud: Subject):
    date = parsedate_to_datetime(cloud.compute.get("/servers").headers["Date"])
    assert abs(date - datetime.now(UTC)) < timedelta(days=1)


def changed_since(cloud: Subject, moment: datetime) -> dict[str, str]:
    since = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    listing = cloud.compute.get(f"/servers/detail?changes-since={since}").json()["servers"]
    return {s["id"]: s["status"] for s in listing}


def updated(cloud: Subject, server_id: str) -> datetime:
    return datetime.fromisoformat(cloud.server(server_id)["updated"])


def test_changes_since_gives_what_has_changed_and_nothing_older(cloud: Subject, server: str):
    before = updated(cloud, server)
    assert changed_since(cloud, before)[server] == "ACTIVE"
    assert server not in changed_since(cloud, before + timedelta(seconds=1))
    cloud.until(lambda: server_time(cloud) > before + timedelta(seconds=1), "a second has passed")
    cloud.act(server, "os-stop")
    cloud.until_idle(server, "SHUTOFF")
    assert changed_since(cloud, before + timedelta(seconds=1))[server] == "SHUTOFF"


def server_time(cloud: Subject) -> datetime:
    return parsedate_to_datetime(cloud.compute.get("/servers").headers["Date"])


def test_changes_since_gives_deleted_servers_as_deleted(cloud: Subject, choice: Choice):
    server_id = launch(cloud, server_request(choice, fresh_name(cloud, "short-lived")))
    before = datetime.fromisoformat(cloud.until_idle(server_id, "ACTIVE")["updated"])
    delete_server(cloud, server_id)
    cloud.until(lambda: changed_since(cloud, before).get(server_id) == "DELETED", "told as DELETED")
    assert server_id not in [s["id"] for s in cloud.compute.get("/servers").json()["servers"]]


def test_changes_since_misses_attachments(cloud: Subject, server: str, volume: str):
    before = updated(cloud, server)
    cloud.until(lambda: server_time(cloud) > before + timedelta(seconds=1), "a second has passed")
    cloud.attach(server, volume)
    assert updated(cloud, server) == before
    assert server not in changed_since(cloud, before + timedelta(seconds=1))


def test_a_search_by_name_is_a_search_within_names(cloud: Subject, server: str):
    name = cloud.server(server)["name"]
    found = cloud.compute.get(f"/servers?name={name[1:]}").json()["servers"]
    assert server in [s["id"] for s in found]
    assert cloud.compute.get(f"/servers?name={cloud.prefix}-no-such").json()["servers"] == []
