"""Who may use the controls, and what they may send: the token from the folder of this cloud, and bounded JSON.

Loopback belongs to every user of the computer, and to every web page in their browsers. So the controls want a token
that lies in a file closed to others; and who searches for this cloud can ask it to prove that it knows the token.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

TOKEN_HEADER = "X-Control-Token"  # noqa: S105  # the name of a header
_LARGEST_BODY = 1_000_000
_LONGEST_NONCE = 128

Handler = Callable[[Request], Awaitable[Response]]


class _TooLargeError(Exception):
    """More than anybody has to order."""


class Gate:
    """Lets in who has the token."""

    def __init__(self, token: str) -> None:
        """Keep the token."""
        self._token = token.encode()

    def closed(self, handler: Handler) -> Handler:
        """The handler, for those who have the token; what they send wrongly is 400 with the reason."""

        async def endpoint(request: Request) -> Response:
            given = request.headers.get(TOKEN_HEADER, "").encode("utf-8", "replace")
            if not hmac.compare_digest(given, self._token):
                return JSONResponse({"error": f"the token of this cloud is missing ({TOKEN_HEADER})"}, 403)
            try:
                return await handler(request)
            except _TooLargeError:
                return JSONResponse({"error": f"larger than {_LARGEST_BODY} bytes"}, 413)
            except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, re.error) as error:
                return JSONResponse({"error": str(error)[:500]}, 400)

        endpoint.__name__ = handler.__name__
        return endpoint

    async def prove(self, request: Request) -> Response:
        """Show to a client that knows the token that this process knows it too, without telling it."""
        nonce = request.query_params.get("nonce", "")
        if not 0 < len(nonce) <= _LONGEST_NONCE or not nonce.isascii():
            return JSONResponse({"error": "a nonce is wanted"}, 400)
        return JSONResponse({"proof": hmac.digest(self._token, nonce.encode(), "sha256").hex()})


async def asked(request: Request) -> Any:
    """The JSON that was sent. Raises ValueError for anything else, _TooLargeError for too much of it."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _LARGEST_BODY:
            raise _TooLargeError
    try:
        return json.loads(body, parse_constant=_refuse_constant)
    except RecursionError:
        raise ValueError("nested too deep") from None


async def fields(request: Request) -> dict[str, Any]:
    """The JSON object that was sent. Raises as `asked`."""
    found = await asked(request)
    if not isinstance(found, dict):
        raise ValueError("a JSON object is wanted")  # noqa: TRY004  # one kind for all that was sent wrongly
    return found


def number(value: object, name: str, *, high: float) -> float:
    """A finite number. Raises ValueError."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= high:
        raise ValueError(f"{name}: a number up to {high:g} is wanted")
    return float(value)


def _refuse_constant(word: str) -> None:
    raise ValueError(f"{word} is no number")
