"""The tables of the journal, and the version by which a program knows whether it understands them."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from models.errors import JournalError

VERSION = 1

_TABLES = (
    """
    CREATE TABLE runs (
        id TEXT PRIMARY KEY,
        kind TEXT NOT NULL,
        state TEXT NOT NULL,
        identity TEXT NOT NULL,
        host TEXT NOT NULL,
        created_at TEXT NOT NULL,
        updated_at TEXT NOT NULL,
        began_at TEXT,
        ended_at TEXT,
        plan TEXT NOT NULL,
        profile TEXT NOT NULL,
        instance_id TEXT,
        claim TEXT,
        image_id TEXT,
        image_data TEXT,
        interim_image_id TEXT,
        sent_file TEXT,
        kept_file TEXT,
        seal_report TEXT,
        sealed_image_report TEXT,
        seal_verdict TEXT,
        exported TEXT,
        source_stage TEXT,
        source_seen TEXT,
        verdict TEXT,
        works_report TEXT,
        twin_report TEXT,
        works TEXT,
        base_unread TEXT,
        kept_until TEXT,
        test_flavor TEXT,
        changed_meanwhile TEXT,
        instance_restored INTEGER,
        cancel_requested INTEGER NOT NULL DEFAULT 0,
        undo_requested INTEGER NOT NULL DEFAULT 0,
        outcome TEXT,
        report_path TEXT,
        trouble TEXT
    )
    """,
    """
    CREATE TABLE steps (
        run_id TEXT NOT NULL REFERENCES runs (id),
        place INTEGER NOT NULL,
        step TEXT NOT NULL,
        state TEXT NOT NULL,
        started_at TEXT,
        ended_at TEXT,
        note TEXT NOT NULL DEFAULT '',
        trouble TEXT,
        PRIMARY KEY (run_id, step)
    )
    """,
    """
    CREATE TABLE phases (
        id INTEGER PRIMARY KEY,
        run_id TEXT NOT NULL REFERENCES runs (id),
        step TEXT NOT NULL,
        at TEXT NOT NULL,
        text TEXT NOT NULL
    )
    """,
    "CREATE INDEX phases_by_run ON phases (run_id)",
    """
    CREATE TABLE intents (
        id INTEGER PRIMARY KEY,
        run_id TEXT NOT NULL REFERENCES runs (id),
        step TEXT NOT NULL,
        at TEXT NOT NULL,
        action TEXT NOT NULL,
        target TEXT NOT NULL DEFAULT ''
    )
    """,
    "CREATE INDEX intents_by_run ON intents (run_id)",
    """
    CREATE TABLE owned (
        run_id TEXT NOT NULL REFERENCES runs (id),
        kind TEXT NOT NULL,
        id TEXT NOT NULL,
        name TEXT NOT NULL DEFAULT '',
        removed INTEGER NOT NULL DEFAULT 0,
        role TEXT,
        PRIMARY KEY (run_id, kind, id)
    )
    """,
    """
    CREATE TABLE leases (
        run_id TEXT PRIMARY KEY REFERENCES runs (id),
        number INTEGER NOT NULL,
        holder TEXT,
        heartbeat_at TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE left_behind (
        run_id TEXT NOT NULL REFERENCES runs (id),
        kind TEXT NOT NULL,
        id TEXT NOT NULL,
        name TEXT NOT NULL DEFAULT '',
        reason TEXT NOT NULL,
        PRIMARY KEY (run_id, kind, id)
    )
    """,
)


def prepare(connection: sqlite3.Connection) -> None:
    """Make the tables in a new journal, and refuse one that a newer program wrote.

    Raises:
        JournalError: the journal is newer than this program.
        sqlite3.Error: it cannot be read or written.
    """
    version = _version(connection)
    if version > VERSION:
        raise JournalError(
            f"The journal was written by a newer Imaging Console (its version {version}, known here {VERSION}).",
            meaning="Nothing was changed.",
            remedy="Use the newer program, or another state directory (XDG_STATE_HOME).",
        )
    if version < VERSION:
        _make_tables(connection)
    _add_new_columns(connection)


def _add_new_columns(connection: sqlite3.Connection) -> None:
    """Give the journal of an earlier program the columns that came since; its runs know nothing of them."""
    if not _new_columns(connection):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for table, name, kind in _new_columns(connection):  # another process may be quicker
            connection.execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _new_columns(connection: sqlite3.Connection) -> list[tuple[str, str, str]]:
    """Table, name and type of each column that the journal lacks."""
    with closing(sqlite3.connect(":memory:")) as wanted:
        for statement in _TABLES:
            wanted.execute(statement)
        lacking = {table: _columns(wanted, table) - _columns(connection, table) for table in _tables(wanted)}
    return [(table, *column) for table, columns in lacking.items() for column in sorted(columns)]


def _tables(connection: sqlite3.Connection) -> list[str]:
    return [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]


def _columns(connection: sqlite3.Connection, table: str) -> set[tuple[str, str]]:
    """Its columns, by name and type."""
    return {(row[1], row[2]) for row in connection.execute(f"PRAGMA table_info({table})")}


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _make_tables(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        if _version(connection) < VERSION:  # another process may be quicker
            for statement in _TABLES:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
