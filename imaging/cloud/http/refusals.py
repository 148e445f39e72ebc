"""The boundary, where the cloud answered: a refusal becomes an `ImagingError`, with what it means and what to do.

Every text that comes from outside is cleaned of control codes and of secrets on its way.
"""

from __future__ import annotations

import re

import requests

from imaging.cloud.http.answers import Answer
from imaging.runtime.redaction import redactor
from models.errors import (
    BadAnswerError,
    ConflictError,
    ForbiddenError,
    ImagingError,
    NotFoundError,
    QuotaExceededError,
    RateLimitedError,
    RejectedError,
    ServerFaultError,
    UnauthorizedError,
)
from models.text import sentence

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


def from_answer(answer: Answer, doing: str) -> ImagingError:
    """The error that an HTTP answer of 400 and more stands for.

    Args:
        answer: what the cloud answered.
        doing: what was tried, as the end of "The cloud refused to …".
    """
    said = sentence(redactor.clean(answer.sentence) or f"HTTP {answer.status}")
    request_id = answer.request_id
    if answer.status == requests.codes.unauthorized:
        return unauthorized(said, doing, request_id)
    # V20: a quota and a missing right share the 403; only the sentence tells them apart.
    if _is_quota(answer, said):
        return QuotaExceededError(
            f"A quota is used up, so the cloud refused to {doing}: {said}",
            meaning="Nothing was changed by this call.",
            remedy="Delete what is no longer needed, or ask for a larger quota.",
            request_id=request_id,
        )
    # After the quota: Cinder answers a full quota with 413 and Retry-After, and waiting would not help.
    if _is_not_now(answer):
        return RateLimitedError(
            f"The cloud is rate limited and did not {doing} now: {said}",
            retry_after_seconds=answer.retry_after_seconds(),
            remedy="Try again later.",
            request_id=request_id,
        )
    # Nova's driver lacks it: that is no fault that passes.
    if answer.status == requests.codes.not_implemented:
        return RejectedError(f"The cloud does not offer to {doing}: {said}", request_id=request_id)
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
    # V18, V20: another project's things are a 404 too, so "gone" is never certain.
    if status in {requests.codes.not_found, requests.codes.gone}:
        return NotFoundError(
            f"Could not {doing}, for it was not found: {said}",
            meaning="It is gone, or belongs to another project.",
            request_id=request_id,
        )
    if status == requests.codes.conflict:
        return ConflictError(f"The cloud refused to {doing}: {said}", request_id=request_id)
    return RejectedError(f"The cloud refused to {doing} (HTTP {status}): {said}", status=status, request_id=request_id)


def unauthorized(said: str, doing: str, request_id: str | None) -> UnauthorizedError:
    """401: wrong, expired or revoked, or an application credential that was given a scope."""
    return UnauthorizedError(
        f"The cloud does not accept the login, so it would not {doing}: {said}",
        # K2: stray OS_PROJECT_* variables beside an application credential are the usual reason.
        remedy=SCOPE_REMEDY if _SCOPED.search(said) else _LOGIN_REMEDY,
        request_id=request_id,
    )


def _is_not_now(answer: Answer) -> bool:
    """429, or 413 that says when to come back; any other 413 means that the request itself is too large."""
    too_large = answer.status == requests.codes.request_entity_too_large
    return answer.status == requests.codes.too_many_requests or (too_large and answer.retry_after_seconds() is not None)


def _is_quota(answer: Answer, said: str) -> bool:
    """Whether it is a quota: 403 of Nova, 413 of Cinder and Glance, 409 of Neutron. A policy's name is not one."""
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


def answer_of(response: requests.Response, *, as_bytes: bool = False) -> Answer:
    """The answer, freed of the HTTP library; that of a refusal is always a text."""
    headers = {name.lower(): value for name, value in response.headers.items()}
    if as_bytes and response.ok:
        return Answer(status=response.status_code, headers=headers, text="", content=response.content)
    # Without a charset requests would guess from the bytes, which takes long and may guess wrong.
    response.encoding = response.encoding or "utf-8"
    try:
        text = response.text
    except ValueError:  # the answer names an encoding that refuses what it sends, or is not an encoding of texts
        text = response.content.decode("utf-8", "replace")
    return Answer(status=response.status_code, headers=headers, text=text)
