"""The application: app, keymap, theme."""
