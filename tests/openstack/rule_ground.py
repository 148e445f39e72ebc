"""What the tests of the rules stand on: a real cloud, and our own reading of it.

Things are brought about in plain HTTP (`tests.contract.subject`), so that no code of the program tells the rules what
it did itself. They are read by `gather_facts` and `judge`, and fixed by the steps of a run, as in earnest.
"""

from __future__ import annotations

import contextlib
import json
import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from imaging.cloud.connection import connect
from imaging.cloud.instance_facts import gather_facts
from imaging.cloud.interface import Cloud
from imaging.cloud.login.resolution import ResolvedCloud
from imaging.guidelines.checklist import judge
from imaging.guidelines.profiles import load_profile
from imaging.runs.plan.image_plan import plan_run
from imaging.runs.steps import STEPS
from imaging.runtime.clock import SystemClock
from models.cloud.image import Image
from models.findings import Finding
from models.guidelines.facts import Fact
from models.guidelines.profile import Patience, Profile
from models.run.kind import RunKind
from models.run.record import RunRecord, RunState, StepRecord
from models.run.request import RunRequest
from models.steps import CREATE_STEPS
from tests.contract.making import fresh_name
from tests.contract.subject import Subject
from tests.openstack.rule_account import Judged, Sight
from tests.runs.steps.memory_context import MemoryContext

JETSTREAM = load_profile("jetstream").model_copy(update={"patience": Patience(console_silence_seconds=1)})
JETSTREAM2 = load_profile("jetstream2")


class HastyClock(SystemClock):
    """The real time, but no long pauses: here nobody is to be spared, and nobody else claims an instance."""

    async def sleep(self, seconds: float) -> None:
        """Sleep for a tenth of a second at most."""
        await super().sleep(min(seconds, 0.1))


@dataclass(frozen=True)
class Ground:
    """Loopstack, as an ordinary member of a project sees it."""

    subject: Subject
    """To bring things about."""
    resolved: Mapping[str, ResolvedCloud]
    """The logins of alice and of bob, who is in another project."""
    cloud: Cloud
    """Our own way, as alice."""
    folder: Path
    seen: list[Sight] = field(default_factory=list)

    async def judge(
        self,
        instance_id: str,
        *,
        image_id: str | None = None,
        cloud: Cloud | None = None,
        profile: Profile = JETSTREAM,
        **wanted: Any,
    ) -> Judged:
        """Gather the facts about an instance over the real API, and judge them.

        Args:
            instance_id: the instance.
            image_id: an image that counts as the one that a run has made of it.
            cloud: another login than alice's own.
            profile: other guidelines than the page.
            wanted: what is wanted of the image to be made, such as its name.
        """
        eyes = cloud or self.cloud
        request = RunRequest(**wanted) if wanted else None
        facts = await gather_facts(eyes, instance_id, SystemClock(), request=request)
        if image_id is not None:
            image = await eyes.images.image(image_id)
            facts = facts.model_copy(update={"image": Fact[Image](value=image, read_at=facts.now)})
        return Judged(judge(facts, profile), self.seen)

    async def run_on(self, instance_id: str, **wanted: Any) -> MemoryContext:
        """A run that is planned as in earnest, but goes only as far as the test takes it."""
        request = RunRequest(
            **{
                "name": fresh_name(self.subject, "image"),
                "description": "For a test.",
                "uninspected": "no guest here",
                **wanted,
            }
        )
        plan = await plan_run(self.cloud, SystemClock(), instance_id, request, JETSTREAM)
        run = RunRecord(
            id=f"r{secrets.token_hex(4)}",
            kind=RunKind.CREATE,
            state=RunState.RUNNING,
            identity=plan.login.identity,
            host="here",
            created_at=plan.made_at,
            updated_at=plan.made_at,
            plan=plan,
            steps=tuple(StepRecord(step=step) for step in CREATE_STEPS),
        )
        return MemoryContext(self.cloud, HastyClock(), run, JETSTREAM, self.folder)

    async def fix(self, finding: Finding, ctx: MemoryContext) -> None:
        """Run the very step that a finding names."""
        assert finding.fixed_by is not None, f"no step fixes {finding.rule}"
        await STEPS[finding.fixed_by](ctx.at(finding.fixed_by))
        named = [s.rule for s in self.seen if s.fixed_by is finding.fixed_by]
        self.seen.extend(Sight(rule, finding.fixed_by) for rule in dict.fromkeys(named))

    @contextlib.asynccontextmanager
    async def logged_in(self, who: str, **changed: Any) -> AsyncIterator[Cloud]:
        """Our own way to the cloud with another login.

        Args:
            who: whose login.
            changed: what differs from it in clouds.yaml; in `auth` key by key, None takes one away.
        """
        config = dict(self.resolved[who].config)
        auth = {**config["auth"], **changed.pop("auth", {})}
        config |= {"auth": {key: value for key, value in auth.items() if value is not None}, **changed}
        cloud = await connect(ResolvedCloud(name=who, secret_config=SecretStr(json.dumps(config))), SystemClock())
        try:
            yield cloud
        finally:
            await cloud.close()

    def act(self, instance_id: str, action: str, arguments: object = None) -> None:
        """Ask Nova for an action, as alice."""
        answered(self.subject.act(instance_id, action, arguments))


def answered(reply: Any) -> Any:
    """The body of an answer that says yes."""
    assert reply.status_code < 300, f"{reply.status_code}: {reply.text}"
    return reply.json() if reply.content else None
