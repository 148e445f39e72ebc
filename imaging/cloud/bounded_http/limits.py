"""How much of an answer is read. A cloud, or a host that answers in its place, must not fill our memory."""

from __future__ import annotations

from enum import IntEnum

_KIB = 1024
_MIB = 1024 * _KIB

HEADER_BYTES = 256 * _KIB
"""All headers of one answer, those of `100 Continue` before it included. Real ones have 2 KiB."""
FRAMING_BYTES = 256 * _KIB
"""What the transfer may add to a body: the lengths of chunks, and what follows the last one."""
COOKIE_CHARACTERS = 16 * _KIB
"""Names and values of all cookies that are kept. A load balancer's and a federated login's have 1 KiB or two."""
ERROR_BYTES = 64 * _KIB
"""Of an error's body: the rest is left unread, for the status is known and one sentence of it is shown."""
UNBOUNDED_BYTES = 2**62
"""Of a body that nobody keeps, and whose length nothing tells."""


class AnswerLimit(IntEnum):
    """The most bytes of an answer's body, unpacked, by kind of call."""

    DISCOVERY = _MIB
    """A version document has 1 to 20 KiB."""
    LOGIN = 4 * _MIB
    """A token with its catalogue has 10 to 200 KiB."""
    ONE = 4 * _MIB
    """One thing, or a list of what belongs to one thing. An instance with all its metadata has 80 KiB."""
    CHANGE = _MIB
    """What a change answers: nothing, or the thing."""
    PAGE = 32 * _MIB
    """A page of a list: a thousand rows of 32 KiB, where usual ones have 4."""
    CONSOLE = 8 * _MIB
    """A console log, as JSON. Nova keeps 128 KiB of it for each power cycle, Ironic more."""
