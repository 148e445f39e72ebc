"""What an export would do: the file, the room that it takes, what it is compared with, why it cannot begin."""
