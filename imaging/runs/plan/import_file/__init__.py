"""What an import would do: what is made of the file, what the image says of it, its costs, its steps in words."""
