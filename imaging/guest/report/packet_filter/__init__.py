"""Whether a packet filter lets a new connection to port 22 through: its rules are walked as the kernel would.

The packet is the first one of a TCP connection over IPv4, from anywhere in the world, on an interface that is not `lo`.
Of a rule that asks for more than that (an address, an interface, a rate) it is not known whether it fits.
"""
