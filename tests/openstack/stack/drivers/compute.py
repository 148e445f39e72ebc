"""Nova's own fake driver, with snapshots that carry data, visible pause and suspend, and hooks."""

from __future__ import annotations

import sys
import types
from typing import Any

import nova.virt
from nova import exception, objects
from nova.compute import power_state, task_states
from nova.image import glance
from nova.virt import fake

from .hooks import Upload, hook

GOOD_BOOT = """\
[    0.000000] Linux version 6.1.0 (loopstack)
[    2.101342] EXT4-fs (vda1): mounted filesystem
[  OK  ] Reached target local-fs.target - Local File Systems.
[  OK  ] Started ssh.service - OpenBSD Secure Shell server.
[  OK  ] Reached target cloud-init.target - Cloud-init target.
[   14.207311] cloud-init[611]: Cloud-init v. 24.4 finished at Sun, 01 Nov 2026 10:00:00 +0000. \
Datasource DataSourceOpenStackLocal [net,ver=2].  Up 14.20 seconds

{hostname} login: """


class Driver(fake.FakeDriver):
    """One host; nothing boots on it."""

    vcpus = 64
    memory_mb = 131072
    local_gb = 2000

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._image_api = glance.API()

    def _set_state(self, instance: Any, state: int) -> None:
        if instance.uuid not in self.instances:
            raise exception.InstanceNotFound(instance_id=instance.uuid)
        self.instances[instance.uuid].state = state

    def spawn(self, context: Any, instance: Any, *args: Any, **kwargs: Any) -> Any:
        hook("spawn", instance.display_name)
        return super().spawn(context, instance, *args, **kwargs)

    def destroy(self, context: Any, instance: Any, *args: Any, **kwargs: Any) -> Any:
        hook("destroy", instance.display_name)
        return super().destroy(context, instance, *args, **kwargs)

    def pause(self, instance: Any) -> None:
        hook("pause", instance.display_name)
        self._set_state(instance, power_state.PAUSED)

    def unpause(self, instance: Any) -> None:
        hook("unpause", instance.display_name)
        self._set_state(instance, power_state.RUNNING)

    def suspend(self, context: Any, instance: Any) -> None:
        hook("suspend", instance.display_name)
        self._set_state(instance, power_state.SUSPENDED)

    def resume(self, context: Any, instance: Any, *args: Any, **kwargs: Any) -> None:
        hook("resume", instance.display_name)
        self._set_state(instance, power_state.RUNNING)

    def reboot(self, context: Any, instance: Any, *args: Any, **kwargs: Any) -> Any:
        hook("reboot", instance.display_name)
        return super().reboot(context, instance, *args, **kwargs)

    def power_off(self, instance: Any, *args: Any, **kwargs: Any) -> None:
        hook("power_off", instance.display_name)
        super().power_off(instance, *args, **kwargs)

    def power_on(self, context: Any, instance: Any, *args: Any, **kwargs: Any) -> Any:
        hook("power_on", instance.display_name)
        return super().power_on(context, instance, *args, **kwargs)

    def attach_volume(self, context: Any, connection_info: Any, instance: Any, *args: Any, **kwargs: Any) -> Any:
        hook("attach_volume", instance.display_name)
        if instance.device_metadata is None:  # Nova takes a tagged volume out of it at the detach; libvirt's fills it
            instance.device_metadata = objects.InstanceDeviceMetadata(devices=[])
            instance.save()
        return super().attach_volume(context, connection_info, instance, *args, **kwargs)

    def detach_volume(self, context: Any, connection_info: Any, instance: Any, *args: Any, **kwargs: Any) -> Any:
        hook("detach_volume", instance.display_name)
        return super().detach_volume(context, connection_info, instance, *args, **kwargs)

    def snapshot(self, context: Any, instance: Any, image_id: str, update_task_state: Any) -> None:
        """What the libvirt driver does, with a few KiB in place of a disk."""
        if instance.uuid not in self.instances:
            raise exception.InstanceNotRunning(instance_id=instance.uuid)
        described = _described(instance, self._image_api.get(context, image_id)["name"])
        update_task_state(task_state=task_states.IMAGE_PENDING_UPLOAD)
        hook("snapshot", instance.display_name)  # the image is queued
        update_task_state(
            task_state=task_states.IMAGE_UPLOADING,
            expected_state=task_states.IMAGE_PENDING_UPLOAD,
        )
        upload = Upload(f"snapshot of {instance.uuid}", instance.display_name)
        self._image_api.update(context, image_id, described, upload)

    def get_console_output(self, context: Any, instance: Any) -> str:
        """What a boot that went well prints, or the text that the hook gives; nothing while it does not run."""
        if self.instances[instance.uuid].state == power_state.SHUTDOWN:
            raise exception.ConsoleNotAvailable
        ordered = hook("console", instance.display_name)
        return str(ordered.get("text", GOOD_BOOT.format(hostname=instance.hostname or "host")))


def _described(instance: Any, name: str) -> dict[str, Any]:
    """The same properties as the libvirt driver's."""
    base = instance.image_meta
    properties = {
        "kernel_id": instance.kernel_id,
        "image_location": "snapshot",
        "image_state": "available",
        "owner_id": instance.project_id,
        "ramdisk_id": instance.ramdisk_id,
    }
    if instance.os_type:
        properties["os_type"] = instance.os_type
    return {
        "status": "active",
        "name": name,
        "disk_format": "raw",
        "container_format": base.container_format if base.obj_attr_is_set("container_format") else "bare",
        "properties": properties,
    }


def install() -> None:
    """Make `compute_driver = loopstack.Driver` importable, which Nova searches for below `nova.virt`."""
    module = types.ModuleType("nova.virt.loopstack")
    vars(module)["Driver"] = Driver
    sys.modules["nova.virt.loopstack"] = module
    nova.virt.loopstack = module
