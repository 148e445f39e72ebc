"""The wizard for a run: five pages that together make one request."""
