"""What a console says about a boot, line by line, and the verdict on it: pure functions of the text."""
