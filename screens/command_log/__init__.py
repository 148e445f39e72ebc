"""The command log: what this console has asked of clouds."""
