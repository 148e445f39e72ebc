"""In front of all services: due transitions, request ids, the record of calls, and the faults that tests order."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections import deque
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from imaging.democloud.clock import http_date, whole_seconds
from imaging.democloud.guests.doors import Doors
from imaging.democloud.web.call import Cloud
from imaging.democloud.web.faults import Fault

_MOST_CALLS_KEPT = 20_000
_LONGEST_BODY_KEPT = 20_000
_LARGEST_REQUEST = 64_000_000
"""Bytes; more than any call of a client here has."""
_UNKNOWN_CALLER = 401
_UPLOAD = re.compile(r"/image/v2/images/[^/]+/(?:file|stage)")


class Connections:
    """The open connections, so that one can be closed without an answer."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, int], asyncio.Transport] = {}

    def opened(self, transport: asyncio.Transport) -> None:
        """A client has connected."""
        self._open[transport.get_extra_info("peername")[:2]] = transport

    def closed(self, peer: tuple[str, int]) -> None:
        """It has gone."""
        self._open.pop(peer, None)

    def finish(self, peer: tuple[str, int]) -> None:
        """Send what is on its way, then close the connection."""
        transport = self._open.pop(peer, None)
        if transport is not None:
            transport.close()

    def drop(self, peer: tuple[str, int]) -> None:
        """Close the connection at once, even in the middle of an answer."""
        transport = self._open.pop(peer, None)
        if transport is not None:
            transport.abort()


class Front:
    """An ASGI application around all services."""

    app: ASGIApp

    def __init__(self, cloud: Cloud, connections: Connections) -> None:
        self.cloud, self.connections = cloud, connections
        self.faults: list[Fault] = []
        self.calls: deque[dict[str, Any]] = deque(maxlen=_MOST_CALLS_KEPT)
        self.doors: Doors | None = None
        """The SSH servers of the guests, where there are any."""
        self.touch()

    def touch(self) -> None:
        """Somebody is using this cloud now."""
        self.last_call = time.monotonic()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        self.touch()
        if not _is_upload(scope) and int(_header(scope, b"content-length") or 0) > _LARGEST_REQUEST:
            await send({"type": "http.response.start", "status": 413, "headers": [(b"connection", b"close")]})
            await send({"type": "http.response.body", "body": b""})
            return
        if scope["path"].startswith("/_control"):
            self.cloud.world.settle()
            await self.app(scope, receive, send)
        else:
            await _Exchange(self, scope, receive, send).run(self.app)
            self.touch()
        if self.doors is not None:
            self.doors.follow()

    def fault_for(self, method: str, target: str, body: str) -> Fault | None:
        """The first trouble that was ordered for this call, counted."""
        fault = next((one for one in self.faults if one.meets(method, target, body)), None)
        if fault is not None and fault.times > 0:
            fault.times -= 1
        return fault


