"""Which security group is a run's own. Neutron does not say who made a group: so what it is like must fit, too."""

from __future__ import annotations

from collections.abc import Iterable

from imaging.runs.ownership.images_and_servers import NOT_YOUNGER, first_doubt, is_made_during, owned_ids
from imaging.runs.ownership.made_things import TEST, MadeServer
from models.cloud.network import GroupPort, SecurityGroup
from models.run.record import OwnedKind, RunRecord


def group_description(run: RunRecord, made: MadeServer = TEST) -> str:
    """What the run's group says about itself: whose it is as a code, and what it is for in words."""
    return f"{_code(run, made)} ({made.what} of the Imaging Console; no access)"


def _code(run: RunRecord, made: MadeServer) -> str:
    return f"imaging.run={run.id} imaging.role={made.role}"


def doubt_about_group(run: RunRecord, group: SecurityGroup, made: MadeServer = TEST) -> str | None:
    """Why a security group is not the run's; None if it is: by its id in the journal, else by all that it shows.

    Args:
        run: the run.
        group: as Neutron shows it.
        made: the instance that the run launches in it.
    """
    if group.id in owned_ids(run, OwnedKind.SECURITY_GROUP, role=made.owned):
        return None
    # A group that lets something in is used for something by somebody, whatever its name.
    # By the code alone: another version of the program may use other words.
    changed = group.description.partition(" (")[0] != _code(run, made) or group.lets_in
    # Neutron shows the time only with an extension, so here an unknown time is no doubt.
    old = group.created_at is not None and not is_made_during(run, group.created_at)
    return first_doubt(
        (group.name != made.group_name(run), "its name does not hold the run's id"),
        (changed, "it is not as this run makes its group"),
        (group.project_id not in {None, run.identity.project_id}, "it belongs to another project"),
        (old, NOT_YOUNGER),
    )


def used_elsewhere(
    run: RunRecord, group: SecurityGroup, ports: Iterable[GroupPort], groups: Iterable[SecurityGroup]
) -> str | None:
    """Who else uses the run's group, as the reason to leave it; None if nobody does.

    Deleting it would fail while a port uses it, and would take rules of others along that name it as the sender.
    """
    own_servers = owned_ids(run, OwnedKind.SERVER)
    standing = owned_ids(run, OwnedKind.SERVER, removed=False)
    devices = {port.device_id for port in ports if group.id in port.group_ids and port.device_id not in own_servers}
    if devices:
        return f"it is used by {', '.join(sorted(device or 'a port' for device in devices))}"
    if any(port.device_id in standing for port in ports):
        return "the test instance that is left uses it"
    naming = [each.name or each.id for each in groups if each.id != group.id and group.id in each.remote_group_ids]
    return f"rules of {', '.join(naming)} name it" if naming else None
