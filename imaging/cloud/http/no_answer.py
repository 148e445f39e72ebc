"""The boundary, where no answer came: exceptions of the libraries become `ImagingError`s.

What matters most to a caller is whether a call that changes something may have been carried out.
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

import requests
import urllib3.exceptions as urllib3_errors
from keystoneauth1 import exceptions as keystone_errors

from imaging.cloud.bounded_http.addresses import address_of
from imaging.cloud.bounded_http.exchange import Exchange
from imaging.cloud.http.refusals import answer_of, from_answer, unauthorized
from imaging.cloud.sdk import exceptions as sdk_errors
from imaging.runtime.redaction import redactor
from models.errors import (
    BadAnswerError,
    ConfigError,
    ImagingError,
    LostAnswerError,
    ServerFaultError,
    ServiceMissingError,
    UnreachableError,
    UnsafeAddressError,
)
from models.formatting import size
from models.text import one_line, sentence

_TLS_REMEDY = (
    "If the cloud has a certificate authority of its own, name its file as `cacert:` in clouds.yaml or in OS_CACERT: "
    "the certificates that the system trusts are not used by themselves."
)
_WAY_REMEDY = "Check the network, a VPN that may be needed, HTTPS_PROXY and NO_PROXY, and auth_url in clouds.yaml."


_PORTAL = "Something between here and the cloud, a captive portal or a proxy, may have answered instead."
_NO_SERVICE = (
    keystone_errors.EndpointNotFound,
    *(sdk_errors.ServiceDisabledException, sdk_errors.NotSupported, sdk_errors.ServiceDiscoveryException),
)
_UNREADABLE = (
    keystone_errors.InvalidResponse,
    *(AttributeError, IndexError, RecursionError, OverflowError, AssertionError, MemoryError),
)
"""What the libraries raise over an answer that is not as they take for granted."""
_NO_CONNECTION = (
    requests.exceptions.ConnectTimeout,
    requests.exceptions.ProxyError,
    urllib3_errors.NewConnectionError,
    urllib3_errors.ConnectTimeoutError,
    ConnectionRefusedError,
    socket.gaierror,
    ssl.SSLCertVerificationError,
)


_TOKENS = "/auth/tokens"
"""Where Keystone gives out tokens."""
_URL = re.compile(r"https?://[^\s'\"]+")
_LONGEST_ERROR = 65_536
_NO_LOGIN = frozenset({requests.codes.unauthorized, requests.codes.forbidden, requests.codes.not_found})


class NoTlsError(UnreachableError):
    """No trusted connection can be made: asking again would not help."""


def from_exception(error: Exception, exchange: Exchange, *, sent: bool) -> ImagingError:
    """The error that an exception of openstacksdk, keystoneauth or requests stands for.

    Args:
        error: the exception.
        exchange: what was tried. Where it changes something, a lost answer leaves its outcome open.
        sent: whether the call itself was on its way (and not only the login or the version discovery before it).
    """
    doing = exchange.doing
    if isinstance(error, keystone_errors.HttpError) and error.response is not None:
        return _refused_login(error.response, doing) or from_answer(answer_of(error.response), doing)
    if isinstance(error, _NO_SERVICE):
        return _no_such_service(doing)
    if isinstance(
        error, keystone_errors.ConnectionError | keystone_errors.DiscoveryFailure | requests.RequestException
    ):
        return _no_way(error, exchange, lost=sent and exchange.changes)
    if isinstance(error, keystone_errors.AuthorizationFailure):
        return unauthorized(sentence(_cleaned(error)), doing, None)
    # Any error after a change was sent leaves its outcome open, even one of a library.
    if (sent and exchange.changes) or isinstance(error, _UNREADABLE):
        return not_taken_in(doing, changes=sent and exchange.changes)
    return ConfigError(
        f"The login cannot be used to {doing}: {sentence(_cleaned(error))}",
        remedy="Check this cloud's entry in clouds.yaml, and OS_*.",
    )


def _refused_login(response: requests.Response, doing: str) -> ImagingError | None:
    """A login that Keystone refuses, during any call; None for any other answer.

    An application credential that was deleted meanwhile is answered with 404: taken for the answer to the call itself
    it would say that the instance is gone.
    """
    if not urlsplit(response.url or "").path.endswith(_TOKENS) or response.status_code not in _NO_LOGIN:
        return None
    answer = answer_of(response)
    return unauthorized(sentence(redactor.clean(answer.sentence) or f"HTTP {answer.status}"), doing, answer.request_id)


def _no_such_service(doing: str) -> ServiceMissingError:
    return ServiceMissingError(
        f"This cloud offers no service here to {doing}.",
        remedy="Check region_name and interface in clouds.yaml if it should.",
    )


def _no_way(error: Exception, exchange: Exchange, *, lost: bool) -> UnreachableError:
    doing = exchange.doing
    causes = list(_causes(error))
    where = _host_of(error)
    # V25: the change may still be carried out, so this is not the same as a cloud that cannot be reached.
    if lost and not _never_left(causes):
        return _open_outcome(f"The answer of {where} never came when it was asked to {doing}: {_why(causes)}.")
    what = f"{where} cannot be reached to {doing}: {_why(causes)}."
    # S9: requests does not use the system's certificates, which surprises most people.
    kind, remedy = (NoTlsError, _TLS_REMEDY) if _is_tls(causes) else (UnreachableError, _WAY_REMEDY)
    return kind(what, remedy=remedy) if exchange.upgraded is None else _no_upgrade(kind, what, exchange)


def _no_upgrade(kind: type[UnreachableError], what: str, exchange: Exchange) -> UnreachableError:
    """The address was named with http, and tried as https because the host is otherwise reached by it."""
    named = address_of(exchange.upgraded or "")
    return kind(
        what,
        meaning=f"The cloud names it {named}; the console tried https, and sent nothing by plain HTTP.",
        remedy=f"Tell the cloud's operators. If plain HTTP is meant, write `imaging: {{allow_http: "
        f"[{exchange.service}]}}` into the cloud's entry in clouds.yaml, or set IMAGING_ALLOW_HTTP={exchange.service}.",
    )


def is_passing(error: ImagingError) -> bool:
    """Whether asking once more may help: not where a certificate or an address is refused."""
    passing = isinstance(error, UnreachableError | ServerFaultError)
    return passing and not isinstance(error, NoTlsError | UnsafeAddressError)


def timed_out(doing: str, *, changes: bool) -> UnreachableError:
    """Our own deadline for a whole call is over, though single bytes may still be coming."""
    if changes:
        return _open_outcome(f"The cloud did not finish its answer when it was asked to {doing}: time ran out.")
    return UnreachableError(f"The cloud did not finish its answer to {doing}: time ran out.", remedy=_WAY_REMEDY)


def not_taken_in(doing: str, *, changes: bool) -> ImagingError:
    """A library fell over an answer: what was sent may have been done."""
    if changes:
        return _open_outcome(f"What the cloud answered cannot be read, when it was asked to {doing}.")
    return BadAnswerError(f"What the cloud answered cannot be read, when it was asked to {doing}.", remedy=_PORTAL)


def broken_off(error: Exception, doing: str, moved: int, whole: int | None) -> UnreachableError:
    """A transfer of bytes ended before its end.

    Args:
        error: why.
        doing: what was being done, as the end of "when the cloud was asked to …".
        moved: how many bytes were sent or taken.
        whole: how many there are.
    """
    how_far = f"after {size(moved)}" + ("" if whole is None else f" of {size(whole)}")
    why = error.what.rstrip(".") if isinstance(error, ImagingError) else _why(list(_causes(error)))
    return UnreachableError(
        f"The transfer stopped {how_far}, when the cloud was asked to {doing}: {why}.", remedy=_WAY_REMEDY
    )


def _open_outcome(what: str) -> LostAnswerError:
    """A change was sent, and nothing tells whether it was carried out."""
    return LostAnswerError(what, meaning="It may have been done, or not.")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An exception and all that it was made from: libraries wrap, and some hide the reason among the arguments."""
    seen: set[int] = set()
    waiting: list[BaseException] = [error]
    while waiting:
        one = waiting.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        inner = (one.__cause__, one.__context__, getattr(one, "reason", None), *one.args)
        waiting.extend(cause for cause in inner if isinstance(cause, BaseException))


