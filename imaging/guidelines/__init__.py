"""The imaging guidelines as rules: pure functions from facts and a profile to findings."""
