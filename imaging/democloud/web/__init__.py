"""How a request is read, and how an error is said: each service has its own way."""
