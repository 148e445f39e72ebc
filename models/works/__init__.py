"""Whether an image works, beyond its boot: what a test instance is asked, what it tells, and what that comes to."""
