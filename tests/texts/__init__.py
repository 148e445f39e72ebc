"""Every text that a user can see, and the words that none of them may hold. `python -m tests.texts` lists the texts."""
