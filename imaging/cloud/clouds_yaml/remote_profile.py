"""Fetches the profile that a vendor offers on the web, where the user's entry names one: `profile: https://…`.

openstacksdk would follow redirects there, read without an end, and take plain HTTP; the host that answers then says
where the password goes. Some of the profiles that come with openstacksdk only name such an address (ovh, vexxhost).
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from imaging.cloud.bounded_http.addresses import Address, address_of
from imaging.cloud.bounded_http.destinations import AddressRules
from imaging.cloud.bounded_http.exchange import Exchange, Line
from imaging.cloud.bounded_http.limits import AnswerLimit
from models.errors import ConfigError, ForeignValueError, ImagingError
from models.foreign import fields
from models.text import one_line

_PATH = "/.well-known/openstack/api"
_SECONDS = 10.0
_SUCCESS = 200
_NOT_FOR_A_VENDOR = ("profile", "cloud", "vendor_hook", "imaging")
"""Another profile, code to be run, and what is for the user to say."""


def address_of_profile(name: object, local: Mapping[str, Any]) -> Address | None:
    """Where a profile is to be fetched from; None where it is not on the web.

    Args:
        name: what the entry has as its `profile`.
        local: the profiles of the user's `clouds-public.yaml`.

    Raises:
        ConfigError: it would come by plain HTTP.
    """
    if not isinstance(name, str) or name in local:
        return None
    from imaging.cloud.sdk import vendors  # noqa: PLC0415  # a quarter of a second: not before it is needed

    url = name
    if name in vendors.profiles():
        nested = (vendors.get_profile(name) or {}).get("profile")
        if nested is None:
            return None
        url = str(nested)
    if not _has_host(url):
        return None
    try:
        address = address_of(url)
    except ValueError:
        address = None
    if address is None or address.is_plain:
        raise ConfigError(
            f"The profile {one_line(name, 80)!r} is not fetched, for its address is not https.",
            meaning="The server at that address would decide where the password is sent.",
            remedy="Write auth_url and region_name into the entry instead.",
        )
    return address


def fetch(address: Address) -> dict[str, Any]:
    """The profile that a vendor offers.

    Raises:
        ConfigError: there is none.
    """
    from imaging.cloud.bounded_http.sessions import RequestsSession  # noqa: PLC0415  # see above

    url = f"{address}{_PATH}"
    line = Line(AddressRules({"auth": {"auth_url": url}}, (), tuple), time.monotonic)
    line.begin(Exchange(doing="fetch the vendor's profile", limit=AnswerLimit.DISCOVERY), _SECONDS)
    try:
        with RequestsSession(line) as session:
            response = session.get(url, timeout=_SECONDS)
    except ImagingError as error:
        raise _no_profile(address, error.what) from None
    except Exception as error:  # noqa: BLE001  # the HTTP library may raise anything
        raise _no_profile(address, type(error).__name__) from None
    if response.status_code != _SUCCESS:
        raise _no_profile(address, f"HTTP {response.status_code}")
    try:
        profile = fields(response.content, max_bytes=AnswerLimit.DISCOVERY).get("profile")
    except ForeignValueError as error:
        raise _no_profile(address, error.what) from None
    if not isinstance(profile, Mapping):
        raise _no_profile(address, "the answer holds none")
    return {str(key): value for key, value in profile.items() if key not in _NOT_FOR_A_VENDOR}


def _has_host(url: str) -> bool:
    try:
        return bool(urlsplit(url).netloc)
    except ValueError:
        return False


def _no_profile(address: Address, why: str) -> ConfigError:
    return ConfigError(
        f"The vendor's profile at {address} cannot be fetched: {one_line(why, 200)}.",
        remedy="Write auth_url and region_name into the entry instead of `profile:`.",
    )
