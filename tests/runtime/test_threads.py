"""Work that blocks is done beside the event loop, and never keeps the program from ending."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from imaging.runtime.threads import in_thread

HANGING = """
import asyncio, sys
from imaging.runtime.threads import in_thread

async def main():
    reading = asyncio.create_task(in_thread(open, sys.argv[1], "rb"))
    await asyncio.sleep(0)
    reading.cancel()
    await asyncio.wait([reading])

asyncio.run(main())
"""


async def test_its_result_comes_back():
    assert await in_thread(divmod, 7, 2) == (3, 1)


async def test_its_error_comes_back():
    with pytest.raises(ZeroDivisionError):
        await in_thread(divmod, 7, 0)


def test_the_program_ends_while_a_file_still_hangs(tmp_path: Path):
    os.mkfifo(tmp_path / "hangs")
    begun = time.monotonic()
    ended = subprocess.run(
        [sys.executable, "-c", HANGING, str(tmp_path / "hangs")], cwd=Path(__file__).parents[2], timeout=30, check=False
    )
    assert ended.returncode == 0
    assert time.monotonic() - begun < 10  # of which nearly all is Python's own start
