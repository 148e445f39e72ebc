"""What the cloud can do about the state of an instance: a table of remedies, and the way they are carried out."""
