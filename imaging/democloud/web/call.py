"""A call as the routes see it: who asks, in which microversion, with which body."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from imaging.democloud.web.errors import Refusal, Renderer, unauthenticated
from imaging.democloud.web.tokens import Caller, Tokens
from imaging.democloud.world import World

Version = tuple[int, int]
Json = dict[str, Any]


@dataclass
class Cloud:
    """What all services share."""

    world: World
    tokens: Tokens
    reset: Callable[[], None]


@dataclass
class Call:
    """One request, checked for a token."""

    request: Request
    cloud: Cloud
    caller: Caller
    version: Version = (0, 0)

    @property
    def world(self) -> World:
        """What there is."""
        return self.cloud.world

    @property
    def project_id(self) -> str:
        """The project that the caller works in."""
        return self.caller.project.id

    @property
    def request_id(self) -> str:
        """The id of this request."""
        return str(self.request.scope["openstack.request_id"])

    @property
    def base(self) -> str:
        """The address of the whole cloud, without a slash at the end."""
        return f"{self.request.url.scheme}://{self.request.url.netloc}"

    def path(self, name: str) -> str:
        """A part of the path."""
        return str(self.request.path_params[name])

    def query(self, name: str) -> str | None:
        """A query parameter; the last, if it is given twice."""
        return self.request.query_params.get(name)

    async def json(self) -> Json:
        """The body, which has to be a JSON object."""
        try:
            body = json.loads(await self.request.body())
        except (ValueError, RecursionError):
            body = None
        if not isinstance(body, dict):
            raise Refusal(400, "Malformed request body")
        return body

    async def part(self, name: str) -> Json:
        """The object below the one key that the body has to have."""
        part = (await self.json()).get(name)
        if not isinstance(part, dict):
            raise Refusal(400, f"Invalid input for field/attribute {name}. '{name}' is a required property")
        return part


Handler = Callable[[Call], Awaitable[Response]]


def identify(cloud: Cloud, request: Request) -> Caller:
    """Who asks. Raises a 401 without a valid token for a project."""
    token = cloud.tokens.find(cloud.world, request.headers.get("x-auth-token"))
    if token is None or token.project_id is None:
        raise unauthenticated()
    return Caller(cloud.world.users[token.user_id], cloud.world.projects[token.project_id], token)


def answer(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON answer."""
    return JSONResponse(body, status, headers)


def nothing(status: int = 202, *, content_type: str = "application/json") -> Response:
    """An answer without a body."""
    return Response(status_code=status, headers={"content-type": content_type})


@dataclass(frozen=True)
class Versions:
    """The microversions of a service, and the headers that ask for one."""

    service: str
    lowest: Version
    highest: Callable[[World], Version]
    extra_header: str | None = None

    def asked(self, world: World, request: Request) -> Version:
        """The microversion asked for; the lowest if none is. Raises 400 and 406."""
        text = self._text(request)
        if text is None:
            return self.lowest
        highest = self.highest(world)
        if text == "latest":
            return highest
        match = re.fullmatch(r"([1-9]\d*)\.([1-9]\d*|0)", text)
        if match is None:
            raise Refusal(400, f"API Version String {text} is of invalid format. Must be of format MajorNum.MinorNum.")
        version = int(match[1]), int(match[2])
        if not self.lowest <= version <= highest:
            raise Refusal(
                406,
                f"Version {text} is not supported by the API. Minimum is {_dotted(self.lowest)} and maximum is "
                f"{_dotted(highest)}.",
                kind="computeFault",
            )
        return version

    def _text(self, request: Request) -> str | None:
        for asked in request.headers.get("openstack-api-version", "").split(","):
            service, _, version = asked.strip().partition(" ")
            if service.lower() == self.service:
                return version.strip()
        return request.headers.get(self.extra_header) if self.extra_header else None

    def headers(self, version: Version) -> dict[str, str]:
        """What the answer says about the microversion."""
        said = {"OpenStack-API-Version": f"{self.service} {_dotted(version)}", "Vary": "OpenStack-API-Version"}
        if self.extra_header:
            said[self.extra_header] = _dotted(version)
        return said


def _dotted(version: Version) -> str:
    return f"{version[0]}.{version[1]}"


class Service:
    """One OpenStack service: turns handlers of calls into endpoints, and refusals into its own shape.

    Args:
        cloud: what all services share.
        render: how this service says an error.
        versions: its microversions, if it has any.
    """

    def __init__(self, cloud: Cloud, render: Renderer, versions: Versions | None = None) -> None:
        self._cloud, self.render, self._versions = cloud, render, versions

    def endpoint(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        """An endpoint for those who have a token."""

        async def endpoint(request: Request) -> Response:
            headers: dict[str, str] = {}
            try:
                caller = identify(self._cloud, request)
                version: Version = (0, 0)
                if self._versions is not None:
                    version = self._versions.asked(self._cloud.world, request)
                    headers = self._versions.headers(version)
                response = await handler(Call(request, self._cloud, caller, version))
            except Refusal as refusal:
                response = self.render(request, refusal)
            response.headers.update(headers)
            return response

        endpoint.__name__ = handler.__name__
        return endpoint

    def wrong_path(self, request: Request, error: Exception) -> Response:
        """The answer to a path or method that does not exist."""
        status = error.status_code if isinstance(error, HTTPException) else 500
        refusal = Refusal(status if status != 405 else 404, "The resource could not be found.", kind="route")  # noqa: PLR2004
        return self.render(request, refusal)
