"""The steps of a run, one module each. Every step first observes, then acts."""
