"""HTTP to the cloud within bounds: where a request may go, how much of an answer is read, and for how long."""
