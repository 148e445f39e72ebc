"""Where the things are that the guidelines ask for: by path, by name, by content; told are words for marks that fit."""
