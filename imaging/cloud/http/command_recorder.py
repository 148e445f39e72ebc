"""Notes what is asked of a cloud: changes one by one, reads as counts. In memory, bounded, and from several threads."""

from __future__ import annotations

import time
from collections import Counter, OrderedDict
from threading import Lock

from imaging.cloud.http.call import Call
from imaging.cloud.http.openstack_commands import command_of, kind_of
from imaging.runtime.clock import Clock
from imaging.runtime.redaction import redactor
from models.cloud.command_log import CallOutcome, CommandLog, LoggedChange
from models.errors import BadAnswerError, ImagingError, LostAnswerError, ServerFaultError
from models.text import LONGEST_LINE, one_line

_MOST_CHANGES = 500
"""Changes that are kept; a console makes a few in an hour."""
_MOST_KINDS = 50
"""Kinds of reads that are told apart within a service."""
_LONGEST_KIND = 40
_OTHER = "other"
_LEAVE_IT_OPEN = (LostAnswerError, ServerFaultError, BadAnswerError)
"""After these nobody knows whether a change was carried out."""


class CommandRecorder:
    """What one process has asked of clouds."""

    def __init__(self, clock: Clock) -> None:
        """Begin with nothing.

        Args:
            clock: the time of day at which calls are noted.
        """
        self._clock = clock
        self._since = clock.now()
        self._lock = Lock()
        self._changes: OrderedDict[int, LoggedChange] = OrderedDict()
        self._sent = 0
        self._reads: dict[str, Counter[str]] = {}
        self._failed_reads = 0

    def begin(self, call: Call) -> SentCall:
        """Note a call that is being sent."""
        if call.changes:
            return SentCall(self, self._note_change(call))
        with self._lock:
            kinds = self._reads.setdefault(call.service, Counter())
            kind = kind_of(call)
            if kind not in kinds:  # what stands there has been cleaned, which takes a tenth of a millisecond
                kind = one_line(redactor.clean(kind), _LONGEST_KIND)
            kinds[kind if kind in kinds or len(kinds) < _MOST_KINDS else _OTHER] += 1
        return SentCall(self, None)

    def log(self) -> CommandLog:
        """All that was noted so far."""
        with self._lock:
            return CommandLog(
                since=self._since,
                changes=tuple(reversed(self._changes.values())),
                left_out=self._sent - len(self._changes),
                reads={service: dict(kinds) for service, kinds in self._reads.items()},
                failed_reads=self._failed_reads,
            )

    def end(self, number: int | None, outcome: CallOutcome, seconds: float, *, said: str, request_id: str) -> None:
        """Note the outcome of a call; `number` is None for a read."""
        with self._lock:
            if number is None:
                self._failed_reads += outcome is not CallOutcome.ACCEPTED
            elif (change := self._changes.get(number)) is not None:
                self._changes[number] = change.model_copy(
                    update={"outcome": outcome, "seconds": seconds, "said": said, "request_id": request_id}
                )

    def _note_change(self, call: Call) -> int:
        text, is_command = _shown(call)
        with self._lock:
            self._sent += 1
            self._changes[self._sent] = LoggedChange(
                number=self._sent,
                at=self._clock.now(),
                text=text,
                is_command=is_command,
                outcome=CallOutcome.UNDER_WAY,
            )
            if len(self._changes) > _MOST_CHANGES:
                self._changes.popitem(last=False)
            return self._sent


class SentCall:
    """One call on its way; told its outcome, perhaps twice: an answer may come after it was given up."""

    def __init__(self, recorder: CommandRecorder, number: int | None) -> None:
        self._recorder, self._number = recorder, number
        self._begun = time.perf_counter()
        self._has_failed = False

    def answered(self, request_id: str | None) -> None:
        """The cloud has taken it, and gave the call this id."""
        if not (self._number is None and self._has_failed):
            self._end(CallOutcome.ACCEPTED, request_id=request_id)

    def failed(self, error: ImagingError) -> None:
        """The cloud has refused it, or no answer came."""
        if self._number is None and self._has_failed:
            return  # a read is counted once
        self._has_failed = True
        is_open = isinstance(error, _LEAVE_IT_OPEN)
        said = f"{error.what} {error.meaning}" if is_open else error.what
        self._end(CallOutcome.UNKNOWN if is_open else CallOutcome.NOT_DONE, said=said, request_id=error.request_id)

    def _end(self, outcome: CallOutcome, *, said: str = "", request_id: str | None = None) -> None:
        self._recorder.end(
            self._number,
            outcome,
            time.perf_counter() - self._begun,
            said=_clean(said.strip()),
            request_id=request_id or "",
        )


def _shown(call: Call) -> tuple[str, bool]:
    """What is shown of a change, and whether that is the command that does the same.

    A command that would hold a secret, or a character that is not shown, would not be the same any more.
    """
    command = command_of(call)
    if (
        command is not None
        and len(command) <= LONGEST_LINE
        and one_line(redactor.clean(command), LONGEST_LINE) == command
    ):
        return command, True
    return _clean(f"{call.method} {call.service} {call.url}"), False


def _clean(text: str) -> str:
    return one_line(redactor.clean(text), LONGEST_LINE) if text else ""
