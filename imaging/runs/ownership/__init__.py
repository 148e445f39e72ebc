"""What a run made, and so may delete: the one place that decides it."""
