"""The bytes of one transfer, in its thread: sent from a source or fetched to a taker, never kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NoReturn

import requests

from imaging.cloud.bounded_http.exchange import Exchange, Line
from imaging.cloud.bounded_http.transfer import Transfer
from imaging.cloud.http.answers import Answer
from imaging.cloud.http.call import Call
from imaging.cloud.http.no_answer import broken_off, from_exception
from imaging.cloud.http.thread_connection import ThreadConnection, answer_or_refusal, exchange_of
from imaging.cloud.image_bytes import ByteSource
from models.errors import BadAnswerError, ImageFileError, ImagingError, UnreachableError
from models.formatting import size

PIECE_BYTES = 256 * 1024
"""So much is read, sent and told about at once. A line of 3 KiB a second sends it within the idle time."""
_CONNECT_SECONDS = 10.0
_SETTLING_SECONDS = 110.0
"""For a login and a version discovery, in all."""


class _GivenUpError(Exception):
    """The transfer was ended, or its source failed: nothing more is sent. No OSError, which would be the network's."""

    def __init__(self) -> None:
        super().__init__("it was given up")


class SentBytes:
    """The bytes of a source as the body of one request: they can be gone through once."""

    def __init__(
        self,
        content: ByteSource,
        line: Line,
        transfer: Transfer,
        tell: Callable[[int], None],
        *,
        answer_seconds: float,
    ) -> None:
        """Read nothing yet.

        Args:
            content: the source.
            line: what the answer is waited for on.
            transfer: whether it continues.
            tell: is told how many bytes were sent.
            answer_seconds: how long the answer is waited for after the last byte.
        """
        self._content, self._line, self._transfer, self._tell = content, line, transfer, tell
        self.answer_seconds = answer_seconds
        self.size_bytes = content.size_bytes
        self.sent_bytes = 0
        self.failure: Exception | None = None
        """What the source raised."""

    def __len__(self) -> int:
        """What requests makes the length of the body from."""
        return self.size_bytes

    def __iter__(self) -> Iterator[bytes]:
        """Each piece, as it is asked for."""
        while self.sent_bytes < self.size_bytes:
            piece = self._piece()
            yield piece
            self.sent_bytes += len(piece)
            self._line.wait(self.answer_seconds)
            self._tell(self.sent_bytes)

    @property
    def is_all_sent(self) -> bool:
        """Whether the other side may have had everything."""
        return self.sent_bytes == self.size_bytes

    def _piece(self) -> bytes:
        if self._transfer.is_ended:
            raise _GivenUpError
        wanted = min(PIECE_BYTES, self.size_bytes - self.sent_bytes)
        try:
            piece = self._content.read(self.sent_bytes, wanted)
        except Exception as error:  # noqa: BLE001  # it is the caller's, and is raised to it as it is
            self.failure = error
            raise _GivenUpError from None
        if not 0 < len(piece) <= wanted:
            self.failure = ImageFileError(
                f"The file ends after {size(self.sent_bytes)} of {size(self.size_bytes)}: it was changed meanwhile."
            )
            raise _GivenUpError
        return piece


def send_bytes(connection: ThreadConnection, call: Call, body: SentBytes, transfer: Transfer) -> Answer:
    """Send a body once.

    Raises:
        ImagingError: see `Transfers.send`.
    """
    connection.freshen_token(call.doing)
    exchange = exchange_of(call)
    connection.line.begin(exchange, _SETTLING_SECONDS)
    send = connection.sending(call, exchange, (_CONNECT_SECONDS, body.answer_seconds))
    exchange.transfer = transfer
    try:
        # S10: a body that was sent in part cannot be sent again with another token.
        response = send(data=body, allow_reauth=False, log=False)
    except Exception as error:  # noqa: BLE001  # no kind of it may reach the rest of the program
        _raise_unsent(error, call, exchange, body)
    answer = answer_or_refusal(call, response)
    if not body.is_all_sent:
        raise BadAnswerError(
            f"The cloud called it done when {size(body.sent_bytes)} of {size(body.size_bytes)} were sent, when it was "
            f"asked to {call.doing}.",
            request_id=answer.request_id,
        )
    return answer


def _raise_unsent(error: Exception, call: Call, exchange: Exchange, body: SentBytes) -> NoReturn:
    """Say what became of a body that was not answered."""
    if isinstance(body.failure, OSError):
        why = body.failure.strerror or type(body.failure).__name__
        raise ImageFileError(f"The file cannot be read after {size(body.sent_bytes)}: {why}.") from None
    if body.failure is not None:
        raise body.failure
    if isinstance(error, ImagingError) and (body.is_all_sent or not isinstance(error, UnreachableError)):
        raise error
    if body.is_all_sent:
        raise from_exception(error, exchange, sent=True) from None
    if body.sent_bytes == 0 and not isinstance(error, _GivenUpError):
        raise from_exception(error, exchange, sent=False) from None
    raise broken_off(error, call.doing, body.sent_bytes, body.size_bytes) from None


def fetch_bytes(connection: ThreadConnection, call: Call, take: Callable[[bytes], None], transfer: Transfer) -> None:
    """Fetch a body, piece by piece.

    Raises:
        ImagingError: see `Transfers.fetch`.
    """
    connection.freshen_token(call.doing)
    exchange = exchange_of(call)
    connection.line.begin(exchange, _SETTLING_SECONDS)
    send = connection.sending(call, exchange, (_CONNECT_SECONDS, transfer.idle_seconds))
    exchange.transfer, exchange.check = transfer, call.check
    try:
        response = send(stream=True, log=False)
    except ImagingError:
        raise
    except Exception as error:  # noqa: BLE001  # as in `send_bytes`
        raise from_exception(error, exchange, sent=True) from None
    if not response.ok:
        answer_or_refusal(call, response)
    _take_all(connection.line, call, response, take, transfer)


def _take_all(
    line: Line, call: Call, response: requests.Response, take: Callable[[bytes], None], transfer: Transfer
) -> None:
    taken = 0
    try:
        while piece := _next_piece(line, call, response, taken, transfer):
            take(piece)
            taken += len(piece)
    finally:
        response.raw.close()


def _next_piece(line: Line, call: Call, response: requests.Response, taken: int, transfer: Transfer) -> bytes:
    """The next bytes; none at the end.

    Raises:
        UnreachableError: nothing came for too long, or the way broke.
    """
    if not transfer.is_ended:
        line.wait(transfer.idle_seconds)
        try:
            piece: bytes = response.raw.read(PIECE_BYTES, decode_content=False)
        except BadAnswerError:
            raise
        except Exception as error:  # noqa: BLE001  # as in `send_bytes`
            raise broken_off(error, call.doing, taken, None) from None
        if not transfer.is_ended:
            return piece
    raise broken_off(_GivenUpError(), call.doing, taken, None)
