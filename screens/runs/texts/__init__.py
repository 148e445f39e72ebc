"""What a run comes to on the screen: pure functions from its record to rows, lines, questions and offers."""
