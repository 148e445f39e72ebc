"""Refusals, and the five shapes in which OpenStack's services say them."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

Renderer = Callable[[Request, "Refusal"], Response]


class Refusal(Exception):  # noqa: N818  # an answer, not a fault of the program
    """The service says no.

    Args:
        status: the HTTP status.
        message: the sentence, as the real service words it.
        kind: the name of the error, where the service gives it one.
        headers: further headers, such as Retry-After.
    """

    def __init__(
        self, status: int, message: str, *, kind: str | None = None, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.kind = status, message, kind
        self.headers = headers or {}

    @property
    def title(self) -> str:
        """The words of the HTTP status."""
        return HTTPStatus(self.status).phrase


_NOVA_NAMES = {
    400: "badRequest",
    401: "unauthorized",
    403: "forbidden",
    404: "itemNotFound",
    405: "badMethod",
    409: "conflictingRequest",
    413: "overLimit",
    415: "badMediaType",
    429: "overLimit",
    503: "serviceUnavailable",
}
_UNAUTHENTICATED = "The request you have made requires authentication."
_GLANCE_UNAUTHENTICATED = (
    "This server could not verify that you are authorized to access the document you requested. Either you supplied "
    "the wrong credentials (e.g., bad password), or your browser does not understand how to supply the credentials "
    "required."
)


def unauthenticated() -> Refusal:
    """There is no valid token."""
    return Refusal(401, _UNAUTHENTICATED)


def as_keystone(request: Request, refusal: Refusal) -> Response:
    """Keystone's shape."""
    error = {"code": refusal.status, "message": refusal.message, "title": refusal.title}
    return JSONResponse({"error": error}, refusal.status, _challenge(request, refusal))


def as_middleware(request: Request, refusal: Refusal) -> Response:
    """The shape of keystonemiddleware, which stands before Nova, Cinder and Neutron."""
    error = {"code": refusal.status, "title": refusal.title, "message": refusal.message}
    return JSONResponse({"error": error}, refusal.status, _challenge(request, refusal))


def as_nova(request: Request, refusal: Refusal) -> Response:
    """The shape of Nova and Cinder."""
    if refusal.status == HTTPStatus.UNAUTHORIZED:
        return as_middleware(request, refusal)
    if refusal.kind == "route":
        return as_webob(request, refusal)
    name = refusal.kind or _NOVA_NAMES.get(refusal.status, "computeFault")
    fault: dict[str, object] = {"code": refusal.status, "message": refusal.message}
    if "Retry-After" in refusal.headers:
        fault["retryAfter"] = refusal.headers["Retry-After"]
    return JSONResponse({name: fault}, refusal.status, refusal.headers)


def as_neutron(request: Request, refusal: Refusal) -> Response:
    """Neutron's shape."""
    if refusal.status == HTTPStatus.UNAUTHORIZED:
        return as_middleware(request, refusal)
    kind = refusal.kind if refusal.kind not in {None, "route"} else f"HTTP{refusal.title.replace(' ', '')}"
    error = {"type": kind, "message": refusal.message, "detail": ""}
    return JSONResponse({"NeutronError": error}, refusal.status, refusal.headers)


def as_webob(request: Request, refusal: Refusal) -> Response:
    """Glance's shape, and everybody's for a path that does not exist: HTML, JSON or plain text, as Accept asks."""
    message = refusal.message
    if message == _UNAUTHENTICATED:
        message = _GLANCE_UNAUTHENTICATED
    headers = _challenge(request, refusal)
    head = f"{refusal.status} {refusal.title}"
    accept = request.headers.get("accept", "")
    if "html" in accept or "*/*" in accept:
        page = (
            f"<html>\n <head>\n  <title>{head}</title>\n </head>\n <body>\n  <h1>{head}</h1>\n"
            f"  {message}<br /><br />\n\n\n\n </body>\n</html>"
        )
        return HTMLResponse(page, refusal.status, headers)
    if "application/json" in accept:
        body = {"message": f"{message}<br /><br />\n\n\n", "code": head, "title": refusal.title}
        return JSONResponse(body, refusal.status, headers)
    return PlainTextResponse(f"{head}\n\n{message}\n\n   \n", refusal.status, headers)


def _challenge(request: Request, refusal: Refusal) -> dict[str, str]:
    if refusal.status != HTTPStatus.UNAUTHORIZED:
        return refusal.headers
    base = f"{request.url.scheme}://{request.url.netloc}"
    return {**refusal.headers, "WWW-Authenticate": f'Keystone uri="{base}/identity/v3"'}
