"""What a console says of a boot, line by line, and the verdict that comes of it: pure functions of the text."""
