"""How things are called and coloured: pure functions."""
