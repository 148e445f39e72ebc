"""Between the rows of the journal and the models: what is written is read back and validated before it counts."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from pydantic import BaseModel, ValidationError

from imaging.runs.journal.lease import HeldLease
from imaging.runtime.redaction import redactor
from models import foreign
from models.cloud.login import CloudIdentity
from models.errors import ForeignValueError
from models.guidelines.profile import Profile
from models.run.claim import Claim
from models.run.file_plan import SentFile
from models.run.intent import Intent
from models.run.plan import Plan
from models.run.record import LeftBehind, Owned, RunRecord, StepRecord
from models.steps import StepName
from models.text import one_line

_NOT_COLUMNS = {"steps", "owned", "left_behind", "runner"}
_RUN_COLUMNS = tuple(name for name in RunRecord.model_fields if name not in _NOT_COLUMNS)
_SEAL = ("seal_report", "sealed_image_report", "seal_verdict")
_WORKS = ("works_report", "twin_report", "works")
_FILES = ("sent_file", "kept_file")
_DOCUMENTS = {"identity", "claim", "image_data", "source_seen", "verdict", "trouble", "exported"}
_RUN_JSON = {*_DOCUMENTS, *_SEAL, *_WORKS, *_FILES}
_TEXTS = {"trouble", "note", "verdict", "source_seen", "test_flavor", "changed_meanwhile", "base_unread"}
_FROM_OTHERS = frozenset({*_TEXTS, *_SEAL, *_WORKS})
_STEP_COLUMNS = ("step", "state", "started_at", "ended_at", "note", "trouble")

_LARGEST_DOCUMENT = 256 * 1024**2
FAULTS = (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RecursionError, sqlite3.DataError)
"""What reading a row that another program wrote may raise; pydantic's and our own errors of values are ValueErrors."""


def why_unreadable(error: Exception) -> str:
    """What does not fit, in a few words and without what stands there."""
    if isinstance(error, ValidationError):
        fault = error.errors(include_url=False, include_input=False, include_context=False)[0]
        return f"{one_line('.'.join(map(str, fault['loc'][:4])), 80)} does not fit"
    return one_line(error.what, 200).rstrip(".") if isinstance(error, ForeignValueError) else type(error).__name__


@dataclass(frozen=True)
class Changes:
    """What may be changed about one run within one transaction."""

    connection: sqlite3.Connection
    run_id: str

    def run(self, **columns: Any) -> None:
        """Set fields of the run itself."""
        self._update("runs", {"id": self.run_id}, columns, _RUN_COLUMNS)

    def step(self, name: StepName, **columns: Any) -> None:
        """Set fields of one step."""
        self._update("steps", {"run_id": self.run_id, "step": name.value}, columns, _STEP_COLUMNS)

    def add_phase(self, step: StepName, at: datetime, text: str) -> None:
        """Add something that was seen while a step waited."""
        row = (self.run_id, step.value, encode(at), encode(redactor.clean_known(text)))
        self.connection.execute("INSERT INTO phases (run_id, step, at, text) VALUES (?, ?, ?, ?)", row)

    def add_intent(self, step: StepName, intent: Intent) -> None:
        """Add what a step is about to ask of the cloud."""
        target = encode(redactor.clean_known(intent.target))
        row = (self.run_id, step.value, encode(intent.at), intent.action.value, target)
        self.connection.execute("INSERT INTO intents (run_id, step, at, action, target) VALUES (?, ?, ?, ?, ?)", row)

    def own(self, owned: Owned) -> None:
        """Add something that the run made, or replace what is known of it."""
        row = (self.run_id, owned.kind.value, owned.id, owned.name, int(owned.removed), owned.role.value)
        self.connection.execute(
            "INSERT OR REPLACE INTO owned (run_id, kind, id, name, removed, role) VALUES (?, ?, ?, ?, ?, ?)", row
        )
        if owned.removed:  # it had been left behind, and could be removed later after all
            self.connection.execute("DELETE FROM left_behind WHERE run_id = ? AND kind = ? AND id = ?", row[:3])

    def leave(self, thing: LeftBehind) -> None:
        """Add something that is left alone, or replace what is known of it."""
        row = (self.run_id, thing.kind.value, thing.id, thing.name, thing.reason)
        self.connection.execute("INSERT OR REPLACE INTO left_behind VALUES (?, ?, ?, ?, ?)", row)

    def _update(self, table: str, key: Mapping[str, str], columns: Mapping[str, Any], known: tuple[str, ...]) -> None:
        unknown = set(columns) - set(known)
        if unknown:
            raise ValueError(f"no such columns in {table}: {sorted(unknown)}")
        assignments = ", ".join(f"{name} = ?" for name in columns)
        where = " AND ".join(f"{name} = ?" for name in key)
        statement = f"UPDATE {table} SET {assignments} WHERE {where}"  # noqa: S608  # names checked just above
        values = (_without_secrets(name, encode(value)) for name, value in columns.items())
        self.connection.execute(statement, (*values, *key.values()))


