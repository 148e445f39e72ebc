"""What the user says to a command, beyond its name."""
