"""The inside of the instances, as far as an SSH server on loopback can pretend one.

Nothing that a client sends is ever executed. What a guest answers to the probe was recorded beforehand, by running the
real probe on directory trees (`recordings`), and is brought up to date with what has changed since: volumes that were
attached or detached, lines that were fixed, mounts that were taken off, time that went by. To anything but the few
commands that the console sends, it answers that there is no such command.
"""
