"""The boundary: answers and exceptions of libraries become errors of ours, each with what it means and what to do.

Every text that comes from outside is cleaned of control codes and of secrets on its way.
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

from imaging.cloud.answers import Answer
from imaging.runtime.redaction import redactor
from models.errors import (
    BadAnswerError,
    ConfigError,
    ConflictError,
    ForbiddenError,
    ImagingError,
    LostAnswerError,
    NotFoundError,
    QuotaExceededError,
    RateLimitedError,
    RejectedError,
    ServerFaultError,
    ServiceMissingError,
    UnauthorizedError,
    UnreachableError,
)
from models.text import one_line

_POLICY = re.compile(r"(?i)policy does(?:n't| not) allow|disallowed by policy|not authorized|access rules?")
_QUOTA = re.compile(r"(?i)\bquotas?\b|over limit|limit exceeded|limitexceeded|exceeds the limit|maximum number of")
_SCOPED = re.compile(r"(?i)application credentials? cannot request a scope")
_LEAST_FAULT = 500

SCOPE_REMEDY = (
    "An application credential already belongs to one project: remove project and domain names "
    "(OS_PROJECT_*, OS_PROJECT_DOMAIN_*, project_* in clouds.yaml) and keep only its id and secret."
)
_LOGIN_REMEDY = (
    "Check the credentials in clouds.yaml, secure.yaml or OS_*; they may have expired or been revoked. A secret "
    "with & < > or blanks is often mangled in a downloaded file: quote it."
)
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


def from_answer(answer: Answer, doing: str) -> ImagingError:
    """The error that an HTTP answer of 400 and more stands for.

    Args:
        answer: what the cloud answered.
        doing: what was tried, as the end of "The cloud refused to …".
    """
    said = _ended(redactor.clean(answer.sentence) or f"HTTP {answer.status}")
    request_id = answer.request_id
    if answer.status == requests.codes.unauthorized:
        return unauthorized(said, doing, request_id)
    if _is_quota(answer, said):
        return QuotaExceededError(
            f"A quota is used up, so the cloud refused to {doing}: {said}",
            meaning="Nothing was changed by this call.",
            remedy="Delete what is no longer needed, or ask for a larger quota.",
            request_id=request_id,
        )
    if answer.status in {requests.codes.too_many_requests, requests.codes.request_entity_too_large}:
        return RateLimitedError(
            f"The cloud is asked too often and would not {doing} now: {said}",
            retry_after_seconds=answer.retry_after_seconds(),
            remedy="Try again later.",
            request_id=request_id,
        )
    if answer.status >= _LEAST_FAULT:
        return ServerFaultError(
            f"The cloud failed to {doing} (HTTP {answer.status}): {said}",
            remedy="Try again; if it stays so, tell the cloud's operators the request id.",
            request_id=request_id,
        )
    return _refusal(answer.status, said, doing, request_id)


def _refusal(status: int, said: str, doing: str, request_id: str | None) -> ImagingError:
    if status == requests.codes.forbidden:
        return ForbiddenError(
            f"You are not allowed to {doing}: {said}",
            remedy="Ask those who run the project or the cloud for the role; a restricted application credential "
            "may be the reason.",
            request_id=request_id,
        )
    if status in {requests.codes.not_found, requests.codes.gone}:
        return NotFoundError(
            f"Could not {doing}, for it was not found: {said}",
            meaning="It is gone, or belongs to another project.",
            request_id=request_id,
        )
    if status == requests.codes.conflict:
        return ConflictError(f"The cloud refused to {doing}: {said}", request_id=request_id)
    return RejectedError(f"The cloud refused to {doing} (HTTP {status}): {said}", request_id=request_id)


def unauthorized(said: str, doing: str, request_id: str | None) -> UnauthorizedError:
    """401: wrong, expired or revoked, or an application credential that was given a scope."""
    return UnauthorizedError(
        f"The cloud does not accept the login, so it would not {doing}: {said}",
        remedy=SCOPE_REMEDY if _SCOPED.search(said) else _LOGIN_REMEDY,
        request_id=request_id,
    )


def _is_quota(answer: Answer, said: str) -> bool:
    """Whether it is a quota: 403 of Nova, 413 of Cinder and Glance, 409 of Neutron. A policy's *name* is none."""
    codes = requests.codes
    may_be = {codes.forbidden, codes.conflict, codes.request_entity_too_large}
    return answer.status in may_be and not _POLICY.search(said) and _QUOTA.search(said) is not None


def bad_answer(answer: Answer, doing: str) -> BadAnswerError:
    """A success whose body cannot be read."""
    return BadAnswerError(
        f"The cloud's answer to “{doing}” cannot be read (HTTP {answer.status}).",
        remedy="Something between here and the cloud, a captive portal or a proxy, may have answered instead.",
        request_id=answer.request_id,
    )


def from_exception(error: Exception, doing: str, *, sent: bool, changes: bool) -> ImagingError:
    """The error that an exception of openstacksdk, keystoneauth or requests stands for.

    Args:
        error: the exception.
        doing: what was tried.
        sent: whether the call itself was on its way (and not only the login or the version discovery before it).
        changes: whether it changes something, so that a lost answer leaves its outcome open.
    """
    if isinstance(error, keystone_errors.HttpError) and error.response is not None:
        return from_answer(answer_of(error.response), doing)
    if isinstance(error, keystone_errors.EndpointNotFound | sdk_errors.ServiceDisabledException):
        return _no_such_service(doing)
    if isinstance(error, sdk_errors.NotSupported | sdk_errors.ServiceDiscoveryException):
        return _no_such_service(doing)
    if isinstance(
        error, keystone_errors.ConnectionError | keystone_errors.DiscoveryFailure | requests.RequestException
    ):
        return _no_way(error, doing, lost=sent and changes)
    if isinstance(error, keystone_errors.AuthorizationFailure):
        return unauthorized(_ended(_cleaned(error)), doing, None)
    return ConfigError(
        f"The login cannot be used to {doing}: {_ended(_cleaned(error))}",
        remedy="Check this cloud's entry in clouds.yaml, and OS_*.",
    )


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
    return UnreachableError(
        f"{where} cannot be reached to {doing}: {_why(causes)}.",
        remedy=_TLS_REMEDY if _is_tls(causes) else _WAY_REMEDY,
    )


def _ended(text: str) -> str:
    """With a full stop, for other sentences follow."""
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def is_passing(error: ImagingError) -> bool:
    """Whether asking once more may help: not where a certificate is refused or the service does not exist."""
    if isinstance(error, UnreachableError):
        return error.remedy != _TLS_REMEDY
    return isinstance(error, ServerFaultError)


def timed_out(doing: str, *, changes: bool) -> UnreachableError:
    """Our own deadline for a whole call is over, though single bytes may still be coming."""
    if changes:
        return LostAnswerError(
            f"The cloud did not finish its answer when it was asked to {doing}: time ran out.",
            meaning="It may or may not have been done.",
        )
    return UnreachableError(f"The cloud did not finish its answer to {doing}: time ran out.", remedy=_WAY_REMEDY)


def answer_of(response: requests.Response) -> Answer:
    """The answer, freed of the HTTP library."""
    headers = {name.lower(): value for name, value in response.headers.items()}
    response.encoding = response.encoding or "utf-8"
    return Answer(status=response.status_code, headers=headers, text=response.text)


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
