"""Planning a seal: from what an inspection found to the operations on a temporary clone. Pure functions."""
