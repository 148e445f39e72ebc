"""The pipelines of docs/pipelines: their commands are run as a pipeline runs them, on the demonstration cloud."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from junitparser import JUnitXml

from tests.commands.conftest import ROOT
from tests.support.demo import DemoCloud
from tests.support.hurried_runs import hurried
from tests.support.hurry import SPEED
from tests.support.warm_programs import WARM

PIPELINES = ROOT / "docs" / "pipelines"
GOOD, BAD = "#!/bin/sh\nexit 0\n", "#!/bin/sh\necho no rows\nexit 3\n"
IMAGE = "astro-base-2024"


@dataclass
class Job:
    """The place in which a pipeline runs its commands."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    """What each script printed."""

    def sh(self, script: str, variables: Mapping[str, str], shell: str = "bash") -> int:
        """Run lines of a pipeline as it does, in one shell."""
        options = ["-eo", "pipefail"] if shell == "bash" else []
        done = subprocess.run(
            [shell, *options, "-c", script],
            cwd=self.folder,
            env={**self.environment, **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        self.said.append(done.stdout + done.stderr)
        return done.returncode


@pytest.fixture
def job(demo_cloud: DemoCloud, tmp_path: Path, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Job]:
    """A checkout with a test, `imaging` on the PATH, and a clouds.yaml that the pipeline is to find as a secret."""
    programs = tmp_path / "bin"
    programs.mkdir()
    program = programs / "imaging"
    forks = shlex.join([sys.executable, "-I", "-S", str(ROOT / "tests/support/warm_client.py"), WARM.path])
    program.write_text(f'#!/bin/sh\nexec {forks} "$@"\n')
    program.chmod(0o755)
    clouds = yaml.safe_load(hurried(demo_cloud, monkeypatch).clouds_yaml.read_text())
    secret = yaml.safe_dump({"clouds": {"openstack": clouds["clouds"]["demo"]}})
    (tmp_path / "secret.yaml").write_text(secret)
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/lab.sh").write_text(GOOD)
    path = f"{programs}:{os.environ['PATH']}"
    variables = {"HOME": str(own_home), "PATH": path, "LANG": "C.UTF-8", SPEED: os.environ[SPEED]}
    yield Job(tmp_path, {**variables, "IMAGE": IMAGE, "SECRET": secret})
    demo_cloud.speed(1)


def loaded(name: str) -> Any:
    return yaml.safe_load((PIPELINES / name).read_text())


def suites(file: Path) -> set[str]:
    return {str(suite.name) for suite in JUnitXml.fromstring(file.read_bytes())}


SUITES = {"checklist", "boot", "checks", "tests"}


def gitlab(job: Job) -> tuple[int, Path]:
    pipeline = loaded("gitlab-ci.yml")["test-my-image"]
    assert pipeline["artifacts"]["reports"]["junit"] in pipeline["artifacts"]["paths"]
    variables = {
        name: value.replace("$CLOUDS_YAML", str(job.folder / "secret.yaml"))
        for name, value in pipeline["variables"].items()
    }
    status = job.sh("\n".join(pipeline["script"]), {**variables, "IMAGE": IMAGE})
    assert job.sh("\n".join(pipeline["after_script"]), variables) == 0
    return status, job.folder / pipeline["artifacts"]["reports"]["junit"]


def github(job: Job) -> tuple[int, Path]:
    workflow = loaded("github-actions.yml")["jobs"]["test-my-image"]
    steps = {step["name"]: step for step in workflow["steps"] if "run" in step}
    places = {
        "RUNNER_TEMP": str(job.folder),
        "GITHUB_ENV": str(job.folder / "env"),
        "GITHUB_STEP_SUMMARY": str(job.folder / "summary.md"),
    }
    log_in, verify, end = steps.values()
    assert job.sh(log_in["run"], {**places, "CLOUDS_YAML": job.environment["SECRET"]}) == 0
    assert (job.folder / "clouds.yaml").stat().st_mode & 0o077 == 0
    said = dict(line.split("=", 1) for line in (job.folder / "env").read_text().splitlines())
    places |= {**workflow["env"], **said, "IMAGE": IMAGE}
    status = job.sh(verify["run"], places)
    assert job.sh(end["run"], places) == 0
    assert "booted" in (job.folder / "summary.md").read_text()
    return status, job.folder / workflow["steps"][-1]["with"]["path"]


def zuul(job: Job) -> tuple[int, Path]:
    (play,) = loaded("zuul/playbook.yaml")
    (after,) = loaded("zuul/post.yaml")
    paths = {each["run"] for entry in loaded("zuul/zuul.yaml") if (each := entry.get("job"))}
    assert all((ROOT / path).is_file() for path in paths)
    content, verify = play["tasks"]
    variables = of_ansible(play["environment"], job)
    (Path(job.environment["HOME"]) / "clouds.yaml").write_text(job.environment["SECRET"])
    assert content["copy"]["mode"] == "0600"
    status = job.sh(verify["shell"], variables, "sh")
    assert job.sh(after["tasks"][0]["shell"], of_ansible(after["environment"], job), "sh") == 0
    return status, Path(job.environment["HOME"]) / "zuul-output/logs/imaging.xml"


def of_ansible(environment: Mapping[str, str], job: Job) -> dict[str, str]:
    known = {"{{ ansible_user_dir }}": job.environment["HOME"], "{{ image }}": IMAGE}
    return {name: re.sub(r"\{\{ \w+ \}\}", lambda found: known[found[0]], value) for name, value in environment.items()}


def cron(job: Job) -> tuple[int, Path]:
    home = Path(job.environment["HOME"])
    (home / "tests").mkdir()
    (home / "tests/lab.sh").write_text((job.folder / "tests/lab.sh").read_text())
    lines = [line for line in (PIPELINES / "crontab").read_text().splitlines() if not line.startswith("#")]
    variables = dict(line.split("=", 1) for line in lines[:-1])
    when, command = re.fullmatch(r"((?:\S+ ){5})(.*)", lines[-1]).groups()  # type: ignore[union-attr]
    assert len(when.split()) == 5
    assert "%" not in command  # which cron takes for a line end
    clouds = str(job.folder / "secret.yaml")
    job.sh(command, {**variables, "IMAGE": IMAGE, "OS_CLIENT_CONFIG_FILE": clouds}, "sh")
    return (1 if job.said[-1] else 0), home / "imaging.xml"  # a mail is all that anybody hears of it


@pytest.mark.parametrize("pipeline", [gitlab, github, zuul, cron])
def test_an_image_that_works_is_a_green_pipeline(job: Job, pipeline: Any):
    status, report = pipeline(job)
    assert status == 0, job.said
    assert suites(report) == SUITES


def test_an_image_that_does_not_work_is_a_red_pipeline_with_a_report(job: Job):
    (job.folder / "tests/lab.sh").write_text(BAD)
    status, report = gitlab(job)
    assert status == 1, job.said
    failed = {str(case.name) for suite in JUnitXml.fromstring(report.read_bytes()) for case in suite if case.result}
    assert "lab.sh (boot 1)" in failed


def test_what_a_stopped_job_left_running_is_ended_by_its_last_step(job: Job, demo_cloud: DemoCloud):
    pipeline = loaded("gitlab-ci.yml")["test-my-image"]
    variables = {"OS_CLOUD": "openstack", "OS_CLIENT_CONFIG_FILE": str(job.folder / "secret.yaml")}
    demo_cloud.speed(1)
    stopped = subprocess.Popen(
        [sys.executable, "-m", "imaging.commands", "verify", IMAGE],
        env={**job.environment, **variables, "PYTHONPATH": str(ROOT)},
        cwd=job.folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + 60
    while not demo_cloud.calls("POST", "/servers"):
        assert time.monotonic() < until
        time.sleep(0.1)
    stopped.kill()
    stopped.wait()
    assert job.sh("\n".join(pipeline["after_script"]), variables) == 0, job.said
    job.sh("imaging runs", variables)
    assert "cancelled" in job.said[-1]


def test_every_pipeline_is_named_in_the_readme_and_has_its_test():
    text = (PIPELINES / "README.md").read_text()
    assert {each.name for each in PIPELINES.iterdir()} == {
        "README.md", "gitlab-ci.yml", "github-actions.yml", "zuul", "crontab"
    }  # fmt: skip
    assert all(f"]({each.name}" in text for each in PIPELINES.iterdir() if each.name != "README.md")