def _without_secrets(name: str, value: Any) -> Any:
    """The value without secrets, where it is what a cloud or a guest said, which may echo them."""
    return redactor.clean_known(value) if name in _FROM_OTHERS and isinstance(value, str) else value


def encode(value: Any) -> Any:
    """Make of a field's value what SQLite can hold."""
    if isinstance(value, BaseModel):
        return value.model_dump_json()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()  # half a surrogate pair is nothing that SQLite can hold
    return int(value) if isinstance(value, bool) else value


def insert(connection: sqlite3.Connection, record: RunRecord, profile: Profile) -> None:
    """Write a new run with its steps."""
    columns = {name: encode(getattr(record, name)) for name in _RUN_COLUMNS}
    columns |= {"profile": encode(profile), "instance_id": record.instance_id}
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    statement = f"INSERT INTO runs ({names}) VALUES ({marks})"  # noqa: S608  # the names are the model's own
    connection.execute(statement, tuple(columns.values()))
    for place, step in enumerate(record.steps):
        connection.execute(
            "INSERT INTO steps (run_id, place, step, state) VALUES (?, ?, ?, ?)",
            (record.id, place, step.step.value, step.state.value),
        )


def read_run(connection: sqlite3.Connection, run_id: str, plans: dict[str, Plan]) -> RunRecord | None:
    """Read a run whole, but for its runner; None if there is none of this id.

    Args:
        connection: the journal; its rows must be `sqlite3.Row`.
        run_id: the run's id.
        plans: plans read before, by run id: a plan never changes and is by far the largest part.

    Raises:
        One of `FAULTS`: the rows are not what this program writes.
    """
    row = connection.execute("SELECT * FROM runs WHERE id = ?", (run_id,)).fetchone()
    if row is None:
        return None
    if run_id not in plans:
        plans[run_id] = foreign.model(Plan, row["plan"], max_bytes=_LARGEST_DOCUMENT, name="plan")
    fields = _fields(row, tuple(name for name in _RUN_COLUMNS if name != "plan"), _RUN_JSON)
    return RunRecord.model_validate(
        {
            **fields,
            "plan": plans[run_id],
            "steps": _steps(connection, run_id),
            "owned": _owned(connection, run_id),
            "left_behind": _left_behind(connection, run_id),
        }
    )


def read_lease(connection: sqlite3.Connection, run_id: str) -> HeldLease | None:
    """Read who holds, or last held, a run."""
    row = connection.execute("SELECT * FROM leases WHERE run_id = ?", (run_id,)).fetchone()
    if row is None:
        return None
    return HeldLease.model_validate(_fields(row, ("number", "holder", "heartbeat_at"), {"holder"}))


def _fields(row: sqlite3.Row, names: tuple[str, ...], as_json: set[str]) -> dict[str, Any]:
    return {name: _document(row[name], name) if name in as_json and row[name] else row[name] for name in names}


