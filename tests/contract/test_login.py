"""Keystone: tokens, the catalogue, application credentials, and every way to be refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from keystoneauth1.identity import v3

from tests.contract.subject import Subject, complaint
from tests.support.known import present


def auth_url(cloud: Subject) -> str:
    return str(cloud.member.config.config["auth"]["auth_url"].rstrip("/").removesuffix("/v3") + "/v3")


def login(cloud: Subject, methods: dict[str, Any], scope: Any = None) -> requests.Response:
    body: dict[str, Any] = {"auth": {"identity": {"methods": list(methods), **methods}}}
    if scope:
        body["auth"]["scope"] = scope
    return requests.post(f"{auth_url(cloud)}/auth/tokens", json=body, timeout=30)


def token_of(cloud: Subject) -> dict[str, Any]:
    token = cloud.member.session.get_token()
    reply = cloud.identity.get("/auth/tokens", headers={"X-Subject-Token": token})
    assert reply.status_code == 200, reply.text
    return dict(reply.json()["token"])


def credential(cloud: Subject) -> tuple[str, str]:
    auth = cloud.login("appcred").config.config["auth"]
    return auth["application_credential_id"], auth["application_credential_secret"]


def test_a_token_says_whose_it_is_for_which_project_and_until_when(cloud: Subject):
    token = token_of(cloud)
    assert token["user"]["id"] == cloud.member.current_user_id
    assert token["project"]["id"] == cloud.member.current_project_id
    assert token["project"]["name"]
    assert "member" in [role["name"] for role in token["roles"]]
    expiry = datetime.fromisoformat(token["expires_at"])
    assert expiry > datetime.now(UTC)
    assert datetime.fromisoformat(token["issued_at"]) < expiry


def test_the_catalogue_lists_the_services_by_type_region_and_interface(cloud: Subject):
    catalogue = {entry["type"]: entry for entry in token_of(cloud)["catalog"]}
    assert {"identity", "compute", "image", "network"} <= set(catalogue)
    assert {"volumev3", "block-storage"} & set(catalogue)
    endpoint = next(e for e in catalogue["compute"]["endpoints"] if e["interface"] == "public")
    assert endpoint["url"].startswith("http")
    assert endpoint["region_id"]


def test_a_wrong_password_is_401_with_the_same_words_as_an_unknown_user(cloud: Subject):
    words = set()
    for name in (cloud.member.config.config["auth"].get("username", "nobody"), "nobody-of-this-name"):
        user = {"name": name, "domain": {"name": "Default"}, "password": "wrong"}
        words.add(complaint(login(cloud, {"password": {"user": user}}), "error", 401))
    assert words == {"The request you have made requires authentication."}


@pytest.mark.parametrize(
    "service, url",
    [("compute", "/servers"), ("image", "/v2/images"), ("block-storage", "/volumes"), ("network", "/v2.0/networks")],
)
def test_a_bad_token_is_401_at_every_service(cloud: Subject, service: str, url: str):
    endpoint = present(cloud.member.session.get_endpoint(service_type=service, interface="public")).rstrip("/")
    endpoint = endpoint if service in ("compute", "block-storage") else endpoint.split("/v2")[0]
    reply = requests.get(f"{endpoint}{url}", headers={"X-Auth-Token": "gAAAAABbad"}, timeout=30)
    assert reply.status_code == 401
    assert "Keystone uri=" in reply.headers["WWW-Authenticate"]
    assert "authentication" in reply.text.lower() or "unauthorized" in reply.text.lower()


def test_an_application_credential_logs_in_to_its_own_project_without_naming_it(cloud: Subject):
    identifier, secret = credential(cloud)
    reply = login(cloud, {"application_credential": {"id": identifier, "secret": secret}})
    assert reply.status_code == 201
    assert reply.headers["X-Subject-Token"]
    token = reply.json()["token"]
    assert token["methods"] == ["application_credential"]
    assert token["project"]["id"] == cloud.member.current_project_id
    assert token["application_credential"]["id"] == identifier
    assert token["application_credential"]["restricted"] is True


def test_its_own_expiry_can_be_read_by_itself(cloud: Subject):
    identifier, _ = credential(cloud)
    user = cloud.member.current_user_id
    reply = cloud.login("appcred").identity.get(f"/users/{user}/application_credentials/{identifier}")
    assert reply.status_code == 200, reply.text
    expiry = reply.json()["application_credential"]["expires_at"]
    assert expiry is None or isinstance(datetime.fromisoformat(expiry), datetime)


def test_a_wrong_secret_is_401_and_an_unknown_id_is_404(cloud: Subject):
    identifier, _ = credential(cloud)
    wrong = login(cloud, {"application_credential": {"id": identifier, "secret": "wrong"}})
    assert complaint(wrong, "error", 401) == "The request you have made requires authentication."
    unknown = login(cloud, {"application_credential": {"id": "0" * 32, "secret": "wrong"}})
    assert complaint(unknown, "error", 404) == f"Could not find Application Credential: {'0' * 32}."


def test_an_application_credential_may_not_ask_for_a_scope(cloud: Subject):
    identifier, secret = credential(cloud)
    scope = {"project": {"id": cloud.member.current_project_id}}
    reply = login(cloud, {"application_credential": {"id": identifier, "secret": secret}}, scope)
    assert "Application credentials cannot request a scope." in complaint(reply, "error", 401)


def test_a_token_never_outlives_its_application_credential(cloud: Subject):
    if cloud.member.config.config.get("auth_type") == "v3applicationcredential":
        pytest.skip("an application credential may not make another")
    user = cloud.member.current_user_id
    ends = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=10)
    request = {"name": f"{cloud.prefix}-short", "secret": "s3cret", "expires_at": ends.strftime("%Y-%m-%dT%H:%M:%SZ")}
    made = cloud.identity.post(f"/users/{user}/application_credentials", json={"application_credential": request})
    assert made.status_code == 201, made.text
    found = made.json()["application_credential"]
    try:
        assert found["expires_at"].startswith(ends.strftime("%Y-%m-%dT%H:%M:%S"))
        token = login(cloud, {"application_credential": {"id": found["id"], "secret": "s3cret"}}).json()["token"]
        assert datetime.fromisoformat(token["expires_at"]) <= ends
    finally:
        cloud.identity.delete(f"/users/{user}/application_credentials/{found['id']}")


def test_an_application_credential_may_not_make_another(cloud: Subject):
    identity = cloud.login("appcred").identity
    reply = identity.post(
        f"/users/{cloud.member.current_user_id}/application_credentials",
        json={"application_credential": {"name": f"{cloud.prefix}-second"}},
    )
    assert "Using method 'application_credential' is not allowed" in complaint(reply, "error", 403)


def test_a_revoked_token_is_refused_and_the_next_login_works(cloud: Subject):
    auth = cloud.member.config.config["auth"]
    if "username" not in auth:
        pytest.skip("revoking the token of this login would end other sessions")
    plugin = v3.Password(**auth | {"auth_url": auth_url(cloud)})
    token = present(plugin.get_token(cloud.member.session))
    url = f"{cloud.compute.get_endpoint()}/flavors"
    assert requests.get(url, headers={"X-Auth-Token": token}, timeout=30).status_code == 200
    cloud.identity.delete("/auth/tokens", headers={"X-Auth-Token": token, "X-Subject-Token": token})
    cloud.until(
        lambda: requests.get(url, headers={"X-Auth-Token": token}, timeout=30).status_code == 401,
        "the revoked token is refused",
        seconds=330,
    )
    assert cloud.compute.get("/flavors").status_code == 200
