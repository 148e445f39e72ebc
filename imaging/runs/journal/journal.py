"""The journal: every run with all that it did, in one SQLite file that survives `kill -9` and power cuts.

It uses a rollback journal and never WAL, which needs shared memory and so fails on the network homes of research
clusters. Everything that a runner writes carries the number of its lease, so one that was replaced changes nothing.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from imaging.runs.journal import schema
from imaging.runs.journal.lease import HeldLease, Holder, Lease, presence, refuse_unless_free, this_process
from imaging.runs.journal.rows import (
    FAULTS,
    Changes,
    encode,
    insert,
    kept_text,
    read_claimed_ids,
    read_lease,
    read_run,
    read_uploads,
    why_unreadable,
)
from imaging.runtime.clock import Clock
from imaging.runtime.own_thread import OwnThread
from imaging.runtime.private_files import NotPrivateError, check_file, check_files, close_folder
from models import foreign
from models.cloud.login import CloudIdentity
from models.errors import (
    ForeignValueError,
    JournalError,
    LeaseLostError,
    RunError,
    UnreadableRunError,
    UsageError,
)
from models.guidelines.profile import Profile
from models.run.file_plan import SentFile
from models.run.plan import Plan
from models.run.record import RunRecord, RunState
from models.text import one_line

T = TypeVar("T")

_ID = "CASE typeof(runs.id) WHEN 'text' THEN CAST(runs.id AS BLOB) END"
"""A run's id as bytes: a text that is no UTF-8 would end the query about all runs."""
_OVER = frozenset(state.value for state in RunState if state.is_over)

_MOST_UPLOADS = 50
"""Of so many uploads the rate is looked for; a run's record is mostly its plan, and is not read for that."""
_LARGEST_PROFILE = 16 * 1024**2
_BUSY_SECONDS = 10.0
"""How long a write waits for that of another process; each takes milliseconds on a healthy disk."""
_SIDE_FILES = ("-journal", "-wal", "-shm")
"""What SQLite opens beside its file, and plays back without asking whose it is."""


