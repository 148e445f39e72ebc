"""Sealing as pure functions: from an inspection to the operations on a clone, and from reports to a verdict."""
