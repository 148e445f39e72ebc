"""What several commands do alike: log in, agree, start a run, follow it, inspect a guest."""
