"""What a row of the list of instances says, and in which order the rows stand: plain objects and pure functions."""
