"""The review, the last page of the wizard: its rows, its text, the page, and since when it could be read."""
