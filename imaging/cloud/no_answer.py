"""The boundary, where no answer came: exceptions of the libraries become errors of ours.

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
from openstack import exceptions as sdk_errors

from imaging.cloud.errors import answer_of, ended, from_answer, unauthorized
from imaging.runtime.redaction import redactor
from models.errors import (
    ConfigError,
    ImagingError,
    LostAnswerError,
    ServerFaultError,
    ServiceMissingError,
    UnreachableError,
)
from models.text import one_line

_TLS_REMEDY = (
    "If the cloud has a certificate authority of its own, name its file as `cacert:` in clouds.yaml or in OS_CACERT: "
    "the certificates that the system trusts are not used by themselves."
)
_WAY_REMEDY = "Check the network, a VPN that may be needed, HTTPS_PROXY and NO_PROXY, and auth_url in clouds.yaml."


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
_NO_LOGIN = frozenset({requests.codes.unauthorized, requests.codes.forbidden, requests.codes.not_found})


class NoTlsError(UnreachableError):
    """No trusted connection can be made: asking again would not help."""


def from_exception(error: Exception, doing: str, *, sent: bool, changes: bool) -> ImagingError:
    """The error that an exception of openstacksdk, keystoneauth or requests stands for.

    Args:
        error: the exception.
        doing: what was tried.
        sent: whether the call itself was on its way (and not only the login or the version discovery before it).
        changes: whether it changes something, so that a lost answer leaves its outcome open.
    """
    if isinstance(error, keystone_errors.HttpError) and error.response is not None:
        return _refused_login(error.response, doing) or from_answer(answer_of(error.response), doing)
    if isinstance(error, keystone_errors.EndpointNotFound | sdk_errors.ServiceDisabledException):
        return _no_such_service(doing)
    if isinstance(error, sdk_errors.NotSupported | sdk_errors.ServiceDiscoveryException):
        return _no_such_service(doing)
    if isinstance(
        error, keystone_errors.ConnectionError | keystone_errors.DiscoveryFailure | requests.RequestException
    ):
        return _no_way(error, doing, lost=sent and changes)
    if isinstance(error, keystone_errors.AuthorizationFailure):
        return unauthorized(ended(_cleaned(error)), doing, None)
    return ConfigError(
        f"The login cannot be used to {doing}: {ended(_cleaned(error))}",
        remedy="Check this cloud's entry in clouds.yaml, and OS_*.",
    )


def _refused_login(response: requests.Response, doing: str) -> ImagingError | None:
    """A login that Keystone refuses, whatever was being asked for; None for any other answer.

    An application credential that was deleted meanwhile is answered with 404: taken for the answer to the call itself
    it would say that the instance is gone.
    """
    if not urlsplit(response.url or "").path.endswith(_TOKENS) or response.status_code not in _NO_LOGIN:
        return None
    answer = answer_of(response)
    return unauthorized(ended(redactor.clean(answer.sentence) or f"HTTP {answer.status}"), doing, answer.request_id)


def _no_such_service(doing: str) -> ServiceMissingError:
    return ServiceMissingError(
        f"This cloud offers no service here to {doing}.",
        remedy="Check region_name and interface in clouds.yaml if it should.",
    )


def _no_way(error: Exception, doing: str, *, lost: bool) -> UnreachableError:
    causes = list(_causes(error))
    where = _host_of(error)
    if lost and not _never_left(causes):
        return LostAnswerError(
            f"The answer of {where} never came when it was asked to {doing}: {_why(causes)}.",
            meaning="It may or may not have been done.",
        )
    what = f"{where} cannot be reached to {doing}: {_why(causes)}."
    return NoTlsError(what, remedy=_TLS_REMEDY) if _is_tls(causes) else UnreachableError(what, remedy=_WAY_REMEDY)


def is_passing(error: ImagingError) -> bool:
    """Whether asking once more may help: not where a certificate is refused or the service does not exist."""
    return isinstance(error, UnreachableError | ServerFaultError) and not isinstance(error, NoTlsError)


def timed_out(doing: str, *, changes: bool) -> UnreachableError:
    """Our own deadline for a whole call is over, though single bytes may still be coming."""
    if changes:
        return LostAnswerError(
            f"The cloud did not finish its answer when it was asked to {doing}: time ran out.",
            meaning="It may or may not have been done.",
        )
    return UnreachableError(f"The cloud did not finish its answer to {doing}: time ran out.", remedy=_WAY_REMEDY)


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
    """The reason in a few words; the library's own text, cleaned, where none of ours fits."""
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
    found = re.search(r"https?://[^\s'\"]+", str(error))
    parts = urlsplit(found.group(0)) if found else None
    if parts is None or not parts.hostname:
        return "The cloud"
    try:
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        port = ""
    return one_line(parts.hostname + port, 120)
