"""Where and in which size a clone is sealed: with a root disk as large as the source's, so that it does not grow."""

from __future__ import annotations

from imaging.cloud.interface import Cloud
from imaging.guidelines.instance.flavor_fit import FlavorFit, launch_matrix
from imaging.runs.plan.launch_choice import choose_flavors, choose_network
from models.cloud.flavor import Flavor
from models.cloud.image import Image
from models.cloud.quota import Quota
from models.guidelines.profile import Profile
from models.run.plan import TestLaunchPlan
from models.run.request import RunRequest
from models.works.test_file import WorkTests


async def plan_clone(
    cloud: Cloud,
    image: Image,
    *,
    source_id: str | None,
    disk_gib: int | None,
    request: RunRequest,
    profile: Profile,
    quota: Quota | None,
    flavors: tuple[Flavor, ...] | None = None,
) -> TestLaunchPlan:
    """Choose flavors and network for a clone.

    Args:
        cloud: the cloud.
        image: of which it is launched, as it is or as it is expected to become.
        source_id: the instance whose network is taken, if there is one.
        disk_gib: the root disk of the source, in GiB, as far as it is known.
        request: may name the network; its flavor is that of the test instance.
        profile: says which flavors are left out.
        quota: what is left; None to leave quotas out.
        flavors: those of the cloud, if they have been read already.

    Raises:
        UsageError: the request names a network that does not exist.
    """
    known = flavors if flavors is not None else await cloud.compute.flavors()
    chosen, why, refusal = _flavors(launch_matrix(image, known, quota, profile), disk_gib, request, profile)
    network, choices = await choose_network(cloud, source_id, request)
    if network is None and not choices:
        refusal = refusal or "the project has no network that an instance can be launched on"
    return TestLaunchPlan(flavors=chosen, why=why, network=network, networks=choices, refused_because=refusal)


def _flavors(
    matrix: tuple[FlavorFit, ...], disk_gib: int | None, request: RunRequest, profile: Profile
) -> tuple[tuple[Flavor, ...], str, str | None]:
    # No test of the user's runs in a clone.
    anything = request.model_copy(update={"flavor_id": None, "work_tests": WorkTests()})
    as_large = tuple(fit for fit in matrix if disk_gib is not None and fit.flavor.disk_gib == disk_gib)
    chosen, _, _ = choose_flavors(as_large, anything, profile)
    if chosen:
        return chosen, f"the smallest with the same root disk, {disk_gib} GiB", None
    return choose_flavors(matrix, anything, profile)
