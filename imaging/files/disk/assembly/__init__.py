"""From the bytes of a disk to one tree of files: its partitions, which is the root, and what is mounted on it."""
