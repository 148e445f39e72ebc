"""Reads the disk in an accepted image file in a process of its own, which has no network and is ended in time.

`client` has `read_disk_confined`. It is not imported here: the process that reads would load with it what only its
parent needs.
"""
