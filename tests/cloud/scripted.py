"""A cloud that answers what a test tells it to, over real HTTP: Keystone, a catalogue, and scripted routes."""

from __future__ import annotations

import json
import re
import ssl
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

HERE = Path(__file__).parent
TOKEN = "gAAAAABscriptedscriptedscriptedscripted"
PROJECT = "9f0e0c0ffee00000000000000000beef"
USER = "5eed0000000000000000000000000001"
DATE = "Sun, 01 Nov 2026 14:00:00 GMT"


@dataclass
class Reply:
    """One answer. A mapping or list is sent as JSON, a text as it is."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False
    """Take the request, then close the connection without an answer."""
    wait: threading.Event | None = None
    """Answer only when this is set (or the cloud is closed)."""
    raw: Iterable[bytes] | None = None
    """Send just this, valid HTTP or not, until the other side has had enough."""


@dataclass(frozen=True)
class Seen:
    """One call that arrived."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: Any

    @property
    def microversion(self) -> str | None:
        return self.headers.get("openstack-api-version", "").removeprefix("compute ") or None


class ScriptedCloud:
    """Started by `start`, told what to answer by `on`, asked what it saw by `seen`."""

    def __init__(
        self,
        *,
        services: tuple[str, ...] = ("compute", "image", "volumev3", "network"),
        tls: bool = False,
        host: str = "127.0.0.1",
    ) -> None:
        self.host = host
        self.heard: list[tuple[str, str]] = []
        """The first line and the rest of everything that arrived."""
        self.places: dict[str, str] = {}
        """Whole addresses of services in the catalogue, where not the cloud's own."""
        self.services = services
        self.tls = tls
        self.max_microversion = "2.96"
        self.calls: list[Seen] = []
        self.routes: list[tuple[str, re.Pattern[str], list[Reply]]] = []
        self.app_credential: dict[str, Any] | None = None
        self.project_id: str | None = PROJECT
        self.service_scheme = ""
        """How the catalogue's addresses begin, where not as the cloud's own."""
        self.sent_raw = 0
        """How many bytes of `Reply.raw` went out."""
        self.taken_bytes: int | None = None
        """How much of an upload is read before it is answered; None: all of it."""
        self.uploads: list[bytes] = []
        """What arrived of each upload."""
        self.token_times = ("2026-11-01T14:00:00.000000Z", "2036-11-01T15:00:00.000000Z")
        """When tokens are issued, and when they end."""
        self.logins = 0
        """How many tokens were given out."""
        self.closing = threading.Event()
        self.arrived = threading.Event()
        """Set when a call has arrived."""
        self._server: ThreadingHTTPServer | None = None

    def start(self) -> ScriptedCloud:
        cloud = self

        class Handler(_Handler):
            scripted = cloud

        self._server = ThreadingHTTPServer((self.host, 0), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        if self.tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(HERE / "selfsigned.pem")
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def stop(self) -> None:
        self.closing.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"{'https' if self.tls else 'http'}://{self.host}:{self._server.server_address[1]}"

    def on(self, method: str, path: str, *replies: Reply | Any) -> None:
        """Answer calls to a path (a regular expression for all of it) one after the other; the last one stays."""
        answers = [reply if isinstance(reply, Reply) else Reply(body=reply) for reply in replies]
        self.routes.insert(0, (method, re.compile(path), answers))

    def seen(self, method: str, path: str = ".*") -> list[Seen]:
        """The calls that arrived, Keystone and version documents left out."""
        return [call for call in self.calls if call.method == method and re.fullmatch(path, call.path)]

    def answer(self, call: Seen) -> Reply:
        for method, path, replies in self.routes:
            if method == call.method and path.fullmatch(call.path):
                self.calls.append(call)
                return replies.pop(0) if len(replies) > 1 else replies[0]
        ready = self._ready_made(call)
        if ready is not None:
            return ready
        self.calls.append(call)
        return Reply(404, {"itemNotFound": {"code": 404, "message": "scripted: nothing here"}})

    def _ready_made(self, call: Seen) -> Reply | None:
        path = call.path.rstrip("/")
        if path == "/identity/v3":
            links = [{"rel": "self", "href": f"{self.url}/identity/v3/"}]
            return Reply(body={"version": {"id": "v3.14", "status": "stable", "links": links}})
        if path == "/identity/v3/auth/tokens":
            self.logins += 1
            return Reply(201, {"token": self._token()}, {"X-Subject-Token": TOKEN})
        if path == "/compute/v2.1":
            return Reply(body={"version": self._version("v2.1", "/compute/v2.1/", "2.1", self.max_microversion)})
        if path == "/volume/v3":
            return Reply(body={"versions": [self._version("v3.0", "/volume/v3/", "3.0", "3.70")]})
        if path == "/image":
            return Reply(300, {"versions": [self._version("v2.17", "/image/v2/", "", "")]})
        return None

    def _version(self, name: str, path: str, lowest: str, highest: str) -> dict[str, Any]:
        links = [{"rel": "self", "href": self.url + path}]
        return {"id": name, "status": "CURRENT", "version": highest, "min_version": lowest, "links": links}

    def _token(self) -> dict[str, Any]:
        places = {
            "compute": "/compute/v2.1",
            "image": "/image",
            "volumev3": f"/volume/v3/{PROJECT}",
            "network": "/network",
            "identity": "/identity/v3",
        }
        base = self.url.replace("http", self.service_scheme, 1) if self.service_scheme else self.url
        token: dict[str, Any] = {
            "methods": ["password"],
            "expires_at": self.token_times[1],
            "issued_at": self.token_times[0],
            "user": {"id": USER, "name": "ada", "domain": {"id": "default", "name": "Default"}},
            "catalog": [
                {
                    "type": kind,
                    "name": kind,
                    "id": kind,
                    "endpoints": [
                        {
                            "interface": "public",
                            "region": "R1",
                            "region_id": "R1",
                            "id": kind,
                            "url": self.places.get(kind, base + place),
                        }
                    ],
                }
                for kind, place in places.items()
                if kind in (*self.services, "identity")
            ],
        }
        if self.project_id:
            token["project"] = {
                "id": self.project_id,
                "name": "astro-survey",
                "domain": {"id": "default", "name": "Default"},
            }
        if self.app_credential:
            token["application_credential"] = self.app_credential
        return token


class _Handler(BaseHTTPRequestHandler):
    scripted: ScriptedCloud
    protocol_version = "HTTP/1.1"
    wbufsize = 65536  # head and body in one packet: in two, each answer would wait 40 ms for an acknowledgement

    def _do(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        is_upload = "octet-stream" in self.headers.get("Content-Type", "")
        if is_upload and self.scripted.taken_bytes is not None:
            length = min(length, self.scripted.taken_bytes)
        raw = self.rfile.read(length)
        if is_upload:
            self.scripted.uploads.append(raw)
        call = Seen(
            self.command,
            parts.path,
            parse_qs(parts.query),
            {name.lower(): value for name, value in self.headers.items()},
            json.loads(raw) if raw and "json" in self.headers.get("Content-Type", "") else None,
        )
        self.scripted.heard.append((self.requestline, f"{self.headers}{raw.decode(errors='replace')}"))
        reply = self.scripted.answer(call)
        self.scripted.arrived.set()
        while reply.wait is not None and not reply.wait.wait(0.01) and not self.scripted.closing.is_set():
            pass
        if reply.drop:
            self.close_connection = True
            self.connection.close()
            return
        if reply.raw is not None:
            self.close_connection = True
            for part in reply.raw:
                self.connection.sendall(part)
                self.scripted.sent_raw += len(part)
            return
        self._send(reply)

    def _send(self, reply: Reply) -> None:
        is_text = isinstance(reply.body, str)
        payload = reply.body.encode() if is_text else b"" if reply.body is None else json.dumps(reply.body).encode()
        headers = {
            "Content-Type": "text/html" if is_text else "application/json",
            "Date": DATE,
            "x-openstack-request-id": "req-scripted",
            "Content-Length": str(len(payload)),
        } | reply.headers
        try:
            self.send_response_only(reply.status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(payload)
        except OSError:
            self.close_connection = True

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self._do
        raise AttributeError(name)

    def log_message(self, *_: Any) -> None:
        pass

    def handle(self) -> None:
        try:
            super().handle()
        except (OSError, ValueError):
            self.close_connection = True
