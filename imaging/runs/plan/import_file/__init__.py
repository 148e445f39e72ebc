"""What an import would do: what is made of the file, what the image says about it, its costs, its steps in words."""
