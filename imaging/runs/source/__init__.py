"""The source instance: its state, its claim, its lock, its volumes."""
