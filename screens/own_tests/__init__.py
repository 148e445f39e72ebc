"""The user's own tests: added, removed, and said who runs them, in the wizard and over every form that plans a test."""
