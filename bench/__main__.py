"""`python -m bench [NAME…]`: measure, and print each number beside what it should be."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from bench import (
    completion,
    false_alarms,
    file_inspection,
    first_paint,
    foreign,
    idle_bytes,
    idle_calls,
    image_transfer,
    keys,
    list_start,
    memory,
    probe,
    rules_speed,
    secrets_found,
    sent_bytes,
    slow_line,
    whole_run,
)
from bench.ground import Settings, find_openstack
from bench.results import Number, as_json, as_table

MEASUREMENTS: Mapping[str, Callable[[Settings], list[Number]]] = {
    "first-paint": first_paint.measure,
    "list": list_start.measure,
    "calls": idle_calls.measure,
    "idle-bytes": idle_bytes.measure,
    "bytes": sent_bytes.measure,
    "slow-line": slow_line.measure,
    "keys": keys.measure,
    "memory": memory.measure,
    "run": whole_run.measure,
    "probe": probe.measure,
    "secrets": secrets_found.measure,
    "false-alarms": false_alarms.measure,
    "judging": rules_speed.measure,
    "foreign": foreign.measure,
    "completion": completion.measure,
    "image-transfer": image_transfer.measure,
    "file-inspection": file_inspection.measure,
}


def main() -> int:
    """Measure what was asked for; 0 unless a measurement could not be made, however its number came out."""
    asked = _arguments()
    settings = Settings(quick=asked.quick, openstack=find_openstack())
    numbers: list[Number] = []
    broken = False
    for name in asked.names or MEASUREMENTS:
        _tell(f"{name} …")
        begun = time.monotonic()
        try:
            numbers += MEASUREMENTS[name](settings)
        except (RuntimeError, TimeoutError, OSError, subprocess.SubprocessError) as error:
            broken = True
            _tell(f"{name} could not be measured: {error}")
        _tell(f"{name} took {time.monotonic() - begun:.0f} s")
    machine = _machine()
    if asked.json:
        print(json.dumps({"schema": "imaging.bench/1", "machine": machine, "numbers": as_json(numbers)}, indent=2))
    else:
        print(", ".join(f"{key} {value}" for key, value in machine.items()), as_table(numbers), sep="\n\n")
    return 1 if broken else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Measure the console. BENCH_OPENSTACK names an `openstack` command that is not on the PATH.",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(MEASUREMENTS)}; all by default")
    parser.add_argument("--quick", action="store_true", help="fewer turns and a shorter idle minute")
    parser.add_argument("--json", action="store_true", help="write JSON instead of a table")
    asked = parser.parse_args()
    if unknown := set(asked.names) - MEASUREMENTS.keys():
        parser.error(f"no such measurement: {', '.join(sorted(unknown))}")
    return asked


def _machine() -> dict[str, str | int | float]:
    """On what this was measured, and how busy it was with other things."""
    return {
        "at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "python": platform.python_version(),
        "system": platform.platform(terse=True),
        "processors": os.cpu_count() or 0,
        "load": round(os.getloadavg()[0], 1),
    }


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
