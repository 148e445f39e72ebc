"""The two sessions below openstacksdk: requests', where every request passes, and keystoneauth's, which redirects."""

from __future__ import annotations

import http.client
from typing import Any, ClassVar
from urllib.parse import urlsplit

import keystoneauth1.session
import requests
import requests.auth
import requests.utils
from urllib3 import PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from imaging.cloud.bounded_http.bounded_answer import BoundedResponse, read_body
from imaging.cloud.bounded_http.exchange import Exchange, Line
from imaging.cloud.bounded_http.limits import COOKIE_CHARACTERS, AnswerLimit
from models.errors import BadAnswerError

_REDIRECTS = frozenset({301, 302, 303, 305, 307, 308})
_MOST_REDIRECTS = 5
_LEAST_SUCCESS, _LEAST_REDIRECT = 200, 300
_ENCODINGS = frozenset({"utf-8", "iso-8859-1", "latin-1", "us-ascii", "windows-1252"})
"""Python knows a hundred more, some of which take a time that grows with the square of the length (punycode)."""
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


class _SendsPieces(http.client.HTTPConnection):
    """A connection that says to a transfer what it sends over."""

    of: ClassVar[Line]
    """The line that it belongs to."""

    def send(self, data: Any) -> None:
        """Send the headers, or a piece of the body; a transfer sends nothing that nobody reads."""
        transfer = self.of.exchange.transfer
        if transfer is not None:
            if self.sock is None:
                self.connect()
            transfer.goes_over(self.sock)
        super().send(data)


def _pool_classes(line: Line) -> dict[str, type[HTTPConnectionPool]]:
    """urllib3's pools, with connections whose answers are bounded by the line."""

    class Bounded(BoundedResponse):
        of = line

    class Plain(_SendsPieces, HTTPConnection):
        of = line
        response_class = Bounded

    class Tls(_SendsPieces, HTTPSConnection):
        of = line
        response_class = Bounded

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class TlsPool(HTTPSConnectionPool):
        ConnectionCls = Tls

    return {"http": PlainPool, "https": TlsPool}


class LineAdapter(keystoneauth1.session.TCPKeepAliveAdapter):
    """Where every request leaves, that of a login plugin too: checks where it goes, and reads the answer bounded."""

    def __init__(self, line: Line) -> None:
        """Serve one line."""
        self._line = line
        self._pools = _pool_classes(line)
        super().__init__()

    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        """Make the pools bounded."""
        super().init_poolmanager(*args, **more)
        self._bound(self.poolmanager)

    def proxy_manager_for(self, *args: Any, **more: Any) -> PoolManager:
        """The same behind a proxy."""
        return self._bound(super().proxy_manager_for(*args, **more))

    def _bound(self, manager: PoolManager) -> PoolManager:
        manager.pool_classes_by_scheme = self._pools
        return manager

    def send(  # type: ignore[override]  # the others are passed on
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: ARG002  # an answer is always read here, to its end
        **more: Any,
    ) -> requests.Response:
        """Send it, if it may go where it is addressed to.

        Raises:
            ImagingError: it may not, or the answer is too long or takes too long.
        """
        line, exchange = self._line, self._line.exchange
        # Before it is sent: one call may bring a login and a discovery along, which use up its time.
        line.seconds_left()
        url = str(request.url)
        has_token = bool(request.headers.get("X-Auth-Token"))
        reads_only = request.method in _READING
        # What carries no token and changes something is a login, with the password in its body.
        open_to_all = has_token or (reads_only and not request.headers.get("Authorization"))
        request.url = line.rules.settled(line.asked(url, reads_only=reads_only, may_go_to_catalogue=open_to_all))
        if request.url != url:
            exchange.upgraded = url
        outer, exchange.limit = exchange.limit, _limit(exchange.limit, has_token=has_token, reads_only=reads_only)
        try:
            # stream: requests would otherwise read the body itself, without an end.
            response: requests.Response = super().send(request, stream=True, **more)
            if has_token and _is_left_unread(response, exchange):
                return response
            response._content = read_body(response, line, exchange.limit)  # noqa: SLF001  # as requests itself keeps it
            response._content_consumed = True  # noqa: SLF001  # the same
        finally:
            exchange.limit = outer
        if str(response.encoding).lower() not in _ENCODINGS:
            response.encoding = "utf-8"
        return response


