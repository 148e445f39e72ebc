"""Processes for work on a stranger's bytes: how one is begun and ended, and what it gives up."""
