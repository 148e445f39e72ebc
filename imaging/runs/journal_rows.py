"""Between the rows of the journal and the models: what is written is read back and validated before it counts."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from pydantic import BaseModel

from imaging.runs.lease import HeldLease
from models.plan import Plan
from models.profile import Profile
from models.run import Owned, RunRecord, StepRecord
from models.steps import StepName

_NOT_COLUMNS = {"steps", "owned", "runner"}
_RUN_COLUMNS = tuple(name for name in RunRecord.model_fields if name not in _NOT_COLUMNS)
_RUN_JSON = {"identity", "claim", "verdict", "trouble"}
_STEP_COLUMNS = ("step", "state", "started_at", "ended_at", "note", "trouble")


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

    def happened(self, step: StepName, kind: str, at: datetime, text: str) -> None:
        """Add a `phase` or an `intent` to a step."""
        row = (self.run_id, step.value, kind, encode(at), text)
        self.connection.execute("INSERT INTO happenings (run_id, step, kind, at, text) VALUES (?, ?, ?, ?, ?)", row)

    def own(self, owned: Owned) -> None:
        """Add something that the run made, or replace what is known of it."""
        row = (self.run_id, owned.kind.value, owned.id, owned.name, int(owned.removed))
        self.connection.execute("INSERT OR REPLACE INTO owned VALUES (?, ?, ?, ?, ?)", row)

    def _update(self, table: str, key: Mapping[str, str], columns: Mapping[str, Any], known: tuple[str, ...]) -> None:
        unknown = set(columns) - set(known)
        if unknown:
            raise ValueError(f"no such columns in {table}: {sorted(unknown)}")
        assignments = ", ".join(f"{name} = ?" for name in columns)
        where = " AND ".join(f"{name} = ?" for name in key)
        statement = f"UPDATE {table} SET {assignments} WHERE {where}"  # noqa: S608  # names checked just above
        self.connection.execute(statement, (*map(encode, columns.values()), *key.values()))


def encode(value: Any) -> Any:
    """Make of a field's value what SQLite can hold."""
    if isinstance(value, BaseModel):
        return value.model_dump_json()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
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
        pydantic.ValidationError: the rows are not what this program writes.
    """
    row = connection.execute("SELECT * FROM runs WHERE id = ?", (run_id,)).fetchone()
    if row is None:
        return None
    if run_id not in plans:
        plans[run_id] = Plan.model_validate_json(row["plan"])
    fields = _fields(row, tuple(name for name in _RUN_COLUMNS if name != "plan"), _RUN_JSON)
    return RunRecord.model_validate(
        {**fields, "plan": plans[run_id], "steps": _steps(connection, run_id), "owned": _owned(connection, run_id)}
    )


def read_lease(connection: sqlite3.Connection, run_id: str) -> HeldLease | None:
    """Read who holds, or last held, a run."""
    row = connection.execute("SELECT * FROM leases WHERE run_id = ?", (run_id,)).fetchone()
    if row is None:
        return None
    return HeldLease.model_validate(_fields(row, ("number", "holder", "heartbeat_at"), {"holder"}))


def _fields(row: sqlite3.Row, names: tuple[str, ...], as_json: set[str]) -> dict[str, Any]:
    return {name: json.loads(row[name]) if name in as_json and row[name] else row[name] for name in names}


def _steps(connection: sqlite3.Connection, run_id: str) -> tuple[StepRecord, ...]:
    happenings: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in connection.execute("SELECT * FROM happenings WHERE run_id = ? ORDER BY id", (run_id,)):
        happenings.setdefault((row["step"], row["kind"]), []).append({"at": row["at"], "text": row["text"]})
    return tuple(
        StepRecord.model_validate(
            {
                **_fields(row, _STEP_COLUMNS, {"trouble"}),
                "phases": happenings.get((row["step"], "phase"), ()),
                "intents": happenings.get((row["step"], "intent"), ()),
            }
        )
        for row in connection.execute("SELECT * FROM steps WHERE run_id = ? ORDER BY place", (run_id,))
    )


def _owned(connection: sqlite3.Connection, run_id: str) -> tuple[Owned, ...]:
    rows = connection.execute("SELECT kind, id, name, removed FROM owned WHERE run_id = ? ORDER BY rowid", (run_id,))
    return tuple(Owned.model_validate(dict(row)) for row in rows)
