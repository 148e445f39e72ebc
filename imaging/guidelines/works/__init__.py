"""Whether an image works, as pure functions: from what its test instance told to checks, tests and one word."""
