"""The Imaging Console without a screen: everything that can be done from a terminal, a script or a test."""
