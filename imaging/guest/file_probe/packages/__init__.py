"""The package databases of a disk, read from their files: dpkg's and apt's texts, rpm's three kinds of databases.

No package manager is asked: one that runs here would speak of this machine, and would have to be trusted with a
stranger's files. What only it could work out is said as not known.
"""
