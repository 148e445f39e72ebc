"""What of openstacksdk is loaded, and that who needs all of it still gets it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
_OURS = """
import sys
from imaging.cloud.sdk import OpenStackConfig, CloudRegion, Services
region = OpenStackConfig(load_yaml_config=False, load_envvars=False).get_one(
    auth_type="none", auth={"endpoint": "http://127.0.0.1:1"}, compute_endpoint_override="http://127.0.0.1:1/compute",
    compute_api_version="2",
)
"""


def run_python(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=110, check=True
    )
    return done.stdout.strip()


def test_the_services_that_we_do_not_talk_to_are_not_loaded():
    shown = "print(len([name for name in sys.modules if name.partition('.')[0] == 'openstack']))"
    some = (
        "print(sorted(name for name in sys.modules if name.startswith(('openstack.connection', 'openstack.compute'))))"
    )
    number, heavy = run_python(f"{_OURS}{shown}\n{some}").splitlines()
    assert heavy == "[]"
    assert int(number) < 40  # of 460


def test_the_whole_sdk_is_there_for_who_asks_for_it_afterwards():
    asked = "import openstack\nprint(openstack.connect.__name__, openstack.connection.Connection.__name__)"
    assert run_python(f"{_OURS}{asked}") == "connect Connection"


def test_what_the_sdk_does_not_have_is_missed_as_ever():
    assert run_python(f"{_OURS}import openstack\nprint(hasattr(openstack, 'connexion'))") == "False"


def test_the_sdk_that_somebody_has_loaded_is_taken_as_it_is():
    program = "import openstack\nbefore = openstack.connect\n" + _OURS + "print(openstack.connect is before)"
    assert run_python(program) == "True"


def test_the_session_is_made_when_it_is_first_asked_for():
    program = f"{_OURS}services = Services(region)\nservices.close()\nprint('session' in vars(services))"
    assert run_python(f"{program}\nprint(services.session is services.session)") == "False\nTrue"
