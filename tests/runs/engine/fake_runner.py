"""The real runner with steps that only write down that they were done: one line each in `done` of its state directory.

The step that is named in the file `hang` waits until that file is gone; with the file `unauthorized` the login is
refused.
"""

from __future__ import annotations

import sys
from pathlib import Path

from imaging.cloud.resolution import ResolvedCloud
from imaging.runs import runner
from imaging.runs.context import Procedures, StepContext
from imaging.runtime.clock import Clock
from models.errors import UnauthorizedError
from models.steps import StepName
from tests.runs.engine.fakes import FakeCloud, FakeSteps

STATE = Path(sys.argv[sys.argv.index("--state-dir") + 1])


def steps() -> Procedures:
    fake = FakeSteps()
    for name in StepName:
        fake.on(name.value, _doing(fake, name.value))
    return fake.procedures


def _doing(fake: FakeSteps, name: str):
    async def doing(ctx: StepContext) -> None:
        with (STATE / "done").open("a") as file:
            file.write(f"{name}\n")
        await ctx.intend(f"{name} is about to act")
        hang = STATE / "hang"

        async def look() -> bool | None:
            return None if hang.exists() and hang.read_text() == name else True

        await ctx.wait_until(look, what=name, limit_seconds=60, cancellable=name != "put back")
        await fake._usual(name, ctx)

    return doing


async def connect(resolved: ResolvedCloud, clock: Clock) -> FakeCloud:
    (STATE / "logged-in-with").write_text(str(len(resolved.to_pipe())))
    if (STATE / "unauthorized").exists():
        raise UnauthorizedError("401")
    return FakeCloud()


if __name__ == "__main__":
    sys.exit(runner.main(procedures=steps(), connect=connect))
