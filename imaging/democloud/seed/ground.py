"""What stands before anybody launches anything: people, projects, flavors, networks, security groups, quotas."""

from __future__ import annotations

from imaging.democloud.ids import seed_hex, seed_id
from imaging.democloud.records.identity import Credential, Keypair, Project, Quotas, User
from imaging.democloud.records.network import Network, Rule, SecurityGroup, Subnet
from imaging.democloud.records.server import Flavor
from imaging.democloud.seed.names import (
    ADMIN,
    ADMIN_PROJECT,
    CLINIC_PROJECT,
    CLOUD_PROJECT,
    CLOUD_USER,
    DAY,
    MEMBER,
    OTHER_PROJECT,
    OWNER,
    PHYSICIAN,
    PROJECT,
    STRANGER,
    flavor_id,
    group_id,
    network_id,
    project_id,
    user_id,
)
from imaging.democloud.world import World

CREDENTIAL_ID = seed_hex("credential", "ada-laptop")

_PROJECTS = {
    PROJECT: "Survey of variable stars, allocation AST260042",
    OTHER_PROJECT: "Coastal currents",
    CLINIC_PROJECT: "Instances that are each broken in one way",
    CLOUD_PROJECT: "Featured images",
    ADMIN_PROJECT: "Operators",
}
_USERS = {
    OWNER: [PROJECT],
    MEMBER: [PROJECT],
    STRANGER: [OTHER_PROJECT],
    PHYSICIAN: [CLINIC_PROJECT],
    CLOUD_USER: [CLOUD_PROJECT],
    ADMIN: [ADMIN_PROJECT],
}
_FLAVORS: tuple[tuple[str, int, int, int, dict[str, str]], ...] = (
    # name, vcpus, RAM in MiB, disk in GiB, extra specs; the sizes are Jetstream2's
    ("m3.tiny", 1, 3_072, 20, {}),
    ("m3.small", 2, 6_144, 20, {}),
    ("m3.quad", 4, 15_360, 20, {}),
    ("m3.medium", 8, 30_720, 60, {}),
    ("m3.large", 16, 61_440, 60, {}),
    ("m3.xl", 32, 128_000, 60, {}),
    ("m3.2xl", 64, 256_000, 60, {}),
    ("r3.large", 64, 512_000, 60, {}),
    ("g3.small", 4, 15_360, 60, {"resources:VGPU": "1", "trait:CUSTOM_GRID_A100X_8C": "required"}),
    ("g3.large", 16, 61_440, 60, {"resources:VGPU": "1", "trait:CUSTOM_GRID_A100X_20C": "required"}),
)


def password_of(world: World) -> str:
    """Everybody's password, new at each start: loopback belongs to every user of the computer."""
    return world.ids.login_secret("password").hex()


def credential_secret_of(world: World) -> str:
    """The secret of the application credential, new at each start."""
    return world.ids.login_secret("credential").hex()


def add_ground(world: World) -> None:
    """Put it all into an empty world."""
    _add_people(world)
    for name, vcpus, ram, disk, specs in _FLAVORS:
        flavor = Flavor(flavor_id(name), name, vcpus, ram, disk, extra_specs=dict(specs))
        world.flavors[flavor.id] = flavor
    _add_networks(world)
    _add_groups(world)


def _add_people(world: World) -> None:
    for name, description in _PROJECTS.items():
        world.projects[project_id(name)] = Project(project_id(name), name, description)
        world.quotas[project_id(name)] = Quotas()
    for name, projects in _USERS.items():
        ids = [project_id(one) for one in projects]
        world.users[user_id(name)] = User(user_id(name), name, password_of(world), ids, admin=name == ADMIN)
    world.credentials[CREDENTIAL_ID] = Credential(
        CREDENTIAL_ID, "ada-laptop", credential_secret_of(world), user_id(), project_id()
    )
    world.keypairs += [
        Keypair(
            "ada-laptop",
            user_id(name),
            "3c:5e:91:0b:7a:2d:44:18:c6:0f:aa:71:52:e9:83:1d",
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGRlbW9uc3RyYXRpb24gY2xvdWQgb25seSwgbm8ga2V5 ada@laptop",
        )
        for name in (OWNER, PHYSICIAN)
    ]


def _add_networks(world: World) -> None:
    for name, owner, cidr, external in (
        ("public", ADMIN_PROJECT, "192.0.2.0/24", True),
        ("astro-net", PROJECT, "10.20.0.0/16", False),
        ("ocean-net", OTHER_PROJECT, "10.30.0.0/16", False),
        ("clinic-net", CLINIC_PROJECT, "10.40.0.0/16", False),
    ):
        network = Network(network_id(name), name, project_id(owner), world.now() - 400 * DAY, external=external)
        gateway = cidr.rsplit(".", 1)[0] + ".1"
        network.subnets.append(
            Subnet(seed_id("subnet", name), f"{name}-v4", network.id, network.project_id, cidr, gateway)
        )
        world.networks[network.id] = network


def _add_groups(world: World) -> None:
    for project in _PROJECTS:
        _add_group(world, project, "default", "Default security group", ())
    _add_group(world, PROJECT, "ssh-from-anywhere", "Port 22 from everywhere", ((22, "0.0.0.0/0"),))
    _add_group(world, PROJECT, "postgres-inside", "Port 5432 from our own network", ((5432, "10.20.0.0/16"),))


def _add_group(world: World, project: str, name: str, description: str, ways_in: tuple[tuple[int, str], ...]) -> None:
    group = SecurityGroup(group_id(project, name), name, project_id(project), world.now() - 400 * DAY, description)
    places = iter(range(20))

    def rule_id() -> str:
        return seed_id("rule", f"{project}/{name}/{next(places)}")

    group.rules = [Rule(rule_id(), "egress", ethertype) for ethertype in ("IPv4", "IPv6")]
    if name == "default":
        group.rules += [
            Rule(rule_id(), "ingress", ethertype, remote_group_id=group.id) for ethertype in ("IPv4", "IPv6")
        ]
    for port, prefix in ways_in:
        group.rules.append(Rule(rule_id(), "ingress", "IPv4", "tcp", port, port, prefix))
    world.security_groups[group.id] = group
