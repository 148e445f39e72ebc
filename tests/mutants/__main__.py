"""Runs mutmut over the rooms that `[tool.mutmut]` lists, or over some of their files, and says what was not noticed.

    python -m tests.mutants [imaging/runs/steps/claim.py …]

Exit status: 0 when at least 95 of 100 faults were noticed, not counting those in `survivors.toml`; else 1.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from mutmut.mutation.diff_apply import get_diff_for_mutant

from tests.mutants.survivors import LIST, Change, accepted, change_of

BINARIES = Path(sys.executable).parent
COPY = Path("mutants")
"""Where mutmut makes its copy of the program, and keeps what it found."""
LEAST_NOTICED = 0.95
NOTICED, TYPES, NOT_TRIED = {"killed", "timeout"}, "caught by type check", "not checked"
_ROW = re.compile(r"^ {4}(?P<mutant>\S+): (?P<status>.+)$")


def main(files: Sequence[str]) -> int:
    """Try the faults, and tell which were noticed."""
    shutil.rmtree(COPY / "tests" if files else COPY, ignore_errors=True)
    names = [f"{module_of(file)}.x*" for file in files]
    path = f"{BINARIES}{os.pathsep}{os.environ['PATH']}"  # mutmut calls mypy by its name
    subprocess.run(
        [BINARIES / "mutmut", "run", "--max-children=2", *names], env={**os.environ, "PATH": path}, check=True
    )
    wanted = set(map(module_of, files))
    return report({module: rows for module, rows in statuses().items() if module in wanted or not wanted})


def module_of(file: str) -> str:
    """The dotted name that mutmut gives a file."""
    return file.removesuffix(".py").replace("/", ".")


def statuses() -> dict[str, dict[str, str]]:
    """What mutmut says about each fault, by the module that it was put into."""
    told = subprocess.run(
        [BINARIES / "mutmut", "results", "--all=true"], capture_output=True, text=True, check=True
    ).stdout
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for row in filter(None, map(_ROW.match, told.splitlines())):
        module = re.split(r"\.x[_ǁ]", row["mutant"], maxsplit=1)[0]
        found[module][row["mutant"]] = row["status"]
    return dict(sorted(found.items()))


def report(tried: Mapping[str, Mapping[str, str]]) -> int:
    """Print a line for each file, and an entry for the list of survivors for each fault that nobody noticed."""
    reasons, total, seen = accepted(), Counter[str](), set[Change]()
    lines = []
    for module, rows in tried.items():
        counts = Counter(judge(mutant, status, reasons, seen) for mutant, status in rows.items())
        lines.append(line(module.replace(".", "/") + ".py", counts))
        total += counts
    print(f"\n{'file':48} {'tried':>6} {'noticed':>8} {'listed':>7} {'not':>5}   (refused by the types)")
    print(*lines, line("all", total), sep="\n")
    for change in reasons.keys() - seen:
        if change.function.startswith(tuple(f"{module}." for module in tried)):
            print(f"no longer needed in {LIST.name}: {change.function}: {change.now}")
    share = total["noticed"] / max(1, total["noticed"] + total["not"])
    print(f"{share:.1%} of the faults were noticed; {LEAST_NOTICED:.0%} have to be.")
    return int(share < LEAST_NOTICED)


def judge(mutant: str, status: str, reasons: Mapping[Change, str], seen: set[Change]) -> str:
    """Which column a fault is counted in; one that nobody noticed and that is not listed is printed."""
    if status in {TYPES, NOT_TRIED}:
        return status
    if status in NOTICED:
        return "noticed"
    change = change_of(mutant, get_diff_for_mutant(mutant))
    seen.add(change)
    if change in reasons:
        return "listed"
    print(f"\n[[survivor]]  # {status}: {mutant}")
    for name in ("function", "was", "now"):
        print(f"{name} = {json.dumps(getattr(change, name), ensure_ascii=False)}")
    print('reason = ""')
    return "not"


def line(name: str, counts: Mapping[str, int]) -> str:
    """One row of the table."""
    tried = counts["noticed"] + counts["listed"] + counts["not"]
    return f"{name:48} {tried:6} {counts['noticed']:8} {counts['listed']:7} {counts['not']:5}   ({counts[TYPES]})"


sys.exit(main(sys.argv[1:]))
