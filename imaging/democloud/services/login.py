"""Keystone: logging in by password, application credential or token, and the catalogue."""

from __future__ import annotations

import time
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from imaging.democloud.clock import microseconds
from imaging.democloud.ids import seed_hex
from imaging.democloud.records.identity import User
from imaging.democloud.web.call import Cloud, Json
from imaging.democloud.web.errors import Refusal, unauthenticated
from imaging.democloud.web.tokens import TOKEN_SECONDS, Token
from imaging.democloud.world import World

REGION = "RegionOne"
_DOMAIN = {"id": "default", "name": "Default"}
_SERVICES = (
    ("keystone", "identity", "/identity/v3"),
    ("glance", "image", "/image"),
    ("nova", "compute", "/compute/v2.1"),
    ("cinderv3", "volumev3", "/volume/v3"),
    ("cinder", "block-storage", "/volume/v3"),
    ("neutron", "network", "/network"),
)


def base_of(request: Request) -> str:
    """The address of the whole cloud, without a slash at its end."""
    return f"{request.url.scheme}://{request.url.netloc}"


async def log_in(cloud: Cloud, request: Request) -> Response:
    """POST /auth/tokens. Raises 400, 401, and 404 for an application credential that is not there."""
    try:
        auth = (await request.json())["auth"]
        methods = auth["identity"]["methods"]
        asked = auth["identity"].get(methods[0]) or {}
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):
        raise Refusal(400, "Invalid input for field 'auth': None is not of type 'object'") from None
    scope = auth.get("scope")
    if methods == ["password"]:
        token = _by_password(cloud, asked, scope)
    elif methods == ["application_credential"]:
        token = _by_credential(cloud, asked, scope)
    elif methods == ["token"]:
        token = _by_token(cloud, asked, scope)
    else:
        raise unauthenticated()
    body = {"token": _token_view(cloud.world, token, base_of(request))}
    return JSONResponse(body, 201, {"X-Subject-Token": token.text, "Vary": "X-Auth-Token"})


def _by_password(cloud: Cloud, asked: Json, scope: Any) -> Token:
    named = asked.get("user") or {}
    user = _find_user(cloud.world, named)
    if user is None or user.password != named.get("password"):
        raise unauthenticated()
    return cloud.tokens.give(cloud.world, user, _project_of(cloud.world, user, scope), "password")


def _find_user(world: World, named: Json) -> User | None:
    domain = named.get("domain") or {}
    if "id" in named:
        return world.users.get(str(named["id"]))
    if domain.get("id", "default") != "default" and domain.get("name") != "Default":
        return None
    return next((one for one in world.users.values() if one.name == named.get("name")), None)


def _project_of(world: World, user: User, scope: Any) -> str | None:
    if not isinstance(scope, dict):
        return user.project_ids[0] if scope is None and user.project_ids else None
    named = scope.get("project") or {}
    for project_id in user.project_ids:
        if project_id == named.get("id") or world.projects[project_id].name == named.get("name"):
            return project_id
    raise unauthenticated()


def _by_credential(cloud: Cloud, asked: Json, scope: Any) -> Token:
    world = cloud.world
    wanted = asked.get("id")
    credential = world.credentials.get(str(wanted))
    if wanted is None:
        user = _find_user(world, asked.get("user") or {})
        credential = next(
            (
                one
                for one in world.credentials.values()
                if user and one.user_id == user.id and one.name == asked.get("name")
            ),
            None,
        )
    if credential is None:
        # V19: 404 at a login.
        raise Refusal(404, f"Could not find Application Credential: {wanted or asked.get('name')}.")
    # K2: even where the scope is the credential's own project.
    if scope is not None:
        raise Refusal(
            401, "Error authenticating with application credential: Application credentials cannot request a scope."
        )
    expired = credential.expires_at is not None and credential.expires_at <= world.now()
    # V19: one answer for both, so that nobody learns which of the two it was.
    if credential.secret != asked.get("secret") or expired:
        raise unauthenticated()
    user = world.users[credential.user_id]
    return cloud.tokens.give(world, user, credential.project_id, "application_credential", credential)


def _by_token(cloud: Cloud, asked: Json, scope: Any) -> Token:
    old = cloud.tokens.find(cloud.world, asked.get("id"))
    if old is None:
        raise unauthenticated()
    user = cloud.world.users[old.user_id]
    return cloud.tokens.give(cloud.world, user, _project_of(cloud.world, user, scope), "token")


def _token_view(world: World, token: Token, base: str) -> Json:
    user = world.users[token.user_id]
    view: Json = {
        "methods": [token.method],
        "user": {"domain": _DOMAIN, "id": user.id, "name": user.name, "password_expires_at": None},
        "audit_ids": [token.audit_id],
        "expires_at": _keystone_time(_shown_expiry(world, token)),
        "issued_at": _keystone_time(token.issued_at),
    }
    if token.project_id is not None:
        project = world.projects[token.project_id]
        view["project"] = {"domain": _DOMAIN, "id": project.id, "name": project.name}
        view |= {"is_domain": False, "roles": roles(user), "catalog": catalogue(world, base)}
    if token.credential_id is not None:
        credential = world.credentials[token.credential_id]
        view["application_credential"] = {"id": credential.id, "name": credential.name, "restricted": True}
    return view


def _shown_expiry(world: World, token: Token) -> float:
    """Clients compare the end of a token with the clock of their own machine, which may be far ahead of the cloud's."""
    if token.expires_at - token.issued_at < TOKEN_SECONDS:
        return token.expires_at
    left = token.expires_at - world.now()
    return max(token.expires_at, time.time() + left)


def _keystone_time(moment: float) -> str:
    return f"{microseconds(moment)}Z"


def roles(user: User) -> list[Json]:
    """The roles that a user has in every project of theirs."""
    names = ("admin", "member", "reader") if user.admin else ("member", "reader")
    return [{"id": seed_hex("role", name), "name": name} for name in names]


def catalogue(world: World, base: str) -> list[Json]:
    """The services, without those that the options have taken away."""
    return [
        {
            "id": seed_hex("service", name),
            "name": name,
            "type": kind,
            "endpoints": [
                {
                    "id": seed_hex(interface, name),
                    "interface": interface,
                    "region_id": REGION,
                    "region": REGION,
                    "url": base + path,
                }
                for interface in ("public", "internal")
            ],
        }
        for name, kind, path in _SERVICES
        if path.split("/")[1] not in world.options.missing_services
    ]


def read_token(cloud: Cloud, request: Request) -> Response:
    """GET /auth/tokens: whose a token is, and until when. Raises 401 and 404."""
    if cloud.tokens.find(cloud.world, request.headers.get("x-auth-token")) is None:
        raise unauthenticated()
    text = request.headers.get("x-subject-token")
    token = cloud.tokens.find(cloud.world, text)
    if token is None:
        raise Refusal(404, "Could not recognize Fernet token" if text else "Token ID is empty")
    body = {"token": _token_view(cloud.world, token, base_of(request))}
    return JSONResponse(body, 200, {"X-Subject-Token": token.text, "Vary": "X-Auth-Token"})
