"""Checks the locked versions against known vulnerabilities, with pip-audit and the advisories of PyPI.

    python .ci/audit.py requirements.lock …

Exit status: 0 every version was checked and none is known to be vulnerable; 1 one is; 75 (EX_TEMPFAIL) none is known to
be, but not every version could be checked, because no vulnerability service answers or because it does not know one.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

VULNERABLE, NOT_CHECKED = 1, 75
AUDIT_SECONDS, ANSWER_SECONDS = 180, 10
"""How long one lock file, and one question, may take."""
_PIP_AUDIT = (str(Path(sys.executable).with_name("pip-audit")), "--disable-pip", "--require-hashes", "--format=json")
_QUIETLY = ("--progress-spinner=off", f"--timeout={ANSWER_SECONDS}")


@dataclass
class Found:
    """What one lock file's audit said."""

    checked: int = 0
    unchecked: list[str] = field(default_factory=list)
    vulnerable: list[str] = field(default_factory=list)


class NoAnswerError(Exception):
    """There is no vulnerability service to ask."""


def main(locks: list[str]) -> int:
    """Check each, say what was found."""
    status = 0
    for lock in locks:
        try:
            found = audit(lock)
        except NoAnswerError as reason:
            print(f"{lock}: not checked. {reason}")
            return status or NOT_CHECKED
        status = max(status, tell(lock, found), key=(0, NOT_CHECKED, VULNERABLE).index)
    return status


def audit(lock: str) -> Found:
    """Ask about every version of a lock file."""
    command = [*_PIP_AUDIT, *_QUIETLY, "-r", lock]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=AUDIT_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise NoAnswerError(f"The vulnerability service gave no answer within {AUDIT_SECONDS} seconds.") from None
    try:
        rows = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        last = (done.stderr.strip().splitlines() or ["pip-audit said nothing"])[-1]
        raise NoAnswerError(f"The vulnerability service gave no answer: {last}") from None
    found = read(rows)
    if not found.checked:
        raise NoAnswerError("The vulnerability service knows none of these packages, so it is not there.")
    return found


def read(rows: list[dict[str, Any]]) -> Found:
    """What pip-audit's rows say."""
    found = Found()
    for row in rows:
        if "skip_reason" in row:
            found.unchecked.append(row["skip_reason"])
            continue
        found.checked += 1
        for hole in row["vulns"]:
            fixed = f"fixed in {', '.join(hole['fix_versions'])}" if hole["fix_versions"] else "no fixed version yet"
            found.vulnerable.append(f"{row['name']} {row['version']}: {hole['id']}, {fixed}")
    return found


def tell(lock: str, found: Found) -> int:
    """Say what was found, and give the exit status that it means."""
    for line in found.vulnerable:
        print(f"{lock}: VULNERABLE: {line}")
    for line in found.unchecked:
        print(f"{lock}: not checked: {line}")
    if not found.vulnerable:
        print(f"{lock}: {found.checked} versions checked, no known vulnerability")
    return VULNERABLE if found.vulnerable else NOT_CHECKED if found.unchecked else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
