"""What a command prints: texts, tables, questions, failures."""