class _Exchange:
    """One call and its answer."""

    def __init__(self, front: Front, scope: Scope, receive: Receive, send: Send) -> None:
        self._front, self._cloud, self._connections = front, front.cloud, front.connections
        self._scope, self._receive = scope, receive
        self._send = self._reply = send
        self._body = b""
        self._received = self._said = 0
        self._fault: Fault | None = None
        self._is_upload = _is_upload(scope)
        self._ahead: deque[Message] = deque()
        query = scope["query_string"].decode("latin-1")
        self._target = scope["path"] + (f"?{query}" if query else "")
        self._line: dict[str, Any] = {}

    async def run(self, app: ASGIApp) -> None:
        """Carry the call out, with the trouble that was ordered for it."""
        world, method = self._cloud.world, self._scope["method"]
        self._scope["openstack.request_id"] = world.ids.request_id()
        self._line = {
            "at": whole_seconds(world.now()),
            "method": method,
            "path": self._scope["path"],
            "query": self._scope["query_string"].decode("latin-1"),
            "request_id": self._scope["openstack.request_id"],
            "version": _header(self._scope, b"openstack-api-version"),
            "status": None,
            "body": None,
        }
        self._front.calls.append(self._line)
        if self._front.faults and not self._is_upload:
            # It may depend on what is sent; and a call that is refused or dropped is recorded with that as well.
            await self._read_ahead()
        fault = self._front.fault_for(method, self._target, self._body.decode("utf-8", "replace"))
        if fault is None or not await self._troubled(fault, app):
            await self._carry_out(app)
        self._note_body()

    async def _troubled(self, fault: Fault, app: ASGIApp) -> bool:
        """Make the trouble; whether the call has been dealt with."""
        if fault.delay:
            await asyncio.sleep(fault.delay)
        if fault.is_about_bytes:
            self._fault = self._scope["democloud.trouble"] = fault
        if fault.status is None and not fault.drop:
            return False
        if fault.when == "after":
            self._send = _swallow
            await self._carry_out(app)
        if fault.drop:
            self._line["status"] = "dropped"
            self._connections.drop(tuple(self._scope["client"]))
            return True
        await self._answer(fault)
        return True

    async def _answer(self, fault: Fault) -> None:
        send = self._reply
        body = fault.body if isinstance(fault.body, str) else json.dumps(fault.body or {})
        kind = "application/json" if not isinstance(fault.body, str) else "text/html; charset=UTF-8"
        headers = {"content-type": kind, **{key.lower(): value for key, value in fault.headers.items()}}
        raw = [(key.encode(), value.encode()) for key, value in headers.items()]
        self._line["status"] = fault.status
        raw += self._common_headers()
        await send({"type": "http.response.start", "status": fault.status, "headers": raw})
        await send({"type": "http.response.body", "body": body.encode()})

    async def _carry_out(self, app: ASGIApp) -> None:
        self._cloud.world.settle()
        await app(self._scope, self._next, self._say)

    def _note_body(self) -> None:
        if (
            self._body
            and self._line["status"] != _UNKNOWN_CALLER
            and not self._is_upload
            and not self._scope["path"].endswith("/auth/tokens")
        ):
            self._line["body"] = _readable(self._body)

    async def _read_ahead(self) -> None:
        """Take in the whole body, which the service gets afterwards."""
        more = True
        while more:
            message = await self._listen()
            self._ahead.append(message)
            more = bool(message.get("more_body"))

    async def _next(self) -> Message:
        return self._ahead.popleft() if self._ahead else await self._listen()

    async def _listen(self) -> Message:
        message = await self._receive()
        self._received += len(message.get("body", b""))
        if self._fault is not None:
            await asyncio.sleep(self._fault.pause)
            if self._fault.cut_up is not None and self._received >= self._fault.cut_up:
                self._line["status"] = "dropped"
                self._connections.drop(tuple(self._scope["client"]))
                return {"type": "http.disconnect"}
        if self._is_upload:
            return message
        if self._received > _LARGEST_REQUEST:  # sent in pieces, without saying how long it is
            return {"type": "http.disconnect"}
        if message["type"] == "http.request" and len(self._body) < _LONGEST_BODY_KEPT:
            self._body += message.get("body", b"")
        return message

    async def _say(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._line["status"] = message["status"]
            message["headers"] = [*message["headers"], *self._common_headers()]
        elif self._fault is not None and not await self._may_be_sent(self._fault, message):
            return
        await self._send(message)

    async def _may_be_sent(self, fault: Fault, message: Message) -> bool:
        """Whether a piece of the answer still goes out; the one in which it is cut goes out in part."""
        body = message.get("body", b"")
        await asyncio.sleep(fault.pause)
        if fault.cut_down is None or self._said + len(body) <= fault.cut_down:
            self._said += len(body)
            return True
        if self._line["status"] != "dropped":
            await self._send({**message, "body": body[: fault.cut_down - self._said], "more_body": True})
            self._line["status"] = "dropped"
            self._connections.finish(tuple(self._scope["client"]))
            # Until it is closed; the server would else complain of an answer without an end.
            while (await self._receive())["type"] != "http.disconnect":
                pass
        return False

    def _common_headers(self) -> list[tuple[bytes, bytes]]:
        request_id = self._scope["openstack.request_id"].encode()
        headers = [
            (b"date", http_date(self._cloud.world.clock.now()).encode()),
            (b"x-openstack-request-id", request_id),
        ]
        if self._scope["path"].startswith("/compute"):
            headers.append((b"x-compute-request-id", request_id))
        return headers


def _is_upload(scope: Scope) -> bool:
    """Whether the body is that of an image: of any length, and never kept here."""
    return scope["method"] == "PUT" and _UPLOAD.fullmatch(scope["path"]) is not None


async def _swallow(_message: Message) -> None:
    """The answer that nobody gets."""


def _header(scope: Scope, name: bytes) -> str | None:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), None)


def _readable(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return body.decode("utf-8", "replace")
