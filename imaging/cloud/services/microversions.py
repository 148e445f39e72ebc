"""Which microversion is asked for, and since when the cloud can do what.

The console works with Nova from 2.1 on (every cloud since 2015) and with Cinder 3.0; the highest version of Nova
that both sides know is negotiated once and then named in every call. Cinder, Glance and Neutron are asked for
nothing that is newer than Cinder 3.0, Glance 2 and Neutron 2.0.

Older clouds, step by step, lose only this:

- below 2.9 whether an instance is locked is not known, so a run does not lock it;
- below 2.26 an instance's tags are not known;
- below 2.37 an instance cannot be launched without any network;
- below 2.45 the new image's id comes in the Location header;
- below 2.47 an instance names its flavor by id alone, and its sizes are looked up;
- below 2.49 a volume is attached again without its tag, below 2.70 the tag is not even known;
- below 2.60 a multiattach volume cannot be attached again;
- below 2.61 flavors come without extra specs;
- below 2.73 a lock has no reason;
- below 2.79 "delete with the instance" of a volume is neither known nor restored;
- below 2.85 it cannot be changed, so a test instance to which somebody attached a volume of theirs with it is left.
"""

from __future__ import annotations

Microversion = tuple[int, int]

LOWEST: Microversion = (2, 1)
"""The floor: what every Nova since 2015 speaks."""
HIGHEST_KNOWN: Microversion = (2, 96)
"""The newest version whose changes have been read and tried (2024.1). Newer clouds speak it too."""

NO_NETWORK: Microversion = (2, 37)
ATTACH_TAG: Microversion = (2, 49)
ACTIONS_PAGE: Microversion = (2, 58)
LOCK_REASON: Microversion = (2, 73)
DELETE_ON_TERMINATION: Microversion = (2, 79)
CHANGE_DELETE_ON_TERMINATION: Microversion = (2, 85)


def negotiated(cloud_highest: Microversion | None) -> Microversion:
    """The highest that both sides know; 2.1 where the cloud names none."""
    # V1: a version that is too high is a 406; `latest` would bring answers that nobody here has read.
    return LOWEST if cloud_highest is None else max(LOWEST, min(HIGHEST_KNOWN, cloud_highest))
