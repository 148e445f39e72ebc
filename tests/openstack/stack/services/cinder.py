"""Cinder: API, scheduler and one volume back end in one process, so that `fake:/` carries their messages."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import Any

from ..service import Spec, in_background


def application(spec: Spec) -> Any:
    """Configuration, schema, the API; scheduler and back end follow beside it."""
    from cinder import monkey_patch

    monkey_patch.patch()
    from cinder import i18n

    i18n.enable_lazy()
    import os_brick
    from cinder import coordination, objects, rpc
    from cinder.db import migration
    from paste import deploy

    objects.register_all()
    conf = _configure(spec)
    os_brick.setup(conf)
    migration.db_sync()
    coordination.COORDINATOR.start()
    rpc.init(conf)
    _start_back_end(conf)
    paste = Path(sys.prefix) / "etc" / "cinder" / "api-paste.ini"
    return deploy.loadapp(f"config:{paste}", name="osapi_volume")


def _configure(spec: Spec) -> Any:
    from cinder import version
    from cinder.common import config
    from oslo_config import cfg
    from oslo_log import log

    conf = cfg.CONF
    conf(
        ["--config-file", str(spec.state / "cinder" / "cinder.conf")],
        project="cinder",
        version=version.version_string(),
    )
    log.setup(conf, "cinder")
    config.set_middleware_defaults()
    return conf


def _start_back_end(conf: Any) -> None:
    from cinder import service
    from oslo_config import cfg

    lock = threading.Lock()

    class Service(service.Service):
        def report_state(self) -> None:
            # Cinder keeps the row to refresh in a class attribute, one per process: with two services in it, one
            # would count as down after a minute.
            with lock:
                service.Service.service_id = self.origin_service_id
                super().report_state()

    scheduler = Service.create(binary="cinder-scheduler")
    conf.register_opt(cfg.StrOpt("backend_host"), group="fake")  # cinder.cmd.volume would register it
    volume = Service.create(
        host=f"{conf.host}@fake",
        service_name="fake",
        binary="cinder-volume",
        coordination=True,
    )

    def start() -> None:
        # In this order: the back end tells its capacity before it listens, the scheduler asks once it listens. The
        # other way round both messages can be lost, and the next one is a minute away.
        volume.start()
        scheduler.start()

    in_background(start)
