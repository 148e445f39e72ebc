"""A small OpenStack on loopback: real HTTP, real state machines, a believable project. It imports nothing of ours."""
