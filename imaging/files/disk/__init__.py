"""The disk in an image file: its bytes, its partitions, its file systems, and one tree of files of them all.

Names and contents are bytes that a stranger chose. They are held as texts in which each character stands for one byte
(latin-1, `NAMES`), so that none is lost or read as something else; only the readers of reports decode them.
"""
