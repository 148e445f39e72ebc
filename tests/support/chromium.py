"""A page as a reader sees it: opened in a headless Chromium, asked by the protocol of its developer tools."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_SECONDS = 60.0
_OPTIONS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"),
    "--remote-debugging-pipe",
)
_WITH_PIPES = """
import fcntl, os, sys
requests, answers = (fcntl.fcntl(int(each), fcntl.F_DUPFD, 10) for each in sys.argv[1:3])
os.dup2(requests, 3)
os.dup2(answers, 4)
os.execvp(sys.argv[3], sys.argv[3:])
"""
"""The browser reads from 3 and writes to 4."""


def find_chromium() -> str | None:
    """The program, where this machine has one."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class Browser:
    """One page in a browser."""

    def __init__(self, requests: int, answers: int) -> None:
        self._requests, self._answers = requests, answers
        self._unread = b""
        self._number = 0
        self.events: list[dict[str, Any]] = []
        """What the browser told by itself: requests of the network, entries of the log."""
        target = self.ask("Target.createTarget", session="", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", session="", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Log", "Runtime"):
            self.ask(f"{domain}.enable")

    def ask(self, method: str, session: str | None = None, **parameters: Any) -> dict[str, Any]:
        """Ask something of the browser, and wait for its answer."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        to = self._session if session is None else session
        if to:
            message["sessionId"] = to
        os.write(self._requests, json.dumps(message).encode() + b"\0")
        while True:
            told = self._read()
            if told.get("id") == self._number:
                assert "error" not in told, told
                return dict(told["result"])
            self.events.append(told)

    def _read(self) -> dict[str, Any]:
        until = time.monotonic() + _SECONDS
        while b"\0" not in self._unread:
            ready, _, _ = select.select([self._answers], [], [], max(0.0, until - time.monotonic()))
            part = os.read(self._answers, 65_536) if ready else b""
            assert part, "the browser does not answer"
            self._unread += part
        message, _, self._unread = self._unread.partition(b"\0")
        return dict(json.loads(message))

    def open(self, file: Path, *, width: int, dark: bool = False, media: str = "screen") -> None:
        """Open a file in a window of so many pixels."""
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.ask("Emulation.setEmulatedMedia", media=media, features=scheme)
        self.ask("Page.navigate", url=file.as_uri())
        until = time.monotonic() + _SECONDS
        while not any(each.get("method") == "Page.loadEventFired" for each in self.events):
            assert time.monotonic() < until
            self.ask("Page.getFrameTree")
        self.events = [each for each in self.events if each.get("method") != "Page.loadEventFired"]

    def value(self, expression: str) -> Any:
        """What an expression is on the page."""
        return self.ask("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def pdf(self) -> bytes:
        """The page as it is printed."""
        return base64.b64decode(self.ask("Page.printToPDF", preferCSSPageSize=True)["data"])

    def told(self, method: str) -> list[dict[str, Any]]:
        """What the browser told by itself under a name."""
        return [dict(each["params"]) for each in self.events if each.get("method") == method]


@contextmanager
def browser(program: str, folder: Path) -> Iterator[Browser]:
    """A browser of its own, ended at the end."""
    from_us, requests = os.pipe()
    answers, to_us = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-c", _WITH_PIPES, str(from_us), str(to_us), program, *_OPTIONS, f"--user-data-dir={folder}"],
        pass_fds=(from_us, to_us),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(from_us)
    os.close(to_us)
    try:
        yield Browser(requests, answers)
    finally:
        process.terminate()
        process.wait(timeout=20)
        os.close(requests)
        os.close(answers)
