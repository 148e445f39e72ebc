"""A run in the middle of its work on the demonstration cloud, and Grace, another member of the same project."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from imaging.cloud.interface import Cloud
from imaging.guidelines.profiles import load_profile
from imaging.runs.plan.new_run import run_of_plan
from imaging.runs.steps import STEPS
from models.cloud.network import Network
from models.run.intent import IntentAction
from models.run.kind import RunKind
from models.run.plan import Plan, TestLaunchPlan
from models.run.record import RunRecord
from models.run.request import RunRequest
from models.steps import StepName
from tests.acceptance.plain import PlainApi
from tests.runs.steps.memory_context import MemoryContext
from tests.runs.steps.test_on_the_demonstration_cloud import DemoClock
from tests.support.demo import DemoCloud

PROFILE = load_profile("openstack")
NAME = "lidar-tools"
COMPUTE, IMAGES, NETWORK = "/compute/v2.1", "/image/v2", "/network/v2.0"


class Stage:
    """What a scenario has at hand: the run's own context, and the same cloud as somebody else sees it."""

    def __init__(self, cloud: Cloud, demo: DemoCloud, folder: Path) -> None:
        self.cloud, self.demo, self.folder = cloud, demo, folder
        self.clock = DemoClock(demo)
        self.ada, self.grace = PlainApi(demo), PlainApi(demo, "grace")
        self.ctx: MemoryContext

    async def begin(
        self,
        name: str = "db-07",
        *,
        deep: bool = False,
        image_id: str | None = None,
        sealed: bool = False,
        imports: bool = False,
    ) -> MemoryContext:
        """A run about a seeded instance, or one that verifies an image; nothing of it is done yet."""
        kind = RunKind.DEEP_CHECK if deep else RunKind.VERIFY if image_id else RunKind.CREATE
        image = await self.cloud.images.image(image_id) if image_id else None
        source = None if image_id else await self.cloud.compute.instance(self.demo.server_id(name))
        networks = await self.cloud.networking.networks()
        network: Network = next(each for each in networks if each.name == "astro-net")
        plan = Plan(
            request=RunRequest(name=NAME, description="d", profile="openstack"),
            login=await self.cloud.login(),
            source=source,
            image=image,
            root_volume_id=self.demo.volume_id("bfv-01-root") if source and source.volume_backed else None,
            test=TestLaunchPlan(network=network),
            kind=RunKind.SEALED if sealed else RunKind.IMPORT if imports else kind,
            made_at=self.clock.now(),
        )
        run = run_of_plan(plan, self.clock.now())
        run = run.model_copy(update={"began_at": await self.cloud.compute.server_time()})
        self.ctx = MemoryContext(self.cloud, self.clock, run, PROFILE, self.folder)
        return self.ctx

    @property
    def run(self) -> RunRecord:
        return self.ctx.run

    async def do(self, *steps: StepName) -> None:
        """Do some steps of the run."""
        for step in steps:
            await STEPS[step](self.ctx.at(step))

    async def intend(self, step: StepName, action: IntentAction, target: str = "") -> None:
        """The runner was killed right after it wrote this down."""
        await self.ctx.at(step).intend(action, target)

    async def until(self, seen: Callable[[], Awaitable[Any]]) -> None:
        """Let the cloud's time pass until something is so."""

        async def observe() -> bool | None:
            return True if await seen() else None

        await self.ctx.wait_until(observe, what="the scene", limit_seconds=120)

    def copied_properties(self) -> dict[str, str]:
        """What Nova copies from image to image."""
        return {"imaging.run": self.run.id, "imaging.source": self.run.instance_id or ""}

    def snapshot_of(self, api: PlainApi, server_id: str, name: str, properties: dict[str, str]) -> str:
        """Have somebody make an image of an instance, with properties of their choice."""
        body = {"createImage": {"name": name, "metadata": properties}}
        return str(api.post(f"{COMPUTE}/servers/{server_id}/action", body)["image_id"])

    def launched_by(self, api: PlainApi, name: str, metadata: dict[str, str], group: str | None = None) -> str:
        """Have somebody launch an instance."""
        server: dict[str, Any] = {
            "name": name,
            "imageRef": self.demo.image_id("Featured-Ubuntu24"),
            "flavorRef": self.flavor_id("m3.tiny"),
            "networks": [{"uuid": self.network_id()}],
            "metadata": metadata,
        }
        if group is not None:
            server["security_groups"] = [{"name": group}]
        return str(api.post(f"{COMPUTE}/servers", {"server": server})["server"]["id"])

    async def is_up(self, server_id: str) -> None:
        """Wait until an instance is ACTIVE."""

        async def up() -> bool:
            server = await self.cloud.compute.instance(server_id)
            return server.status == "ACTIVE" and server.task_state is None

        await self.until(up)

    def volume_of(self, api: PlainApi, name: str, **more: Any) -> str:
        """Have somebody make a volume."""
        return str(api.post(f"{self.volumes}/volumes", {"volume": {"name": name, "size": 1, **more}})["volume"]["id"])

    async def attached_by(self, api: PlainApi, server_id: str, volume_id: str, **more: Any) -> None:
        """Have somebody attach a volume, and wait until it is."""

        async def available() -> bool:
            return (await self.cloud.volumes.volume(volume_id)).status == "available"

        async def in_use() -> bool:
            return (await self.cloud.volumes.volume(volume_id)).status == "in-use"

        await self.until(available)
        body = {"volumeAttachment": {"volumeId": volume_id, **more}}
        api.post(f"{COMPUTE}/servers/{server_id}/os-volume_attachments", body)
        await self.until(in_use)

    @property
    def volumes(self) -> str:
        return f"/volume/v3/{self.run.identity.project_id}"

    def network_id(self) -> str:
        assert self.run.plan.test is not None
        assert self.run.plan.test.network is not None
        return self.run.plan.test.network.id

    @staticmethod
    def flavor_id(name: str) -> str:
        from imaging.democloud.seed import names

        return names.flavor_id(name)

    def left(self) -> set[str]:
        """The ids of what the run says it has left."""
        return {each.id for each in self.run.left_behind}
