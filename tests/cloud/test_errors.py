"""What a cloud's refusals become: recorded bodies of real clouds, of every service's own form."""

from __future__ import annotations

import json
from typing import Any

import pytest

from imaging.cloud.http.answers import Answer
from imaging.cloud.http.refusals import from_answer
from models.errors import (
    ConflictError,
    ForbiddenError,
    ImagingError,
    NotFoundError,
    QuotaExceededError,
    RateLimitedError,
    RejectedError,
    ServerFaultError,
    UnauthorizedError,
)


def refused(status: int, body: object, **headers: str) -> ImagingError:
    text = body if isinstance(body, str) else json.dumps(body)
    named = {name.replace("_", "-").lower(): value for name, value in headers.items()}
    return from_answer(Answer(status, {"x-openstack-request-id": "req-1", **named}, text), "do it")


def nova(message: str, kind: str = "badRequest") -> dict[str, Any]:
    """Nova, Cinder and Keystone: one object around a message."""
    return {kind: {"code": 400, "message": message}}


def neutron(kind: str, message: str) -> dict[str, Any]:
    return {"NeutronError": {"type": kind, "message": message, "detail": ""}}


def glance(title: str, message: str) -> str:
    """Glance, where it does not answer plain text."""
    head = f"<head>\n  <title>{title}</title>\n </head>"
    return f"<html>\n {head}\n <body>\n  <h1>{title}</h1>\n  {message}<br /><br />\n\n\n </body>\n</html>"


NO_SUCH_VERSION = "Version 2.999 is not supported by the API. Minimum is 2.1 and maximum is 2.93."


@pytest.mark.parametrize(
    "status,body,kind,said",
    [
        (400, nova("Can not find requested image"), RejectedError, "requested image"),
        (401, nova("The request you have made requires authentication."), UnauthorizedError, "requires authentication"),
        (403, nova("Policy doesn't allow os_compute_api:servers:start."), ForbiddenError, "servers:start"),
        (403, glance("403 Forbidden", "You do not own this &amp; that"), ForbiddenError, "You do not own this & that"),
        (403, "403 Forbidden\n\nImage abc is protected and cannot be deleted.\n\n ", ForbiddenError, "is protected"),
        (404, neutron("NetworkNotFound", "Network x could not be found."), NotFoundError, "Network x could not"),
        (404, glance("404 Not Found", "No image found with ID x"), NotFoundError, "No image found"),
        (406, {"errors": [{"title": "No", "detail": NO_SUCH_VERSION}]}, RejectedError, "maximum is 2.93"),
        (409, nova("Cannot 'stop' instance x while it is in vm_state stopped"), ConflictError, "vm_state stopped"),
        (415, "<html><head><title>415</title></head><body>Unsupported</body></html>", RejectedError, "Unsupported"),
        (500, nova("Unexpected API Error.", "computeFault"), ServerFaultError, "Unexpected API Error"),
        (503, "<html><body>No server is available.\n</body></html>", ServerFaultError, "No server is available"),
        (504, "", ServerFaultError, "HTTP 504"),
    ],
)
def test_each_refusal_has_its_kind_and_keeps_the_clouds_own_words(status, body, kind, said):
    error = refused(status, body)
    assert type(error) is kind
    assert said in str(error)
    assert error.what.endswith(".")
    assert error.request_id == "req-1"


SERVERS_USED = "Quota exceeded for cores, instances: Requested 1, 1, but already used 20, 10 of 20, 10 cores, instances"
SERVERS_OVER = "Resource servers is over limit of 10 due to current usage 10 and delta 1."
VOLUMES_USED = "VolumeLimitExceeded: Maximum number of volumes allowed (10) exceeded for quota 'volumes'."
GROUPS_USED = "Quota exceeded for resources: ['security_group'] of 10."
IMAGES_OVER = "Project x is over a limit for [Resource image_count_total is over limit of 10 due to current usage 10]"


@pytest.mark.parametrize(
    "status,body",
    [
        (403, nova(SERVERS_USED, "forbidden")),
        (403, nova(SERVERS_OVER, "forbidden")),
        (413, nova(VOLUMES_USED, "overLimit")),
        (409, neutron("OverQuota", GROUPS_USED)),
        (413, glance("413 Request Entity Too Large", IMAGES_OVER)),
    ],
)
def test_a_used_up_quota_is_told_from_policy_and_keeps_its_numbers(status, body):
    error = refused(status, body, retry_after="0")
    assert type(error) is QuotaExceededError
    assert "10" in error.what


def test_a_policy_whose_name_has_quota_in_it_is_no_quota():
    error = refused(403, nova("Policy doesn't allow os_compute_api:os-quota-sets:show to be performed."))
    assert type(error) is ForbiddenError


@pytest.mark.parametrize(
    "headers,seconds",
    [
        ({"retry_after": "7"}, 7.0),
        ({"retry_after": "Sun, 01 Nov 2026 14:00:30 GMT", "date": "Sun, 01 Nov 2026 14:00:00 GMT"}, 30.0),
        ({"retry_after": "soon"}, None),
        ({"retry_after": "-5"}, None),
        ({}, None),
    ],
)
def test_being_asked_too_often_says_how_long_to_wait(headers, seconds):
    error = refused(429, {"overLimit": {"message": "This request was rate-limited."}}, **headers)
    assert isinstance(error, RateLimitedError)
    assert error.retry_after_seconds == seconds


def test_a_request_that_is_too_large_is_refused_not_put_off():
    assert type(refused(413, "<html><body>Request Entity Too Large</body></html>")) is RejectedError


def test_an_application_credential_with_a_scope_is_explained():
    error = refused(401, nova("Error authenticating: Application credentials cannot request a scope.", "error"))
    assert "OS_PROJECT_" in error.remedy


@pytest.mark.parametrize(
    "body",
    [
        *("", "[]", "null", '"bare words"', "{}", '{"a": null}', '{"a": {"message": 7}}', '{"errors": "x"}'),
        *("<", "<<<>>>", "\x00\xff", "<p>" * 5000),
    ],
)
def test_no_body_is_too_odd_to_become_an_error(body):
    assert "do it" in str(refused(400, body))


def test_hostile_words_are_cleaned_and_cut():
    error = refused(400, {"badRequest": {"message": "\x1b]0;owned\x07[/red]\x1b[2J\u202e" + "x" * 10_000}})
    assert "\x1b" not in str(error)
    assert "\u202e" not in str(error)
    assert len(str(error)) < 1000


def test_a_token_or_password_in_the_clouds_own_words_is_blotted_out():
    error = refused(400, {"badRequest": {"message": 'bad header X-Auth-Token: gAAAAABkZk-secret, "adminPass": "hush"'}})
    assert "gAAAA" not in str(error)
    assert "hush" not in str(error)
