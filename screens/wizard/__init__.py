"""The wizard for a run: six pages that together make one request, kept as a draft until it starts."""
