"""Keystone: its routes; users, projects and application credentials."""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from imaging.democloud.clock import microseconds, read_time
from imaging.democloud.records.identity import Credential, Project, User
from imaging.democloud.services import login
from imaging.democloud.services.login import base_of
from imaging.democloud.web.call import Call, Cloud, Json, Service, answer
from imaging.democloud.web.errors import Refusal, as_keystone


def identity_app(cloud: Cloud) -> Starlette:
    """Keystone's routes."""
    service = Service(cloud, as_keystone)

    async def log_in(request: Request) -> Response:
        try:
            return await login.log_in(cloud, request)
        except Refusal as refusal:
            return as_keystone(request, refusal)

    async def read_token(request: Request) -> Response:
        try:
            return login.read_token(cloud, request)
        except Refusal as refusal:
            return as_keystone(request, refusal)

    user = "/v3/users/{user}"
    return Starlette(
        routes=[
            Route("/", _all_versions),
            Route("/v3", _version),
            Route("/v3/", _version),
            Route("/v3/auth/tokens", log_in, methods=["POST"]),
            Route("/v3/auth/tokens", read_token, methods=["GET", "HEAD"]),
            Route("/v3/auth/tokens", service.endpoint(_revoke), methods=["DELETE"]),
            Route("/v3/auth/catalog", service.endpoint(_show_catalogue)),
            Route("/v3/auth/projects", service.endpoint(_list_projects)),
            Route(user, service.endpoint(_show_user)),
            Route(user + "/projects", service.endpoint(_list_projects)),
            Route(user + "/application_credentials", service.endpoint(_list_credentials)),
            Route(user + "/application_credentials", service.endpoint(_make_credential), methods=["POST"]),
            Route(user + "/application_credentials/{credential}", service.endpoint(_show_credential)),
            Route(
                user + "/application_credentials/{credential}", service.endpoint(_drop_credential), methods=["DELETE"]
            ),
            Route("/v3/projects", service.endpoint(_forbid("list_projects"))),
            Route("/v3/projects/{project}", service.endpoint(_show_project)),
            Route("/v3/users", service.endpoint(_forbid("list_users"))),
            Route("/v3/domains", service.endpoint(_forbid("list_domains"))),
        ],
        exception_handlers={HTTPException: _wrong_path},
    )


def _version_of(request: Request) -> Json:
    return {
        "id": "v3.14",
        "status": "stable",
        "updated": "2020-04-07T00:00:00Z",
        "links": [{"rel": "self", "href": f"{base_of(request)}/identity/v3/"}],
        "media-types": [{"base": "application/json", "type": "application/vnd.openstack.identity-v3+json"}],
    }


async def _all_versions(request: Request) -> Response:
    return JSONResponse({"versions": {"values": [_version_of(request)]}}, 300)


async def _version(request: Request) -> Response:
    return JSONResponse({"version": _version_of(request)})


async def _wrong_path(_request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return HTMLResponse(
        "<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n<p>The requested URL was "
        "not found on the server. If you entered the URL manually please check your spelling and try again.</p>\n",
        status,
    )


async def _revoke(call: Call) -> Response:
    call.cloud.tokens.revoke(call.request.headers.get("x-subject-token", ""))
    return Response(status_code=204)


async def _show_catalogue(call: Call) -> Response:
    body = {
        "catalog": login.catalogue(call.world, call.base),
        "links": {"self": f"{call.base}/identity/v3/auth/catalog"},
    }
    return answer(body)


def _forbid(action: str) -> Any:
    async def forbidden(_call: Call) -> Response:
        raise Refusal(403, f"You are not authorized to perform the requested action: identity:{action}.")

    return forbidden


def _own(call: Call, action: str) -> User:
    user = call.world.users.get(call.path("user"))
    if user is None or (user.id != call.caller.user.id and not call.caller.is_admin):
        raise Refusal(403, f"You are not authorized to perform the requested action: identity:{action}.")
    return user


async def _show_user(call: Call) -> Response:
    user = _own(call, "get_user")
    href = f"{call.base}/identity/v3/users/{user.id}"
    view = {"id": user.id, "name": user.name, "domain_id": "default", "enabled": True, "password_expires_at": None}
    return answer({"user": {**view, "options": {}, "links": {"self": href}}})


def _project_view(call: Call, project: Project) -> Json:
    return {
        "id": project.id,
        "name": project.name,
        "domain_id": "default",
        "description": project.description,
        "enabled": True,
        "parent_id": "default",
        "is_domain": False,
        "tags": [],
        "options": {},
        "links": {"self": f"{call.base}/identity/v3/projects/{project.id}"},
    }


async def _list_projects(call: Call) -> Response:
    user = _own(call, "list_user_projects") if "user" in call.request.path_params else call.caller.user
    projects = [_project_view(call, call.world.projects[one]) for one in user.project_ids]
    return answer({"projects": projects, "links": _links(call)})


async def _show_project(call: Call) -> Response:
    project = call.world.projects.get(call.path("project"))
    if project is None or (project.id not in call.caller.user.project_ids and not call.caller.is_admin):
        raise Refusal(403, "You are not authorized to perform the requested action: identity:get_project.")
    return answer({"project": _project_view(call, project)})


def _links(call: Call) -> Json:
    return {"next": None, "self": f"{call.base}{call.request.url.path}", "previous": None}


def _credential_view(call: Call, credential: Credential) -> Json:
    user = call.world.users[credential.user_id]
    return {
        "id": credential.id,
        "name": credential.name,
        "description": credential.description,
        "user_id": credential.user_id,
        "project_id": credential.project_id,
        "system": None,
        "expires_at": microseconds(credential.expires_at),
        "unrestricted": None,
        "roles": [{**role, "domain_id": None, "description": None, "options": {}} for role in login.roles(user)],
        "links": {"self": f"{call.base}/identity/v3/application_credentials/{credential.id}"},
    }


async def _list_credentials(call: Call) -> Response:
    user = _own(call, "list_application_credentials")
    views = [_credential_view(call, one) for one in call.world.credentials.values() if one.user_id == user.id]
    return answer({"application_credentials": views, "links": _links(call)})


async def _show_credential(call: Call) -> Response:
    user = _own(call, "get_application_credential")
    credential = call.world.credentials.get(call.path("credential"))
    if credential is None or credential.user_id != user.id:
        raise Refusal(404, f"Could not find Application Credential: {call.path('credential')}.")
    return answer({"application_credential": _credential_view(call, credential)})


async def _drop_credential(call: Call) -> Response:
    _own(call, "delete_application_credential")
    call.world.credentials.pop(call.path("credential"), None)
    return Response(status_code=204)


async def _make_credential(call: Call) -> Response:
    user = _own(call, "create_application_credential")
    # V19, K3: a restricted credential makes no others, but may read itself.
    if call.caller.token.credential_id is not None:
        raise Refusal(
            403,
            "You are not authorized to perform the requested action: Using method 'application_credential' is not "
            "allowed for managing additional application credentials..",
        )
    asked = await call.part("application_credential")
    secret = str(asked.get("secret") or call.world.ids.fresh_hex())
    ends = asked.get("expires_at")
    credential = Credential(
        id=call.world.ids.fresh_hex(),
        name=str(asked.get("name")),
        secret=secret,
        user_id=user.id,
        project_id=call.project_id,
        expires_at=read_time(ends) if ends else None,
        description=asked.get("description"),
    )
    call.world.credentials[credential.id] = credential
    view = {**_credential_view(call, credential), "secret": secret}
    return answer({"application_credential": view}, 201)
