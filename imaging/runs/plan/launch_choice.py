"""Where and in which size a test instance is launched: chosen from what the cloud has, and said why."""

from __future__ import annotations

from collections.abc import Iterable

from imaging.cloud.interface import Cloud
from imaging.guidelines.instance.flavor_fit import FitReason, FlavorFit, launch_matrix
from models.cloud.flavor import Flavor
from models.cloud.image import Image
from models.cloud.instance import Instance
from models.cloud.network import Network
from models.cloud.quota import Quota
from models.errors import ImagingError, UsageError
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.run.plan import TestLaunchPlan
from models.run.request import RunRequest

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
    chosen, why, refusal = choose_flavors(launch_matrix(image, known, quota, profile), request)
    network, choices = await choose_network(cloud, source_id, request)
    if network is None and not choices:
        refusal = refusal or "the project has no network that an instance can be launched on"
    return TestLaunchPlan(flavors=chosen, why=why, network=network, networks=choices, refused_because=refusal)


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


def choose_flavors(matrix: tuple[FlavorFit, ...], request: RunRequest) -> tuple[tuple[Flavor, ...], str, str | None]:
    """The flavors to try, why the first was taken, and why there is none."""
    if request.flavor_id is not None:
        return _named_flavor(matrix, request.flavor_id)
    fitting = tuple(fit for fit in matrix if fit.fits)[:MOST_FLAVORS]
    if fitting:
        return tuple(fit.flavor for fit in fitting), f"the smallest that fits: {fitting[0].why}", None
    refused = next((fit for fit in matrix if fit.reason is FitReason.QUOTA), None)
    if refused is not None:
        return (), "", f"{refused.flavor.name}: {refused.why}"
    return (), "", "no flavor can run the image" + (f" ({matrix[-1].flavor.name}: {matrix[-1].why})" if matrix else "")


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
