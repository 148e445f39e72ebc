"""Reads an answer with an end: in bytes, on the wire and unpacked, and in time, however slowly it comes.

A read time-out alone does not help: it begins again with each byte. And what counts headers, chunk lengths and
trailers has to sit below http.client, which reads some of them without an end.
"""

from __future__ import annotations

import http.client
import io
import socket
from typing import Any, ClassVar

import requests
import urllib3.exceptions as urllib3_errors
from urllib3.response import BaseHTTPResponse

from imaging.cloud.bounded_http.exchange import Line
from imaging.cloud.bounded_http.limits import ERROR_BYTES, FRAMING_BYTES, HEADER_BYTES
from models.errors import BadAnswerError

_CHUNK = 16 * 1024
"""Small, for older urllib3 unpacks a whole chunk at once: a thousand times as much at worst."""
_LEAST_ERROR = 400


class _Wire(io.RawIOBase):
    """The bytes of one answer, as they come from the socket."""

    def __init__(self, inner: io.RawIOBase, sock: socket.socket, line: Line) -> None:
        super().__init__()
        self._inner = inner
        self._sock = sock
        self._read_seconds = sock.gettimeout()
        self._line = line
        self.part, self.limit = "it has headers", HEADER_BYTES
        self._count = 0
        self.in_body = False

    def allow(self, part: str, limit: int) -> None:
        """Begin to count again, for the next part of the answer."""
        self.part, self.limit, self._count = part, limit, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        # Before each read: a time-out of the socket begins again with each byte, the deadline does not.
        left = self._line.seconds_left()
        self._sock.settimeout(left if self._read_seconds is None else min(left, self._read_seconds))
        count: int | None = self._inner.readinto(buffer)
        self._count += count or 0
        if self._count > self.limit:
            raise self._line.too_long(self.part, self.limit)
        transfer = self._line.exchange.transfer
        if transfer is not None and self.in_body and count:
            self._line.wait(transfer.idle_seconds)
        return count

    def close(self) -> None:
        self._inner.close()
        super().close()


class BoundedResponse(http.client.HTTPResponse):
    """An answer of http.client whose bytes are counted and timed from the first one on."""

    of: ClassVar[Line]
    """The line that it belongs to; http.client makes answers by itself, so that each line has a class of its own."""

    def __init__(self, sock: socket.socket, *args: Any, **more: Any) -> None:
        """As http.client makes it, over a socket."""
        super().__init__(sock, *args, **more)
        # Below http.client's own buffer, which reads headers and chunk lengths without asking anybody.
        self._wire = _Wire(self.fp.detach(), sock, self.of)
        self.fp = io.BufferedReader(self._wire)

    def begin(self) -> None:
        """Read the headers; from then on the body counts."""
        super().begin()
        limit = body_limit(self.status, self.of.exchange.limit)
        # The bytes of an image may come in many small chunks.
        self._wire.allow("it is", limit + FRAMING_BYTES + (limit if self.of.exchange.transfer is not None else 0))
        self._wire.in_body = True


def body_limit(status: int, limit: int) -> int:
    """The most bytes of a body that are read."""
    return max(ERROR_BYTES, limit) if status >= _LEAST_ERROR else limit


def read_body(response: requests.Response, line: Line, limit: int) -> bytes:
    """The body, unpacked. That of an error is cut where it is too long.

    Raises:
        ImagingError: it is too long, or does not end in time.
        requests.RequestException: the connection failed, or it cannot be unpacked.
    """
    raw: BaseHTTPResponse = response.raw
    is_error = response.status_code >= _LEAST_ERROR
    # urllib3 unpacks one layer after the other, each as a whole: a small chunk could become gigabytes.
    if "," in response.headers.get("Content-Encoding", ""):
        raw.close()
        raise line.lost("it is packed several times over", otherwise=BadAnswerError)
    body = bytearray()
    try:
        while chunk := raw.read(_CHUNK, decode_content=True):
            body += chunk
            if len(body) > (ERROR_BYTES if is_error else limit):
                raw.close()
                if is_error:
                    return bytes(body[:ERROR_BYTES])
                raise line.too_long("it is", limit)
    except urllib3_errors.ProtocolError as error:
        raise requests.exceptions.ChunkedEncodingError(error) from error
    except urllib3_errors.DecodeError as error:
        raise requests.exceptions.ContentDecodingError(error) from error
    except urllib3_errors.ReadTimeoutError as error:
        raise requests.exceptions.ReadTimeout(error) from error
    except urllib3_errors.SSLError as error:
        raise requests.exceptions.SSLError(error) from error
    raw.release_conn()
    return bytes(body)
