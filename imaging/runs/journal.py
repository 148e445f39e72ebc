"""The journal: every run with all that it did, in one SQLite file that survives `kill -9` and power cuts.

It uses a rollback journal and never WAL, which needs shared memory and so fails on the network homes of research
clusters. Whatever a runner writes carries the number of its lease, so that one that was replaced can change nothing.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from imaging.runs import journal_schema
from imaging.runs.journal_rows import Changes, encode, insert, read_lease, read_run
from imaging.runs.lease import HeldLease, Holder, Lease, presence, refuse_unless_free, this_process
from imaging.runs.own_thread import OwnThread
from imaging.runtime.clock import Clock
from models.errors import JournalError, LeaseLostError, RunError, UsageError
from models.plan import Plan
from models.profile import Profile
from models.run import RunRecord

T = TypeVar("T")

_BUSY_SECONDS = 10.0
"""How long a write waits for that of another process; each takes milliseconds on a healthy disk."""


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
        """All runs, newest first."""

        def task(connection: sqlite3.Connection) -> tuple[RunRecord, ...]:
            ids = connection.execute("SELECT id FROM runs ORDER BY created_at DESC, id DESC").fetchall()
            return tuple(self._read(connection, row["id"]) for row in ids)

        return await self._ask(task)

    async def run(self, prefix: str) -> RunRecord:
        """One run, by its id or the beginning of it.

        Raises:
            UsageError: no run begins so, or several do.
        """

        def task(connection: sqlite3.Connection) -> RunRecord:
            rows = connection.execute("SELECT id FROM runs WHERE substr(id, 1, ?) = ?", (len(prefix), prefix))
            ids = [row["id"] for row in rows]
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
            return Profile.model_validate_json(row["profile"])

        return await self._ask(task)

    async def token(self) -> tuple[int, int]:
        """Something cheap that differs when the journal may have changed since it was last asked for."""

        def task(connection: sqlite3.Connection) -> tuple[int, int]:
            return int(connection.execute("PRAGMA data_version").fetchone()[0]), self._own_writes

        return await self._ask(task)

    async def wish(self, run_id: str, change: Callable[[Changes], None]) -> RunRecord:
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
            RunError: somebody else does, or may (`imaging.runs.lease.refuse_unless_free`).
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

    async def beat(self, lease: Lease) -> None:
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
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
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
                f"The journal {self._path} cannot be used: {error}.",
                meaning="Nothing was changed that is not written there.",
                remedy="Look at the free space and the permissions of that folder, then try again.",
            ) from error
        except ValidationError as error:
            raise JournalError(
                f"The journal {self._path} holds a run that cannot be read.",
                meaning="Another version of the program, or another program, has written it.",
                remedy="Use the version that wrote it.",
            ) from error

    def _read(self, connection: sqlite3.Connection, run_id: str) -> RunRecord:
        record = read_run(connection, run_id, self._plans)
        if record is None:
            raise UsageError(f"There is no run {run_id!r} here.", remedy="`imaging runs` lists them.")
        runner = presence(read_lease(connection, run_id), self._here, self._clock.now())
        return record.model_copy(update={"runner": runner})

    def _touched(self, connection: sqlite3.Connection, run_id: str) -> RunRecord:
        Changes(connection, run_id).run(updated_at=self._clock.now())
        return self._read(connection, run_id)

    def _refuse_second(self, connection: sqlite3.Connection, record: RunRecord) -> None:
        if record.instance_id is None:
            return
        rows = connection.execute("SELECT id FROM runs WHERE instance_id = ?", (record.instance_id,)).fetchall()
        for row in rows:
            other = self._read(connection, row["id"])
            if not other.state.is_over:
                raise RunError(
                    f"Run {other.id} already works on {other.title}.",
                    meaning="Nothing was changed.",
                    remedy=f"Watch it with `imaging watch {other.id}`, go on with `imaging resume {other.id}`, "
                    f"or end it with `imaging cancel {other.id}`.",
                )


def _set_up(connection: sqlite3.Connection) -> None:
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    journal_schema.prepare(connection)


def _refuse_stale(connection: sqlite3.Connection, lease: Lease) -> None:
    held = read_lease(connection, lease.run_id)
    if held is None or held.number != lease.number or held.holder is None:
        raise LeaseLostError(
            f"Another runner has taken over run {lease.run_id}.", meaning="This one stops and touches nothing more."
        )
