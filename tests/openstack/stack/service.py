"""What runs in a child: one service, with threads, behind a small HTTP server.

`python -m stack.service NAME SPEC`, started by `stack.processes`.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import HOST


@dataclass(frozen=True)
class Spec:
    """What the launcher tells a child."""

    state: Path
    port: int
    keystone_url: str
    admin_password: str


def serve(application: Any, port: int, ready: Path) -> None:
    """Answer for ever; `ready` appears once the port listens."""
    from werkzeug import serving

    class Handler(serving.WSGIRequestHandler):
        disable_nagle_algorithm = True
        protocol_version = "HTTP/1.1"

        def log(self, kind: str, message: str, *args: object) -> None:
            """The services write logs of their own."""

        def version_string(self) -> str:
            return "loopstack"

    server = serving.make_server(HOST, port, application, threaded=True, request_handler=Handler)
    server.daemon_threads = True
    ready.touch()
    server.serve_forever()


def let_threads_share_sqlite() -> None:
    """Let several threads of one service write to one sqlite file.

    A long busy time-out, and BEGIN IMMEDIATE for what oslo.db calls a writer: a transaction that reads first and
    writes later would otherwise fail at once ("database is locked") when another has written in between.
    """
    from oslo_db.sqlalchemy import enginefacade
    from sqlalchemy import engine, event, text

    @event.listens_for(engine.Engine, "connect")
    def connect(dbapi_connection: Any, _record: object) -> None:
        dbapi_connection.execute("PRAGMA busy_timeout=30000")
        dbapi_connection.execute("PRAGMA synchronous=OFF")

    @event.listens_for(engine.Engine, "begin")
    def begin(connection: Any) -> None:
        if (
            connection.dialect.name == "sqlite"
            and "in_transaction" not in connection.info
            and connection.get_execution_options().get("loopstack_writer")
        ):
            connection.execute(text("BEGIN IMMEDIATE"))
            connection.info["in_transaction"] = True

    factory = enginefacade._TransactionFactory
    create_session = factory._create_session

    def writer_session(self: Any, mode: object, bind: object = None) -> Any:
        session = create_session(self, mode, bind)
        if mode is enginefacade._WRITER and bind is None:
            session.bind = session.bind.execution_options(loopstack_writer=True)
        return session

    factory._create_session = writer_session


def wait_for_file(path: Path) -> None:
    """Until another child, or the launcher, has written it."""
    while not path.exists():
        time.sleep(0.05)


def in_background(function: Callable[[], None]) -> None:
    """Run beside the API; a failure ends the whole process, so that the launcher sees it."""

    def body() -> None:
        try:
            function()
        except BaseException:  # noqa: BLE001  # any fault: the service cannot work without it
            traceback.print_exc()
            os._exit(3)

    threading.Thread(target=body, daemon=True).start()


def end_on_sigterm() -> None:
    """At once: nothing of a passing cloud needs to be kept."""
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))


def main(name: str, spec: Spec) -> None:
    """Start one service and answer until the end."""
    end_on_sigterm()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    from oslo_config import cfg

    # Nothing of an OpenStack that the machine may have in /etc or in a home.
    cfg._get_config_dirs = lambda project=None: [str(spec.state / name)]
    let_threads_share_sqlite()
    application = importlib.import_module(f"stack.services.{name}").application(spec)
    end_on_sigterm()  # oslo.service and Keystone have set handlers of their own
    serve(application, spec.port, spec.state / name / "ready")


if __name__ == "__main__":
    name_, given = sys.argv[1], json.loads(sys.argv[2])
    sys.argv = [name_]  # what the services parse
    main(name_, Spec(**given | {"state": Path(given["state"])}))
