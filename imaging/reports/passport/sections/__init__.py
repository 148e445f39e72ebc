"""The sections of a passport as blocks of a few kinds, which each form writes in its own way."""
