"""The deep check: what the disk of an instance holds, printed by a throw-away child on its console."""
