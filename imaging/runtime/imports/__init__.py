"""How modules are loaded: less of a library than its package would, and without looking for garbage."""
