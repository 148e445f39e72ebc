"""Which machine is this? Asked after every login, before anything is read or changed.

An address passes from one instance to the next, and known_hosts knows a key for the address: so a login may end in
another machine than the one that was asked for. The guest is asked by which ids it goes (`identify.sh`); they are
compared with Nova's id of the instance (`ids`); and a machine that says that it is another one, or nothing, is the
user's to decide on (`check`, `agreed`).

The ids are no secret. This stops mix-ups; it does not stop somebody who lies on purpose.
"""
