"""The built-in checks: pure functions from what a test instance told to an answer, a module for each subject."""
