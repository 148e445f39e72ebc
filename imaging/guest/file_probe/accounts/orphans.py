"""Files outside the homes that belong to people.

Without their accounts they belong to nobody, or to a stranger who gets the same number. What containers keep is theirs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from imaging.files.disk.tree import Found, Tree
from imaging.guest.file_probe.part_rows import PartRows
from imaging.guest.file_probe.people import People, number

_LEFT_OUT: Final = frozenset(
    {
        "/home", "/proc", "/sys", "/dev", "/run", "/.tools", "/var/lib/docker", "/var/lib/containers", "/var/lib/lxd",
        "/var/lib/lxc", "/var/snap", "/snap", "/var/spool/cron", "/var/mail", "/var/spool/mail",
    }
)  # fmt: skip


def tell_orphans(tree: Tree, people: People, rows: PartRows) -> None:
    """How many there are of each person, and one of them."""
    left_out = _LEFT_OUT | frozenset(_homes(people))
    counts: Counter[int] = Counter()
    examples: dict[int, str] = {}

    def unreadable(_directory: Found) -> None:
        rows.incomplete("not every directory can be searched for files of people")

    for found in tree.walk("/", enter=lambda each: each.path not in left_out, unreadable=unreadable):
        uid = found.node.uid
        if people.is_person(uid) and found.path not in left_out:
            counts[uid] += 1
            examples.setdefault(uid, found.path)
    names = people.names()
    for uid, count in counts.items():
        rows.row("orphans", uid, names.get(str(uid), "-"), count, examples[uid])


def _homes(people: People) -> Iterator[str]:
    """Also those of services with high numbers."""
    for fields in people.passwd:
        uid, home = number(fields[2]), "".join(fields[5:6]).rstrip("/")
        if uid is not None and uid >= people.first_uid and home.startswith("/"):
            yield home
