"""The test launch of an image: what it comes to, the user's own tests, and the start."""
