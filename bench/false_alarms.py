"""Which rules fail or stay unknown on stock systems; what a fresh cloud image should not have is a false alarm.

Debian's systems are real ones, made by debootstrap; the others are trees of files in their genuine formats.
"""

from __future__ import annotations

import os
import tempfile
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from bench.ground import Settings
from bench.results import Number, not_measured
from bench.stock import debian, trees
from bench.stock.inspecting import open_findings
from models.findings import Finding, Severity

_DISKS = Path(os.environ.get("BENCH_STOCK", tempfile.gettempdir())) / "imaging-bench-stock"
"""Where Debian's disks are kept: making one takes minutes."""
_COUNTED = frozenset({Severity.BLOCK, Severity.WARN})


def measure(settings: Settings) -> list[Number]:
    """One number for each system; with `--quick` without Debian's, which have to be installed."""
    numbers = [_number(name, _of_tree(name)) for name in trees.STOCK]
    missing = debian.missing() if not settings.quick else ["time"]
    for name in debian.RELEASES:
        what = f"false alarms on a stock {name}"
        numbers.append(not_measured(what, "", "0", ", ".join(missing)) if missing else _number(name, _of_debian(name)))
    return numbers


def alarms(name: str, found: Mapping[str, Finding]) -> list[str]:
    """The rules among what was found that nothing explains on this system."""
    return [
        f"{rule} {each.outcome}: {each.evidence}"
        for rule, each in found.items()
        if each.severity in _COUNTED and not is_expected(name, rule)
    ]


def is_expected(name: str, rule: str) -> bool:
    """Whether a stock system truthfully has this finding."""
    return any(rule == row["rule"] and any(name.startswith(each) for each in row["on"]) for row in expected())


@cache
def expected() -> tuple[dict[str, list[str] | str], ...]:
    """The rows of `stock/expected.toml`: rule, on which systems, and why."""
    return tuple(tomllib.loads((Path(__file__).parent / "stock/expected.toml").read_text("utf-8"))["expected"])


def _of_tree(name: str) -> Mapping[str, Finding]:
    with tempfile.TemporaryDirectory(prefix="bench-stock-") as folder:
        return open_findings(trees.build(name, Path(folder) / "root"))


def _of_debian(name: str) -> Mapping[str, Finding]:
    with debian.launched(debian.disk_of(name, _DISKS)) as root:
        return open_findings(root)


def _number(name: str, found: Mapping[str, Finding]) -> Number:
    false = alarms(name, found)
    told = [rule for rule, each in found.items() if each.severity in _COUNTED and is_expected(name, rule)]
    return Number(
        f"false alarms on a stock {name}", len(false), "", "0",
        "; ".join(false) or f"expected: {', '.join(told) or 'none'}",
    )  # fmt: skip
