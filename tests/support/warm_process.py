"""A process that has loaded the whole program, and forks whatever is asked of it: `python -m MODULE` without a start.

The program takes half a second to load, and the tests of its processes start it hundreds of times. A process that is
forked here is the same in all else: a process of its own, with its own environment, folder, session, terminal and
command line. What it is to start fresh is seen where `tests.support.warm_programs` is not asked.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import fcntl
import gc
import json
import os
import runpy
import selectors
import signal
import socket
import sys
import termios
import threading
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any, NoReturn

LOADED = (
    "imaging.cloud.connection",
    "imaging.cloud.http.thread_connection",
    "imaging.commands.check",
    "imaging.commands.console",
    "imaging.commands.create",
    "imaging.commands.export",
    "imaging.commands.import_file",
    "imaging.commands.inspect",
    "imaging.commands.main",
    "imaging.commands.passport",
    "imaging.commands.seal",
    "imaging.commands.succession",
    "imaging.commands.undo",
    "imaging.commands.verify",
    "imaging.commands.watch",
    "imaging.guest.inventory",
    "imaging.guest.seal",
    "imaging.guest.seal_proof",
    "imaging.guest.service",
    "imaging.guest.works.works_report",
    "imaging.runs.process.early",
    "imaging.runs.service",
    "imaging.runs.steps",
    "tests.support.warm_readers",
    "tui.app",
)
"""These load what most processes need."""
RUN_AS_MAIN = (
    "imaging.files.wrappers.decompress",
    "imaging.guest.confined_reading.__main__",
    "imaging.guest.disk_reading.__main__",
    "imaging.runs.process.runner",
)
"""What they load is loaded; they themselves are run by each process."""
ROOM_FOR_A_COMMAND_LINE = 4096
LARGEST_REQUEST = 2**17
MOST_DESCRIPTORS = 16


def serve(path: str) -> None:
    """Fork until standard input is closed; then everything that was forked is left to itself."""
    for module in (*LOADED, *RUN_AS_MAIN):
        import_module(module)
    for module in RUN_AS_MAIN:
        del sys.modules[module]
    _work_out_what_all_need()
    gc.collect()
    gc.freeze()
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listening.bind(path)
    listening.listen(64)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is the worker's to end this
    with selectors.DefaultSelector() as selector:
        selector.register(listening, selectors.EVENT_READ)
        selector.register(0, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is listening:
                    pidfd, ends = _fork_one(listening.accept()[0], path)
                    selector.register(pidfd, selectors.EVENT_READ, ends)
                elif key.fileobj == 0:
                    return
                else:
                    _tell_end(selector.unregister(key.fileobj))


def _work_out_what_all_need() -> None:
    """What the program works out when it is first needed, which each that is forked would do again."""
    # Here, for who starts this process imports this module, too.
    from pydantic import BaseModel

    from imaging.cloud.login.auth_keys import _options as keystone_options
    from imaging.guidelines.profiles import DEFAULT_PROFILE, load_profile
    from tests.support import unsynced_journal

    unsynced_journal.begin()
    models = list(BaseModel.__subclasses__())
    for model in models:  # it grows meanwhile
        models += model.__subclasses__()
        model.model_rebuild(raise_errors=False)
    load_profile(DEFAULT_PROFILE)
    keystone_options("password")
    keystone_options("v3applicationcredential")


def _fork_one(line: socket.socket, path: str) -> tuple[int, tuple[int, socket.socket]]:
    said, descriptors, _, _ = socket.recv_fds(line, LARGEST_REQUEST, MOST_DESCRIPTORS)
    pid = os.fork()
    if pid == 0:
        _become(json.loads(said), descriptors, path)
    for each in descriptors:
        os.close(each)
    line.send(str(pid).encode())
    return os.pidfd_open(pid), (pid, line)


def _tell_end(key: selectors.SelectorKey) -> None:
    pid, line = key.data
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    with line, contextlib.suppress(OSError):  # who asked for it may have ended
        line.send(str(status).encode())
    os.close(int(key.fd))


def _become(request: dict[str, Any], descriptors: list[int], path: str) -> NoReturn:
    if request["session"]:
        os.setsid()
    _take(descriptors, request["descriptors"])
    if request["controls"]:
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _open_streams()
    module, arguments = request["module"], request["arguments"]
    sys.argv[1:] = arguments
    _show_as([sys.executable, "-P", "-m", module, *arguments])
    status = 1
    try:
        import_module("tests.support.warm_readers").fork_what_is_started(path)
        import_module("tests.support.hurry").hurry()
        runpy.run_module(module, run_name="__main__", alter_sys=True)
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    except BaseException:  # noqa: BLE001  # as Python does at its end
        sys.excepthook(*sys.exc_info())
    _end(status)


def _open_streams() -> None:
    """As Python opens them at its start, in UTF-8."""
    streams = {
        "stdin": open(0, encoding="utf-8", closefd=False),  # noqa: SIM115  # as long as the process
        "stdout": open(1, "w", encoding="utf-8", closefd=False, buffering=1 if os.isatty(1) else -1),  # noqa: SIM115
        "stderr": open(2, "w", encoding="utf-8", closefd=False, errors="backslashreplace", buffering=1),  # noqa: SIM115
    }
    for name, stream in streams.items():
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _take(descriptors: list[int], numbers: list[int]) -> None:
    """Give them their numbers, and close everything else."""
    beyond = max(*descriptors, *numbers) + 1
    aside = [fcntl.fcntl(each, fcntl.F_DUPFD, beyond) for each in descriptors]
    for each, number in zip(aside, numbers, strict=True):
        os.dup2(each, number)
    kept = [*sorted(numbers), os.sysconf("SC_OPEN_MAX")]
    for number, following in pairwise(kept):
        if number + 1 < following:  # an empty range would be taken for one without an end
            os.closerange(number + 1, following)


def _end(status: int) -> NoReturn:
    """As Python ends, but for taking apart what the kernel takes anyway."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(status & 0xFF)


def _show_as(command: list[str]) -> None:
    """Write a command line over our own, which leaves room for it: tests find processes by theirs."""
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    begin, end = int(fields[45]), int(fields[46])
    line = b"\0".join(os.fsencode(word) for word in command)[: end - begin - 1]
    ctypes.memmove(begin, line.ljust(end - begin, b"\0"), end - begin)


if __name__ == "__main__":
    serve(sys.argv[1])
