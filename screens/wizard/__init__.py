"""The wizard for a run: seven pages that together make one request, kept as a draft until it starts."""
