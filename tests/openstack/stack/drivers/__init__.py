"""The three back ends: the only code of this cloud that is not OpenStack's own.

Everything above them (API, policy, quota, scheduling, conductor and compute state machines, databases) is the
released services' code. Each is imported in its own service's process alone.
"""
