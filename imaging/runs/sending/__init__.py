"""What an import sends: the file as it lies or a kept conversion of it, hashed and counted on its way."""
