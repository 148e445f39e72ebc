"""`python -m imaging.democloud`: serve the demonstration cloud until a signal comes, or nobody calls any more."""

from __future__ import annotations

import argparse
import asyncio
import secrets
import signal
import sys
import tempfile
from pathlib import Path
from types import FrameType

from imaging.democloud.clock import VirtualClock, read_time
from imaging.democloud.closed_files import NotOurFolderError
from imaging.democloud.guests.doors import Doors
from imaging.democloud.ids import Ids
from imaging.democloud.server_process import StateFolder, listen, serve, url_of
from imaging.democloud.web.app import make_app, make_cloud
from imaging.democloud.web.front import Connections


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m imaging.democloud",
        description="A small OpenStack on loopback. The first line on standard output is the path of its clouds.yaml.",
    )
    parser.add_argument("--port", type=int, default=0, help="the port on 127.0.0.1; any free one by default")
    parser.add_argument("--scale", type=int, default=0, metavar="N", help="this many further instances")
    parser.add_argument("--state", type=Path, metavar="DIR", help="where its files go; a new folder by default")
    parser.add_argument("--idle-exit", type=float, metavar="SECONDS", help="end when nobody has called for so long")
    parser.add_argument("--speed", type=float, default=1.0, help="how many of its seconds pass in a real one")
    parser.add_argument("--start", metavar="TIME", help="the time at which its clock starts; now by default")
    parser.add_argument("--deterministic", action="store_true", help="the same ids for new things at every start")
    return parser.parse_args()


def main() -> int:
    """Serve; 0 as well when another process serves from the same folder already, which is then named."""
    asked = _arguments()
    folder = StateFolder((asked.state or Path(tempfile.mkdtemp(prefix="democloud-"))).resolve())
    try:
        return _serve(asked, folder)
    except NotOurFolderError as error:
        print(error, file=sys.stderr)  # noqa: T201  # a program
        return 3


def _serve(asked: argparse.Namespace, folder: StateFolder) -> int:
    with folder.claimed() as is_claimed:
        if not is_claimed:
            return _join(folder)
        try:
            listener = listen(asked.port)
        except OSError as error:
            print(f"cannot listen on port {asked.port}: {error.strerror}", file=sys.stderr)  # noqa: T201  # a program
            return 3
        connections = Connections()
        clock = VirtualClock(read_time(asked.start) if asked.start else None, asked.speed)
        cloud = make_cloud(clock, Ids(deterministic=asked.deterministic), scale=asked.scale)
        signal.signal(signal.SIGTERM, _end)
        signal.signal(signal.SIGINT, _end)
        listener.listen(128)
        control_token = secrets.token_urlsafe()
        app = make_app(cloud, connections, control_token=control_token)
        try:
            app.doors = doors = Doors(cloud.world, folder.path, app.touch)
            with asyncio.Runner() as runner:
                runner.get_loop()  # made now: a signal in the middle of that would leave half a loop
                folder.write(url_of(listener), cloud.world, control_token)
                print(folder.clouds_yaml, flush=True)  # noqa: T201  # what its starter waits for
                runner.run(serve(app, connections, listener, asked.idle_exit, doors))
        finally:
            folder.forget()
    return 0


def _end(_number: int, _frame: FrameType | None) -> None:
    """The server raises the signal once more after it has closed its connections; the files are still to be removed."""
    raise SystemExit(0)


def _join(folder: StateFolder) -> int:
    if not folder.wait_for_other():
        print(f"another process holds {folder.path}, but does not serve", file=sys.stderr)  # noqa: T201  # a program
        return 3
    print(folder.clouds_yaml, flush=True)  # noqa: T201  # what its starter waits for
    return 0


if __name__ == "__main__":
    sys.exit(main())
