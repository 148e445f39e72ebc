"""Each change as the `openstack` command that does the same: seen from what the services really send."""

from __future__ import annotations

import pytest

from imaging.cloud.http.call import Call, path
from imaging.cloud.http.openstack_commands import command_of, kind_of


def command(service, method, url, body=None):
    return command_of(Call(service, method, url, "do it", body))


def act(body):
    return command("compute", "POST", path("servers", "i-1", "action"), body)


@pytest.mark.parametrize(
    "body, verb",
    [
        ({"os-stop": None}, "stop"),
        ({"os-start": None}, "start"),
        ({"resume": None}, "resume"),
        ({"unpause": None}, "unpause"),
        ({"unshelve": None}, "unshelve"),
        ({"confirmResize": None}, "resize confirm"),
        ({"unlock": None}, "unlock"),
        ({"lock": None}, "lock"),
        ({"lock": {"locked_reason": "do not touch"}}, "lock --reason 'do not touch'"),
        ({"createImage": {"name": "-odd", "metadata": {"a": "b c"}}}, "image create --name=-odd --property 'a=b c'"),
    ],
)
def test_an_action_is_a_verb_of_openstack_server(body, verb):
    assert act(body) == f"openstack server {verb} i-1"


def test_what_is_attached_and_detached_names_instance_then_volume():
    url = path("servers", "i-1", "os-volume_attachments")
    wanted = {"volumeAttachment": {"volumeId": "v-1", "tag": "data", "delete_on_termination": False}}
    assert command("compute", "POST", url, wanted) == (
        "openstack server add volume --tag data --disable-delete-on-termination i-1 v-1"
    )
    one = path("servers", "i-1", "os-volume_attachments", "v-1")
    assert command("compute", "DELETE", one) == "openstack server remove volume i-1 v-1"
    kept = {"volumeAttachment": {"volumeId": "v-1", "delete_on_termination": False}}
    assert command("compute", "PUT", one, kept) == "openstack server volume update --preserve-on-termination i-1 v-1"


def test_a_launch_names_everything_but_the_user_data():
    server = {
        "name": "imaging-test",
        "imageRef": "img",
        "flavorRef": "3",
        "networks": [{"uuid": "net"}],
        "metadata": {"imaging.role": "test"},
        "security_groups": [{"name": "grp"}],
        "user_data": "c2VjcmV0",
    }
    told = command("compute", "POST", "/servers", {"server": server})
    assert told == (
        "openstack server create --image img --flavor 3 --network net --security-group grp "
        "--property imaging.role=test --user-data FILE imaging-test"
    )


def test_a_patch_that_sets_and_removes_is_two_commands():
    patch = [
        {"op": "replace", "path": "/name", "value": "new name"},
        {"op": "replace", "path": "/visibility", "value": "shared"},
        {"op": "replace", "path": "/min_disk", "value": 20},
        {"op": "add", "path": "/a~1b", "value": "c"},
        {"op": "remove", "path": "/gone"},
    ]
    assert command("image", "PATCH", path("images", "m-1"), patch) == (
        "openstack image set --name 'new name' --shared --min-disk 20 --property a/b=c m-1"
        " && openstack image unset --property gone m-1"
    )


@pytest.mark.parametrize(
    "service, method, url, body, expected",
    [
        ("image", "DELETE", path("images", "m"), None, "image delete m"),
        ("image", "POST", path("images", "m", "members"), {"member": "p"}, "image add project m p"),
        ("block_storage", "DELETE", path("volumes", "v"), None, "volume delete v"),
        ("block_storage", "DELETE", path("snapshots", "s"), None, "volume snapshot delete s"),
        ("network", "DELETE", path("security-groups", "g"), None, "security group delete g"),
        (
            "network", "POST", "/security-groups", {"security_group": {"name": "n", "description": "d e"}},
            "security group create --description 'd e' n",
        ),
        ("compute", "POST", path("servers", "i", "metadata"), {"metadata": {"k": "v"}}, "server set --property k=v i"),
        ("compute", "DELETE", path("servers", "i", "metadata", "k/1"), None, "server unset --property k/1 i"),
        ("compute", "DELETE", path("servers", "i"), None, "server delete i"),
        ("compute", "DELETE", path("servers", ".."), None, "server delete .."),
    ],
)  # fmt: skip
def test_a_change_has_its_openstack_command(service, method, url, body, expected):
    assert command(service, method, url, body) == f"openstack {expected}"


def test_an_id_cannot_become_another_word_of_the_command():
    assert command("compute", "DELETE", path("servers", "i; rm -rf ~")) == "openstack server delete 'i; rm -rf ~'"


@pytest.mark.parametrize(
    "service, method, url, body",
    [
        ("compute", "POST", path("servers", "i", "action"), {"reboot": {"type": "HARD"}}),
        ("compute", "POST", path("servers", "i", "action"), {}),
        ("compute", "DELETE", "/servers/a%41", None),
        ("image", "PATCH", path("images", "m"), [{"op": "replace", "path": "/owner", "value": "x"}]),
        ("image", "PATCH", path("images", "m"), None),
        ("identity", "POST", "/users", {}),
    ],
)
def test_what_the_table_does_not_know_has_no_command(service, method, url, body):
    assert command(service, method, url, body) is None


@pytest.mark.parametrize(
    "url, kind",
    [
        ("/servers/detail", "instances"),
        (path("servers", "i"), "instances"),
        (path("servers", "i", "os-volume_attachments"), "attachments"),
        (path("servers", "i", "action"), "console logs"),
        (path("images", "m", "members"), "members"),
        ("/info/usage", "quotas"),
        ("/", "versions"),
        ("/flavors/detail", "flavors"),
    ],
)
def test_reads_are_told_apart_by_what_is_read(url, kind):
    assert kind_of(Call("compute", "GET", url, "read")) == kind


def test_an_image_that_is_made_names_its_properties():
    wanted: dict[str, object] = {
        "name": "survey",
        "disk_format": "raw",
        "container_format": "bare",
        "visibility": "private",
        "id": "img",
    }
    wanted |= {"min_disk": 20, "min_ram": 0, "tags": ["course"], "os_distro": "debian"}
    assert command("image", "POST", "/images", wanted) == (
        "openstack image create --id img --disk-format raw --container-format bare --min-disk 20 --min-ram 0 --private "
        "--tag course --property os_distro=debian survey"
    )


def test_an_import_names_no_url_and_an_upload_no_command():
    method = {"name": "web-download", "uri": "https://ada:secret@files.example/disk.raw"}
    assert command("image", "POST", path("images", "img", "import"), {"method": method}) == (
        "openstack image import --method web-download --uri URL img"
    )
    direct = {"method": {"name": "glance-direct"}}
    assert command("image", "POST", path("images", "img", "import"), direct) == (
        "openstack image import --method glance-direct img"
    )
    assert command("image", "PUT", path("images", "img", "stage")) == "openstack image stage --file FILE img"
    assert command("image", "PUT", path("images", "img", "file")) is None


@pytest.mark.parametrize(
    "url, kind",
    [
        ("/info/usage", "quotas"),
        ("/info/import", "ways into the image service"),
        ("/images/img/file", "bytes of images"),
        ("/images/img/tasks", "tasks"),
    ],
)
def test_what_is_read_of_images_has_a_name(url, kind):
    assert kind_of(Call("image", "GET", url, "read it")) == kind
