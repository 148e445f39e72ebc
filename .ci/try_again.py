"""Runs tests, and tries a few that failed once more by themselves.

    python3 .ci/try_again.py make test

A test that passes when it is run alone told something about a busy machine, or is unsteady itself: it is named, so that
somebody looks at it, and the gate continues. A test that fails again, or more than a few that fail, fail the gate.

Exit status: 0 all passed, at the second try at the latest; else that of the command.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

MOST_TRIED_AGAIN = 3
LAST_FAILED = Path(".pytest_cache/v/cache/lastfailed")


def main(command: Sequence[str]) -> int:
    """Run the command; where it fails by a few tests, run those again."""
    LAST_FAILED.unlink(missing_ok=True)
    status = subprocess.call(command)
    failed = names_of_failed() if status else []
    if not 0 < len(failed) <= MOST_TRIED_AGAIN:
        return status
    print(f"=== {len(failed)} tried again", flush=True)
    # The list of skipped tests is that of the first run, which had all of them.
    alone = {name: value for name, value in os.environ.items() if name != "IMAGING_TEST_SKIPPED"}
    if subprocess.call([".venv/bin/python", "-m", "pytest", *failed], env=alone):
        return status
    for name in failed:
        print(f"unsteady: {name} failed beside others, and passed alone")
    return 0


def names_of_failed() -> list[str]:
    """The tests that failed, and those that could not be set up or cleared away."""
    if not LAST_FAILED.exists():
        return []
    return sorted(json.loads(LAST_FAILED.read_text(encoding="utf-8")))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
