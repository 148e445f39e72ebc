"""What is there before the first test: users and projects, flavors, images, networks, and `clouds.yaml`."""

from __future__ import annotations

import ipaddress
import secrets
import struct
import time
from collections.abc import Callable
from pathlib import Path

import openstack
import yaml
from openstack.connection import Connection
from openstack.identity.v3._proxy import Proxy as Identity

from . import REGION, SERVICES, USERS, Options

SERVICE_ROLES = ("admin", "service")
FLAVORS = (("m1.tiny", 1, 512, 1), ("m1.small", 1, 2048, 20), ("m1.medium", 2, 4096, 40), ("m1.large", 4, 8192, 80))
"""Name, processors, MiB of memory, GiB of disk."""
HOST_SECONDS = 90


class Seeding:
    """Talks to the running services as an administrator, and as each user."""

    def __init__(self, options: Options, service_password: str) -> None:
        self._options = options
        self._service_password = service_password
        self._auth_url = f"{options.url('keystone')}/v3"

    def connect(self, user: str) -> Connection:
        """Log in; the catalogue is read once per connection."""
        return openstack.connect(
            load_yaml_config=False,
            load_envvars=False,
            auth_url=self._auth_url,
            username=user,
            password=self._options.password,
            project_name=_project(user),
            user_domain_name="Default",
            project_domain_name="Default",
            region_name=REGION,
            app_name="loopstack",
            identity_api_version="3",
        )

    def identity(self) -> None:
        """The catalogue, the services' own users, and the users of the tests."""
        identity = _identity_of(self.connect("admin"))
        roles = {role.name: role for role in identity.roles()}
        for service in SERVICES.values():
            if service.name != "keystone":
                self._catalogue_entry(identity, service.name)
        project = identity.create_project(name="service", domain_id="default")
        for name in SERVICES:
            if name != "keystone":
                user = identity.create_user(name=name, password=self._service_password, domain_id="default")
                for role in SERVICE_ROLES:
                    identity.assign_project_role_to_user(project, user, roles[role])
        for name in USERS:
            project = identity.create_project(name=_project(name), domain_id="default")
            user = identity.create_user(name=name, password=self._options.password, domain_id="default")
            identity.assign_project_role_to_user(project, user, roles["member"])

    def _catalogue_entry(self, identity: Identity, name: str) -> None:
        service = SERVICES[name]
        entry = identity.create_service(name="cinderv3" if name == "cinder" else name, type=service.kind)
        for interface in ("public", "internal"):
            identity.create_endpoint(
                service_id=entry.id,
                interface=interface,
                region_id=REGION,
                url=self._options.url(name) + service.path,
            )

    def resources(self) -> None:
        """Flavors, public images, an external network, and for each user a network behind a router."""
        admin = self.connect("admin")
        for name, vcpus, ram, disk in FLAVORS:
            admin.compute.create_flavor(name=name, vcpus=vcpus, ram=ram, disk=disk)
        for name, disk_format, data in (("tiny-raw", "raw", bytes(4096)), ("tiny-qcow2", "qcow2", empty_qcow2())):
            admin.image.create_image(
                name=name,
                disk_format=disk_format,
                container_format="bare",
                visibility="public",
                data=data,
                validate_checksum=False,
                allow_duplicates=True,
                os_distro="loopstack",
            )
        public = admin.network.create_network(
            name="public",
            is_router_external=True,
            provider_network_type="flat",
            provider_physical_network="public",
        )
        admin.network.create_subnet(
            network_id=public.id,
            name="public-subnet",
            ip_version=4,
            cidr="192.0.2.0/24",
            gateway_ip="192.0.2.1",
            is_dhcp_enabled=False,
        )
        for index, name in enumerate(USERS):
            self._network_of(name, ipaddress.IPv4Network(f"10.{10 + index}.0.0/24"), public.id)

    def _network_of(self, user: str, addresses: ipaddress.IPv4Network, public_id: str) -> None:
        network = self.connect(user).network
        own = network.create_network(name=f"{user}-net")
        subnet = network.create_subnet(network_id=own.id, name=f"{user}-subnet", ip_version=4, cidr=str(addresses))
        router = network.create_router(name=f"{user}-router", external_gateway_info={"network_id": public_id})
        network.add_interface_to_router(router, subnet=subnet.id)

    def wait_for_hosts(self, check: Callable[[], None]) -> None:
        """Until the compute and the volume service can be scheduled to.

        Raises:
            SystemExit: that takes too long.
        """
        admin = self.connect("admin")
        deadline = time.monotonic() + HOST_SECONDS
        while not _has_hosts(admin):
            check()
            if time.monotonic() > deadline:
                raise SystemExit(f"no compute host or volume back end after {HOST_SECONDS} s")
            time.sleep(0.2)

    def write_clouds(self, target: Path) -> None:
        """`clouds.yaml` with alice, bob, admin, and alice by application credential; in one step, as the last thing."""
        clouds = {user: self._entry(self._by_password(user)) for user in (*USERS, "admin")}
        alice = self.connect("alice")
        secret = secrets.token_hex(16)
        user = alice.current_user_id
        assert user is not None
        credential = _identity_of(alice).create_application_credential(user=user, name="loopstack", secret=secret)
        clouds["alice-appcred"] = self._entry(
            {"application_credential_id": credential.id, "application_credential_secret": secret}
        ) | {"auth_type": "v3applicationcredential"}
        passing = target.with_suffix(".new")
        passing.touch(mode=0o600)
        passing.write_text(yaml.safe_dump({"clouds": clouds}))
        passing.rename(target)

    def _by_password(self, user: str) -> dict[str, str]:
        return {
            "username": user,
            "password": self._options.password,
            "project_name": _project(user),
            "user_domain_name": "Default",
            "project_domain_name": "Default",
        }

    def _entry(self, auth: dict[str, str]) -> dict[str, object]:
        return {"auth": auth | {"auth_url": self._auth_url}, "region_name": REGION, "identity_api_version": 3}


def _project(user: str) -> str:
    return "admin" if user == "admin" else f"{user}-project"


def _has_hosts(admin: Connection) -> bool:
    try:
        room = admin.session.get(
            "/resource_providers?resources=VCPU:1,MEMORY_MB:512",  # what Nova's scheduler will ask for
            endpoint_filter={"service_type": "placement"},
            microversion="1.14",
        ).json()["resource_providers"]
        return bool(room and list(admin.compute.hypervisors()) and list(admin.block_storage.backend_pools()))
    except Exception:  # noqa: BLE001  # services that are still starting fail in many ways
        return False


def empty_qcow2(size: int = 1 << 20) -> bytes:
    """An empty qcow2 (version 2), valid enough for Glance, which reads what it is given."""
    header = struct.pack(">4sIQIIQIIQQIIQ", b"QFI\xfb", 2, 0, 0, 16, size, 0, 1, 0x30000, 0x10000, 1, 0, 0)
    return header + bytes(0x40000 - len(header))


def _identity_of(connection: Connection) -> Identity:
    """Keystone as its version 3, the only one that is served."""
    assert isinstance(connection.identity, Identity)
    return connection.identity
