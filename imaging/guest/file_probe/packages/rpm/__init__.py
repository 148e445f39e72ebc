"""What rpm has installed, read from each of its three kinds of databases, and whether it is whole."""
