"""Where and in which size a test instance is launched: chosen from what the cloud has, and said why."""

from __future__ import annotations

from collections.abc import Iterable

from imaging.cloud.interface import Cloud
from imaging.guidelines.instance.flavor_fit import FitReason, FlavorFit, has_gpu, launch_matrix
from models.cloud.flavor import Flavor
from models.cloud.image import Image
from models.cloud.instance import Instance
from models.cloud.network import Network
from models.cloud.quota import Quota
from models.errors import ImagingError, UsageError
from models.formatting import size_mib
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.run.plan import TestLaunchPlan
from models.run.request import RunRequest
from models.works.test_file import WorkTests

MOST_FLAVORS = 3
"""How many sizes are tried when no host has room, the smallest that fits first."""


async def plan_test_launch(
    cloud: Cloud,
    image: Image,
    *,
    source_id: str | None,
    request: RunRequest,
    profile: Profile,
    quota: Quota | None,
    flavors: Iterable[Flavor] | None = None,
) -> TestLaunchPlan:
    """Choose flavor and network for a test instance of an image.

    Args:
        cloud: the cloud.
        image: as it is, or as it is expected to become.
        source_id: the instance whose network is taken, if there is one.
        request: may name the flavor and the network.
        profile: says which flavors are left out.
        quota: what is left; None to leave quotas out.
        flavors: those of the cloud, if they have been read already.

    Raises:
        UsageError: the request names a flavor or network that does not exist.
    """
    known = tuple(flavors) if flavors is not None else await cloud.compute.flavors()
    chosen, why, refusal = choose_flavors(launch_matrix(image, known, quota, profile), request, profile)
    network, choices = await choose_network(cloud, source_id, request)
    if network is None and not choices:
        refusal = refusal or "the project has no network that an instance can be launched on"
    no_twin = no_room_for_twin(chosen[0], quota) if request.twins and chosen else ""
    return TestLaunchPlan(
        flavors=chosen, why=why, network=network, networks=choices, refused_because=refusal, no_twin_because=no_twin
    )


def no_room_for_twin(flavor: Flavor, quota: Quota | None) -> str:
    """What of the quota two instances of a flavor would use up; empty where both fit, or the cloud does not tell."""
    if quota is None:
        return ""
    wanted = (
        ("instances", quota.instances, 1),
        ("cores", quota.cores, flavor.vcpus),
        ("MiB of RAM", quota.ram_mib, flavor.ram_mib),
    )
    for what, limit, amount in wanted:
        if limit is not None and not limit.has_room_for(2 * amount):
            return f"quota: {limit.free} {what} free, {2 * amount} needed"
    return ""


async def plan_launch_from(
    cloud: Cloud, image: Image, facts: InstanceFacts, request: RunRequest, profile: Profile
) -> TestLaunchPlan:
    """Choose flavor and network for an image of an instance; where the cloud does not answer, say why there is none.

    Raises:
        UsageError: the request names a flavor or network that does not exist.
    """
    try:
        return await plan_test_launch(
            cloud,
            image,
            source_id=facts.instance.value.id if facts.instance.value else None,
            request=request,
            profile=profile,
            quota=facts.quota.value,
            flavors=facts.flavors.value,
        )
    except UsageError:
        raise
    except ImagingError as error:
        return TestLaunchPlan(refused_because=error.what)


def flavor_disk_gib(facts: InstanceFacts, source: Instance) -> int | None:
    """The root disk of the source's flavor where an old Nova gives no more than the flavor's id."""
    if source.flavor.disk_gib is not None:
        return source.flavor.disk_gib
    return next((each.disk_gib for each in facts.flavors.value or () if each.id == source.flavor.id), None)


