"""The probe for a disk that no machine runs: the parts of `imaging.guest.probe`, read from a tree of files.

Each part prints the same rows as its script does in a guest (`imaging/guest/probe/part_<name>.sh` says which), so that
one reader and one rule serve both; `tests/guest/file_probe` lets both read the same trees and compares row by row.
What only a running system could tell has no row here, and is said with `incomplete` or `unknown`.

How a part is added: a module `part_<name>.py` with one function `part_<name>(disk: Disk, rows: PartRows)`, and its
line in `parts.py`.
"""
