"""What a forked process does: it becomes `python -m MODULE`, with pipes as its standard input and output."""

from __future__ import annotations

import os
import runpy
import sys
from collections.abc import Mapping
from multiprocessing.connection import Connection


def run_module(module: str, question: Connection, answer: Connection, environment: Mapping[str, str]) -> None:
    """Run a module as the main program, with this environment and no other; what it complains of is lost."""
    os.environ.clear()
    os.environ.update(environment)
    for end, pipe in enumerate((question, answer)):
        os.dup2(pipe.fileno(), end)
        pipe.close()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    sys.stdin, sys.stdout = os.fdopen(0, encoding="utf-8"), os.fdopen(1, "w", encoding="utf-8")
    runpy.run_module(module, run_name="__main__", alter_sys=True)
