"""The configuration files of the six services: nothing is read from /etc or from a home folder."""

from __future__ import annotations

import configparser
import secrets
import sqlite3
import sys
from pathlib import Path

from . import DATABASES, HOST, REGION, SERVICES, Options

Sections = dict[str, dict[str, object]]

FOLDERS = ("db", "logs", "locks", "images", "staging", "tasks", "instances", "cache", "keys")


class Configuration:
    """Writes what the services read at their start, all of it below one folder."""

    def __init__(self, options: Options, state: Path) -> None:
        self.options = options
        self.state = state
        self.service_password = secrets.token_hex(8)
        """Of every service's own user."""
        self._etc = Path(sys.prefix) / "etc"

    def write(self) -> None:
        """Make the folders, the databases and the files."""
        for folder in FOLDERS:
            (self.state / folder).mkdir(parents=True, exist_ok=True)
        for name in DATABASES:
            connection = sqlite3.connect(self._database_file(name))
            connection.execute("PRAGMA journal_mode=WAL")
            connection.close()
        for name in SERVICES:
            self._write_file(name, getattr(self, f"_{name}")())
        self._register_network_driver()

    def _database_file(self, name: str) -> Path:
        return self.state / "db" / f"{name}.sqlite"

    def _database(self, name: str) -> str:
        return f"sqlite:///{self._database_file(name)}"

    def _login(self, user: str) -> dict[str, object]:
        return {
            "auth_type": "password",
            "auth_url": f"{self.options.url('keystone')}/v3",
            "username": user,
            "password": self.service_password,
            "project_name": "service",
            "user_domain_name": "Default",
            "project_domain_name": "Default",
            "region_name": REGION,
        }

    def _token_check(self, user: str) -> dict[str, object]:
        """How a service asks Keystone about the token that it was shown; service tokens are required, as in earnest."""
        return self._login(user) | {
            "www_authenticate_uri": f"{self.options.url('keystone')}/v3",
            "service_token_roles": "service",
            "service_token_roles_required": "true",
            "token_cache_time": self.options.token_cache_time,
            "interface": "internal",
        }

    def _service_user(self, user: str) -> dict[str, object]:
        return self._login(user) | {"send_service_user_token": "true"}

    def _write_file(self, service: str, sections: Sections) -> None:
        (self.state / service).mkdir(exist_ok=True)
        locks = self.state / "locks" / service
        locks.mkdir(exist_ok=True)
        sections.setdefault("DEFAULT", {}).update(
            log_file=self.state / "logs" / f"{service}.log",
            debug=str(self.options.debug).lower(),
            use_stderr="false",
        )
        if service not in ("keystone", "placement"):
            sections["DEFAULT"]["transport_url"] = "fake:/"
            sections["oslo_messaging_notifications"] = {"driver": "noop"}
        sections["oslo_concurrency"] = {"lock_path": locks}
        parser = configparser.RawConfigParser(default_section="\0")
        parser.optionxform = str  # type: ignore[assignment,method-assign]  # option names keep their case
        for section, values in sections.items():
            parser[section] = {name: str(value) for name, value in values.items()}
        with (self.state / service / SERVICES[service].config).open("w") as stream:
            parser.write(stream)

    def _keystone(self) -> Sections:
        keys = self.state / "keys"
        return {
            "database": {"connection": self._database("keystone")},
            "token": {"expiration": self.options.token_expiration},
            "identity": {"password_hash_rounds": 4},
            # One process, so a cache in it is as coherent as memcached; without it Keystone is the busiest of all.
            "cache": {"enabled": "true", "backend": "dogpile.cache.memory_pickle"},
            "fernet_tokens": {"key_repository": keys / "fernet"},
            "fernet_receipts": {"key_repository": keys / "fernet"},
            "credential": {"key_repository": keys / "credential"},
        }

    def _placement(self) -> Sections:
        return {
            "placement_database": {"connection": self._database("placement"), "sync_on_startup": "true"},
            "keystone_authtoken": self._token_check("placement"),
        }

    def _glance(self) -> Sections:
        return {
            "DEFAULT": {
                "enabled_backends": "fs:file",
                "worker_self_reference_url": self.options.url("glance"),
                "public_endpoint": self.options.url("glance"),
            },
            "database": {"connection": self._database("glance")},
            "glance_store": {"default_backend": "fs"},
            "fs": {"filesystem_store_datadir": self.state / "images"},
            "os_glance_staging_store": {"filesystem_store_datadir": self.state / "staging"},
            "os_glance_tasks_store": {"filesystem_store_datadir": self.state / "tasks"},
            "paste_deploy": {
                "flavor": "keystone",
                "config_file": self._etc / "glance" / "glance-api-paste.ini",
            },
            "keystone_authtoken": self._token_check("glance"),
        }

    def _nova(self) -> Sections:
        return {
            "DEFAULT": {
                "host": "loopstack",
                "my_ip": HOST,
                "compute_driver": "loopstack.Driver",
                "state_path": self.state / "nova",
                "instances_path": self.state / "instances",
                "shelved_offload_time": self.options.shelved_offload_time,
                "allow_resize_to_same_host": "true",
                "shutdown_timeout": 0,
            },
            "api": {"auth_strategy": "keystone"},
            "wsgi": {"api_paste_config": self._etc / "nova" / "api-paste.ini"},
            "api_database": {"connection": self._database("nova_api")},
            "database": {"connection": self._database("nova_cell1")},
            "keystone_authtoken": self._token_check("nova"),
            "service_user": self._service_user("nova"),
            "placement": self._login("placement"),
            "neutron": self._login("neutron"),
            "glance": {"region_name": REGION},
            "cinder": self._login("cinder") | {"os_region_name": REGION, "catalog_info": "volumev3::publicURL"},
            "compute": {"provider_config_location": self.state / "nova" / "provider_config"},
        }

    def _cinder(self) -> Sections:
        etc = self._etc / "cinder"
        return {
            "DEFAULT": {
                "host": "loopstack",
                "my_ip": HOST,
                "auth_strategy": "keystone",
                "enabled_backends": "fake",
                "state_path": self.state / "cinder",
                "api_paste_config": etc / "api-paste.ini",
                "resource_query_filters_file": etc / "resource_filters.json",
                "glance_api_servers": self.options.url("glance"),
                "image_conversion_dir": self.state / "cinder" / "conversion",
                "periodic_interval": 10,
            },
            "fake": {"volume_driver": "stack.drivers.volumes.VolumeDriver", "volume_backend_name": "fake"},
            "database": {"connection": self._database("cinder")},
            "coordination": {"backend_url": f"file://{self.state / 'locks' / 'cinder'}"},
            "keystone_authtoken": self._token_check("cinder"),
            "service_user": self._service_user("cinder"),
            "nova": self._login("nova") | {"interface": "public"},
        }

    def _neutron(self) -> Sections:
        return {
            "DEFAULT": {
                "core_plugin": "ml2",
                "service_plugins": "router,tag,timestamp,revisions,auto_allocate,network_ip_availability,"
                "port_forwarding",
                "auth_strategy": "keystone",
                "api_paste_config": self._etc / "neutron" / "api-paste.ini",
                "state_path": self.state / "neutron",
                "rpc_workers": 0,
                "rpc_state_report_workers": 0,
                "enable_traditional_dhcp": "false",
                "notify_nova_on_port_status_changes": "true",
                "notify_nova_on_port_data_changes": "true",
                "send_events_interval": 1,
            },
            "database": {"connection": self._database("neutron")},
            "ml2": {
                "type_drivers": "local,flat,vlan,vxlan",
                "tenant_network_types": "vxlan",
                "mechanism_drivers": "loopstack",
                "extension_drivers": "port_security",
            },
            "ml2_type_flat": {"flat_networks": "*"},
            "ml2_type_vxlan": {"vni_ranges": "1:1000"},
            "nova": self._login("nova") | {"endpoint_type": "internal"},
            "placement": self._login("placement"),
            "keystone_authtoken": self._token_check("neutron"),
        }

    def _register_network_driver(self) -> None:
        """An entry point for Neutron to find, without an installation."""
        info = self.state / "plugins" / "loopstack-0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: loopstack\nVersion: 0\n")
        (info / "entry_points.txt").write_text(
            "[neutron.ml2.mechanism_drivers]\nloopstack = stack.drivers.network:NetworkDriver\n"
        )
