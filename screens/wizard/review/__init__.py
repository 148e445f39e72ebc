"""The review, the last page of the wizard: its rows, its text, and the page."""
