"""One thread's way to the cloud: an openstack connection, used as a plain HTTP adapter."""

from __future__ import annotations

import copy
from contextlib import suppress
from typing import Any

import keystoneauth1.access
import keystoneauth1.exceptions
import openstack.config
import openstack.connection
import openstack.exceptions
import requests
from openstack.config.cloud_region import CloudRegion

from imaging.cloud.answers import Answer
from imaging.cloud.errors import answer_of, from_answer
from imaging.cloud.no_answer import from_exception
from imaging.cloud.resolution import ResolvedCloud
from imaging.cloud.transport import Call
from imaging.runtime.redaction import redactor

_APP_NAME = "imaging-console"
_LOGIN_SECONDS = 30.0
_LEAST_ERROR = 400
_FOREIGN = (
    keystoneauth1.exceptions.ClientException,
    openstack.exceptions.SDKException,
    requests.RequestException,
    ValueError,
    TypeError,
    KeyError,
)
"""What the libraries raise; the last three where a configuration or an endpoint makes no sense to them."""


class SharedLogin:
    """One login for all threads: keystoneauth's plugin locks itself when it logs in anew."""

    def __init__(self, resolved: ResolvedCloud) -> None:
        """Load the plugin that this cloud's entry asks for. Nothing is sent yet.

        Raises:
            ConfigError: the entry does not make a login.
        """
        self.name = resolved.name
        self._discovered: dict[str, Any] = {}
        try:
            loader = openstack.config.OpenStackConfig(load_yaml_config=False, load_envvars=False)
            region = loader.get_one(**resolved.config)
        except _FOREIGN as error:
            raise from_exception(error, "log in", sent=False, changes=False) from None
        self._config: dict[str, Any] = region.config
        self._force_ipv4 = region.force_ipv4
        self.plugin = region.get_auth()

    def new_link(self) -> Link:
        """A connection for one thread."""
        region = CloudRegion(
            name=self.name,
            region_name=self._config.get("region_name"),
            config={"api_timeout": _LOGIN_SECONDS, **_without_nulls(copy.deepcopy(self._config))},
            force_ipv4=self._force_ipv4,
            auth_plugin=self.plugin,
            app_name=_APP_NAME,
            discovery_cache=self._discovered,
        )
        return Link(openstack.connection.Connection(config=region))


class Link:
    """The connection of one thread. Never used from another."""

    def __init__(self, connection: Any) -> None:
        """Keep the connection."""
        self._connection = connection

    def perform(self, call: Call, timeout: tuple[float, float]) -> Answer:
        """Send a call once.

        Login and version discovery come first, so that what fails there is known not to have been sent.

        Args:
            call: what is asked.
            timeout: seconds to connect, and seconds between two bytes of the answer.

        Raises:
            ImagingError: the cloud refused, or no answer came.
        """
        adapter = self.adapter(call.service, call.doing)
        try:
            response = adapter.request(
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
            )
        except _FOREIGN as error:
            raise from_exception(error, call.doing, sent=True, changes=call.changes) from None
        answer = answer_of(response)
        if answer.status >= _LEAST_ERROR:
            raise from_answer(answer, call.doing)
        return answer

    def adapter(self, service: str, doing: str) -> Any:
        """The adapter of a service, logged in and with its version discovered.

        Raises:
            ServiceMissingError: the catalogue has no such service.
            ImagingError: the login or the discovery failed.
        """
        try:
            redactor.hide(self._connection.session.get_token() or "")
            adapter = getattr(self._connection, service)
        except _FOREIGN as error:
            raise from_exception(error, doing, sent=False, changes=False) from None
        return adapter

    def endpoint_data(self, service: str, doing: str) -> Any:
        """What a service's version document says, its microversions among it; None where there is none.

        Raises:
            ImagingError: see `adapter`.
        """
        try:
            return self.adapter(service, doing).get_endpoint_data()
        except _FOREIGN as error:
            raise from_exception(error, doing, sent=False, changes=False) from None

    def access(self) -> keystoneauth1.access.AccessInfo | None:
        """What Keystone said of the login; None for a login without Keystone.

        Raises:
            ImagingError: Keystone refused or cannot be reached.
        """
        session = self._connection.session
        try:
            read = getattr(session.auth, "get_access", None)
            return None if read is None else read(session)
        except _FOREIGN as error:
            raise from_exception(error, "log in", sent=False, changes=False) from None

    def close(self) -> None:
        """Put the sockets away."""
        with suppress(Exception):
            self._connection.session.session.close()
            self._connection.close()


def _without_nulls(config: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in config.items() if value is not None}
