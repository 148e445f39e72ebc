"""What every step builds on: its context, asking once for a change, waiting, and how a run ends."""