def choose_flavors(
    matrix: tuple[FlavorFit, ...], request: RunRequest, profile: Profile
) -> tuple[tuple[Flavor, ...], str, str | None]:
    """The flavors to try, why the first was taken, and why there is none."""
    if request.flavor_id is not None:
        return _named_flavor(matrix, request.flavor_id)
    tests = request.work_tests
    suiting = tuple(fit for fit in matrix if _suits(fit, tests, profile))
    fitting = tuple(fit for fit in suiting if fit.fits or (fit.special and tests.needs_gpu))[:MOST_FLAVORS]
    needs = _needs(tests)
    if fitting:
        size = fitting[0].why if fitting[0].fits else f"RAM {size_mib(fitting[0].flavor.ram_mib)}"
        return tuple(fit.flavor for fit in fitting), f"the smallest that fits{needs}: {size}", None
    refused = next((fit for fit in suiting if fit.reason is FitReason.QUOTA), None)
    if refused is not None:
        return (), "", f"{refused.flavor.name}: {refused.why}"
    return (
        (),
        "",
        f"no flavor can run the image{needs}"
        + (f" ({matrix[-1].flavor.name}: {matrix[-1].why})" if matrix and not needs else ""),
    )


def _suits(fit: FlavorFit, tests: WorkTests, profile: Profile) -> bool:
    """Whether a flavor has what the user's tests need."""
    return fit.flavor.ram_mib >= tests.needs_ram_mib and (not tests.needs_gpu or has_gpu(fit.flavor, profile))


def _needs(tests: WorkTests) -> str:
    """What the tests need, as a part of a sentence; empty where none says."""
    parts = (f"{size_mib(tests.needs_ram_mib)} of RAM" if tests.needs_ram_mib else "", "a GPU" * tests.needs_gpu)
    told = " and ".join(part for part in parts if part)
    return f" with {told}, which a test needs" if told else ""


def _named_flavor(matrix: tuple[FlavorFit, ...], wanted: str) -> tuple[tuple[Flavor, ...], str, str | None]:
    found = [fit for fit in matrix if fit.flavor.id == wanted] or [fit for fit in matrix if fit.flavor.name == wanted]
    if not found:
        raise UsageError(f"There is no flavor {wanted}.", remedy="`openstack flavor list` shows them.")
    fit = found[0]
    if fit.fits or fit.special:
        return (fit.flavor,), "as asked for", None
    return (), "", f"{fit.flavor.name}: {fit.why}"


async def choose_network(
    cloud: Cloud, source_id: str | None, request: RunRequest
) -> tuple[Network | None, tuple[Network, ...]]:
    """The network: the one asked for, else the source's, else the only one; with the choices where it must be asked.

    Raises:
        UsageError: the request names one that does not exist, or a name that several have.
    """
    networks = tuple(network for network in await cloud.networking.networks() if network.subnet_ids)
    if request.network_id is not None:
        return _named_network(networks, request.network_id), networks
    by_id = {network.id: network for network in networks}
    for network_id in await _source_network_ids(cloud, source_id):
        if network_id in by_id:
            return by_id[network_id], networks
    inner = tuple(network for network in networks if not network.external)
    if len(inner) == 1:
        return inner[0], networks
    return (networks[0], networks) if len(networks) == 1 else (None, networks)


def _named_network(networks: tuple[Network, ...], wanted: str) -> Network:
    found = [network for network in networks if network.id == wanted]
    found = found or [network for network in networks if network.name == wanted]
    if len(found) == 1:
        return found[0]
    names = ", ".join(f"{network.name} ({network.id})" for network in found or networks)
    what = f"Several networks are named {wanted}." if found else f"There is no network {wanted} to launch on."
    raise UsageError(what, remedy=f"Name one of these by its id: {names}.")


async def _source_network_ids(cloud: Cloud, source_id: str | None) -> tuple[str, ...]:
    if source_id is None:
        return ()
    try:
        return tuple(port.network_id for port in await cloud.compute.ports(source_id))
    except ImagingError:
        return ()  # the source may be gone, or its ports hidden: the other ways remain


def require_network(test: TestLaunchPlan) -> Network:
    """The network of a plan.

    Raises:
        UsageError: it has to be asked, and nobody was.
    """
    if test.network is not None:
        return test.network
    names = ", ".join(f"{network.name} ({network.id})" for network in test.networks)
    raise UsageError(
        "It is not clear which network the test instance belongs on.",
        remedy=f"Name one with --network: {names}." if names else "Make a network first, or use --no-test.",
    )
