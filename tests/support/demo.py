"""The demonstration cloud as a process of its own, one for a test session, as at its start for each test.

Every test may ask for `demo_cloud`; a test that needs arguments of its own starts one with `start_demo`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from imaging.democloud.seed import names

REPOSITORY = Path(__file__).parents[2]
_ANSWER_SECONDS = 10
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Past every proxy; made once, for a test may turn the clock a thousand times."""


@dataclass(frozen=True)
class DemoCloud:
    """A running demonstration cloud and its controls."""

    clouds_yaml: Path
    url: str
    """The address of the whole cloud, without a slash at its end."""
    control_token: str = ""
    """What its controls want to see."""

    @property
    def password(self) -> str:
        """Everybody's password there, new at each start."""
        return str(self._entry("demo")["auth"]["password"])

    @property
    def credential_secret(self) -> str:
        """The secret of the application credential."""
        return str(self._entry("demo-appcred")["auth"]["application_credential_secret"])

    def _entry(self, name: str) -> Any:
        return yaml.safe_load(self.clouds_yaml.read_text())["clouds"][name]

    @property
    def ssh_config(self) -> Path:
        """What leads to its guests: `ssh -F`."""
        return self.clouds_yaml.with_name("ssh_config")

    @property
    def key(self) -> Path:
        """The private key of the project's owner."""
        return self.clouds_yaml.with_name("id_demo")

    @property
    def known_hosts(self) -> Path:
        """The host keys that are known at the start."""
        return self.clouds_yaml.with_name("known_hosts")

    def hold(self, *, held: bool = True) -> None:
        """Stop its clock, or let it continue."""
        self._control("POST", "clock", {"hold": held})

    def turn(self, seconds: float) -> None:
        """Put its clock forward; what falls due has happened when this returns."""
        self._control("POST", "clock", {"advance": seconds})

    def speed(self, factor: float) -> None:
        """How many of its seconds pass in a real one."""
        self._control("POST", "clock", {"speed": factor})

    def now(self) -> float:
        """Its time, in seconds since 1970."""
        return float(self._control("GET", "clock")["moment"])

    def faults(self, *faults: Mapping[str, Any]) -> None:
        """These troubles with calls and no others: see `imaging.democloud.web.faults.Fault`."""
        self._control("POST", "faults", list(faults))

    def hooks(self, **hooks: Mapping[str, Any]) -> None:
        """These troubles of the machines and no others, such as `snapshot={"fail": "disk full", "match": "db"}`."""
        self._control("POST", "hooks", hooks)

    def options(self, **options: Any) -> None:
        """`compute_max="2.60"`, `missing_services=["volume"]`."""
        self._control("POST", "options", options)

    def quotas(self, project: str = names.PROJECT, **limits: int) -> None:
        """Other quotas for a project: instances, cores, ram, metadata_items, volumes, gigabytes, snapshots."""
        self._control("POST", "quotas", {project: limits})

    def calls(self, method: str | None = None, path: str = "") -> list[dict[str, Any]]:
        """The calls since the start of the test, oldest first: method, path, query, status, body, request_id."""
        found = self._control("GET", "calls")
        return [one for one in found if method in {None, one["method"]} and path in one["path"]]

    def forget_calls(self) -> None:
        """Begin the record of calls again."""
        self._control("DELETE", "calls")

    def transitions(self, name: str | None = None) -> list[dict[str, Any]]:
        """What changed, oldest first: kind, id, name, field, from, to, moment."""
        found = self._control("GET", "transitions")
        return [one for one in found if name in {None, one["name"]}]

    def void_tokens(self) -> None:
        """Make every token void, as an expiry does."""
        self._control("DELETE", "tokens")

    def reset(self) -> None:
        """As it was at its start."""
        self._control("POST", "reset")

    def server_id(self, name: str) -> str:
        """The id of a seeded instance, which is the same at every start."""
        return names.server_id(name)

    def volume_id(self, name: str) -> str:
        """The id of a seeded volume."""
        return names.volume_id(name)

    def image_id(self, key: str) -> str:
        """The id of a seeded image, by its key in `imaging.democloud.seed.images`."""
        return names.image_id(key)

    def _control(self, method: str, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(
            f"{self.url}/_control/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "X-Control-Token": self.control_token},
        )
        with _DIRECT.open(request, timeout=_ANSWER_SECONDS) as answer:
            text = answer.read()
        return json.loads(text) if text else None


def start_demo(state: Path, arguments: Sequence[str] = ()) -> tuple[subprocess.Popen[str], DemoCloud]:
    """Start a demonstration cloud; the caller terminates and awaits the process."""
    process = subprocess.Popen(
        [sys.executable, "-m", "imaging.democloud", "--state", str(state), *arguments],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    clouds_yaml = Path(process.stdout.readline().strip())
    serving = json.loads((clouds_yaml.parent / "democloud.json").read_text())
    return process, DemoCloud(clouds_yaml, serving["url"], serving["control_token"])


def stop_demo(process: subprocess.Popen[str]) -> None:
    """End a demonstration cloud that `start_demo` started."""
    process.terminate()
    process.wait(timeout=_ANSWER_SECONDS)
    if process.stdout is not None:
        process.stdout.close()


@pytest.fixture(scope="session")
def demo_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoCloud]:
    """The one process of the session; tests ask for `demo_cloud`."""
    process, cloud = start_demo(tmp_path_factory.mktemp("democloud"))
    yield cloud
    stop_demo(process)


@pytest.fixture
def demo_cloud(demo_process: DemoCloud, monkeypatch: pytest.MonkeyPatch) -> DemoCloud:
    """The demonstration cloud as at its start; OS_CLIENT_CONFIG_FILE leads to it."""
    demo_process.reset()
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(demo_process.clouds_yaml))
    return demo_process
