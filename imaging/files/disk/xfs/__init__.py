"""XFS of versions 4 and 5, read without mounting.

Read here and not by libfsxfs (seen with 20260901): that one cannot list a directory in which one file lies in more than
some hundred pieces, and has no name that is not UTF-8.

Source: XFS Algorithms & Data Structures, 3rd edition.
"""
