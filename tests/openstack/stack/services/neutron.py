"""Neutron: the API alone; no agent is needed, for a driver of the tests binds every port."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from ..service import Spec


def application(spec: Spec) -> Any:
    """Schema, then the API."""
    import neutron.server
    from neutron.server import api

    sys.argv += ["--config-dir", str(spec.state / "neutron")]  # or it reads /etc/neutron
    neutron.server._init_configuration("neutron-api")
    _make_schema(f"sqlite:///{spec.state / 'db' / 'neutron.sqlite'}")
    return api.api_server()


def _make_schema(url: str) -> None:
    """Neutron's migrations need ALTER, which sqlite lacks: its models at head, and the one migration with rows."""
    import sqlalchemy
    from neutron.db.migration.models import head  # noqa: F401  # importing it registers every table
    from neutron.db.models import securitygroup_default_rules as rules
    from neutron_lib.db import model_base
    from sqlalchemy import orm

    engine = sqlalchemy.create_engine(url)
    model_base.BASEV2.metadata.create_all(engine)
    migration = _migration("2023.2/expand/c33da356b165_security_group_default_rules.py")
    with orm.Session(engine) as session:
        for rule in migration.default_template_rules:
            session.add(rules.SecurityGroupDefaultRule(**rule))
        session.commit()
    engine.dispose()


def _migration(name: str) -> ModuleType:
    from neutron.db.migration import alembic_migrations

    path = Path(alembic_migrations.__file__).parent / "versions" / name
    spec = importlib.util.spec_from_file_location("loopstack_migration", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
