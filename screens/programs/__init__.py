"""Programs of the user's own that have the terminal for a while: an editor, a pager."""
