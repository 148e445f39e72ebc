"""What a forked process does: it becomes `python -m MODULE`, with pipes as its standard input and output."""

from __future__ import annotations

import fcntl
import os
import runpy
import sys
from collections.abc import Mapping
from multiprocessing.connection import Connection

_OUT_OF_THE_WAY = 500


def run_module(
    module: str,
    question: Connection,
    answer: Connection,
    environment: Mapping[str, str],
    files: Mapping[int, Connection],
) -> None:
    """Run a module as the main program, with this environment and no other; what it complains of is lost.

    Args:
        module: which one.
        question: its standard input.
        answer: its standard output.
        environment: the variables that it gets.
        files: open files that it gets, by their numbers.
    """
    os.environ.clear()
    os.environ.update(environment)
    for end, pipe in enumerate((question, answer)):
        os.dup2(pipe.fileno(), end)
        pipe.close()
    # One may have been given the number that another is to have.
    kept = {number: fcntl.fcntl(file.fileno(), fcntl.F_DUPFD, _OUT_OF_THE_WAY) for number, file in files.items()}
    for file in files.values():
        file.close()
    for number, copy in kept.items():
        os.dup2(copy, number)
        os.close(copy)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    sys.stdin, sys.stdout = os.fdopen(0, encoding="utf-8"), os.fdopen(1, "w", encoding="utf-8")
    runpy.run_module(module, run_name="__main__", alter_sys=True)
