"""The `openstack` command that does the same as a call, and the kind of what a call reads. Pure.

Only what the command line can do by one command, or by two in a row, is translated. What would be left out of a command
(user data, a file, a URL) stands in it as a word in capitals.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from imaging.cloud.http.call import Call, parts_of, path

_Words = Sequence[str]
_ACTIONS: Mapping[str, str] = {
    "os-stop": "stop",
    "os-start": "start",
    "resume": "resume",
    "unpause": "unpause",
    "unshelve": "unshelve",
    "confirmResize": "resize confirm",
    "unlock": "unlock",
}
"""Actions of Nova that take nothing but the instance, and the verbs of `openstack server`."""
_KINDS: Mapping[str, str] = {
    "": "versions",
    "servers": "instances",
    "action": "console logs",
    "os-volume_attachments": "attachments",
    "os-interface": "ports",
    "os-instance-actions": "actions",
    "usage": "quotas",
    "import": "ways into the image service",
    "file": "bytes of images",
    "limits": "quotas",
    "security-groups": "security groups",
    "snapshots": "volume snapshots",
}
"""What parts of a path are called; others are called as they are written."""
_IN_A_THING = 3
"""Parts of a path from which on it names something that belongs to a thing: its kind, its id, and what of it."""


def command_of(call: Call) -> str | None:
    """The command that does the same; None where there is none."""
    parts = parts_of(call.url)
    if path(*parts) != call.url:
        return None
    try:
        commands = _TABLE[call.service](call.method, parts, call.json)
    except (KeyError, LookupError, TypeError, AttributeError, ValueError):
        return None  # a call that this table does not know
    return " && ".join(shlex.join(("openstack", *words)) for words in commands) or None


def kind_of(call: Call) -> str:
    """What a reading call reads, in a word or two."""
    parts = parts_of(call.url)
    named = parts[1] if parts[0] == "info" else parts[2] if len(parts) >= _IN_A_THING else parts[0]
    return _KINDS.get(named, named)


def _option(name: str, value: object) -> _Words:
    """An option with its value, in the one writing in which a value may begin with a dash."""
    return (f"{name}={value}",) if str(value).startswith("-") else (name, str(value))


def _properties(values: Mapping[str, Any]) -> _Words:
    return [word for key, value in values.items() for word in _option("--property", f"{key}={value}")]


def _compute(method: str, parts: tuple[str, ...], body: Any) -> Sequence[_Words]:
    words: _Words
    match method, parts:
        case "POST", ("servers",):
            words = _launch(body["server"])
        case "DELETE", ("servers", instance):
            words = ("server", "delete", instance)
        case "POST", ("servers", instance, "action"):
            words = _action(instance, body)
        case "POST", ("servers", instance, "metadata"):
            words = ("server", "set", *_properties(body["metadata"]), instance)
        case "DELETE", ("servers", instance, "metadata", key):
            words = ("server", "unset", *_option("--property", key), instance)
        case "POST", ("servers", instance, "os-volume_attachments"):
            words = _attach(instance, body["volumeAttachment"])
        case "DELETE", ("servers", instance, "os-volume_attachments", volume):
            words = ("server", "remove", "volume", instance, volume)
        case "PUT", ("servers", instance, "os-volume_attachments", volume):
            ends = body["volumeAttachment"]["delete_on_termination"]
            flag = "--delete-on-termination" if ends else "--preserve-on-termination"
            words = ("server", "volume", "update", flag, instance, volume)
        case _:
            raise LookupError
    return [words]


def _action(instance: str, body: Mapping[str, Any]) -> _Words:
    ((name, given),) = body.items()
    if name in _ACTIONS:
        return ("server", *_ACTIONS[name].split(), instance)
    if name == "lock":
        reason = (given or {}).get("locked_reason")
        return ("server", "lock", *(_option("--reason", reason) if reason is not None else ()), instance)
    if name == "createImage":
        options = (*_option("--name", given["name"]), *_properties(given.get("metadata", {})))
        return ("server", "image", "create", *options, instance)
    raise LookupError


def _launch(server: Mapping[str, Any]) -> _Words:
    options = [
        *_option("--image", server["imageRef"]),
        *_option("--flavor", server["flavorRef"]),
        *(word for network in server["networks"] for word in _option("--network", network["uuid"])),
        *(word for group in server.get("security_groups", ()) for word in _option("--security-group", group["name"])),
        *_properties(server.get("metadata", {})),
        *(("--user-data", "FILE") if "user_data" in server else ()),
    ]
    return ("server", "create", *options, server["name"])


def _attach(instance: str, wanted: Mapping[str, Any]) -> _Words:
    options = [word for name in ("device", "tag") if name in wanted for word in _option(f"--{name}", wanted[name])]
    if "delete_on_termination" in wanted:
        options.append(f"--{'enable' if wanted['delete_on_termination'] else 'disable'}-delete-on-termination")
    return ("server", "add", "volume", *options, instance, wanted["volumeId"])


def _image(method: str, parts: tuple[str, ...], body: Any) -> Sequence[_Words]:
    match method, parts:
        case "POST", ("images",):
            return [_made_image(body)]
        case "PUT", ("images", image, "stage"):
            return [("image", "stage", "--file", "FILE", image)]
        case "POST", ("images", image, "import"):
            return [_import(image, body["method"])]
        case "PATCH", ("images", image):
            return _patched(image, body)
        case "DELETE", ("images", image):
            return [("image", "delete", image)]
        case "POST", ("images", image, "members"):
            return [("image", "add", "project", image, body["member"])]
    raise LookupError


def _made_image(wanted: Mapping[str, Any]) -> _Words:
    fields = {"id": "--id", "disk_format": "--disk-format", "container_format": "--container-format"}
    fields |= {"min_disk": "--min-disk", "min_ram": "--min-ram"}
    others = {key: value for key, value in wanted.items() if key not in {*fields, "name", "visibility", "tags"}}
    return (
        "image",
        "create",
        *(word for key, option in fields.items() if key in wanted for word in _option(option, wanted[key])),
        f"--{wanted['visibility']}",
        *(word for tag in wanted.get("tags", ()) for word in _option("--tag", tag)),
        *_properties(others),
        wanted["name"],
    )


def _import(image: str, method: Mapping[str, Any]) -> _Words:
    # A URL may hold a password or a signature.
    source = ("--uri", "URL") if "uri" in method else ()
    return ("image", "import", *_option("--method", method["name"]), *source, image)


def _patched(image: str, patch: Sequence[Mapping[str, Any]]) -> Sequence[_Words]:
    """What is set in one command; what is removed in another, for `openstack image set` removes nothing."""
    given = [word for change in patch if change["op"] != "remove" for word in _set(change)]
    gone = [
        word
        for change in patch
        if change["op"] == "remove"
        for word in _option("--property", _property(change["path"]))
    ]
    return [
        *([("image", "set", *given, image)] if given else ()),
        *([("image", "unset", *gone, image)] if gone else ()),
    ]


def _set(change: Mapping[str, Any]) -> _Words:
    name, value = _property(change["path"]), change["value"]
    if change["op"] == "add":
        return _properties({name: value})
    if name == "visibility":
        return (f"--{value}",)
    return _option({"name": "--name", "min_disk": "--min-disk", "min_ram": "--min-ram"}[name], value)


def _property(pointer: str) -> str:
    """The property that a JSON pointer of one part names."""
    return pointer.removeprefix("/").replace("~1", "/").replace("~0", "~")


def _volume(method: str, parts: tuple[str, ...], _body: Any) -> Sequence[_Words]:
    match method, parts:
        case "DELETE", ("volumes", volume):
            return [("volume", "delete", volume)]
        case "DELETE", ("snapshots", snapshot):
            return [("volume", "snapshot", "delete", snapshot)]
    raise LookupError


def _network(method: str, parts: tuple[str, ...], body: Any) -> Sequence[_Words]:
    match method, parts:
        case "POST", ("security-groups",):
            wanted = body["security_group"]
            return [("security", "group", "create", *_option("--description", wanted["description"]), wanted["name"])]
        case "DELETE", ("security-groups", group):
            return [("security", "group", "delete", group)]
    raise LookupError


_TABLE: Mapping[str, Callable[[str, tuple[str, ...], Any], Sequence[_Words]]] = {
    "compute": _compute,
    "image": _image,
    "block_storage": _volume,
    "network": _network,
}
