"""Works through the steps of a run, and decides what happens when one of them fails."""
