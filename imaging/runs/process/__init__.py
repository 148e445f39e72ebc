"""The runner: a process of its own that works on one run."""