def _never_left(causes: list[BaseException]) -> bool:
    """Whether no connection was ever made, so that nothing can have been carried out."""
    return any(isinstance(cause, _NO_CONNECTION) for cause in causes)


def _is_tls(causes: list[BaseException]) -> bool:
    return any(isinstance(cause, ssl.SSLError | requests.exceptions.SSLError) for cause in causes)


def _why(causes: list[BaseException]) -> str:
    """The reason in a few words; the library's own text, cleaned, where the program has none that fits."""
    for kinds, words in (
        ((socket.gaierror, urllib3_errors.NameResolutionError), "its name cannot be resolved (DNS)"),
        ((requests.exceptions.ProxyError,), "the proxy refuses or does not answer"),
        ((ssl.SSLCertVerificationError,), "its certificate is not trusted (TLS)"),
        ((ssl.SSLError, requests.exceptions.SSLError), "no TLS connection can be made"),
        ((ConnectionRefusedError,), "the connection was refused"),
        ((requests.exceptions.Timeout, TimeoutError), "time ran out"),
        ((ConnectionError, urllib3_errors.ProtocolError), "the connection was dropped"),
    ):
        if any(isinstance(cause, kinds) for cause in causes):
            return words
    return _cleaned(causes[0]).rstrip(".")


def _cleaned(error: BaseException) -> str:
    return redactor.clean(one_line(error, 300))


def _host_of(error: Exception) -> str:
    """The host that was asked, as far as the error names it; never with a password in it."""
    found = _URL.search(str(error)[:_LONGEST_ERROR])
    try:
        parts = urlsplit(found.group(0)) if found else None
        if parts is None or not parts.hostname:
            return "The cloud"
        return one_line(parts.hostname + (f":{parts.port}" if parts.port else ""), 120)
    except ValueError:  # not an address
        return "The cloud"
