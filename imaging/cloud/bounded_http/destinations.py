"""Where a request may go: to the hosts that the cloud's entry and its catalogue name, and never from TLS to plain HTTP.

A catalogue, a redirect and a link are what a server says. Followed blindly they take the password or the token
to another host, or over the network unencrypted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urljoin

from imaging.cloud.bounded_http.addresses import Address, address_of, has_userinfo, over_tls
from imaging.cloud.bounded_http.service_names import service_named
from models.errors import UnsafeAddressError

_OPERATORS = "Tell the cloud's operators."
_NOTHING_SENT = "Nothing was sent there."

Endpoints = Iterable[tuple[str, str]]
"""The service type and the URL of each endpoint of a catalogue."""


class Asked(NamedTuple):
    """What is about to be sent."""

    url: str
    service: str
    """As in `imaging.cloud.bounded_http.service_names`."""
    doing: str
    reads_only: bool
    may_go_to_catalogue: bool = True
    """It carries a token, or nothing secret. A login goes to the addresses of the entry alone."""


class AddressRules:
    """The rules of one cloud, shared by its threads; the catalogue is looked up again, for it comes with the login."""

    def __init__(
        self, config: Mapping[str, Any], allow_http: Iterable[str], catalogue: Callable[[], Endpoints]
    ) -> None:
        """Read what the entry names.

        Args:
            config: the cloud's entry, as for openstacksdk.
            allow_http: the services that may be asked by plain HTTP, as the user set it.
            catalogue: the endpoints that the login brought; nothing before the first one.
        """
        self._named = dict(_named_addresses(config))
        self._allow_http = frozenset(allow_http)
        self._catalogue = catalogue
        self._plain_login = _is_plain_login(config)

    def settled(self, asked: Asked) -> str:
        """The URL to use, which is the one that was asked for, or the same by https.

        Raises:
            UnsafeAddressError: nothing may be sent there.
        """
        address = _parsed(asked)
        if has_userinfo(asked.url) and not self._named.get(address):
            raise _refused(asked, f"to {address}, with a user name in the address")
        # Before all other rules: the user's entry in clouds.yaml decides.
        if address in self._named:
            return asked.url
        listed = [(service, found) for service, url in self._catalogue() if (found := _address_or_none(url))]
        hosts = {one.host for one in self._named}
        if asked.may_go_to_catalogue:
            hosts |= {found.host for _, found in listed}
        if address.host not in hosts:
            raise _refused(asked, f"to another host, {address}")
        if not address.is_plain or self._is_allowed(asked, address, listed):
            return asked.url
        # A catalogue behind a proxy often says http although the host speaks TLS.
        if address.host in _hosts_by_tls([*self._named, *(found for _, found in listed)]):
            return over_tls(asked.url)
        # Anybody who reads this network has seen the password; the token gives nothing more away.
        if self._plain_login:
            return asked.url
        raise _plain(asked, address)

    def redirected(self, asked: Asked, location: str) -> str:
        """Where a redirect may be followed to: the same host, from plain HTTP to https if need be, never back.

        Raises:
            UnsafeAddressError: it leads elsewhere, or what was asked for changes something.
        """
        target = _joined(asked, location)
        here, there = address_of(asked.url), _parsed(asked._replace(url=target))
        # A redirected POST arrives as a GET, or changes something on another host.
        if not asked.reads_only:
            raise _redirect(asked, there, "The console follows no redirect of a login or of a change.")
        if has_userinfo(target) or here.host != there.host:
            raise _redirect(asked, there, "The console follows redirects to the same host only.")
        if there.is_plain and not here.is_plain:
            return over_tls(target)
        if there.is_plain and here.port != there.port:
            raise _redirect(asked, there, "The console follows no redirect to another port by plain HTTP.")
        return target

    def _is_allowed(self, asked: Asked, address: Address, listed: Iterable[tuple[str, Address]]) -> bool:
        """Whether the user allows plain HTTP for the service, at the very address that the catalogue has for it."""
        return asked.service in self._allow_http and any(
            found == address and service_named(service) == asked.service for service, found in listed
        )


def _named_addresses(config: Mapping[str, Any]) -> Iterable[tuple[Address, bool]]:
    """The addresses that an entry names, and whether a user name stands in them."""
    auth = config.get("auth")
    for mapping in (config, auth if isinstance(auth, Mapping) else {}):
        for key, value in mapping.items():
            if isinstance(value, str) and key.replace("-", "_").endswith(("url", "endpoint", "endpoint_override")):
                address = _address_or_none(value)
                if address is not None:
                    yield address, has_userinfo(value)


def _is_plain_login(config: Mapping[str, Any]) -> bool:
    """Whether the login itself goes by plain HTTP, by the user's own entry: then its catalogue may name more of it."""
    auth = config.get("auth")
    url = (auth.get("auth_url") if isinstance(auth, Mapping) else None) or config.get("auth_url")
    address = _address_or_none(url) if isinstance(url, str) else None
    return address is not None and address.is_plain


def _hosts_by_tls(addresses: Iterable[Address]) -> set[str]:
    return {address.host for address in addresses if not address.is_plain}


def _address_or_none(url: str) -> Address | None:
    try:
        return address_of(url)
    except ValueError:
        return None


def _parsed(asked: Asked) -> Address:
    try:
        return address_of(asked.url)
    except ValueError:
        raise _refused(asked, "to what is no address of an HTTP service") from None


def _joined(asked: Asked, location: str) -> str:
    try:
        return urljoin(asked.url, location)
    except ValueError:
        raise _refused(asked, "to what is no address of an HTTP service") from None


def _refused(asked: Asked, where: str) -> UnsafeAddressError:
    return UnsafeAddressError(
        f"The cloud's {asked.service} service sent the console {where}, when it was asked to {asked.doing}.",
        meaning=_NOTHING_SENT,
        remedy=f"{_OPERATORS} A host that you know to be the cloud's can be named in its entry in clouds.yaml, "
        f"as `{asked.service.replace('-', '_')}_endpoint_override:`.",
    )


def _redirect(asked: Asked, there: Address, rule: str) -> UnsafeAddressError:
    by = " over plain HTTP" if there.is_plain else ""
    return UnsafeAddressError(
        f"The cloud's {asked.service} service answered with a redirect to {there}{by}, "
        f"when it was asked to {asked.doing}.",
        meaning=f"{_NOTHING_SENT} {rule}",
        remedy=f"Check auth_url in clouds.yaml: it may be an old address. {_OPERATORS}",
    )


def _plain(asked: Asked, address: Address) -> UnsafeAddressError:
    return UnsafeAddressError(
        f"The cloud's catalogue names {address} for its {asked.service} service, which is plain HTTP, "
        f"so it was not asked to {asked.doing}.",
        meaning=f"{_NOTHING_SENT} The login token would have gone over the network unencrypted.",
        remedy=f"{_OPERATORS} If this is intended, write `imaging: {{allow_http: [{asked.service}]}}` into the cloud's "
        f"entry in clouds.yaml, or set IMAGING_ALLOW_HTTP={asked.service}.",
    )
