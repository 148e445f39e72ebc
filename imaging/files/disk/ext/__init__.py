"""ext2, ext3 and ext4, read without mounting.

Read here and not by libfsext (seen with 20260821): that one reads no name of 255 bytes or outside UTF-8, and
refuses `sparse_super2`, `large_dir` and some directories of `inline_data`.

Source: Documentation/filesystems/ext4 of Linux.
"""
