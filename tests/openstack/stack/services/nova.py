"""Nova: API, conductor, scheduler and one compute host in one process, so that `fake:/` carries their messages."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from ..service import Spec, in_background, wait_for_file


def application(spec: Spec) -> Any:
    """Configuration, both cells, conductor and scheduler, the API; the compute host follows beside it."""
    from nova import monkey_patch

    monkey_patch.patch(backend="threading")
    import os_vif
    from nova import objects
    from nova.api.openstack import wsgi_app

    from ..drivers import compute

    compute.install()
    _configure(wsgi_app)
    objects.register_all()
    os_vif.initialize()
    _make_cells()
    # Scheduler and API ask for Placement's version when they load.
    wait_for_file(spec.state / "identity-ready")
    wait_for_file(spec.state / "placement" / "ready")
    _start_service("nova-conductor", "conductor")
    _start_service("nova-scheduler", "scheduler")
    answers = wsgi_app.init_application("osapi_compute", "nova-api-os-compute")
    in_background(_start_compute)
    return answers


def _configure(wsgi_app: Any) -> None:
    """Nova's own paste file, and our nova.conf alone."""
    files = wsgi_app._get_config_files()
    files[0] = str(Path(sys.prefix) / "etc" / "nova" / "api-paste.ini")
    wsgi_app._get_config_files = lambda env=None: files
    parse = wsgi_app.config.parse_args
    wsgi_app.config.parse_args = lambda argv, default_config_files=None, **more: parse(
        argv, default_config_files=files[1:], **more
    )
    wsgi_app.init_global_data(files[1:], "osapi_compute", "nova-api-os-compute")


def _make_cells() -> None:
    """The databases, and the two cells that every Nova has."""
    import nova.conf
    from nova import context, objects
    from nova.db import migration
    from oslo_utils import uuidutils

    connection = nova.conf.CONF.database.connection
    admin = context.get_admin_context()
    migration.db_sync(database="api")
    migration.db_sync(database="main")
    cell0 = objects.CellMapping(
        admin,
        uuid=objects.CellMapping.CELL0_UUID,
        name="cell0",
        transport_url="none:///",
        database_connection=connection.replace("cell1", "cell0"),
    )
    cell0.create()
    objects.CellMapping(
        admin,
        uuid=uuidutils.generate_uuid(),
        name="cell1",
        transport_url="fake:/",
        database_connection=connection,
    ).create()
    with context.target_cell(admin, cell0) as in_cell0:
        migration.db_sync(database="main", context=in_cell0)


_services: list[Any] = []
"""Kept, lest they be collected."""


def _start_service(binary: str, topic: str, topic_alt: str | None = None) -> None:
    from nova import service

    _services.append(service.Service.create(binary=binary, topic=topic, topic_alt=topic_alt))
    _services[-1].start()


def _start_compute() -> None:
    from nova import context
    from nova.compute import rpcapi
    from nova.objects import host_mapping

    _start_service("nova-compute", rpcapi.RPC_TOPIC, rpcapi.RPC_TOPIC_ALT)
    host_mapping.discover_hosts(context.get_admin_context())