def _document(value: Any, name: str) -> Any:
    read = foreign.document(value, max_bytes=_LARGEST_DOCUMENT, name=name)
    if read is None and value != "null":
        raise ForeignValueError(f"{name} is a number that no computer holds.")  # as nothing it would hide a claim
    return read


def _steps(connection: sqlite3.Connection, run_id: str) -> tuple[StepRecord, ...]:
    phases = _by_step(connection.execute("SELECT step, at, text FROM phases WHERE run_id = ? ORDER BY id", (run_id,)))
    intents = _by_step(
        connection.execute("SELECT step, at, action, target FROM intents WHERE run_id = ? ORDER BY id", (run_id,))
    )
    return tuple(
        StepRecord.model_validate(
            {
                **_fields(row, _STEP_COLUMNS, {"trouble"}),
                "phases": phases.get(row["step"], ()),
                "intents": intents.get(row["step"], ()),
            }
        )
        for row in connection.execute("SELECT * FROM steps WHERE run_id = ? ORDER BY place", (run_id,))
    )


def _by_step(rows: Iterable[sqlite3.Row]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        fields = dict(row)
        found.setdefault(fields.pop("step"), []).append(fields)
    return found


def _owned(connection: sqlite3.Connection, run_id: str) -> tuple[Owned, ...]:
    rows = connection.execute(
        "SELECT kind, id, name, removed, role FROM owned WHERE run_id = ? ORDER BY rowid", (run_id,)
    )
    # An earlier program knew no roles: its rows have none.
    known = ({name: value for name, value in dict(row).items() if value is not None} for row in rows)
    return tuple(Owned.model_validate(fields) for fields in known)


def _left_behind(connection: sqlite3.Connection, run_id: str) -> tuple[LeftBehind, ...]:
    rows = connection.execute(
        "SELECT kind, id, name, reason FROM left_behind WHERE run_id = ? ORDER BY rowid", (run_id,)
    )
    return tuple(LeftBehind.model_validate(dict(row)) for row in rows)


def read_claimed_ids(connection: sqlite3.Connection) -> frozenset[str]:
    """The ids of every instance that a run was ever about, and of every volume that a claim in this journal names.

    A claim that cannot be read is passed over: the instance's own id stands in a column of its own.
    """
    ids: set[str] = set()
    for row in connection.execute(
        "SELECT CAST(instance_id AS BLOB) AS instance_id, CAST(claim AS BLOB) AS claim FROM runs"
    ):
        ids.add(kept_text(row["instance_id"]))
        with contextlib.suppress(ForeignValueError):
            kept = row["claim"]
            claim = foreign.model(Claim, kept, max_bytes=_LARGEST_DOCUMENT, name="claim") if kept else None
            ids |= {claim.instance_id, *(volume.id for volume in claim.volumes)} if claim else set()
    return frozenset(ids - {""})


def read_uploads(connection: sqlite3.Connection, most: int) -> tuple[tuple[CloudIdentity, SentFile], ...]:
    """Where the last runs that sent a file sent it, and what it was; the newest first, and no more of these runs.

    One that cannot be read is passed over.
    """
    found = []
    for row in connection.execute(
        "SELECT CAST(identity AS BLOB) AS identity, CAST(sent_file AS BLOB) AS sent_file FROM runs "
        "WHERE sent_file IS NOT NULL ORDER BY created_at DESC, runs.id DESC LIMIT ?",
        (most,),
    ):
        with contextlib.suppress(*FAULTS):
            to = foreign.model(CloudIdentity, row["identity"], max_bytes=_LARGEST_DOCUMENT, name="identity")
            sent = foreign.model(SentFile, row["sent_file"], max_bytes=_LARGEST_DOCUMENT, name="sent_file")
            found.append((to, sent))
    return tuple(found)


def kept_text(value: bytes | None) -> str:
    """A text out of a column that was read as bytes, so that one bad row does not end a query about all of them."""
    return value.decode("utf-8", "replace") if value else ""