class Journal:
    """All runs of one state directory. It is opened when first used; every method may raise JournalError."""

    def __init__(self, path: Path, clock: Clock, here: Holder | None = None) -> None:
        self._path = path
        self._clock = clock
        self._here = here or this_process()
        self._thread = OwnThread("journal")
        self._connection: sqlite3.Connection | None = None
        self._plans: dict[str, Plan] = {}
        self._own_writes = 0
        self._unreadable: tuple[UnreadableRunError, ...] = ()

    async def create(self, record: RunRecord, profile: Profile) -> RunRecord:
        """Write down a new run.

        Raises:
            RunError: another run works on the same instance.
        """

        def task(connection: sqlite3.Connection) -> RunRecord:
            self._refuse_second(connection, record)
            insert(connection, record, profile)
            return self._read(connection, record.id)

        return await self._write(task)

    async def runs(self) -> tuple[RunRecord, ...]:
        """All runs that can be read, newest first; those that cannot are in `unreadable`."""

        def task(connection: sqlite3.Connection) -> tuple[RunRecord, ...]:
            found: list[RunRecord] = []
            bad: list[UnreadableRunError] = []
            ids = f"SELECT {_ID} AS id FROM runs ORDER BY created_at DESC, runs.id DESC"  # noqa: S608  # a constant
            for row in connection.execute(ids).fetchall():
                try:
                    found.append(self._read(connection, _id_of(row)))
                except UnreadableRunError as error:
                    bad.append(error)
            self._unreadable = tuple(bad)
            return tuple(found)

        return await self._ask(task)

    async def kept_until(self, now: datetime) -> tuple[RunRecord, ...]:
        """The runs that should have removed a kept test instance by now; few, and asked at every start."""

        def task(connection: sqlite3.Connection) -> tuple[RunRecord, ...]:
            ids = f"SELECT {_ID} AS id FROM runs WHERE kept_until IS NOT NULL"  # noqa: S608  # a constant
            found = []
            for row in connection.execute(ids).fetchall():
                with contextlib.suppress(UnreadableRunError):
                    found.append(self._read(connection, _id_of(row)))
            return tuple(run for run in found if run.kept_until is not None and run.kept_until <= now)

        return await self._ask(task)

    @property
    def unreadable(self) -> tuple[UnreadableRunError, ...]:
        """Which runs could not be read when all were read last, each with why and what to do."""
        return self._unreadable

    async def run(self, prefix: str) -> RunRecord:
        """One run, by its id or the beginning of it.

        Raises:
            UsageError: no run begins so, or several do.
        """

        def task(connection: sqlite3.Connection) -> RunRecord:
            matching = f"SELECT {_ID} AS id FROM runs WHERE substr(runs.id, 1, ?) = ?"  # noqa: S608  # a constant
            rows = connection.execute(matching, (len(prefix), prefix))
            ids = [kept_text(row["id"]) for row in rows if row["id"]]
            if not ids or not prefix:
                raise UsageError(f"There is no run {prefix!r} here.", remedy="`imaging runs` lists them.")
            if len(ids) > 1 and prefix not in ids:
                raise UsageError(
                    f"Several runs begin with {prefix!r}: {', '.join(ids)}.", remedy="Give more of the id."
                )
            return self._read(connection, prefix if prefix in ids else ids[0])

        return await self._ask(task)

    async def profile(self, run_id: str) -> Profile:
        """The profile that a run was planned with."""

        def task(connection: sqlite3.Connection) -> Profile:
            row = connection.execute("SELECT profile FROM runs WHERE id = ?", (run_id,)).fetchone()
            return foreign.model(Profile, row["profile"], max_bytes=_LARGEST_PROFILE, name="profile")

        return await self._ask(task)

    async def claimed_ids(self) -> frozenset[str]:
        """The ids of the instances and volumes that any run of this journal is about, or has claimed."""
        return await self._ask(read_claimed_ids)

    async def uploads(self) -> tuple[tuple[CloudIdentity, SentFile], ...]:
        """Where the last runs that sent a file sent it, and what it was; the newest first."""
        return await self._ask(lambda connection: read_uploads(connection, _MOST_UPLOADS))

    async def token(self) -> tuple[int, int]:
        """Something cheap that differs when the journal may have changed since it was last asked for."""

        def task(connection: sqlite3.Connection) -> tuple[int, int]:
            return int(connection.execute("PRAGMA data_version").fetchone()[0]), self._own_writes

        return await self._ask(task)

    async def request_change(self, run_id: str, change: Callable[[Changes], None]) -> RunRecord:
        """Write what the *user* wants of a run: the one kind of write that needs no lease."""

        def task(connection: sqlite3.Connection) -> RunRecord:
            change(Changes(connection, run_id))
            return self._touched(connection, run_id)

        return await self._write(task)

    async def change(self, lease: Lease, change: Callable[[Changes], None]) -> RunRecord:
        """Write what a runner did or saw, all of it or nothing, and give back the record as it stands then.

        Raises:
            LeaseLostError: another runner has the run now; nothing was written.
        """

        def task(connection: sqlite3.Connection) -> RunRecord:
            _refuse_stale(connection, lease)
            change(Changes(connection, lease.run_id))
            return self._touched(connection, lease.run_id)

        return await self._write(task)

    async def held_lease(self, run_id: str) -> HeldLease | None:
        """Who holds, or last held, a run."""
        return await self._ask(lambda connection: read_lease(connection, run_id))

    async def take_lease(self, run_id: str, *, confirmed_host: str | None = None) -> Lease:
        """Become the one who works on a run.

        Raises:
            RunError: somebody else does, or may (`imaging.runs.journal.lease.refuse_unless_free`).
        """
        now = self._clock.now()

        def task(connection: sqlite3.Connection) -> Lease:
            held = read_lease(connection, run_id)
            refuse_unless_free(held, self._here, now, confirmed_host=confirmed_host)
            lease = Lease(run_id, held.number + 1 if held else 1)
            row = (run_id, lease.number, encode(self._here), encode(now))
            connection.execute("INSERT OR REPLACE INTO leases VALUES (?, ?, ?, ?)", row)
            return lease

        return await self._write(task)

    async def refuse_unless_free(self, run_id: str, *, confirmed_host: str | None = None) -> None:
        """Let pass who could take the lease now; raises as `take_lease` does."""
        held = await self.held_lease(run_id)
        refuse_unless_free(held, self._here, self._clock.now(), confirmed_host=confirmed_host)

    async def heartbeat(self, lease: Lease) -> None:
        """Show that the holder lives.

        Raises:
            LeaseLostError: another runner has the run now.
        """
        at = encode(self._clock.now())
        await self._set_lease(lease, "UPDATE leases SET heartbeat_at = ? WHERE run_id = ?", (at, lease.run_id))

    async def give_back(self, lease: Lease) -> None:
        """Let others take the run at once.

        Raises:
            LeaseLostError: another runner has the run already.
        """
        await self._set_lease(lease, "UPDATE leases SET holder = NULL WHERE run_id = ?", (lease.run_id,))

    async def close(self) -> None:
        """Finish what was asked for and close the file."""
        if self._connection is not None:
            await self._thread.do(self._connection.close)
            self._connection = None
        self._thread.stop()

    async def _set_lease(self, lease: Lease, statement: str, values: tuple[str, ...]) -> None:
        def task(connection: sqlite3.Connection) -> None:
            _refuse_stale(connection, lease)
            connection.execute(statement, values)

        await self._write(task)

    async def _ask(self, task: Callable[[sqlite3.Connection], T]) -> T:
        return await self._thread.do(lambda: self._transact("DEFERRED", task))

    async def _write(self, task: Callable[[sqlite3.Connection], T]) -> T:
        return await self._thread.do(lambda: self._transact("IMMEDIATE", task))

    def _transact(self, kind: str, task: Callable[[sqlite3.Connection], T]) -> T:
        with self._explained():
            connection = self._opened()
            connection.execute(f"BEGIN {kind}")
            try:
                answer = task(connection)
                connection.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):  # a full disk has rolled back by itself
                    connection.execute("ROLLBACK")
                raise
            self._own_writes += kind == "IMMEDIATE"
            return answer

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            close_folder(self._path.parent)
            check_file(self._path, make=True)
            check_files(self._path.with_name(self._path.name + end) for end in _SIDE_FILES)
            connection = sqlite3.connect(self._path, timeout=_BUSY_SECONDS, isolation_level=None)
            try:
                _set_up(connection)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise JournalError(
                f"The journal {self._path} cannot be used: {_why(error)}.",
                meaning="Nothing was changed that is not written there.",
                remedy=error.remedy
                if isinstance(error, NotPrivateError)
                else "Check the free space and the permissions of that folder, then try again.",
            ) from error
        except (ValidationError, ForeignValueError) as error:
            raise JournalError(
                f"The journal {self._path} holds a run that cannot be read.",
                meaning="Another version of the program, or another program, has written it.",
                remedy="Use the version that wrote it.",
            ) from error

    def _read(self, connection: sqlite3.Connection, run_id: str) -> RunRecord:
        try:
            record = read_run(connection, run_id, self._plans)
            lease = read_lease(connection, run_id)
        except (*FAULTS, sqlite3.OperationalError) as error:
            if isinstance(error, sqlite3.OperationalError) and "decode" not in str(error):
                raise  # the file, and not this row
            raise UnreadableRunError(one_line(run_id, 40), why_unreadable(error)) from error
        if record is None:
            raise UsageError(f"There is no run {run_id!r} here.", remedy="`imaging runs` lists them.")
        runner = presence(lease, self._here, self._clock.now())
        return record.model_copy(update={"runner": runner})

    def _touched(self, connection: sqlite3.Connection, run_id: str) -> RunRecord:
        Changes(connection, run_id).run(updated_at=self._clock.now())
        return self._read(connection, run_id)

    def _refuse_second(self, connection: sqlite3.Connection, record: RunRecord) -> None:
        if record.instance_id is None:
            return
        states = f"SELECT {_ID} AS id, CAST(state AS BLOB) AS state FROM runs"  # noqa: S608  # a constant
        for row in connection.execute(f"{states} WHERE instance_id = ?", (record.instance_id,)).fetchall():
            if kept_text(row["state"]) in _OVER:
                continue
            try:
                other = self._read(connection, _id_of(row))
            except UnreadableRunError:
                if record.spec.only_restores:
                    continue  # the way back for its instance
                raise
            if not other.state.is_over:
                raise RunError(
                    f"Run {other.id} already works on {other.title}.",
                    meaning="Nothing was changed.",
                    remedy=f"Watch it with `imaging watch {other.id}`, continue with `imaging resume {other.id}`, "
                    f"or end it with `imaging cancel {other.id}`.",
                )


def _why(error: sqlite3.Error | OSError) -> str:
    if isinstance(error, NotPrivateError):
        return f"{error.filename}: {error.strerror}"
    return str(error)


def _id_of(row: sqlite3.Row) -> str:
    try:
        return bytes(row["id"]).decode()
    except (TypeError, UnicodeDecodeError):
        raise UnreadableRunError("without an id", "its id is no text") from None


def _set_up(connection: sqlite3.Connection) -> None:
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    schema.prepare(connection)


def _refuse_stale(connection: sqlite3.Connection, lease: Lease) -> None:
    held = read_lease(connection, lease.run_id)
    if held is None or held.number != lease.number or held.holder is None:
        raise LeaseLostError(
            f"Another runner has taken over run {lease.run_id}.", meaning="This one stops and touches nothing more."
        )
