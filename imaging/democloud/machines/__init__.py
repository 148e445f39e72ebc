"""The state machines: what happens to a thing after an API has accepted a call, and when."""
