"""Glance: one file store."""

from __future__ import annotations

from typing import Any

from ..service import Spec


def application(_spec: Spec) -> Any:
    """Schema, then the API."""
    from glance.cmd import manage
    from glance.common import config, wsgi_app
    from oslo_config import cfg

    config.set_config_defaults()
    cfg.CONF([], project="glance", prog="glance-api", default_config_files=wsgi_app._get_config_files())
    manage.DbCommands().sync()
    return wsgi_app.init_app()
