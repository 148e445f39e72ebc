"""What the user should know of a cloud's entry whenever it is used: said by every command and on the screen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from imaging.cloud.bounded_http.addresses import address_of, stays_in_machine
from models.base import Frozen


class Notice(Frozen):
    """One of them."""

    short: str
    """Two words, for the title line of the console."""
    text: str
    """The whole, in sentences."""


def line_notices(config: Mapping[str, Any], allow_http: Iterable[str]) -> Iterator[Notice]:
    """What others on the way to the cloud could read or change.

    Args:
        config: the cloud's entry, as for openstacksdk.
        allow_http: the services that may be asked by plain HTTP.
    """
    verify = config.get("verify")
    if config.get("insecure") or (verify is not None and not verify):
        yield Notice(
            short="TLS UNCHECKED",
            text="The cloud's certificate is not checked (`verify: false` or `insecure`): somebody on the way can pass "
            "for the cloud and take the login. With `cacert:` it would be checked.",
        )
    auth = config.get("auth")
    url = (auth.get("auth_url") if isinstance(auth, Mapping) else None) or config.get("auth_url")
    if isinstance(url, str) and not stays_in_machine(url) and _is_plain(url):
        yield Notice(
            short="PLAIN HTTP",
            text=f"The login goes to {address_of(url)} by plain HTTP: everybody on the way can read it.",
        )
    allowed = sorted(allow_http)
    if allowed:
        yield Notice(
            short="PLAIN HTTP",
            text=f"Plain HTTP is allowed for {', '.join(allowed)} (allow_http): everybody on the way can read the "
            "login's token, where the cloud's catalogue names such an address.",
        )


def _is_plain(url: str) -> bool:
    try:
        return address_of(url).is_plain
    except ValueError:
        return False
