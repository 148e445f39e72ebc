"""What the shell's completion needs, and nothing heavier: no command, model or SDK is loaded for it."""
