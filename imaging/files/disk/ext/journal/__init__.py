"""The journal of ext3 and ext4 (jbd2), carried out in memory: what the kernel would write at the next mount.

Source: Documentation/filesystems/ext4/journal.rst of Linux.
"""
