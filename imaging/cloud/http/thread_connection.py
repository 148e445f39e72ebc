"""One thread's way to the cloud: the services of the SDK, used as plain HTTP adapters."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

import keystoneauth1.access
import requests
from keystoneauth1.adapter import Adapter

from imaging.cloud.bounded_http.catalogue import catalogue_of
from imaging.cloud.bounded_http.destinations import AddressRules
from imaging.cloud.bounded_http.exchange import Exchange, Line, Monotonic
from imaging.cloud.bounded_http.service_names import service_named
from imaging.cloud.bounded_http.sessions import LineSession
from imaging.cloud.clouds_yaml.one_meaning import filled_in_already, one_meaning
from imaging.cloud.http.answers import Answer
from imaging.cloud.http.call import Call
from imaging.cloud.http.no_answer import from_exception
from imaging.cloud.http.refusals import answer_of, from_answer
from imaging.cloud.http.transport import call_seconds
from imaging.cloud.login.resolution import ResolvedCloud
from imaging.cloud.sdk import CloudRegion, OpenStackConfig, Services
from imaging.cloud.service_adapters import FoundServices, QuickTypes
from imaging.runtime.redaction import redactor
from models.errors import ImagingError

_APP_NAME = "imaging-console"
_LOGIN_SECONDS = 30.0
_SETTLING_SECONDS = 110.0
"""For a login and a version discovery, in all."""
_LEAST_ERROR = 400
_FRESH_PART = 0.75
"""Of its life; with less before it a token is changed for a new one before much is sent."""


class SharedLogin:
    """One login for all threads: keystoneauth's plugin locks itself when it logs in again."""

    def __init__(self, resolved: ResolvedCloud, monotonic: Monotonic = time.monotonic) -> None:
        """Load the plugin that this cloud's entry asks for. Nothing is sent yet.

        Args:
            resolved: the cloud with its secrets.
            monotonic: for the deadlines of answers.

        Raises:
            ConfigError: the entry does not make a login.
        """
        self.name = resolved.name
        self._discovered: dict[str, Any] = {}
        self._found = FoundServices()
        self._monotonic = monotonic
        with _translated(Exchange(), sent=False):
            # Neither files nor variables: those were read and checked by us, and a second reading could find others.
            loader = OpenStackConfig(load_yaml_config=False, load_envvars=False)
            region = loader.get_one(**filled_in_already(one_meaning(resolved.config)))
        self._config: dict[str, Any] = region.config
        self._force_ipv4 = region.force_ipv4
        self.plugin = region.get_auth()
        self._rules = AddressRules(resolved.config, resolved.allow_http, catalogue_of(self.plugin))

    def new_connection(self) -> ThreadConnection:
        """A connection for one thread."""
        line = Line(self._rules, self._monotonic)
        region = CloudRegion(
            name=self.name,
            region_name=self._config.get("region_name"),
            config={"api_timeout": _LOGIN_SECONDS, **_without_nulls(copy.deepcopy(self._config))},
            force_ipv4=self._force_ipv4,
            auth_plugin=self.plugin,
            app_name=_APP_NAME,
            discovery_cache=self._discovered,
            session_constructor=partial(LineSession, line=line),  # type: ignore[arg-type]  # it is only called
        )
        region._service_type_manager = QuickTypes()  # noqa: SLF001  # the SDK has no other way
        return ThreadConnection(Services(region), line, self._found)


