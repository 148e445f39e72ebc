"""What is sent to the terminal: only the cells that differ from those it shows, and never more than it has taken."""
