"""A transfer of bytes on a line: bounded between its pieces instead of in all, and ended from another thread."""

from __future__ import annotations

import select
import socket
import ssl
import threading
from contextlib import suppress


class Transfer:
    """What one transfer tells its line: for how long nothing may move, and whether it has been given up."""

    def __init__(self, idle_seconds: float, *, keeps_body: bool = False) -> None:
        """Begin.

        Args:
            idle_seconds: how long nothing may move, one way or the other.
            keeps_body: leave the body of the answer unread, for the caller to read piece by piece.
        """
        self.idle_seconds = idle_seconds
        self.keeps_body = keeps_body
        self._is_ended = threading.Event()
        self._socket: socket.socket | None = None

    @property
    def is_ended(self) -> bool:
        """Whether it has been given up."""
        return self._is_ended.is_set()

    def end(self) -> None:
        """Give it up, from any thread: the thread that waits for its socket wakes up."""
        self._is_ended.set()
        over = self._socket
        if over is not None:
            # Of the plain socket below TLS: a farewell of TLS would wait for the other side.
            with suppress(OSError):
                socket.socket.shutdown(over, socket.SHUT_RDWR)

    def goes_over(self, over: socket.socket) -> None:
        """Remember the socket; from now on something has to move on it within the idle time.

        Raises:
            BrokenPipeError: the other side has already answered, so that nobody reads what is sent.
            ConnectionAbortedError: it is ended.
        """
        # First, for it may be ended just now: then either this sees it, or the socket is shut.
        self._socket = over
        if self.is_ended:
            # After a BrokenPipeError the libraries would still wait for an answer.
            raise ConnectionAbortedError
        over.settimeout(self.idle_seconds)
        # TLS sends tickets unasked: bytes to read are no answer there.
        if not isinstance(over, ssl.SSLSocket) and _has_answered(over):
            raise BrokenPipeError


def _has_answered(over: socket.socket) -> bool:
    waiting = select.poll()
    waiting.register(over, select.POLLIN)
    return bool(waiting.poll(0))
