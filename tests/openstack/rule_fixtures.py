"""Where the tests of the rules stand, and the instance that they share: launching is what takes longest."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from pydantic import SecretStr

from imaging.cloud.connection import connect
from imaging.cloud.login.resolution import ResolvedCloud
from imaging.runtime.clock import SystemClock
from tests.contract.making import Choice, as_new, delete_server, fresh_name, launch, server_request
from tests.contract.subject import Subject
from tests.openstack.rule_ground import Ground
from tests.openstack.rule_states import UBUNTU, an_image


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def ground(real_cloud: Subject, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ground]:
    if real_cloud.kind != "loopstack":
        pytest.skip("on loopstack alone: quotas are lowered, and another user is let into the project")
    resolved = {who: _resolved(real_cloud, part) for who, part in (("alice", "member"), ("bob", "other"))}
    cloud = await connect(resolved["alice"], SystemClock())
    yield Ground(real_cloud, resolved, cloud, tmp_path_factory.mktemp("run"))
    await cloud.close()


def _resolved(cloud: Subject, part: str) -> ResolvedCloud:
    """The login of a part, for our own way to the cloud."""
    config = cloud.login(part).config.config
    kept = {key: config[key] for key in ("auth", "auth_type", "region_name", "identity_api_version")}
    return ResolvedCloud(name=part, secret_config=SecretStr(json.dumps(kept)))


@pytest.fixture(scope="session")
def base_image(ground: Ground) -> Iterator[str]:
    """An image of alice's own, so that what it says about itself can be changed."""
    with an_image(ground.subject.member, fresh_name(ground.subject, "base"), bytes(4096), **UBUNTU) as image_id:
        yield image_id


@pytest.fixture(scope="session")
def kept(ground: Ground) -> Iterator[list[str]]:
    """Instances that tests have left as they found them."""
    instances: list[str] = []
    yield instances
    for instance_id in instances:
        delete_server(ground.subject, instance_id)


@pytest.fixture
def instance(ground: Ground, choice: Choice, base_image: str, kept: list[str]) -> Iterator[str]:
    """Launched from the base image: ACTIVE, idle, without volumes, metadata or lock."""
    cloud = ground.subject
    if not kept:
        body = server_request(choice, fresh_name(cloud, "source"))
        body["server"]["imageRef"] = base_image
        kept.append(launch(cloud, body))
        cloud.until_idle(kept[0], "ACTIVE")
    instance_id = kept.pop()
    yield instance_id
    if as_new(cloud, instance_id):
        kept.append(instance_id)
    else:
        delete_server(cloud, instance_id)