class ThreadConnection:
    """The connection of one thread. Never used from another."""

    def __init__(self, connection: Any, line: Line, found: FoundServices | None = None) -> None:
        """Keep the connection, the line that all of its requests pass, and what threads of the same login found."""
        self._connection = connection
        self.line = line
        self._found = found or FoundServices()
        self._adapters: dict[str, Any] = {}

    def perform(self, call: Call, timeout: tuple[float, float]) -> Answer:
        """Send a call once.

        Login and version discovery come first, so that what fails there is known not to have been sent.

        Args:
            call: what is asked.
            timeout: seconds to connect, and seconds between two bytes of the answer.

        Raises:
            ImagingError: the cloud refused, or no answer came.
        """
        exchange = exchange_of(call)
        self.line.begin(exchange, call_seconds(timeout))
        send = self.sending(call, exchange, timeout)
        exchange.check = call.check
        with _translated(exchange, sent=True):
            response = send()
        return answer_or_refusal(call, response)

    def sending(self, call: Call, exchange: Exchange, timeout: tuple[float, float]) -> Callable[..., requests.Response]:
        """Log in and discover the service where need be; what sends the call once, as it is called.

        What is returned takes further arguments of a session's `request`, and raises what the libraries raise.

        Args:
            call: what is asked.
            exchange: what the line was told that it is for.
            timeout: seconds to connect, and seconds between two bytes of the answer.

        Raises:
            ImagingError: nothing was sent.
        """
        adapter = self._adapter(call.service, exchange)
        endpoint = self._endpoint(call.service, adapter, exchange)
        with _translated(exchange, sent=False):
            # V25: keystoneauth's own retries are off, for they would send a POST again after a read time-out.
            return partial(
                adapter.request,
                call.url,
                call.method,
                json=call.json,
                params=dict(call.params),
                headers=dict(call.headers),
                microversion=".".join(map(str, call.microversion)) if call.microversion else None,
                connect_retries=0,
                status_code_retries=0,
                raise_exc=False,
                timeout=timeout,
                endpoint_override=endpoint,
            )

    def freshen_token(self, doing: str) -> None:
        """Have a token that has most of its life before it; where no other is given out, the one that is held stays.

        Args:
            doing: for what, as the end of "The cloud refused to …".

        Raises:
            ImagingError: the login failed.
        """
        exchange = Exchange(doing=doing)
        self.line.begin(exchange, _SETTLING_SECONDS)
        session = self._connection.session
        with _translated(exchange, sent=False):
            session.get_token()
        held = getattr(session.auth, "auth_ref", None)
        if held is None or not held.will_expire_soon(_FRESH_PART * (token_seconds(held) or 0)):
            return
        session.auth.invalidate()
        try:
            with _translated(exchange, sent=False):
                session.get_token()
        except ImagingError:
            # A passcode counts once: the token that it gave is still good.
            session.auth.auth_ref = held

    def _adapter(self, service: str, exchange: Exchange) -> Any:
        """The adapter of a service, logged in and with its version discovered.

        Raises:
            ServiceMissingError: the catalogue has no such service.
            ImagingError: the login or the discovery failed.
        """
        with _translated(exchange, sent=False):
            # Before anything is sent with it: from here on no log and no message can show the token.
            redactor.hide(self._connection.session.get_token() or "")
            if service not in self._adapters:
                self._adapters[service] = self._found.own_adapter(self._connection, service)
            return self._adapters[service]

    def _endpoint(self, service: str, adapter: Any, exchange: Exchange) -> str | None:
        """Where a service is, as keystoneauth formats it; looked up once for each login, for it comes with that.

        keystoneauth goes through the whole catalogue for each request else, and copies it.

        Raises:
            ImagingError: the catalogue does not tell.
        """
        access = getattr(self._connection.session.auth, "auth_ref", None)
        known = self._found.endpoints.get(service)
        if known is None or access is None or known[0] is not access:
            with _translated(exchange, sent=False):
                # By its class: what the SDK has for Keystone has a method of this name that is about something else.
                found = adapter.endpoint_override or _escaped(Adapter.get_endpoint(adapter))
            known = access, found
            self._found.endpoints[service] = known
        return known[1]

    def endpoint_data(self, service: str, doing: str) -> Any:
        """What a service's version document says, its microversions among it; None where there is none.

        Raises:
            ServiceMissingError: the catalogue has no such service.
            ImagingError: the login or the discovery failed.
        """
        exchange = Exchange(_service(service), doing)
        self.line.begin(exchange, _SETTLING_SECONDS)
        adapter = self._adapter(service, exchange)
        with _translated(exchange, sent=False):
            return adapter.get_endpoint_data()

    def access(self) -> keystoneauth1.access.AccessInfo | None:
        """What Keystone said about the login; None for a login without Keystone.

        Raises:
            ImagingError: Keystone refused or cannot be reached.
        """
        exchange = Exchange()
        self.line.begin(exchange, _SETTLING_SECONDS)
        session = self._connection.session
        with _translated(exchange, sent=False):
            read = getattr(session.auth, "get_access", None)
            return None if read is None else read(session)

    def close(self) -> None:
        """Put the sockets away."""
        with suppress(Exception):
            self._connection.close()


def exchange_of(call: Call) -> Exchange:
    """What the line is told about a call."""
    return Exchange(_service(call.service), call.doing, call.changes, call.limit)


def answer_or_refusal(call: Call, response: requests.Response) -> Answer:
    """The answer to a call.

    Raises:
        ImagingError: it is a refusal.
    """
    answer = answer_of(response, as_bytes=call.as_bytes)
    if answer.status >= _LEAST_ERROR:
        raise from_answer(answer, call.doing)
    return answer


def token_seconds(access: keystoneauth1.access.AccessInfo | None) -> float | None:
    """How long a token lives in all; None where its login does not tell."""
    issued, expires = getattr(access, "issued", None), getattr(access, "expires", None)
    return (expires - issued).total_seconds() if issued and expires else None


@contextmanager
def _translated(exchange: Exchange, *, sent: bool) -> Iterator[None]:
    """Let an `ImagingError` pass, and make one of what the libraries raise: they read a stranger's text, too."""
    try:
        yield
    except ImagingError:
        raise
    except Exception as error:  # noqa: BLE001  # no kind of it may reach the rest of the program
        # "from None": the exception of a library may hold the request with its token.
        raise from_exception(error, exchange, sent=sent) from None


def _service(attribute: str) -> str:
    return service_named(attribute) or attribute


def _escaped(endpoint: str | None) -> str | None:
    """What keystoneauth formats to this endpoint."""
    return endpoint.replace("%", "%%") if endpoint else None


def _without_nulls(config: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in config.items() if value is not None}
