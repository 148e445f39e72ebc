"""What is kept of the user's answers in the wizard: noted, written, restored."""
