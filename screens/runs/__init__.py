"""The runs of this machine, and one run live."""
