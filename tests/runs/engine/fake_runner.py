"""The real runner with steps that only write down that they were done: one line each in `done` of its state directory.

The step that is named in the file `hang` waits until that file is gone; with the file `unauthorized` the login is
refused.
"""

from __future__ import annotations

import sys
from pathlib import Path

from imaging.cloud.interface import Cloud
from imaging.cloud.login.resolved import ResolvedCloud
from imaging.runs.core.step_context import Procedures, StepContext
from imaging.runs.process import runner
from imaging.runtime.clock import Clock
from models.errors import UnauthorizedError
from models.run.intent import IntentAction
from models.steps import StepName
from tests.runs.engine.fakes import FakeCloud, FakeSteps, StepBody

STATE = Path(sys.argv[sys.argv.index("--state-dir") + 1])


def steps() -> Procedures:
    fake = FakeSteps()
    for name in StepName:
        fake.on(name.value, _step_body(fake, name.value))
    return fake.procedures


def _step_body(fake: FakeSteps, name: str) -> StepBody:
    async def body(ctx: StepContext) -> None:
        with (STATE / "done").open("a") as file:
            file.write(f"{name}\n")
        await ctx.intend(IntentAction.STOP, name)
        hang = STATE / "hang"

        async def observe() -> bool | None:
            return None if hang.exists() and hang.read_text() == name else True

        await ctx.wait_until(observe, what=name, limit_seconds=60, cancellable=name != "restore")
        await fake._usual(name, ctx)

    return body


async def connect(resolved: ResolvedCloud, clock: Clock) -> Cloud:
    (STATE / "logged-in-with").write_text(str(len(resolved.to_pipe())))
    if (STATE / "unauthorized").exists():
        raise UnauthorizedError("401")
    return FakeCloud().as_cloud


if __name__ == "__main__":
    sys.exit(runner.main(procedures=steps(), connect=connect))