def _is_left_unread(response: requests.Response, exchange: Exchange) -> bool:
    """Whether the body is the caller's to read, after the answer was checked.

    Raises:
        ImagingError: it is not what was asked for; its body is not read.
    """
    if not _LEAST_SUCCESS <= response.status_code < _LEAST_REDIRECT:
        return False
    try:
        if exchange.check is not None:
            exchange.check(response.status_code, response.headers)
    except BaseException:
        response.raw.close()
        raise
    return exchange.transfer is not None and exchange.transfer.keeps_body


def _limit(wanted: int, *, has_token: bool, reads_only: bool) -> int:
    """What comes before the call itself has limits of its own."""
    if has_token:
        return wanted
    return AnswerLimit.DISCOVERY if reads_only else AnswerLimit.LOGIN


class RequestsSession(requests.Session):
    """The session of requests: it follows nothing by itself, and reads no ~/.netrc."""

    def __init__(self, line: Line) -> None:
        """Send everything through the line."""
        super().__init__()
        self.auth = _only_what_the_address_names
        self._settings: dict[tuple[str, ...], dict[str, Any]] = {}
        for scheme in ("http://", "https://"):
            self.mount(scheme, LineAdapter(line))

    def merge_environment_settings(self, url: str, proxies: Any, stream: Any, verify: Any, cert: Any) -> dict[str, Any]:
        """Proxies and certificates as the environment names them, read once for each host and way to check it.

        requests reads all variables for each request, which takes as long as the rest of one.
        """
        asked = (*urlsplit(url)[:2], repr((proxies, stream, verify, cert)))
        if asked not in self._settings:
            self._settings[asked] = super().merge_environment_settings(url, proxies, stream, verify, cert)
        return dict(self._settings[asked])

    def send(self, request: requests.PreparedRequest, **more: Any) -> requests.Response:
        """Send it. Cookies of a load balancer or a federated login are kept, a flood of them is not.

        They would be sent along with every request from then on, and more with each answer.
        """
        response = super().send(request, **more)
        if sum(len(cookie.name) + len(cookie.value or "") for cookie in self.cookies) > COOKIE_CHARACTERS:
            self.cookies.clear()
        return response

    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002  # no redirect is followed
        """None: requests would take a Location apart even where it is told not to follow it."""
        return None


def _only_what_the_address_names(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """The login of a proxy in front of Keystone, where auth_url holds one.

    Without this, requests would send what ~/.netrc has for the host.
    """
    user, password = requests.utils.get_auth_from_url(str(request.url))
    return requests.auth.HTTPBasicAuth(user, password)(request) if user or password else request


class LineSession(keystoneauth1.session.Session):
    """The session of keystoneauth, with redirects by our rules instead of to wherever a server says."""

    def __init__(self, *, line: Line, **more: Any) -> None:
        """As openstacksdk makes it, on our session of requests."""
        self._line = line
        super().__init__(session=RequestsSession(line), redirect=False, **more)

    def request(self, url: str, method: str, **more: Any) -> requests.Response:  # type: ignore[override]  # as above
        """Send a request, and follow the redirects that may be followed.

        Raises:
            ImagingError: a redirect leads where nothing may be sent.
        """
        redirect = more.pop("redirect", None)
        for _ in range(_MOST_REDIRECTS + 1):
            response: requests.Response = super().request(url, method, redirect=False, **more)
            if response.status_code not in _REDIRECTS or redirect is False:
                return response
            # The target holds its query already; with `params` it would be there twice.
            url, more = self._target(response, method), {**more, "params": {}}
        raise BadAnswerError(f"The cloud redirected the console in a circle when it was asked to {self._purpose}.")

    @property
    def _purpose(self) -> str:
        return self._line.exchange.doing

    def _target(self, response: requests.Response, method: str) -> str:
        location = response.headers.get("Location")
        if not location:
            raise BadAnswerError(f"The cloud redirected the console to nowhere when it was asked to {self._purpose}.")
        asked = self._line.asked(str(response.url), reads_only=method.upper() in _READING)
        return self._line.rules.redirected(asked, location)
